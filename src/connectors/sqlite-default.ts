import type { Cell, Column, ColumnType } from '../model/table-schema.ts';
import { decoderOf, encoderOf, type Stored } from './sqlite-cells.ts';
import { quoteText } from './sqlite-names.ts';

const NUMBER = /^[+-]?\s*(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const TEXT = /^'((?:[^']|'')*)'$/;
const QUOTED = /^"((?:[^"]|"")*)"$/;
const BYTES = /^x'((?:[0-9a-f]{2})*)'$/i;
const BYTES_AS_TEXT = /^CAST\(\s*x'((?:[0-9a-f]{2})*)'\s+AS\s+TEXT\s*\)$/i;

/** Reads the default of a column as SQLite tells it: a constant becomes a cell. */
export function readDefault(sql: string | null, type: ColumnType): Column['default'] {
  if (sql === null || /^\s*null\s*$/i.test(sql)) return null;
  const constant = constantOf(sql.trim());
  if (constant === undefined) return { expression: sql };
  return { value: decoderOf({ type })?.(asStored(constant, type)) ?? asStored(constant, type) };
}

/** The default of a column as SQL; empty where there is none. */
export function defaultSql({ default: given, type }: Pick<Column, 'default' | 'type'>): string {
  if (given === null) return '';
  return ` DEFAULT ${'expression' in given ? `(${given.expression})` : constantSql(given.value, type)}`;
}

function constantOf(sql: string): Exclude<Stored, null> | undefined {
  if (NUMBER.test(sql)) return numberOf(sql.replace(/^\+/, '').replaceAll(/\s/g, ''));
  if (/^(true|false)$/i.test(sql)) return /^t/i.test(sql) ? 1 : 0;
  const text = TEXT.exec(sql);
  if (text !== null) return (text[1] as string).replaceAll("''", "'");
  const quoted = QUOTED.exec(sql);
  if (quoted !== null) return (quoted[1] as string).replaceAll('""', '"');
  const bytes = BYTES.exec(sql);
  if (bytes !== null) return Uint8Array.from(Buffer.from(bytes[1] as string, 'hex'));
  const asText = BYTES_AS_TEXT.exec(sql);
  return asText === null ? undefined : Buffer.from(asText[1] as string, 'hex').toString();
}

function numberOf(digits: string): number | bigint {
  if (!/^-?\d+$/.test(digits)) return Number(digits);
  const whole = BigInt(digits);
  return whole >= -BigInt(Number.MAX_SAFE_INTEGER) && whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole;
}

/** What a column makes of a constant when it is stored. */
function asStored(constant: Exclude<Stored, null>, { kind }: ColumnType): Exclude<Stored, null> {
  const isNumeric = kind === 'integer' || kind === 'boolean' || kind === 'float' || kind === 'decimal';
  if (isNumeric && kind !== 'decimal' && typeof constant === 'string' && NUMBER.test(constant) && !/^\d{20}$/.test(constant)) {
    return numberOf(constant);
  }
  if (!isNumeric && kind !== 'any' && (typeof constant === 'number' || typeof constant === 'bigint')) return String(constant);
  return constant;
}

function constantSql(value: Cell, type: ColumnType): string {
  const stored = value === null ? null : (encoderOf({ type })?.(value) ?? value);
  if (stored === null) return 'NULL';
  if (typeof stored === 'string') return quoteText(stored);
  if (stored instanceof Uint8Array) return `x'${Buffer.from(stored).toString('hex')}'`;
  if (typeof stored === 'boolean') return stored ? '1' : '0';
  return typeof stored === 'number' && !Number.isFinite(stored) ? `${stored < 0 ? '-' : ''}9e999` : String(stored);
}
