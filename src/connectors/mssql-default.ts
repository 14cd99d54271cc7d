import type { Cell, Column, ColumnType } from '../model/table-schema.ts';
import { quoteMssqlText } from './mssql-names.ts';

const NOW = /^(current_timestamp|getdate\(\)|sysdatetime\(\)|current_date|current_time|localtimestamp|now\(\))$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A default as the server tells it: `((7))`, `(N'it''s')`, `(getdate())`. */
export function mssqlDefault(definition: string, type: ColumnType): Column['default'] {
  const words = withoutParentheses(definition);
  const quoted = /^N?'((?:[^']|'')*)'$/s.exec(words)?.[1]?.replaceAll("''", "'");
  const value = quoted !== undefined ? ofText(quoted, type) : NUMBER.test(words) ? ofNumber(words, type) : ofBytes(words, type);
  return value === null ? { expression: words } : { value };
}

/** A constant, or an expression, as it stands behind DEFAULT. */
export function defaultSql({ default: preset, type }: Column): string | null {
  if (preset === null) return null;
  if ('expression' in preset) return NOW.test(preset.expression) ? nowSql(type) : `(${preset.expression})`;
  const { value } = preset;
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'number' || typeof value === 'bigint' || type.kind === 'decimal') return String(value);
  return quoteMssqlText(String(value).replace(/Z$/, type.kind === 'timestamp' && type.zone ? ' +00:00' : 'Z'));
}

/** SQL without the parentheses that the server puts around it. */
export function withoutParentheses(sql: string): string {
  let bare = sql.trim();
  while (bare.startsWith('(') && closing(bare) === bare.length - 1) bare = bare.slice(1, -1).trim();
  return bare;
}

function nowSql(type: ColumnType): string {
  return type.kind === 'timestamp' && type.zone ? '(sysdatetimeoffset())' : '(sysutcdatetime())';
}

/** Where the parenthesis closes that stands first; those in texts and names are none. */
function closing(sql: string): number {
  let depth = 0;
  for (const { 0: sign, index } of sql.matchAll(/'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|[()]/gs)) {
    if (sign === '(') depth++;
    if (sign === ')' && --depth === 0) return index;
  }
  return -1;
}

function ofText(text: string, type: ColumnType): Cell {
  switch (type.kind) {
    case 'text':
    case 'date':
    case 'time':
      return text;
    case 'timestamp':
      return type.zone ? null : text;
    case 'uuid':
      return text.toLowerCase();
    default:
      return null;
  }
}

function ofNumber(words: string, type: ColumnType): Cell {
  switch (type.kind) {
    case 'boolean':
      return Number(words) !== 0;
    case 'integer': {
      if (!/^-?\d+$/.test(words)) return null;
      return Number.isSafeInteger(Number(words)) ? Number(words) : BigInt(words);
    }
    case 'decimal':
      return /e/i.test(words) ? null : words.replace(/^(-?)\./, '$10.');
    case 'float':
      return Number(words);
    default:
      return null;
  }
}

function ofBytes(words: string, type: ColumnType): Cell {
  return type.kind === 'bytes' && /^0x([0-9a-f]{2})*$/i.test(words) ? new Uint8Array(Buffer.from(words.slice(2), 'hex')) : null;
}
