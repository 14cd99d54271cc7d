import type { Engine } from '../engines/connection.ts';
import { requireNoArchive } from './archive-mark.ts';
import type { Customer } from '../model/customer.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Notes when somebody looked at a customer, for policies of the archive: at most once a day, and only where nobody else is writing
 * and the database can be written. It is no change: version, time of change and history stay as they are.
 */
export async function noteAccess(engine: Engine, { id, accessed_at }: Pick<Customer, 'id' | 'accessed_at'>, now: Date): Promise<void> {
  if (accessed_at !== null && now.getTime() - Date.parse(accessed_at) < DAY_MS) return;
  const sql = `UPDATE customers SET accessed_at = ${engine.facts.instantParameter} WHERE id = ?`;
  try {
    await engine.transaction(
      async (connection) => {
        await requireNoArchive(connection);
        await connection.run(sql, [now.toISOString(), id]);
      },
      { waitMs: 0 },
    );
  } catch {
    // Who only looks must not be told of it: locked, not permitted, full, an archive.
  }
}
