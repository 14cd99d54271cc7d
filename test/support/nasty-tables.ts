import type { Cell, Column, ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';

const TEXTS = [
  '',
  'NULL',
  '\\N',
  '\\',
  '\\\\N',
  '\\x00',
  '\\"a"',
  '{"$bytes":"00"}',
  '"',
  '""',
  ',',
  'a,"b"\r\nc\nd\re',
  '\n',
  '\r',
  ' blank ',
  '\t',
  'nul\0nul',
  '\0',
  '😀 漢字 ü e\u0301',
  '\ufeffmark',
  '007',
  '1e5',
  'NaN',
  'true',
  'sep=;',
  '=1+1',
  "'",
  '\u2028\u0085',
  '\ud800',
];

/** A kind of column with values that are easily damaged; NULL is put among them by `nastyTable`. */
const VALUES: readonly (readonly [ColumnType, readonly Cell[]])[] = [
  [{ kind: 'boolean' }, [true, false]],
  [{ kind: 'integer', bits: 64, unsigned: false }, [0, -1, 9007199254740991, 9007199254740993n, -9223372036854775808n]],
  [{ kind: 'integer', bits: 64, unsigned: true }, [18446744073709551615n, 0]],
  [{ kind: 'decimal', precision: null, scale: null }, ['0.10', '-12.50', `${'9'.repeat(60)}.${'0'.repeat(30)}1`, 'NaN', '-Infinity', '7']],
  [{ kind: 'float', bits: 64 }, [0.1, -0, 5e-324, 1.7976931348623157e308, Number.NaN, Number.POSITIVE_INFINITY, 9007199254740994, 1e21, 3]],
  [{ kind: 'text', length: null, fixed: false }, [...TEXTS, new Uint8Array([0xff, 0xfe]), 'x'.repeat(100_000)]],
  [
    { kind: 'bytes', length: null, fixed: false },
    [new Uint8Array(0), new Uint8Array([0]), new Uint8Array([92, 78]), new Uint8Array(256).map((_, i) => i)],
  ],
  [{ kind: 'bits', length: null, fixed: false }, ['', '0', '0101']],
  [{ kind: 'date' }, ['0001-01-01', '-0043-03-15', '9999-12-31', '10000-01-01', 'infinity', '0000-00-00']],
  [{ kind: 'time', precision: 6, zone: true }, ['23:59:59.999999+05:30', '-838:59:59']],
  [{ kind: 'timestamp', precision: 6, zone: true }, ['2026-01-31 10:00:00.5Z', '-infinity']],
  [{ kind: 'interval' }, ['P1Y2M3DT4H5M6.5S', 'PT0S']],
  [
    { kind: 'json', binary: false },
    ['null', '{"a":1,"a":1e400, "b" : "\\u0000"}', '{"$bytes":"00"}', '[]', '"x"', ' 1 ', '{\n}', '12345678901234567890.10', 'no json'],
  ],
  [{ kind: 'uuid' }, ['00000000-0000-4000-8000-000000000000']],
  [{ kind: 'network', of: 'cidr' }, ['10.0.0.0/8', '::1/128']],
  [{ kind: 'enum', name: 'mood', values: ['', 'a,b'] }, ['', 'a,b']],
  [{ kind: 'set', values: ['a', 'b'] }, ['', 'a,b']],
  [
    { kind: 'array', of: { kind: 'text', length: null, fixed: false } },
    [[], [''], [null, 'NULL', 'a,b', '"', '\\', '\0'], [['a'], [null]], [new Uint8Array([255])]],
  ],
  [{ kind: 'array', of: { kind: 'integer', bits: 64, unsigned: false } }, [[1, 9007199254740993n, null]]],
  [{ kind: 'array', of: { kind: 'float', bits: 64 } }, [[0.1, Number.NaN, -0, 9007199254740994]]],
  [{ kind: 'array', of: { kind: 'bytes', length: null, fixed: false } }, [[new Uint8Array([1, 2]), new Uint8Array(0)]]],
  [{ kind: 'array', of: { kind: 'decimal', precision: null, scale: null } }, [['1.10', 'NaN', null]]],
  [{ kind: 'array', of: { kind: 'json', binary: true } }, [['{"a":[1,2]}', 'null', null, '[",]"]']]],
  [{ kind: 'any' }, [...TEXTS, 1, 1.5, -0, 9007199254740993n, 9007199254740994, Number.NEGATIVE_INFINITY, new Uint8Array([1])]],
  [{ kind: 'other', name: 'tsvector' }, ["'a':1 'b':2", '']],
];

/** A column of a table under test. */
export function column(name: string, type: ColumnType, given: Partial<Column> = {}): Column {
  return {
    name,
    type,
    declared: type.kind,
    nullable: true,
    default: null,
    generated: null,
    identity: false,
    nextIdentity: null,
    comment: null,
    collation: null,
    ...given,
  };
}

/** A table under test, with a key. */
export function table(
  name: string,
  columns: readonly Column[],
  primaryKey: readonly string[],
  given: Partial<TableSchema> = {},
): TableSchema {
  return { name, columns, primaryKey, indexes: [], foreignKeys: [], comment: null, ...given };
}

/** A table with a column of each kind, and as many rows as the kind with the most values needs. */
export function nastyTable(name: string): {
  readonly schema: TableSchema;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
} {
  const id = column('id', { kind: 'integer', bits: 32, unsigned: false }, { nullable: false, identity: true, nextIdentity: 1000n });
  const columns = [id, ...VALUES.map(([type], index) => column(` ${type.kind} "${index}",\\`, type, defaultOf(index)))];
  const length = Math.max(...VALUES.map(([, values]) => values.length)) + 1;
  const rows = Array.from({ length }, (_, row): Row => [row, ...VALUES.map(([, values]) => values[row] ?? null)]);
  return { schema: table(name, columns, ['id'], { comment: 'nasty' }), columns: columns.map((one) => one.name), rows };
}

function defaultOf(index: number): Partial<Column> {
  if (index === 1) return { default: { value: 9007199254740993n } };
  if (index === 6) return { default: { value: new Uint8Array([0, 255]) } };
  return index === 8 ? { default: { expression: 'CURRENT_DATE' } } : {};
}
