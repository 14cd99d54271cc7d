import type { StoreLock } from './connector.ts';
import type { MssqlSession } from './mssql-session.ts';
import { heldError, LOCK_WAIT_MS } from './store-lock.ts';

/** A lock of the database that belongs to the session: less than 0 is what is not granted. */
const TAKE = `DECLARE @taken int; EXEC @taken = sp_getapplock @Resource = N'crm copy', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = ${LOCK_WAIT_MS}; SELECT @taken AS taken`;

/**
 * Keeps other copies off a database, as long as this session lasts.
 * @param session one of its own, which ends with the lock
 * @throws {CrmError} BUSY
 */
export async function lockDatabase(session: MssqlSession): Promise<StoreLock> {
  try {
    const [row] = await session.rows(TAKE);
    if (!(Number(row?.taken ?? -1) >= 0)) throw heldError(session.label, 'another session of the server');
  } catch (error) {
    await session.close();
    throw error;
  }
  return { release: () => session.close() };
}
