import type { Connection } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';

/** The setting of an archive that names whose it is. */
export const ARCHIVE_OF = 'archive_of';

/** @throws {CrmError} PERMISSION where the database is an archive: its customers are changed where they are active */
export async function requireNoArchive(reader: Pick<Connection, 'all'>): Promise<void> {
  if ((await setting(reader, ARCHIVE_OF)) === null) return;
  throw new CrmError('PERMISSION', 'this is an archive: what is in it cannot be changed', {
    hint: 'bring customers back first, in the database that they come from: crm archive restore ID',
  });
}

/** A setting of a database; null where it has none. */
export async function setting(reader: Pick<Connection, 'all'>, name: string): Promise<string | null> {
  const [row] = await reader.all<{ value: string }>('SELECT value FROM settings WHERE name = ?', [name]);
  return row?.value ?? null;
}
