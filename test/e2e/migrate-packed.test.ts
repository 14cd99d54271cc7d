import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { CopyResult } from '../../src/index.ts';
import { runCli } from '../support/cli.ts';
import { freshSchemaUrl, postgresAvailable, inSchema } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROWS = 3000;
const TABLE = 'CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, name TEXT, n INTEGER, ok BOOLEAN, born DATE, seen TIMESTAMP)';

/** A file of plain rows, some of which are then made special. */
function source(special: string): string {
  const cwd = tempDir();
  const db = new Database(join(cwd, 'from.db'));
  db.exec(TABLE);
  const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (let i = 1n; i <= BigInt(ROWS); i++) {
      const isNull = i % 7n === 0n;
      insert.run(i, isNull ? null : `名字 ${i}`, isNull ? null : i * 3n, i % 2n, isNull ? null : '2024-02-29', '2026-11-26 10:48:56');
    }
  })();
  db.exec(special);
  db.close();
  return cwd;
}

async function copied(exitCode: number, cwd: string, ...args: string[]): Promise<CopyResult> {
  const run = await runCli(['migrate', 'copy', ...args, '--batch', '500', '--json'], { cwd, timeoutMs: 60_000 });
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode, stderr: '' });
  return (JSON.parse(run.stdout) as { result: CopyResult }).result;
}

/** Rows that a statement answers in the schema of an address. */
function rowsIn(address: string, sql: string): Promise<unknown[]> {
  return inSchema(address, async (client) => {
    await client.query('SET DateStyle TO ISO');
    return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[];
  });
}

const MADE =
  'CREATE TABLE t (id bigint PRIMARY KEY, name text, n bigint, ok boolean, born date, seen timestamp, CHECK (n IS DISTINCT FROM 7503))';

function trigger(body: string): string {
  return `${MADE}; CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN NEW; END $$;
    CREATE TRIGGER spoil BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION spoil()`;
}

describe.skipIf(!postgresAvailable)('rows that SQLite puts together as text', { timeout: 120_000 }, () => {
  it('are read with more care where there is anything in them', async () => {
    const cwd = source(`
      UPDATE t SET name = 'tab' || char(9) || 'end' WHERE id = 10; UPDATE t SET name = 'line' || char(10) || 'end' WHERE id = 600;
      UPDATE t SET name = '\\N' WHERE id = 1100; UPDATE t SET name = 'back\\slash' WHERE id = 1101; UPDATE t SET name = char(13) WHERE id = 1600;
      UPDATE t SET name = '' WHERE id = 1601; UPDATE t SET n = 9007199254740993 WHERE id = 1602; UPDATE t SET n = -9223372036854775808 WHERE id = 2100;
      UPDATE t SET seen = '2026-11-26T10:48:56.120' WHERE id = 2101; UPDATE t SET name = '\\.' WHERE id = 2600`);
    const to = freshSchemaUrl();
    expect(await copied(0, cwd, 'from.db', to)).toMatchObject({
      tables: [{ name: 't', read: ROWS, written: ROWS, rejected: 0, verified: true }],
      conversions: [],
    });
    const held = await rowsIn(to, 'SELECT id::text, name, n::text, ok, born::text, seen::text FROM t ORDER BY t.id');
    const db = new Database(join(cwd, 'from.db'), { readonly: true });
    const stored = db.prepare('SELECT id, name, n, ok, born, seen FROM t ORDER BY id').safeIntegers().raw().all() as unknown[][];
    db.close();
    const expected = stored.map(([id, name, n, ok, born, seen]) => [
      String(id),
      name,
      n === null ? null : String(n),
      ok === 1n,
      born,
      String(seen).replace('T', ' ').replace('.120', '.12'),
    ]);
    expect(held).toEqual(expected);
  });

  it('are converted and rejected by the same rules as others', async () => {
    const cwd = source(`
      UPDATE t SET name = 'a' || char(0) || 'b' WHERE id = 11; UPDATE t SET name = CAST(x'ff41' AS TEXT) WHERE id = 701;
      UPDATE t SET born = '2023-02-29' WHERE id = 1201; UPDATE t SET born = '2024/01/05' WHERE id = 1202; UPDATE t SET born = 'today' WHERE id = 1203;
      UPDATE t SET n = 'many' WHERE id = 1701; UPDATE t SET ok = 2 WHERE id = 2201; UPDATE t SET born = '2024-01-05 10:00:00' WHERE id = 2801`);
    const result = await copied(3, cwd, 'from.db', freshSchemaUrl());
    expect(result.tables).toEqual([{ name: 't', read: ROWS, written: ROWS - 5, rejected: 5, verified: true }]);
    expect(result.conversions).toEqual([
      { table: 't', column: 'name', reason: 'NUL_REMOVED', cells: 1 },
      { table: 't', column: 'name', reason: 'INVALID_UTF8_REPLACED', cells: 1 },
      { table: 't', column: 'born', reason: 'TIME_REMOVED', cells: 1 },
    ]);
    expect(rejectedKeys(cwd)).toEqual([1201, 1202, 1203, 1701, 2201]);
  });

  it('that the target refuses are left out one by one, and the others are all there', async () => {
    const cwd = source('UPDATE t SET n = 7503 WHERE id IN (3, 1499, 1500, 2999)');
    const to = freshSchemaUrl();
    await rowsIn(to, MADE);
    const result = await copied(3, cwd, 'from.db', to, '--mode', 'truncate');
    expect(result.tables).toEqual([{ name: 't', read: ROWS, written: ROWS - 5, rejected: 5, verified: true }]);
    // 2501 is the row whose number is 7503 by itself.
    expect(rejectedKeys(cwd)).toEqual([3, 1499, 1500, 2501, 2999]);
    expect(await rowsIn(to, 'SELECT count(*)::int, count(DISTINCT id)::int FROM t')).toEqual([[ROWS - 5, ROWS - 5]]);
  });

  it.each([
    ["IF NEW.id = 2500 THEN NEW.name := NEW.name || '!'; END IF;", { kind: 'different', key: { id: 2500 }, column: 'name' }],
    ['IF NEW.id = 14 THEN NEW.name := 0; END IF;', { kind: 'different', key: { id: 14 }, column: 'name' }],
    ["IF NEW.id = 3000 THEN NEW.born := '2024-02-28'; END IF;", { kind: 'different', key: { id: 3000 }, column: 'born' }],
    ['IF NEW.id = 2600 THEN RETURN NULL; END IF;', { kind: 'missing', key: { id: 2600 }, column: null }],
    ['IF NEW.id = 3000 THEN NEW.id = 4000; END IF;', { kind: 'different', key: { id: 3000 }, column: 'id' }],
  ])('what the target holds otherwise is named: %s', async (body, difference) => {
    const cwd = source('');
    const to = freshSchemaUrl();
    await rowsIn(to, trigger(body).replace('7503', '1'));
    const result = await copied(5, cwd, 'from.db', to, '--mode', 'truncate');
    expect(result.differences).toMatchObject([{ table: 't', ...difference }]);
    expect(result.tables[0]?.verified).toBe(false);
  });
});

