import type { SqlValue } from '../engines/engine.ts';
import type { ResultColumn } from './table.ts';

const LINE_ENDS = /[\r\n]+/g;

/**
 * Makes a writer of rows as JSON objects on one line each, without a line feed: numbers as numbers (as text where they
 * exceed 2^53), bytes as hexadecimal text, columns of type `json` as the JSON they hold, digit by digit as stored.
 */
export function jsonRowWriter(columns: readonly ResultColumn[]): (row: readonly SqlValue[]) => string {
  const members = columns.map((column) => `${JSON.stringify(column.name)}:`);
  const isJson = columns.map((column) => column.type === 'json');
  return (row) => {
    let line = '{';
    for (let i = 0; i < members.length; i++) {
      line += (i === 0 ? '' : ',') + members[i] + jsonText(row[i] ?? null, isJson[i] === true);
    }
    return `${line}}`;
  };
}

function jsonText(value: SqlValue, isJson: boolean): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return isJson && holdsJson(value) ? value.replace(LINE_ENDS, ' ') : JSON.stringify(value);
  if (typeof value === 'number') return JSON.stringify(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? String(value) : JSON.stringify(String(value));
  return JSON.stringify(Buffer.from(value).toString('hex'));
}

function holdsJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
