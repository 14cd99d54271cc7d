import { createHash, type Hash } from 'node:crypto';
import type { SqlValue } from '../engines/engine.ts';
import { JSON_COLUMNS } from './own-tables.ts';
import { storedJson } from './stored-json.ts';

/** The SHA-256 of a table whose rows come in the order of their key: equal on any engine when every value is. */
export class TableDigest {
  readonly #hash: Hash = createHash('sha256');
  readonly #jsonAt: readonly number[];
  #rows = 0;

  constructor(columns: readonly string[]) {
    this.#jsonAt = columns.flatMap((column, at) => (JSON_COLUMNS.has(column) ? [at] : []));
    this.#hash.update(columns.join(','));
  }

  /** How many rows were added. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds rows. */
  add(rows: readonly (readonly SqlValue[])[]): void {
    let text = '';
    for (const row of rows) text += `\n${this.lineOf(row)}`;
    this.#hash.update(text);
    this.#rows += rows.length;
  }

  /** Hexadecimal; nothing may be added afterwards. */
  finish(): string {
    return this.#hash.digest('hex');
  }

  /** A row as one line of JSON: members of objects by their names, bytes and numbers that JSON has not as text with a mark. */
  lineOf(row: readonly SqlValue[]): string {
    const cells: unknown[] = row.slice();
    for (const at of this.#jsonAt) if (typeof cells[at] === 'string') cells[at] = sorted(storedJson(cells[at]));
    for (let at = 0; at < cells.length; at++) {
      const cell = cells[at];
      if (cell instanceof Uint8Array) cells[at] = { bytes: Buffer.from(cell).toString('base64') };
      else if (typeof cell === 'bigint' || (typeof cell === 'number' && !Number.isFinite(cell))) cells[at] = { number: String(cell) };
    }
    return JSON.stringify(cells);
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const names = Object.keys(value).sort();
  return names.map((name) => [name, sorted((value as Readonly<Record<string, unknown>>)[name])]);
}
