import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { Cell, ColumnType } from '../../src/model/table-schema.ts';
import { namesOf, rowsOf, storeAt } from '../support/connectors.ts';
import { tempDir } from '../support/temp-dir.ts';
import { itKeepsThings } from '../support/things-table.ts';

const KINDS: readonly (readonly [ColumnType, readonly Cell[]])[] = [
  [{ kind: 'boolean' }, [true, false]],
  [{ kind: 'integer', bits: 8, unsigned: false }, [-128, 127]],
  [{ kind: 'integer', bits: 64, unsigned: false }, [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 0]],
  [{ kind: 'integer', bits: 64, unsigned: true }, [18446744073709551615n]],
  [{ kind: 'decimal', precision: 38, scale: 10 }, ['1234567890123456789012345678.0123456789', '-0.5000000000']],
  [{ kind: 'float', bits: 64 }, [0.1, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, -0]],
  [{ kind: 'float', bits: 32 }, [Math.fround(0.1)]],
  [{ kind: 'text', length: null, fixed: false }, ['', ' x ', '王芳', '👍🏽', 'a\u0000b', 'it\'s "so"']],
  [{ kind: 'bytes', length: null, fixed: false }, [Uint8Array.from([0, 1, 255]), new Uint8Array()]],
  [{ kind: 'bits', length: null, fixed: false }, ['0101']],
  [{ kind: 'date' }, ['2026-02-28', '0001-01-01', '9999-12-31', '-0043-03-15', 'infinity', '12026-01-01']],
  [{ kind: 'time', precision: 6, zone: false }, ['00:00:00', '23:59:59.5', '12:00:00.123456']],
  [{ kind: 'timestamp', precision: 6, zone: false }, ['2026-01-31 18:00:00', '2026-01-31 18:00:00.12', '-0043-03-15 01:00:00', 'infinity']],
  [{ kind: 'timestamp', precision: 6, zone: true }, ['2026-01-31 18:00:00Z', '1900-01-01 00:00:00.000001Z']],
  [{ kind: 'interval' }, ['P1Y2M3DT4H5M6.5S', 'PT0S', 'P-1M', 'PT-5H']],
  [{ kind: 'json', binary: false }, ['{"a": 1, "a": 12345678901234567890}', 'null', '[]']],
  [{ kind: 'uuid' }, ['00000000-0000-0000-0000-0000000000ff']],
  [{ kind: 'enum', name: null, values: ['a', "b'c"] }, ['a', "b'c"]],
  [{ kind: 'array', of: { kind: 'text', length: null, fixed: false } }, [['a', null, "x'y"], []]],
  [{ kind: 'array', of: { kind: 'integer', bits: 32, unsigned: false } }, [[1, null, -5]]],
];

describe('DuckDB', () => {
  itKeepsThings({
    open: () => storeAt(join(tempDir(), 'x.duckdb')),
    kinds: KINDS,
    narrow: { bits: 8, tooLarge: 500 },
    clear: (target, table) => target.truncate([table]),
  });

  it('reads a Parquet file', async () => {
    const path = join(tempDir(), 'things.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT range AS id, 'n' || range AS name FROM range(3)) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    const snapshot = await (await storeAt(path, false)).snapshot();
    const schema = await snapshot.schema('things');
    const rows = await rowsOf(snapshot, schema);
    await snapshot.close();
    expect(namesOf(schema)).toEqual(['id', 'name']);
    expect(rows).toEqual([
      [0, 'n0'],
      [1, 'n1'],
      [2, 'n2'],
    ]);
  });

  it('says what is wrong with a file', async () => {
    await expect(storeAt(join(tempDir(), 'none.duckdb'), false)).rejects.toMatchObject({ code: 'NO_DATABASE' });
    await expect(storeAt(join(tempDir(), 'none.parquet'), false)).rejects.toMatchObject({ code: 'NO_DATABASE' });
  });
});
