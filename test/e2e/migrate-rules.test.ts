import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { CopyResult } from '../../src/index.ts';
import { runCli } from '../support/cli.ts';
import { freshMysqlUrl, mysqlAvailable, mysqlRun } from '../support/mysql.ts';
import { freshSchemaUrl, postgresAvailable, inSchema } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

async function copied(cwd: string, ...args: string[]): Promise<CopyResult> {
  const run = await runCli(['migrate', 'copy', ...args, '--json'], { cwd, timeoutMs: 60_000 });
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: '' });
  return (JSON.parse(run.stdout) as { result: CopyResult }).result;
}

const MADE = `CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY CHECK (id > 0), name VARCHAR(20), state TEXT, price NUMERIC(10,2), n INTEGER,
  CONSTRAINT n_small CHECK (n BETWEEN 0 AND 100), CHECK (state IN ('new', 'it''s old')), CHECK (length(name) >= 2), CHECK (price >= 0),
  CONSTRAINT odd CHECK (lower(state) = state OR n IS NULL))`;
const ROW = "INSERT INTO t (id, name, state, price, n) VALUES (1, 'ab', 'new', 1.5, 7)";
const BROKEN = ["(2, 'ab', 'new', 1.5, 101)", "(2, 'ab', 'other', 1.5, 7)", "(2, 'a', 'new', 1.5, 7)", "(0, 'ab', 'new', 1.5, 7)"];

function sqliteSource(): string {
  const cwd = tempDir();
  const db = new Database(join(cwd, 'from.db'));
  db.exec(`${MADE}; ${ROW}; CREATE TRIGGER counted AFTER INSERT ON t BEGIN DELETE FROM t WHERE 0; END`);
  db.close();
  return cwd;
}

