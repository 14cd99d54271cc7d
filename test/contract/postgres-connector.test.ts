import pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { TableTarget } from '../../src/connectors/connector.ts';
import type { Cell, ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';
import { columnOf, storeAt } from '../support/connectors.ts';
import { freshSchemaUrl, postgresAvailable, postgresUrl } from '../support/postgres.ts';
import { ID, itKeepsThings, things, written } from '../support/things-table.ts';

const KINDS: readonly (readonly [ColumnType, readonly Cell[]])[] = [
  [{ kind: 'boolean' }, [true, false]],
  [{ kind: 'integer', bits: 16, unsigned: false }, [-32768, 32767]],
  [{ kind: 'integer', bits: 64, unsigned: false }, [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 0]],
  [{ kind: 'decimal', precision: 38, scale: 10 }, ['1234567890123456789012345678.0123456789', '-0.5000000000']],
  [{ kind: 'decimal', precision: null, scale: null }, ['1'.repeat(200), '0.10', 'NaN', '-Infinity']],
  [{ kind: 'float', bits: 64 }, [0.1, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, -0]],
  [{ kind: 'float', bits: 32 }, [0.1, 3.4e38]],
  [{ kind: 'text', length: null, fixed: false }, ['', ' x ', '王芳', '👍🏽', 'it\'s \\ "so"\t\n\r\v\b', '\\N', '\\.']],
  [{ kind: 'text', length: 5, fixed: true }, ['ab   ']],
  [{ kind: 'bytes', length: null, fixed: false }, [Uint8Array.from([0, 1, 255, 92, 10]), new Uint8Array()]],
  [{ kind: 'bits', length: null, fixed: false }, ['0101', '']],
  [{ kind: 'date' }, ['2026-02-28', '0001-01-01', '9999-12-31', '-0043-03-15', '0000-12-31', 'infinity', '-infinity', '12026-01-01']],
  [{ kind: 'time', precision: 6, zone: false }, ['00:00:00', '24:00:00', '23:59:59.5', '12:00:00.123456']],
  [{ kind: 'time', precision: 6, zone: true }, ['12:00:00+02:00', '12:00:00.5-05:30']],
  [{ kind: 'timestamp', precision: 6, zone: false }, ['2026-01-31 18:00:00', '2026-01-31 18:00:00.12', '-0043-03-15 01:00:00', 'infinity']],
  [
    { kind: 'timestamp', precision: 3, zone: true },
    ['2026-01-31 18:00:00Z', '1900-01-01 00:00:00.001Z', '-0043-03-15 01:00:00Z', '-infinity'],
  ],
  [{ kind: 'interval' }, ['P1Y2M3DT4H5M6.5S', 'PT0S', 'P-1M', 'PT-5H']],
  [{ kind: 'json', binary: false }, ['{"a": 1, "a": 12345678901234567890}', 'null', '[]']],
  [{ kind: 'json', binary: true }, ['{"a": 12345678901234567890.10}', 'null', '"\\\\"']],
  [{ kind: 'uuid' }, ['00000000-0000-0000-0000-0000000000ff']],
  [{ kind: 'network', of: 'inet' }, ['10.0.0.1', '10.0.0.0/8', '::1']],
  [{ kind: 'enum', name: 'mood', values: ['a', "b'c"] }, ['a', "b'c"]],
  [
    { kind: 'array', of: { kind: 'text', length: null, fixed: false } },
    [['a', null, "x'y", 'NULL', '"\\', '', '{,}', 'ü\n'], [], [['a'], ['b']]],
  ],
  [{ kind: 'array', of: { kind: 'integer', bits: 32, unsigned: false } }, [[1, null, -5]]],
  [{ kind: 'array', of: { kind: 'timestamp', precision: 6, zone: true } }, [['2026-01-31 18:00:00Z', null]]],
];

/** TRUNCATE is seen by snapshots that are older. */
async function removeAll(target: TableTarget, table: TableSchema, rows: readonly Row[]): Promise<void> {
  const writer = await target.writer();
  await writer.begin();
  await writer.remove(table, rows);
  await writer.commit();
  await writer.close();
}

describe.skipIf(!postgresAvailable)('PostgreSQL', () => {
  itKeepsThings({
    open: () => storeAt(freshSchemaUrl()),
    kinds: KINDS,
    narrow: { bits: 16, tooLarge: 70_000 },
    clear: removeAll,
  });

  it('describes a schema that somebody wrote', async () => {
    const url = freshSchemaUrl();
    const schema = new URL(url).searchParams.get('schema') as string;
    const client = new pg.Client({ connectionString: postgresUrl as string });
    await client.connect();
    await client.query(`CREATE SCHEMA "${schema}"; SET search_path TO "${schema}";
      CREATE TYPE "Mood" AS ENUM ('sad', 'it''s ok');
      CREATE DOMAIN plz AS varchar(5) CHECK (value ~ '^[0-9]*$');
      CREATE TABLE parent (a int, b text COLLATE "C", PRIMARY KEY (a, b));
      CREATE TABLE "Child ""x" (id serial PRIMARY KEY, big bigint GENERATED ALWAYS AS IDENTITY, m "Mood" DEFAULT 'sad', z plz, n numeric(10,2) DEFAULT 1.50 NOT NULL,
        twice numeric GENERATED ALWAYS AS (n * 2) STORED, t timestamptz(3) DEFAULT now(), a int, b text, tags text[] DEFAULT '{}', moods "Mood"[],
        CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL);
      CREATE UNIQUE INDEX by_n ON "Child ""x" (n DESC, z); CREATE INDEX part ON "Child ""x" (a) WHERE a > 1; CREATE INDEX expr ON "Child ""x" (lower(b));
      COMMENT ON TABLE parent IS 'the parent'; COMMENT ON COLUMN parent.a IS 'a number';
      CREATE VIEW v AS SELECT 1; CREATE TABLE parts (id int, d date) PARTITION BY RANGE (d);
      CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
      INSERT INTO "Child ""x" (z, moods) VALUES ('01234', ARRAY['sad', NULL]::"Mood"[])`);
    await client.end();
    const snapshot = await (await storeAt(url, false)).snapshot();
    expect(await snapshot.tables()).toEqual([
      { name: 'Child "x', kind: 'table' },
      { name: 'parent', kind: 'table' },
      { name: 'parts', kind: 'table' },
      { name: 'v', kind: 'view' },
    ]);
    const child = await snapshot.schema('Child "x');
    const byName = Object.fromEntries(child.columns.map((one) => [one.name, one]));
    expect(byName.id).toMatchObject({
      type: { kind: 'integer', bits: 32 },
      identity: true,
      nextIdentity: 2n,
      default: null,
      nullable: false,
    });
    expect(byName.big).toMatchObject({ type: { kind: 'integer', bits: 64 }, identity: true, nextIdentity: 2n });
    expect(byName.m).toMatchObject({ type: { kind: 'enum', name: 'Mood', values: ['sad', "it's ok"] }, default: { value: 'sad' } });
    expect(byName.z).toMatchObject({ type: { kind: 'text', length: 5, fixed: false }, declared: 'plz' });
    expect(byName.n).toMatchObject({ type: { kind: 'decimal', precision: 10, scale: 2 }, default: { value: '1.50' }, nullable: false });
    expect(byName.twice?.generated).toEqual({ expression: expect.stringContaining('n * '), stored: true });
    expect(byName.t).toMatchObject({ type: { kind: 'timestamp', precision: 3, zone: true }, default: { expression: 'now()' } });
    expect(byName.tags).toMatchObject({ type: { kind: 'array', of: { kind: 'text' } }, default: { value: [] } });
    expect(byName.moods?.type).toEqual({ kind: 'array', of: { kind: 'enum', name: 'Mood', values: ['sad', "it's ok"] } });
    expect(child.primaryKey).toEqual(['id']);
    expect(child.foreignKeys).toEqual([
      { name: 'fk', columns: ['a', 'b'], table: 'parent', references: ['a', 'b'], onDelete: 'cascade', onUpdate: 'set null' },
    ]);
    expect(child.indexes).toEqual([
      {
        name: 'by_n',
        columns: [
          { name: 'n', descending: true },
          { name: 'z', descending: false },
        ],
        unique: true,
        special: null,
      },
      { name: 'expr', columns: [], unique: false, special: expect.stringContaining('lower'), definition: 'USING btree (lower(b))' },
      {
        name: 'part',
        columns: [{ name: 'a', descending: false }],
        unique: false,
        special: expect.stringContaining('WHERE'),
        definition: 'USING btree (a) WHERE (a > 1)',
      },
    ]);
    const parent = await snapshot.schema('parent');
    expect(parent).toMatchObject({ primaryKey: ['a', 'b'], comment: 'the parent' });
    expect(parent.columns[0]?.comment).toBe('a number');
    await expect(snapshot.schema('nowhere')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await snapshot.close();
  });

  it('numbers new rows behind the copied ones', async () => {
    const one = await storeAt(freshSchemaUrl());
    const schema = things([{ ...ID, identity: true, nextIdentity: 100n }]);
    await written(one, schema, [[7]]);
    const snapshot = await one.snapshot();
    expect((await snapshot.schema('things')).columns[0]).toMatchObject({ identity: true, nextIdentity: 100n });
    await snapshot.close();
  });

  it('two readings at once, one left in the middle', async () => {
    const one = await storeAt(freshSchemaUrl());
    const schema = things([ID, columnOf('v', { kind: 'text', length: null, fixed: false })]);
    await written(
      one,
      schema,
      Array.from({ length: 5000 }, (_, i) => [i, 'x'.repeat(100)]),
    );
    const snapshot = await one.snapshot();
    const request = { table: schema, columns: ['id'], ordered: true, batch: 1000 };
    let first = 0;
    for await (const batch of snapshot.read(request)) {
      let second = 0;
      for await (const other of snapshot.read(request)) second += other.length;
      expect(second).toBe(5000);
      first += batch.length;
      break;
    }
    expect(first).toBeGreaterThan(0);
    expect(await snapshot.count(schema)).toBe(5000);
    await snapshot.close();
  });

  it('says what is wrong with a server or a schema', async () => {
    await expect(storeAt(freshSchemaUrl(), false)).rejects.toMatchObject({ code: 'NO_DATABASE' });
    await expect(storeAt('postgres://127.0.0.1:1/x')).rejects.toMatchObject({ code: 'CONNECTION' });
  });
});
