import type { Cell, ColumnType } from '../model/table-schema.ts';

/** The type that a column of another database gets in DuckDB. */
export function duckdbHold(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'integer':
      return type.bits === 24 ? { ...type, bits: 32 } : type;
    case 'decimal':
      return fitsDecimal(type) ? type : TEXT;
    case 'text':
      return TEXT;
    case 'bytes':
      return { kind: 'bytes', length: null, fixed: false };
    case 'bits':
      return { kind: 'bits', length: null, fixed: false };
    case 'time':
      return type.zone ? TEXT : { ...type, precision: 6 };
    case 'timestamp':
      return { ...type, precision: 6 };
    case 'json':
      return { kind: 'json', binary: false };
    case 'enum':
      return { kind: 'enum', name: null, values: type.values };
    case 'array':
      return type.of.kind === 'text' || type.of.kind === 'integer'
        ? { kind: 'array', of: duckdbHold(type.of) }
        : { kind: 'json', binary: false };
    case 'network':
    case 'set':
    case 'any':
    case 'other':
      return TEXT;
    default:
      return type;
  }
}

const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };
const DECIMAL_DIGITS = 38;
const INTEGERS: Readonly<Record<string, readonly [8 | 16 | 32 | 64, boolean]>> = {
  TINYINT: [8, false],
  SMALLINT: [16, false],
  INTEGER: [32, false],
  BIGINT: [64, false],
  UTINYINT: [8, true],
  USMALLINT: [16, true],
  UINTEGER: [32, true],
  UBIGINT: [64, true],
};
const PLAIN: Readonly<Record<string, ColumnType>> = {
  BOOLEAN: { kind: 'boolean' },
  HUGEINT: { kind: 'decimal', precision: 39, scale: 0 },
  UHUGEINT: { kind: 'decimal', precision: 39, scale: 0 },
  FLOAT: { kind: 'float', bits: 32 },
  DOUBLE: { kind: 'float', bits: 64 },
  VARCHAR: TEXT,
  BLOB: { kind: 'bytes', length: null, fixed: false },
  BIT: { kind: 'bits', length: null, fixed: false },
  DATE: { kind: 'date' },
  TIME: { kind: 'time', precision: 6, zone: false },
  TIMESTAMP: { kind: 'timestamp', precision: 6, zone: false },
  TIMESTAMP_S: { kind: 'timestamp', precision: 0, zone: false },
  TIMESTAMP_MS: { kind: 'timestamp', precision: 3, zone: false },
  TIMESTAMP_NS: { kind: 'timestamp', precision: 9, zone: false },
  'TIMESTAMP WITH TIME ZONE': { kind: 'timestamp', precision: 6, zone: true },
  INTERVAL: { kind: 'interval' },
  JSON: { kind: 'json', binary: false },
  UUID: { kind: 'uuid' },
};

function fitsDecimal({ precision, scale }: { readonly precision: number | null; readonly scale: number | null }): boolean {
  return precision !== null && scale !== null && precision <= DECIMAL_DIGITS && scale >= 0 && scale <= precision;
}

/** What a type means that DuckDB names: `DECIMAL(10,2)`, `VARCHAR[]`, `ENUM('a', 'b')`. */
export function duckdbType(name: string): ColumnType {
  const integer = INTEGERS[name];
  if (integer !== undefined) return { kind: 'integer', bits: integer[0], unsigned: integer[1] };
  const plain = PLAIN[name];
  if (plain !== undefined) return plain;
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(name);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  if (name.startsWith('ENUM(')) {
    return {
      kind: 'enum',
      name: null,
      values: [...name.matchAll(/'((?:[^']|'')*)'/g)].map(([, value = '']) => value.replaceAll("''", "'")),
    };
  }
  const list = /^(VARCHAR|TINYINT|SMALLINT|INTEGER|BIGINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT)\[\]$/.exec(name);
  return list === null ? { kind: 'other', name } : { kind: 'array', of: duckdbType(list[1] as string) };
}

/** How DuckDB writes a type that `duckdbHold` gave. */
export function duckdbDeclaration(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return Object.entries(INTEGERS).find(([, [bits, unsigned]]) => bits === type.bits && unsigned === type.unsigned)?.[0] ?? 'BIGINT';
    case 'decimal':
      return fitsDecimal(type) ? `DECIMAL(${type.precision},${type.scale})` : 'VARCHAR';
    case 'float':
      return type.bits === 32 ? 'FLOAT' : 'DOUBLE';
    case 'timestamp':
      return type.zone ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP';
    case 'enum':
      return `ENUM(${type.values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`;
    case 'array':
      return `${duckdbDeclaration(type.of)}[]`;
    default:
      return Object.entries(PLAIN).find(([, { kind }]) => kind === type.kind)?.[0] ?? 'VARCHAR';
  }
}