describe('checks and triggers', { timeout: 120_000 }, () => {
  it('are all made again in SQLite, and triggers are told', async () => {
    const cwd = sqliteSource();
    expect((await copied(cwd, 'from.db', 'to.db')).notes).toEqual(['t: trigger counted is not copied']);
    const db = new Database(join(cwd, 'to.db'));
    for (const values of [...BROKEN, "(2, 'ab', 'NEW', 1, 1)", "(2, 'ab', 'new', -1, 1)"]) {
      expect(() => db.exec(`INSERT INTO t VALUES ${values}`)).toThrow(/CHECK constraint failed/);
    }
    db.close();
  });

  it('what a folder cannot have is told', async () => {
    const { notes } = await copied(sqliteSource(), 'from.db', 'csv:to');
    expect(notes).toContain('t: check n_small is not kept: n BETWEEN 0 AND 100');
    expect(notes).toContain('t: check is not kept: price >= 0');
  });

  it.skipIf(!postgresAvailable)('go to PostgreSQL and back where they mean the same', async () => {
    const cwd = sqliteSource();
    const to = freshSchemaUrl();
    expect((await copied(cwd, 'from.db', to)).notes.filter((note) => /check|trigger/.test(note))).toEqual([
      't: check odd is not kept: lower(state) = state OR n IS NULL',
      't: trigger counted is not copied',
    ]);
    await inSchema(to, async (client) => {
      for (const values of [...BROKEN, "(2, 'ab', 'new', -1, 1)"]) {
        await expect(client.query(`INSERT INTO t (id, name, state, price, n) VALUES ${values}`)).rejects.toThrow(
          /violates check constraint/,
        );
      }
      await client.query("INSERT INTO t (id, name, state, price, n) VALUES (2, NULL, NULL, NULL, NULL), (3, 'ab', 'it''s old', 0, 100)");
    });
    const back = await copied(cwd, to, 'back.db');
    expect(back.notes.filter((note) => /check/.test(note))).toEqual([expect.stringMatching(/^t: check \w+ is not kept: \(price >= /)]);
    const db = new Database(join(cwd, 'back.db'));
    for (const values of BROKEN) expect(() => db.exec(`INSERT INTO t VALUES ${values}`)).toThrow(/CHECK constraint failed/);
    db.close();
  });

  it.skipIf(!mysqlAvailable)('go to MariaDB, and from there only what no collation decides', async () => {
    const cwd = sqliteSource();
    const to = await freshMysqlUrl();
    expect((await copied(cwd, 'from.db', to)).notes.filter((note) => /check/.test(note))).toEqual([
      't: check is not kept: id > 0',
      't: check odd is not kept: lower(state) = state OR n IS NULL',
    ]);
    for (const values of BROKEN.slice(0, 3)) {
      await expect(mysqlRun(to, `INSERT INTO t (id, name, state, price, n) VALUES ${values}`)).rejects.toThrow(/CONSTRAINT/);
    }
    await mysqlRun(to, 'CREATE TRIGGER counted BEFORE INSERT ON t FOR EACH ROW SET NEW.n = NEW.n');
    const { notes } = await copied(cwd, to, 'back.db');
    expect(notes).toContain('t: trigger counted is not copied');
    expect(notes.filter((note) => /check/.test(note)).map((note) => note.replace(/ is not kept.*/, ''))).toHaveLength(2);
    expect(notes.join('\n')).toMatch(/is not kept: `state` in \('new','it/i);
    const db = new Database(join(cwd, 'back.db'));
    for (const values of [BROKEN[0], BROKEN[2]]) expect(() => db.exec(`INSERT INTO t VALUES ${values}`)).toThrow(/CHECK constraint failed/);
    db.close();
  });
});

describe.skipIf(!postgresAvailable)('indexes from PostgreSQL to PostgreSQL', { timeout: 120_000 }, () => {
  const INDEXES = [
    'CREATE INDEX words ON docs USING gin (tags)',
    "CREATE UNIQUE INDEX live ON docs (title) WHERE (state = 'live'::text)",
    'CREATE INDEX folded ON docs (lower(title), id DESC)',
    'CREATE UNIQUE INDEX covering ON docs (code) INCLUDE (title, state)',
    'CREATE INDEX starts ON docs (title text_pattern_ops)',
    'CREATE INDEX nulls ON docs (state NULLS FIRST)',
    'CREATE INDEX " ON x.y USING btree (" ON docs USING hash (state)',
  ];
  const definitions = (address: string): Promise<string[]> =>
    inSchema(address, async (client) => {
      const { rows } = await client.query<{ sql: string }>(
        "SELECT pg_get_indexdef(indexrelid) AS sql FROM pg_index WHERE indrelid = 'docs'::regclass ORDER BY 1",
      );
      return rows.map(({ sql }) => sql.replaceAll(/\bt_[0-9a-f]{16}\./g, ''));
    });

  it('are all made again, as they were', async () => {
    const cwd = tempDir();
    const from = freshSchemaUrl();
    await inSchema(from, async (client) => {
      await client.query('CREATE TABLE docs (id int PRIMARY KEY, code int NOT NULL, title text, state text, tags text[])');
      for (const sql of INDEXES) await client.query(sql);
      await client.query("INSERT INTO docs SELECT i, i, 't' || i, 'live', ARRAY['a', 'b'] FROM generate_series(1, 50) i");
    });
    const to = freshSchemaUrl();
    expect((await copied(cwd, from, to)).notes).toEqual([]);
    const made = await definitions(to);
    expect(made).toEqual(await definitions(from));
    expect(made).toHaveLength(INDEXES.length + 1);
    // Once more: nothing is made twice.
    await copied(cwd, from, to, '--mode', 'truncate');
    expect(await definitions(to)).toEqual(made);
  });

  it('one that needs what the target does not have is left out and told', async () => {
    const from = freshSchemaUrl();
    const namespace = new URL(from).searchParams.get('schema') as string;
    await inSchema(from, async (client) => {
      await client.query(`CREATE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
        CREATE TABLE docs (id int PRIMARY KEY, title text); INSERT INTO docs VALUES (1, 'A'); CREATE INDEX own ON docs (fold(title))`);
    });
    const to = freshSchemaUrl();
    expect(namespace).not.toBe('');
    expect((await copied(tempDir(), from, to)).notes).toEqual(['docs: index own is not kept: this database lacks what it is made of']);
  });
});

describe('a table without the one that it points to', { timeout: 120_000 }, () => {
  const places = [
    { name: 'SQLite', isThere: true, fresh: async () => 'to.db' },
    { name: 'PostgreSQL', isThere: postgresAvailable, fresh: async () => freshSchemaUrl() },
    { name: 'MariaDB', isThere: mysqlAvailable, fresh: () => freshMysqlUrl() },
  ].filter(({ isThere }) => isThere);

  it.each(places)('is copied to $name without its reference, which is told; later ones are kept', async ({ fresh }) => {
    const cwd = tempDir();
    const db = new Database(join(cwd, 'from.db'));
    db.exec(`CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id));
      INSERT INTO parent VALUES (5); INSERT INTO child VALUES (1, 5), (2, NULL)`);
    db.close();
    const lone = await copied(cwd, 'from.db', await fresh(), '--tables', 'child');
    expect(lone).toMatchObject({ tables: [{ name: 'child', written: 2, verified: true }], differences: [] });
    expect(lone.notes).toEqual(['child: the reference of p to parent is not kept: parent is neither copied nor there']);
    const cwd2 = tempDir();
    const to = (await fresh()).replace('to.db', join(cwd2, 'both.db'));
    expect((await copied(cwd, 'from.db', to, '--tables', 'parent')).notes).toEqual([]);
    expect((await copied(cwd, 'from.db', to, '--tables', 'child')).notes).toEqual([]);
    const back = await copied(cwd, to, join(cwd2, 'back.db'), '--all');
    expect(back.tables.map(({ name, verified }) => [name, verified])).toEqual([
      ['parent', true],
      ['child', true],
    ]);
    const made = new Database(join(cwd2, 'back.db'), { readonly: true });
    expect(made.prepare('SELECT "table" FROM pragma_foreign_key_list(\'child\')').pluck().all()).toEqual(['parent']);
    made.close();
  });
});

describe('a folder of CSV files in another encoding', { timeout: 60_000 }, () => {
  it('is refused with the command that makes UTF-8 of a file, and that command does', async () => {
    const cwd = tempDir();
    mkdirSync(join(cwd, 'shop'));
    const file = join(cwd, 'shop', 'people.csv');
    const rows = Array.from({ length: 50 }, (_, i) => `${i},张三${i},北京市朝阳区\n`).join('');
    writeFileSync(file, iconv.encode(`编号,姓名,地址\n${rows}`, 'gb18030'));
    const refused = await runCli(['migrate', 'copy', 'csv:shop', 'to.db'], { cwd });
    expect({ exitCode: refused.exitCode, stdout: refused.stdout }).toEqual({ exitCode: 4, stdout: '' });
    const hint = /^error: people\.csv: [^\n]* is not utf-8 text\nhint: [^\n]*: crm (inspect \S+ --to-csv) NEW\.csv\n$/.exec(
      refused.stderr,
    )?.[1];
    expect(hint, refused.stderr).toBeDefined();
    expect(await runCli([...(hint as string).split(' '), 'new.csv'], { cwd })).toMatchObject({ exitCode: 0 });
    renameSync(join(cwd, 'new.csv'), file);
    expect((await copied(cwd, 'csv:shop', 'to.db')).tables).toEqual([
      { name: 'people', read: 50, written: 50, rejected: 0, verified: true },
    ]);
  });
});
