import type { SqlValue } from './engine.ts';

/** Columns of our tables that hold JSON: sent as JSON, read as text. */
const JSON_COLUMNS: ReadonlySet<string> = new Set([
  'attributes',
  'before',
  'after',
  'arguments',
  'counts',
  'evidence',
  'rules',
  'report',
  'guards',
]);

const OID = { int8: 20, int4: 23, int2: 21, float4: 700, float8: 701, bool: 16, timestamptz: 1184, timestamp: 1114, bytea: 17 };

/** Type parsers that give the same JavaScript values as SQLite: numbers, text, ISO-8601 UTC instants, 0/1. */
export const TYPE_PARSERS = {
  getTypeParser: (oid: number, format?: string): ((value: string) => unknown) => {
    if (format === 'binary') return (value) => value;
    switch (oid) {
      case OID.int8:
      case OID.int4:
      case OID.int2:
        return integer;
      case OID.float4:
      case OID.float8:
        return Number;
      case OID.bool:
        return (value) => (value === 't' ? 1 : 0);
      case OID.timestamptz:
      case OID.timestamp:
        return instant;
      case OID.bytea:
        return bytes;
      default:
        return (value) => value;
    }
  },
};

/** `\xc3a4` → the bytes. */
function bytes(value: string): Uint8Array {
  return Buffer.from(value.slice(2), 'hex');
}

function integer(value: string): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}

/** `2026-01-31 10:00:00.5+00` → `2026-01-31T10:00:00.500Z` (the session's time zone is UTC). */
function instant(value: string): string {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00)?$/.exec(value);
  if (match === null) return value;
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`;
}

/** The JSON of a row for `jsonb_populate_recordset`: JSON columns stand as JSON, not as strings. */
export function rowJson(row: Readonly<Record<string, SqlValue>>): string {
  const members: string[] = [];
  for (const [name, value] of Object.entries(row)) {
    if (value === null) continue;
    const json = JSON_COLUMNS.has(name) ? String(value) : typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
    members.push(`${JSON.stringify(name)}:${json}`);
  }
  return `{${members.join(',')}}`;
}
