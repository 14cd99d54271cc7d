import { createHash } from 'node:crypto';
import type { StoreFacts } from '../connectors/connector.ts';
import type { TableSchema } from '../model/table-schema.ts';

const HASH_DIGITS = 8;

/** A name that is not longer than the target allows: what is too long is cut, and told apart by a hash of all of it. */
export function fittingName(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  const tail = `_${createHash('sha256').update(name).digest('hex').slice(0, HASH_DIGITS)}`;
  let head = '';
  let length = tail.length;
  for (const character of name) {
    length += Buffer.byteLength(character);
    if (length > bytes) break;
    head += character;
  }
  return head + tail;
}

/** Whether two names are one in another case. */
export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

/** Names as they fit, none of them twice; only PostgreSQL tells names apart by case. */
export function uniqueNames(names: readonly string[], facts: Pick<StoreFacts, 'name' | 'nameBytes'>): readonly string[] {
  const taken = new Set<string>();
  const fold = (name: string): string => (facts.name === 'postgres' ? name : name.toLowerCase());
  return names.map((name) => {
    let fitting = fittingName(name, facts.nameBytes);
    for (let number = 2; taken.has(fold(fitting)); number++) fitting = fittingName(`${name}_${number}`, facts.nameBytes);
    taken.add(fold(fitting));
    return fitting;
  });
}

/** Names of the columns in the target by those in the source. */
export function columnNames({ columns }: TableSchema, facts: StoreFacts): ReadonlyMap<string, string> {
  const names = columns.map(({ name }) => name);
  const fitting = uniqueNames(names, facts);
  return new Map(names.map((name, at) => [name, fitting[at] as string]));
}
