import { hash } from 'node:crypto';
import type { SqlValue } from '../engines/engine.ts';
import { storedJson } from './stored-json.ts';
import { type WholeCustomers, ownedRows } from './whole-customers.ts';

/** Columns that hold JSON, which databases write in ways of their own. */
const JSON_COLUMNS: ReadonlySet<string> = new Set(['attributes', 'before', 'after', 'rules']);

/** What tells customers apart that are not the same, and how much text they are. */
export interface Fingerprints {
  /** Hex SHA-256 by customer. */
  readonly hashes: ReadonlyMap<number, string>;
  readonly characters: number;
}

/**
 * The SHA-256 of each customer with everything that belongs to it: equal on any engine when every value is. Each row is one line, its
 * values in the order of the columns' names; the lines are sorted.
 */
export function fingerprintsOf(whole: WholeCustomers): Fingerprints {
  const linesOf = new Map<number, string[]>();
  let characters = 0;
  for (const { table, owner, columns, rows } of ownedRows(whole)) {
    const places = [...columns.keys()].sort((a, b) => ((columns[a] as string) < (columns[b] as string) ? -1 : 1));
    const isJson = columns.map((column) => JSON_COLUMNS.has(column));
    for (const row of rows) {
      const line = table + JSON.stringify(places.map((place) => (isJson[place] === true ? canonical(row[place] ?? null) : row[place])));
      characters += line.length;
      const lines = linesOf.get(row[owner] as number);
      if (lines === undefined) linesOf.set(row[owner] as number, [line]);
      else lines.push(line);
    }
  }
  const hashes = new Map<number, string>();
  for (const [id, lines] of linesOf) hashes.set(id, hash('sha256', lines.length === 1 ? (lines[0] as string) : lines.sort().join('\n')));
  return { hashes, characters };
}

/** Ids of the customers that are not the same in both. */
export function differing(left: Fingerprints, right: Fingerprints): number[] {
  const ids = new Set([...left.hashes.keys(), ...right.hashes.keys()]);
  return [...ids].filter((id) => left.hashes.get(id) !== right.hashes.get(id));
}

function canonical(value: SqlValue): unknown {
  return typeof value === 'string' ? sorted(storedJson(value)) : value;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, member]) => [name, sorted(member)]);
}
