import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { describe, expect, it } from 'vitest';
import { RowText } from '../../src/migrate/row-text.ts';
import type { Cell, ColumnType } from '../../src/model/table-schema.ts';
import { postgresAvailable, postgresUrl } from '../support/postgres.ts';

const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };

/** What COPY writes for one value. */
async function copiedOut(value: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgresUrl as string });
  await client.connect();
  try {
    await client.query("SET TIME ZONE 'UTC'; SET DateStyle TO ISO; SET extra_float_digits TO 1; SET bytea_output TO hex");
    const pieces: Buffer[] = [];
    for await (const piece of client.query(copyTo(`COPY (SELECT ${value}) TO STDOUT`))) pieces.push(piece as Buffer);
    return Buffer.concat(pieces).toString();
  } finally {
    await client.end();
  }
}

function written(type: ColumnType, cell: Cell): string | null {
  return (
    RowText.of([type])
      ?.write([[cell]])
      ?.toString() ?? null
  );
}

describe.skipIf(!postgresAvailable)('the text of a row', () => {
  it.each([
    [TEXT, 'a\b\t\n\v\f\r\\N\\.', "E'a\\b\\t\\n\\x0b\\f\\r\\\\N\\\\.'"],
    [TEXT, '', "''"],
    [TEXT, '\\N', "E'\\\\N'"],
    [TEXT, '名字 😀', "'名字 😀'"],
    [TEXT, null, 'NULL::text'],
    [{ kind: 'integer', bits: 64, unsigned: false }, -9223372036854775808n, '(-9223372036854775807 - 1)::bigint'],
    [{ kind: 'integer', bits: 32, unsigned: false }, -5, '-5'],
    [{ kind: 'boolean' }, true, 'true'],
    [{ kind: 'boolean' }, false, 'false'],
    [{ kind: 'date' }, '2024-02-29', "DATE '2024-02-29'"],
    [{ kind: 'timestamp', precision: 6, zone: false }, '2024-02-29 23:59:59.12', "TIMESTAMP '2024-02-29 23:59:59.120'"],
    [{ kind: 'timestamp', precision: 6, zone: true }, '2024-02-29 23:59:59.12Z', "TIMESTAMPTZ '2024-02-29 23:59:59.120+00'"],
    [{ kind: 'uuid' }, '00112233-4455-6677-8899-aabbccddeeff', "'00112233-4455-6677-8899-AABBCCDDEEFF'::uuid"],
    [{ kind: 'bytes', length: null, fixed: false }, Buffer.from([0, 92, 255]), "'\\x005cff'::bytea"],
  ] as [ColumnType, Cell, string][])('is that of the server: %o %s', async (type, cell, sql) => {
    expect(written(type, cell)).toBe(await copiedOut(sql));
  });

  it.each([
    0.1,
    -0,
    0,
    1 / 3,
    1e-4,
    1.5e-5,
    1e-7,
    123456,
    1e14,
    123456789012345.6,
    1e15,
    1.25e20,
    1e21,
    5e-324,
    Number.MAX_VALUE,
    Infinity,
    NaN,
  ])('of a float is that of the server: %d', async (value) => {
    const sql = Object.is(value, -0) ? '-0' : String(value);
    expect(written({ kind: 'float', bits: 64 }, value)).toBe(await copiedOut(`'${sql}'::double precision`));
  });
});

describe('a cell whose text would not tell it from another', () => {
  it.each([
    [TEXT, '\ud800'],
    [TEXT, 5],
    [TEXT, Buffer.from([255])],
    [{ kind: 'integer', bits: 64, unsigned: false }, '5'],
    [{ kind: 'integer', bits: 64, unsigned: false }, 0.5],
    [{ kind: 'boolean' }, 1],
    [{ kind: 'float', bits: 64 }, '0.5'],
    [{ kind: 'bytes', length: null, fixed: false }, 'x'],
    [{ kind: 'timestamp', precision: 6, zone: true }, '2024-02-29 23:59:59'],
  ] as [ColumnType, Cell][])('has none: %o %s', (type, cell) => {
    expect(RowText.of([type])).not.toBeNull();
    expect(written(type, cell)).toBeNull();
  });

  it('is that of a sign that stands for anything, where it is one', () => {
    expect(written(TEXT, '\ufffd')).toBe('\ufffd\n');
  });

  it.each([
    { kind: 'decimal', precision: 10, scale: 2 },
    { kind: 'json', binary: true },
    { kind: 'text', length: 5, fixed: true },
    { kind: 'any' },
  ] as ColumnType[])('is one of a type that is written in several ways: %o', (type) => {
    expect(RowText.of([TEXT, type])).toBeNull();
  });
});
