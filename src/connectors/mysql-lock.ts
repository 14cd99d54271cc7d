import type { StoreLock } from './connector.ts';
import type { MysqlSession } from './mysql-session.ts';
import { heldError, LOCK_WAIT_MS } from './store-lock.ts';

/** Of the database of the session; names of locks are those of the whole server, and short. */
const NAME = "CONCAT('crm copy ', LEFT(SHA1(DATABASE()), 32))";

/**
 * Keeps other copies off a database, as long as this session lasts.
 * @param session one of its own, which ends with the lock
 * @throws {CrmError} BUSY
 */
export async function lockDatabase(session: MysqlSession): Promise<StoreLock> {
  try {
    const [row] = await session.rows(`SELECT GET_LOCK(${NAME}, ${LOCK_WAIT_MS / 1000}) AS taken`);
    if (row?.taken !== '1') throw heldError(session.label, await holderOf(session));
  } catch (error) {
    await session.close();
    throw error;
  }
  return { release: () => session.close() };
}

async function holderOf(session: MysqlSession): Promise<string> {
  const [row] = await session.rows(
    `SELECT l.id, p.HOST AS host, p.USER AS user FROM (SELECT IS_USED_LOCK(${NAME}) AS id) l LEFT JOIN information_schema.PROCESSLIST p ON p.ID = l.id`,
  );
  if (row?.id == null) return 'it has just ended';
  return `connection ${row.id} of the server${row.host == null ? '' : `, ${row.user} from ${row.host}`}`;
}
