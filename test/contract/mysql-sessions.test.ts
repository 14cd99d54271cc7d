import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/connectors/connector.ts';
import { openStore } from '../../src/connectors/index.ts';
import type { ColumnType, Row } from '../../src/model/table-schema.ts';
import { freshMysqlUrl, mysqlAvailable, mysqlDatabaseUrl, mysqlRows, mysqlRun, mysqlUrl } from '../support/mysql.ts';
import { columnNames, openedStore, openSnapshot, openTarget, openWriter, readAll, tableOf, writeRows } from '../support/table-stores.ts';

const INT: ColumnType = { kind: 'integer', bits: 32, unsigned: false };
const OPTIONS = { create: false, busyTimeoutMs: 1000 };
const NUMBERS = "INSERT INTO t SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d, REPEAT('x', 200) FROM";
const DIGITS =
  '(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)';
const ROWS = 10_000;

/** A database with a table of 10,000 rows. */
async function databaseWithRows(key = 'PRIMARY KEY'): Promise<string> {
  const url = await freshMysqlUrl();
  await mysqlRun(
    url,
    `CREATE TABLE t (id int NOT NULL ${key}, v text)`,
    `${NUMBERS} ${['a', 'b', 'c', 'e'].map((one) => `${DIGITS} ${one}`).join(', ')}`,
  );
  return url;
}

/** Reads a table twice in turns, by so many rows. */
async function readInTurns(snapshot: Snapshot, ordered: boolean): Promise<readonly (readonly Row[])[]> {
  const table = await snapshot.schema('t');
  const request = { table, columns: ['v', 'id'], ordered, batch: 700 };
  const readers = [0, 1].map(() => snapshot.read(request)[Symbol.asyncIterator]());
  const read: Row[][] = [[], []];
  for (let isMore = true; isMore; ) {
    isMore = false;
    for (const [i, reader] of readers.entries()) {
      const { value, done } = await reader.next();
      if (done !== true) read[i]?.push(...(value as readonly Row[]));
      isMore ||= done !== true;
    }
  }
  return read;
}

function withLogin(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.toString();
}

