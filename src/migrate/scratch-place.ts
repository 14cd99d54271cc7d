import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { StoreOptions, TableStore } from '../connectors/connector.ts';
import { openStore } from '../connectors/index.ts';
import { CrmError } from '../errors.ts';
import { isUrl } from '../model/url.ts';

/** The kind of a place that is a file or a folder stands before its path, or shows in the name. */
const PREFIX = /^([a-z]{2,}):(?!\/\/)/i;

/**
 * Opens the target of a dry run: where it does not exist, an empty place of its kind, which is gone when it is closed.
 * @throws {CrmError} NO_DATABASE when a server does not have the database; what opening throws
 */
export async function openForPlan(address: string, options: Omit<StoreOptions, 'create'>): Promise<TableStore> {
  try {
    return await openStore(address, { create: false, ...options });
  } catch (error) {
    if (!(error instanceof CrmError) || error.code !== 'NO_DATABASE' || isUrl(address)) throw error;
    const folder = mkdtempSync(join(tmpdir(), 'crm-plan-'));
    const prefix = PREFIX.exec(address)?.[0] ?? '';
    const store = await openStore(prefix + join(folder, basename(address.slice(prefix.length))), { create: true, ...options });
    return closingWith(store, () => rmSync(folder, { recursive: true, force: true }));
  }
}

function closingWith(store: TableStore, end: () => void): TableStore {
  return {
    label: store.label,
    facts: store.facts,
    snapshot: () => store.snapshot(),
    target: () => store.target(),
    close: async () => {
      await store.close();
      end();
    },
  };
}
