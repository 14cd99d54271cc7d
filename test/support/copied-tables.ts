import { join } from 'node:path';
import type { CopyOptions, CopyResult } from '../../src/migrate/copy-options.ts';
import { copyTables } from '../../src/migrate/copy-tables.ts';
import type { SyncOptions } from '../../src/migrate/sync-options.ts';
import type { Row } from '../../src/model/table-schema.ts';
import { namesOf, rowsOf, storeAt } from './connectors.ts';
import { tempDir } from './temp-dir.ts';

const OPTIONS: CopyOptions = {
  tables: null,
  mode: 'create',
  since: null,
  batch: 7,
  jobs: 1,
  resume: false,
  dryRun: false,
  strict: false,
  conversionsPath: null,
  rejectsPath: join(tempDir(), 'rejects.ndjson'),
  verify: true,
  busyTimeoutMs: 1000,
  key: null,
};

/** Copies tables in small parts. */
export const copied = (from: string, to: string, options: Partial<CopyOptions> = {}): Promise<CopyResult> =>
  copyTables(from, to, { ...OPTIONS, ...options });
/** What some work fails with; null where it does not. */
export const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

/** All rows of a table, by its name. */
export async function rowsAt(address: string, table: string): Promise<{ names: string[]; rows: Row[] }> {
  const snapshot = await (await storeAt(address)).snapshot();
  const schema = await snapshot.schema(table);
  const rows = await rowsOf(snapshot, schema, { ordered: schema.primaryKey.length > 0 });
  await snapshot.close();
  return { names: namesOf(schema), rows };
}

/** How places are brought up to date in tests: whole, in small parts, and without a copy before. */
export const SYNC_OPTIONS: SyncOptions = {
  ...{
    tables: null,
    delete: true,
    create: false,
    dryRun: false,
    maxChanges: null,
    yes: false,
    strict: false,
    batch: 7,
    verify: true,
    snapshot: false,
  },
  ...{ conversionsPath: null, rejectsPath: join(tempDir(), 'rejects.ndjson'), busyTimeoutMs: 2000, key: null },
};