describe.skipIf(!mysqlAvailable)('sessions with MySQL and MariaDB', () => {
  it('see the tables as they were, whatever is written meanwhile', async () => {
    const url = await freshMysqlUrl();
    await mysqlRun(url, 'CREATE TABLE t (id int PRIMARY KEY)', 'CREATE TABLE u (id int PRIMARY KEY)', 'INSERT INTO t VALUES (1)');
    const snapshot = await openSnapshot(url);
    await mysqlRun(url, 'INSERT INTO t VALUES (2)', 'DELETE FROM t WHERE id = 1', 'INSERT INTO u VALUES (1)');
    expect(await readAll(snapshot, 't')).toEqual([[1]]);
    expect(await readAll(snapshot, 't', false)).toEqual([[1]]);
    expect(await readAll(snapshot, 'u')).toEqual([]);
    expect(await snapshot.count(await snapshot.schema('u'))).toBe(0);
  });

  it('read in batches, in turns, and stop when nobody wants more', async () => {
    const snapshot = await openSnapshot(await databaseWithRows());
    const read = await readInTurns(snapshot, true);
    for (const rows of read) expect(rows.map(([, id]) => id)).toEqual(Array.from({ length: ROWS }, (_one, id) => id));
    const table = await snapshot.schema('t');
    for (let i = 0; i < 8; i++) {
      for await (const rows of snapshot.read({ table, columns: ['id', 'v'], ordered: true, batch: 10 })) {
        expect(rows).toHaveLength(10);
        if (i < 7) break;
        if (rows[0]?.[0] === 9990) return;
      }
    }
    expect.unreachable();
  });

  it.each(['PRIMARY KEY', ''])('of a user who may not lock tables read all the same: %j', async (key) => {
    const url = await databaseWithRows(key);
    const database = new URL(url).pathname.slice(1);
    await mysqlRun(
      url,
      `CREATE OR REPLACE USER '${database}'@'%' IDENTIFIED BY 'pw'`,
      `GRANT SELECT ON ${database}.* TO '${database}'@'%'`,
    );
    try {
      const snapshot = await openSnapshot(withLogin(url, database, 'pw'));
      await mysqlRun(url, 'DELETE FROM t WHERE id < 5000');
      const read = await readInTurns(snapshot, key !== '');
      for (const rows of read) expect(new Set(rows.map(([, id]) => id)).size).toBe(ROWS);
      const target = await openTarget(withLogin(url, database, 'pw'));
      await expect(target.create(tableOf('n', { id: INT }))).rejects.toMatchObject({ code: 'PERMISSION' });
    } finally {
      await mysqlRun(url, `DROP USER '${database}'@'%'`);
    }
  });

  it('take names of any signs', async () => {
    const url = await freshMysqlUrl();
    const target = await openTarget(url);
    const table = tableOf('a `b` \'c\' "d" ?.%', { 'i`d': INT, "it's ?": { kind: 'text', length: null, fixed: false } });
    const index = { name: 'x`y', columns: [{ name: 'i`d', descending: true }], unique: true, special: null };
    await target.create({ ...table, indexes: [index] });
    await target.finish({ ...table, indexes: [index] });
    await writeRows(target, table, [[1, '? :name `']]);
    const snapshot = await openSnapshot(url);
    expect(await snapshot.tables()).toEqual([{ name: table.name, kind: 'table' }]);
    expect(await readAll(snapshot, table.name)).toEqual([[1, '? :name `']]);
    expect((await snapshot.schema(table.name)).indexes[0]).toMatchObject({ name: 'x`y', unique: true });
  });

  it('write more than a statement may be long', async () => {
    const url = await freshMysqlUrl();
    const target = await openTarget(url);
    const table = tableOf('t', { id: INT, v: { kind: 'text', length: null, fixed: false } });
    await target.create(table);
    const writer = await openWriter(target);
    const rows: Row[] = Array.from({ length: 90 }, (_row, id) => [id, (id % 2 === 0 ? '😀' : "'").repeat(50_000)]);
    await writer.write(table, columnNames(table), rows, 'insert');
    await writer.write(table, columnNames(table), [[90, '€'.repeat(1_500_000)]], 'insert');
    await writer.commit();
    expect(await readAll(await openSnapshot(url), 't')).toEqual([...rows, [90, '€'.repeat(1_500_000)]]);
  });

  it('tell of a lost connection, in reading and in writing', async () => {
    const url = await databaseWithRows();
    const target = await openTarget(url);
    const table = await target.schema('t');
    const others = async (): Promise<void> => {
      const database = new URL(url).pathname.slice(1);
      const sessions = await mysqlRows(
        url,
        `SELECT id FROM information_schema.PROCESSLIST WHERE db = '${database}' AND id <> CONNECTION_ID()`,
      );
      await mysqlRun(url, ...sessions.map(([id]) => `KILL ${id}`));
    };
    // More than all that lies between the server and us can hold.
    await mysqlRun(url, 'CREATE VIEW much AS SELECT REPEAT(v, 50) AS v FROM t');
    const snapshot = await openSnapshot(url);
    const request = { table: await snapshot.schema('much'), columns: ['v'], ordered: false, batch: 5 };
    const reader = snapshot.read(request)[Symbol.asyncIterator]();
    await reader.next();
    const writer = await openWriter(target);
    await writer.remove(table, [[1]]);
    await others();
    await expect(writer.write(table, ['id'], [[-1]], 'insert')).rejects.toMatchObject({ code: 'CONNECTION' });
    await writer.rollback();
    const rest = async (): Promise<void> => {
      while (!(await reader.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'CONNECTION' });
    await expect(snapshot.tables()).rejects.toMatchObject({ code: 'CONNECTION' });
    expect(await mysqlRows(url, 'SELECT COUNT(*) FROM t')).toEqual([[String(ROWS)]]);
  });

  it('tell of a deadlock or a wait that is too long as such', async () => {
    const url = await databaseWithRows();
    const target = await openTarget(url);
    const table = await target.schema('t');
    const [one, two] = [await openWriter(target), await openWriter(target)];
    await one.write(table, ['id', 'v'], [[1, 'one']], 'upsert');
    await expect(two.write(table, ['id', 'v'], [[1, 'two']], 'upsert')).rejects.toMatchObject({ code: 'BUSY' });
    await two.rollback();
    await one.rollback();
  });

  it('make a database that is to be written to', async () => {
    const url = mysqlDatabaseUrl(`t_new_\`${process.pid}`.replace('`', ''));
    await expect(openStore(url, OPTIONS)).rejects.toMatchObject({ code: 'NO_DATABASE', exitCode: 10 });
    const store = await openedStore(url.replace('mysql://', 'mariadb://'), true);
    const snapshot = await store.snapshot();
    expect(await snapshot.tables()).toEqual([]);
    await expect(snapshot.schema('none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await snapshot.close();
  });

  it('are refused with what is wrong, and without a password', async () => {
    const url = await freshMysqlUrl();
    const error = await openStore(withLogin(url, 'nobody', 'sec ret'), OPTIONS).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject({ code: 'LOGIN' });
    expect(`${error?.message} ${JSON.stringify(error)}`).not.toContain('sec');
    for (const bad of ['mysql://127.0.0.1', 'mysql://127.0.0.1/a/b', 'mysql://u:%@127.0.0.1/x', 'mysql://:x:y/z']) {
      await expect(openStore(bad, OPTIONS)).rejects.toMatchObject({ code: 'USAGE' });
    }
  });
});

it('tells of a server of MySQL that is not there', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  );
  await new Promise((resolve) => server.close(resolve));
  const url = `mysql://root:secret@127.0.0.1:${port}/x`;
  await expect(openStore(url, OPTIONS)).rejects.toMatchObject({
    code: 'CONNECTION',
    message: expect.stringContaining(`mysql://root:***@127.0.0.1:${port}/x`),
  });
  expect(mysqlUrl === null).toBe(!mysqlAvailable);
});
