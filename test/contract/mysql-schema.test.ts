import { describe, expect, it } from 'vitest';
import type { Column, ColumnType, TableSchema } from '../../src/model/table-schema.ts';
import { freshMysqlUrl, mysqlAvailable, mysqlRows, mysqlRun } from '../support/mysql.ts';
import { openedStore, openSnapshot, openTarget, openWriter, readAll, tableOf, writeRows } from '../support/table-stores.ts';

const INT: ColumnType = { kind: 'integer', bits: 32, unsigned: false };
const HAND_WRITTEN = [
  'CREATE TABLE parent (id int unsigned NOT NULL, code char(3) NOT NULL, PRIMARY KEY (id), UNIQUE KEY by_code (code)) ENGINE=InnoDB',
  `CREATE TABLE \`odd \`\`name\`\`\` (
    id bigint unsigned NOT NULL AUTO_INCREMENT,
    parent int unsigned NULL,
    name varchar(40) NOT NULL DEFAULT 'it''s \\\\ "new"',
    n int NOT NULL DEFAULT -5,
    price decimal(12,3) DEFAULT 1.500,
    ok tinyint(1) NOT NULL DEFAULT 1,
    mask bit(4) DEFAULT b'101',
    day date DEFAULT '2026-01-01',
    made timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    said text CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci,
    doc json,
    kind enum('a','it''s','b,c') DEFAULT 'it''s',
    label varchar(90) GENERATED ALWAYS AS (concat(name, '-', n)) STORED,
    twice bigint AS (n * 2) VIRTUAL,
    PRIMARY KEY (id, n),
    UNIQUE KEY by_name (name, price),
    KEY by_prefix (said(10)),
    KEY by_day (day),
    FULLTEXT KEY words (said),
    CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE SET NULL ON UPDATE CASCADE
  ) ENGINE=InnoDB AUTO_INCREMENT=77 COMMENT='of ''odd'' things'`,
  "ALTER TABLE `odd ``name``` MODIFY price decimal(12,3) DEFAULT 1.500 COMMENT 'net ☃'",
  'CREATE VIEW seen AS SELECT id FROM parent',
];
const ODD = 'odd `name`';

function columnOf(table: TableSchema, name: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return column;
}

