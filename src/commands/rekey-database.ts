import type { Context } from '../context.ts';
import { DEFAULT_BUSY_TIMEOUT_MS, rekeyDatabase, sweepRekeys } from '../engines/index.ts';
import { openRepository } from '../repository/repository.ts';
import { DATABASE_KEY, keyOfEnvironment, openWithKey } from '../ui/database-key.ts';
import { printRekeyed } from '../ui/rekey-report.ts';

/**
 * Gives the database another key, its first one, or none.
 * @param isDecrypted leave it without encryption
 * @throws {CrmError} KEY_NEEDED, WRONG_KEY, BUSY while anybody else has it open, USAGE for PostgreSQL
 */
export async function rekey(context: Context, isDecrypted: boolean): Promise<void> {
  const { io, mode } = context;
  const target = context.databaseTarget();
  const { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS } = context.busyTimeout();
  // Also where it has the new key already, and nothing else is to be done.
  await sweepRekeys(target);
  // The key that it has is tried first: a new one must not be asked for in vain. It must be closed when it is written anew.
  const { opened, key } = await openWithKey(io, mode, keyOfEnvironment(io.env, DATABASE_KEY), (tried) =>
    openRepository(target, { busyTimeoutMs, ...(tried === null ? {} : { key: tried }) }),
  );
  const oldKey = opened.isEncrypted ? key : null;
  await opened.close();
  const newKey = isDecrypted ? null : await context.newDatabaseKey();
  await printRekeyed(io, mode, target, await rekeyDatabase(target, { oldKey, newKey, busyTimeoutMs }));
}
