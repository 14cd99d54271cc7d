import type { SqlValue } from '../engines/engine.ts';
import { JSON_COLUMNS } from './own-tables.ts';
import { storedJson } from './stored-json.ts';

/** Values of a column that the other database cannot hold as they are. */
export interface HeldConversion {
  readonly table: string;
  readonly column: string;
  /** What was done: U+0000 was left out, half a character became U+FFFD. */
  readonly rule: 'nul-removed' | 'half-character-replaced';
  count: number;
}

/** Brings texts to what a database can hold that has no U+0000 and no halves of characters, and counts them. */
export class HeldTexts {
  readonly #found = new Map<string, HeldConversion>();

  /** By table and column. */
  get conversions(): readonly HeldConversion[] {
    return [...this.#found.values()];
  }

  /** Rows that can be held; the same ones where all can. */
  rows(table: string, columns: readonly string[], rows: readonly SqlValue[][]): readonly SqlValue[][] {
    return rows.map((row) => (row.some(isSuspect) ? row.map((cell, at) => this.#cell(table, columns[at] as string, cell)) : row));
  }

  #cell(table: string, column: string, cell: SqlValue): SqlValue {
    if (!isSuspect(cell)) return cell;
    const count = (rule: HeldConversion['rule']): void => {
      const name = `${table}.${column} ${rule}`;
      const found = this.#found.get(name) ?? { table, column, rule, count: 0 };
      found.count++;
      this.#found.set(name, found);
    };
    const held = (text: string): string => {
      if (text.includes('\0')) count('nul-removed');
      if (HALF.test(text)) count('half-character-replaced');
      return text.replaceAll('\0', '').replace(HALVES, '\ufffd');
    };
    return JSON_COLUMNS.has(column) ? JSON.stringify(deep(storedJson(cell as string), held)) : held(cell as string);
  }
}

const HALF = /\p{Surrogate}/u;
const HALVES = /\p{Surrogate}/gu;
/** U+0000, half a character, or the escape of one in JSON. */
const SUSPECT = /\0|\p{Surrogate}|\\u(?:0000|[dD][89a-fA-F])/u;

function isSuspect(cell: SqlValue): boolean {
  return typeof cell === 'string' && SUSPECT.test(cell);
}

function deep(value: unknown, held: (text: string) => string): unknown {
  if (typeof value === 'string') return held(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((member) => deep(member, held));
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [held(name), deep(member, held)]));
}
