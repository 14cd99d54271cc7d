import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CrmError } from '../errors.ts';
import type { ColumnType } from '../model/table-schema.ts';
import {
  NO_LIMITS,
  type Snapshot,
  type StoreFacts,
  type StoreLock,
  type StoreOptions,
  type TableStore,
  type TableTarget,
} from './connector.ts';
import { folderOf } from './file-address.ts';
import type { FolderFormat } from './folder-format.ts';
import { FolderSnapshot } from './folder-snapshot.ts';
import { FolderTarget, makeFolder } from './folder-target.ts';
import { lockFile } from './store-lock.ts';

const LOCK_FILE = '_crm_copy.lock';

/**
 * Opens a folder of files.
 * @throws {CrmError} NO_DATABASE when there is none and it shall not be made, or a file is in its place
 */
export async function openFolder(address: string, { create }: StoreOptions, format: FolderFormat): Promise<TableStore> {
  const folder = folderOf(address);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined ? !create : !stat.isDirectory()) {
    const problem = stat === undefined ? 'does not exist' : 'is no folder';
    throw new CrmError('NO_DATABASE', `${folder} ${problem}`, { hint: 'name a folder that holds the files of the tables' });
  }
  return new FolderStore(folder, format);
}

class FolderStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts;
  readonly #format: FolderFormat;

  constructor(folder: string, format: FolderFormat) {
    this.label = folder;
    this.#format = format;
    this.facts = {
      name: format.name,
      title: format.title,
      hold: (type: ColumnType) => type,
      limits: NO_LIMITS,
      transactions: false,
      constraints: true,
      parallel: 4,
      nameBytes: 65_535,
    };
  }

  async snapshot(): Promise<Snapshot> {
    return new FolderSnapshot(this.label, this.#format);
  }

  async lock(): Promise<StoreLock> {
    makeFolder(this.label);
    return lockFile(join(this.label, LOCK_FILE), this.label);
  }

  async target(): Promise<TableTarget> {
    return new FolderTarget(this.label, this.#format);
  }

  async close(): Promise<void> {}
}