describe.skipIf(!mysqlAvailable)('tables of MySQL and MariaDB', () => {
  it('are described as they were written', async () => {
    const url = await freshMysqlUrl('CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci');
    await mysqlRun(url, ...HAND_WRITTEN);
    const snapshot = await openSnapshot(url);
    expect(await snapshot.tables()).toEqual([
      { name: ODD, kind: 'table' },
      { name: 'parent', kind: 'table' },
      { name: 'seen', kind: 'view' },
    ]);
    const table = await snapshot.schema(ODD);
    expect(table).toMatchObject({ name: ODD, primaryKey: ['id', 'n'], comment: "of 'odd' things" });
    expect(table.foreignKeys).toEqual([
      { name: 'of_parent', columns: ['parent'], table: 'parent', references: ['id'], onDelete: 'set null', onUpdate: 'cascade' },
    ]);
    expect(columnOf(table, 'id')).toMatchObject({ identity: true, nextIdentity: 77n, default: null, nullable: false });
    expect(table.columns.map(({ name, default: given }) => [name, given])).toEqual([
      ['id', null],
      ['parent', null],
      ['name', { value: 'it\'s \\ "new"' }],
      ['n', { value: -5 }],
      ['price', { value: '1.500' }],
      ['ok', { value: true }],
      ['mask', { value: '0101' }],
      ['day', { value: '2026-01-01' }],
      ['made', { expression: expect.stringMatching(/^current_timestamp\(3\) on update current_timestamp\(3\)$/i) }],
      ['said', null],
      ['doc', null],
      ['kind', { value: "it's" }],
      ['label', null],
      ['twice', null],
    ]);
    expect(columnOf(table, 'price').comment).toBe('net ☃');
    expect(columnOf(table, 'said').collation).toBe('utf8mb4_unicode_ci');
    expect(columnOf(table, 'name').collation).toBeNull();
    expect(columnOf(table, 'doc').type.kind).toBe('json');
    expect(columnOf(table, 'kind').type).toEqual({ kind: 'enum', name: null, values: ['a', "it's", 'b,c'] });
    expect(columnOf(table, 'label').generated).toMatchObject({ expression: expect.stringMatching(/concat/i), stored: true });
    expect(columnOf(table, 'twice').generated).toMatchObject({ stored: false });
    expect(columnOf(table, 'id').declared).toMatch(/^bigint(\(20\))? unsigned$/);
    const special = Object.fromEntries(table.indexes.map((index) => [index.name, index.special]));
    expect(special).toMatchObject({ by_name: null, by_day: null });
    expect(special.by_prefix).toContain('(`said`(10))');
    expect(special.words).toMatch(/^CREATE FULLTEXT INDEX `words`/);
    expect(table.indexes.find(({ name }) => name === 'by_name')).toMatchObject({
      unique: true,
      columns: [{ name: 'name' }, { name: 'price' }],
    });
  });

  it('are made again elsewhere just so', async () => {
    const [from, to] = [await freshMysqlUrl('COLLATE utf8mb4_general_ci'), await freshMysqlUrl('COLLATE utf8mb4_nopad_bin')];
    await mysqlRun(from, ...HAND_WRITTEN, "INSERT INTO parent VALUES (1, 'abc')");
    const source = await openSnapshot(from);
    const tables = [await source.schema('parent'), await source.schema(ODD)];
    const target = await openTarget(to);
    for (const table of tables) await target.create(table);
    await writeRows(target, tables[0] as TableSchema, await readAll(source, 'parent'));
    for (let i = 0; i < 2; i++) {
      for (const table of tables) await target.create(table);
      for (const table of tables) await target.finish(table);
      for (const table of tables) await target.connect(table);
    }
    const made = [await target.schema('parent'), await target.schema(ODD)];
    const plain = ({ columns, indexes, ...rest }: TableSchema): unknown => ({
      ...rest,
      columns: columns.map((column) => ({ ...column, collation: null, declared: '' })),
      indexes: indexes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    });
    expect(made.map(plain)).toEqual(tables.map(plain));
    expect(target.plan(tables[1] as TableSchema).join('\n')).toMatch(/CREATE TABLE [\s\S]*AUTO_INCREMENT[\s\S]*ADD UNIQUE INDEX `by_name`/);
  });

  it('number on where they were, even by a column that is no key', async () => {
    const url = await freshMysqlUrl();
    const target = await openTarget(url);
    const plain = tableOf('t', { key: INT, n: INT });
    const columns = plain.columns.map((column) => (column.name === 'n' ? { ...column, identity: true, nextIdentity: 4_000n } : column));
    const table = { ...plain, columns };
    await target.create(table);
    await writeRows(target, table, [[1, 0]]);
    await target.finish(table);
    await target.finish(table);
    await mysqlRun(url, 'INSERT INTO t (`key`) VALUES (2)');
    expect(await mysqlRows(url, 'SELECT n FROM t ORDER BY `key`')).toEqual([['0'], ['4000']]);
  });

  it('of many long columns are made, keys and short ones within the row', async () => {
    const url = await freshMysqlUrl();
    const target = await openTarget(url);
    const types = Object.fromEntries(
      Array.from({ length: 40 }, (_one, i) => [`c${i}`, { kind: 'text', length: 700 + i, fixed: false } as const]),
    );
    await target.create(tableOf('wide', { id: { kind: 'text', length: 255, fixed: false }, ...types }));
    const made = (await target.schema('wide')).columns.map(({ type }) => (type.kind === 'text' ? type.length : null));
    expect(made[0]).toBe(255);
    expect(made).toContain(null);
    expect(made).toContain(700);
  });

  it('are connected only where all rows point to something', async () => {
    const url = await freshMysqlUrl();
    const target = await openTarget(url);
    const reference = { columns: ['p'], table: 'p', references: ['id'], onDelete: 'set default', onUpdate: 'no action' } as const;
    const parent = tableOf('p', { id: INT });
    const child = tableOf('c', { id: INT, p: INT }, { foreignKeys: [{ ...reference, name: 'fk' }] });
    const other = tableOf('d', { id: INT, p: INT }, { foreignKeys: [{ ...reference, name: 'fk' }] });
    for (const table of [parent, child, other]) await target.create(table);
    await writeRows(target, child, [
      [1, 9],
      [2, null],
    ]);
    await expect(target.connect(child)).rejects.toMatchObject({ code: 'INTEGRITY', details: { count: 1, table: 'c' } });
    await writeRows(target, parent, [[9]]);
    for (let i = 0; i < 2; i++) for (const table of [child, other]) await target.connect(table);
    expect((await target.schema('c')).foreignKeys).toHaveLength(1);
    expect((await target.schema('d')).foreignKeys).toHaveLength(1);
    await target.truncate([parent, child]);
    expect(await mysqlRows(url, 'SELECT (SELECT COUNT(*) FROM p) + (SELECT COUNT(*) FROM c)')).toEqual([['0']]);
  });

  it('of other databases get types that the server has', async () => {
    const url = await freshMysqlUrl();
    const { facts } = await openedStore(url);
    const held = (type: ColumnType, isKey = false): ColumnType => facts.hold(type, { isKey });
    const text = (length: number | null): ColumnType => ({ kind: 'text', length, fixed: false });
    expect(held({ kind: 'text', length: null, fixed: false }, true)).toEqual(text(255));
    expect(held({ kind: 'text', length: 5, fixed: true })).toEqual(text(5));
    expect(held({ kind: 'text', length: 20_000, fixed: false })).toEqual(text(null));
    expect(held({ kind: 'decimal', precision: null, scale: null })).toEqual(text(null));
    expect(held({ kind: 'decimal', precision: 66, scale: 2 })).toEqual(text(null));
    expect(held({ kind: 'timestamp', precision: 9, zone: true })).toEqual({ kind: 'timestamp', precision: 6, zone: false });
    expect(held({ kind: 'time', precision: 6, zone: true })).toEqual(text(null));
    expect(held({ kind: 'array', of: INT }).kind).toBe('json');
    expect(held({ kind: 'interval' })).toEqual(text(null));
    expect(held({ kind: 'network', of: 'cidr' }, true)).toEqual(text(43));
    expect(held({ kind: 'enum', name: 'mood', values: ['a', 'b '] })).toEqual(text(2));
    expect(held({ kind: 'enum', name: 'mood', values: ['😀'] })).toEqual(text(2));
    expect(held({ kind: 'enum', name: 'mood', values: ['a'] })).toEqual({ kind: 'enum', name: null, values: ['a'] });
    expect(held({ kind: 'bits', length: 65, fixed: true })).toEqual(text(65));
    const kinds: ColumnType[] = [
      { kind: 'any' },
      { kind: 'interval' },
      { kind: 'json', binary: true },
      { kind: 'other', name: 'tsvector' },
      { kind: 'bytes', length: null, fixed: false },
      { kind: 'bytes', length: 300, fixed: true },
      { kind: 'set', values: ['a,b'] },
      { kind: 'float', bits: 32 },
      { kind: 'boolean' },
      { kind: 'uuid' },
    ];
    const target = await openTarget(url);
    for (const isKey of [false, true]) {
      const types = kinds.map((type) => held(type, isKey));
      const name = `t${isKey}`;
      await target.create(tableOf(name, { id: INT, ...Object.fromEntries(types.map((type, i) => [`c${i}`, type])) }));
      expect((await target.schema(name)).columns.slice(1).map(({ type }) => type)).toEqual(types);
    }
  });

  it('keep a ledger in the same transaction as their rows', async () => {
    const url = await freshMysqlUrl();
    const target = await openTarget(url);
    const table = tableOf('t', { id: INT });
    await target.create(table);
    expect(await target.ledger('one')).toEqual([]);
    const writer = await openWriter(target);
    const entry = { copy: 'one', table: 't', part: 0, content: '{"key":"it\'s \\\\ 😀"}' };
    await writer.write(table, ['id'], [[1]], 'insert');
    await writer.record(entry);
    await writer.rollback();
    await writer.rollback();
    expect(await target.ledger('one')).toEqual([]);
    await writer.begin();
    await writer.write(table, ['id'], [[2]], 'insert');
    await writer.record({ ...entry, part: 1, content: 'old' });
    await writer.record({ ...entry, part: 1 });
    await writer.record({ ...entry, copy: 'two' });
    await writer.commit();
    expect(await target.ledger('one')).toEqual([{ ...entry, part: 1 }]);
    expect(await target.tables()).toEqual([{ name: 't', kind: 'table' }]);
    await target.forget('one');
    expect(await target.ledger('one')).toEqual([]);
    expect(await target.ledger('two')).toHaveLength(1);
    await target.forget('two');
    expect(await mysqlRows(url, 'SHOW TABLES')).toEqual([['t']]);
  });
});