function rejectedKeys(cwd: string): unknown[] {
  const lines = readFileSync(join(cwd, 'from.db.rejects.ndjson'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => (JSON.parse(line) as { key: unknown[] }).key[0]);
}

describe.skipIf(!postgresAvailable)('rows that PostgreSQL gives as text', { timeout: 120_000 }, () => {
  const SPECIAL = `UPDATE t SET name = 'tab' || char(9) || 'line' || char(10) || '\\N\\.' WHERE id IN (10, 2999, 3000)`;

  it('go to PostgreSQL as they are, and a row that it refuses is left out', async () => {
    const cwd = source(SPECIAL);
    const [first, second, third] = [freshSchemaUrl(), freshSchemaUrl(), freshSchemaUrl()];
    await copied(0, cwd, 'from.db', first);
    expect((await copied(0, cwd, first, second)).tables).toEqual([{ name: 't', read: ROWS, written: ROWS, rejected: 0, verified: true }]);
    const rows = 'SELECT t::text FROM t ORDER BY t.id';
    expect(await rowsIn(second, rows)).toEqual(await rowsIn(first, rows));
    await rowsIn(third, MADE);
    const refused = await copied(3, cwd, second, third, '--mode', 'truncate');
    expect(refused.tables).toEqual([{ name: 't', read: ROWS, written: ROWS - 1, rejected: 1, verified: true }]);
    expect(await rowsIn(third, rows)).toEqual((await rowsIn(first, rows)).filter((row) => !String(row).startsWith('(2501,')));
  });

  it('are compared with what PostgreSQL holds', async () => {
    const cwd = source(SPECIAL);
    const [first, second] = [freshSchemaUrl(), freshSchemaUrl()];
    await copied(0, cwd, 'from.db', first);
    await rowsIn(second, trigger('IF NEW.id = 2001 THEN NEW.n := NEW.n + 1; END IF;'));
    const result = await copied(5, cwd, first, second, '--mode', 'truncate');
    expect(result.differences).toMatchObject([{ table: 't', kind: 'different', key: { id: 2001 }, column: 'n' }]);
  });

  it.each([
    ['UPDATE t SET name = NULL WHERE id = 2998', 'name'],
    ["UPDATE t SET born = '2024-02-28' WHERE id = 2998", 'born'],
    ['UPDATE t SET ok = NOT ok WHERE id = 2998', 'ok'],
    ["UPDATE t SET n = CAST(n AS TEXT) || '0' WHERE id = 2998", 'n'],
    ["UPDATE t SET name = name || ' ' WHERE id = 2998", 'name'],
  ])('are compared with what SQLite holds: %s', async (change, column) => {
    const cwd = source('');
    const between = freshSchemaUrl();
    await copied(0, cwd, 'from.db', between);
    expect((await copied(0, cwd, between, 'to.db')).tables[0]).toMatchObject({ written: ROWS, verified: true });
    const db = new Database(join(cwd, 'to.db'));
    const [, table, rest] = /^UPDATE (\w+) (.*) WHERE/.exec(change) as unknown as [string, string, string];
    db.exec(
      `DELETE FROM ${table}; CREATE TRIGGER spoil AFTER INSERT ON t WHEN NEW.id = 2998 BEGIN UPDATE ${table} ${rest} WHERE id = 2998; END`,
    );
    db.close();
    const result = await copied(5, cwd, between, 'to.db', '--mode', 'truncate');
    expect(result.differences).toMatchObject([{ table: 't', kind: 'different', key: { id: 2998 }, column }]);
  });
});

describe('rows of SQLite in SQLite', { timeout: 120_000 }, () => {
  it('are compared with what is there', async () => {
    const cwd = source('');
    await copied(0, cwd, 'from.db', 'to.db');
    const db = new Database(join(cwd, 'to.db'));
    db.exec("DELETE FROM t; CREATE TRIGGER spoil AFTER INSERT ON t WHEN NEW.id = 2998 BEGIN UPDATE t SET name = '' WHERE id = 2998; END");
    db.close();
    const result = await copied(5, cwd, 'from.db', 'to.db', '--mode', 'truncate');
    expect(result.differences).toMatchObject([{ table: 't', kind: 'different', key: { id: 2998 }, column: 'name' }]);
  });
});