/** SQL that reads a column in a form from which `duckdbDecoder` makes the cell. */
export function readExpression(column: string, type: ColumnType): string {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
    case 'float':
    case 'text':
    case 'bytes':
    case 'array':
    case 'interval':
      return column;
    case 'timestamp':
      // Without a time zone of the session: it is counted from 1970 in UTC.
      return type.zone
        ? `CASE WHEN isfinite(${column}) THEN CAST(make_timestamp(epoch_us(${column})) AS VARCHAR) || 'Z' ELSE CAST(${column} AS VARCHAR) END`
        : `CAST(${column} AS VARCHAR)`;
    default:
      return `CAST(${column} AS VARCHAR)`;
  }
}

/** Makes the cell of what the driver gives; null where it is the cell already. */
export function duckdbDecoder(type: ColumnType): ((value: unknown) => Cell) | null {
  switch (type.kind) {
    case 'integer':
      return (value) => (typeof value === 'bigint' && BigInt.asIntN(53, value) === value ? Number(value) : (value as Cell));
    case 'bytes':
      return (value) => (value as { readonly bytes: Uint8Array }).bytes;
    case 'array': {
      const item = duckdbDecoder(type.of);
      return (value) =>
        (value as { readonly items: readonly unknown[] }).items.map((one) => (one === null || item === null ? (one as Cell) : item(one)));
    }
    case 'interval':
      return (value) => isoDuration(value as { readonly months: number; readonly days: number; readonly micros: bigint });
    case 'date':
    case 'timestamp':
      return (value) => withoutEra(String(value));
    case 'time':
      return (value) => withoutZeros(String(value));
    default:
      return null;
  }
}

/** `0044-03-15 (BC) 10:00:00` is year -43, counted with a year 0. */
function withoutEra(text: string): string {
  const [, year, rest = '', tail = ''] = /^(\d+)(-\d\d-\d\d) \(BC\)(.*)$/.exec(text) ?? [];
  if (year === undefined) return withoutZeros(text);
  const number = 1 - Number(year);
  return withoutZeros(`${number === 0 ? '' : '-'}${String(-number).padStart(4, '0')}${rest}${tail}`);
}

/** The same with the era that DuckDB reads. */
export function withEra(text: string): string {
  const [, sign = '', year = '', rest = ''] = /^(-?)(\d{4,})(-\d\d-\d\d.*)$/.exec(text) ?? [];
  const isBefore = sign === '-' || year === '0000';
  if (!isBefore || year === '') return text;
  return `${String(1 + Number(year)).padStart(4, '0')}${rest.slice(0, 6)} (BC)${rest.slice(6)}`;
}

function withoutZeros(text: string): string {
  return text.replace(/(\.\d*?)0*(Z?)$/, (whole: string, fraction: string, zone: string) =>
    /\.\d+Z?$/.test(whole) ? `${fraction === '.' ? '' : fraction}${zone}` : whole,
  );
}

const MICROS = 1_000_000n;

function isoDuration({ months, days, micros }: { readonly months: number; readonly days: number; readonly micros: bigint }): string {
  const [years, rest] = [Math.trunc(months / 12), months % 12];
  const magnitude = micros < 0n ? -micros : micros;
  const sign = micros < 0n ? '-' : '';
  const [hours, minutes] = [magnitude / (3600n * MICROS), (magnitude / (60n * MICROS)) % 60n];
  const fraction = (magnitude % MICROS).toString().padStart(6, '0').replace(/0+$/, '');
  const seconds = `${(magnitude / MICROS) % 60n}${fraction === '' ? '' : `.${fraction}`}`;
  const part = (value: string, unit: string, before = ''): string => (value === '0' ? '' : `${before}${value}${unit}`);
  const date = part(String(years), 'Y') + part(String(rest), 'M') + part(String(days), 'D');
  const time = part(String(hours), 'H', sign) + part(String(minutes), 'M', sign) + part(seconds, 'S', sign);
  return date + time === '' ? 'PT0S' : `P${date}${time === '' ? '' : `T${time}`}`;
}

/** A duration as DuckDB reads it: `14 months 3 days -5 hours`. */
export function durationWords(iso: string): string {
  const [date = '', time = ''] = iso.replace(/^P/, '').split('T');
  const words = (text: string, units: Readonly<Record<string, string>>): string[] =>
    [...text.matchAll(/(-?[\d.]+)([YMWDHS])/g)].map(([, amount = '', unit = '']) => `${amount} ${units[unit]}`);
  const all = [
    ...words(date, { Y: 'years', M: 'months', W: 'weeks', D: 'days' }),
    ...words(time, { H: 'hours', M: 'minutes', S: 'seconds' }),
  ];
  return all.length === 0 ? '0 days' : all.join(' ');
}
