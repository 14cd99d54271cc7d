import { CrmError } from '../errors.ts';
import type { Cell, ColumnType, TableSchema } from '../model/table-schema.ts';

/** From which value of which column on rows are copied. */
export interface Since {
  readonly column: string;
  readonly value: Cell;
}

const KINDS: Partial<Record<ColumnType['kind'], readonly [pattern: RegExp, words: string]>> = {
  integer: [/^-?\d{1,20}$/, 'a whole number'],
  float: [/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, 'a number'],
  decimal: [/^-?\d+(\.\d+)?$/, 'a decimal number'],
  date: [/^\d{4,}-\d\d-\d\d$/, 'a date, YYYY-MM-DD'],
  timestamp: [/^\d{4,}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(\.\d{1,9})?Z?)?$/, 'a time, YYYY-MM-DD HH:MM:SS'],
};

/**
 * What `--since` means for a table.
 * @throws {CrmError} UNKNOWN_FIELD when it has no such column; USAGE when the value is none of its type
 */
export function sinceOf({ name, columns }: TableSchema, { column, value }: { readonly column: string; readonly value: string }): Since {
  const found = columns.find((one) => one.name === column);
  if (found === undefined) {
    throw new CrmError('UNKNOWN_FIELD', `--since: table ${name} has no column ${column}`, {
      hint: 'name the tables that have it with --tables',
    });
  }
  const [pattern, words] = KINDS[found.type.kind] ?? [];
  if (pattern !== undefined && !pattern.test(value)) {
    throw new CrmError('USAGE', `--since: column ${column} of ${name} needs ${words}`, { hint: '--since COLUMN=VALUE' });
  }
  return { column, value: cellOf(value, found.type) };
}

function cellOf(text: string, type: ColumnType): Cell {
  switch (type.kind) {
    case 'integer':
      return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
    case 'float':
      return Number(text);
    case 'any':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
    case 'timestamp':
      return timestampOf(text, type.zone);
    default:
      return text;
  }
}

/** In the form in which timestamps travel. */
function timestampOf(text: string, zone: boolean): string {
  const plain = text.replace('T', ' ').replace(/Z$/, '');
  const whole = plain.includes(' ') ? plain.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : `${plain} 00:00:00`;
  return zone ? `${whole}Z` : whole;
}
