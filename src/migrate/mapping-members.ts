import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import type { ColumnName, MappingPlace } from './mapping-form.ts';
import type { MappingNode } from './mapping-nodes.ts';

const GUIDE = 'docs/guide/migrate-map.md shows how a mapping is written';

/** A mistake in a mapping file, with its line and path. */
export function mappingError(label: string, { path, line }: MappingPlace, what: string, hint = GUIDE): CrmError {
  return new CrmError('CONFIG_INVALID', `${label}:${line}: ${path === '' ? '' : `${path}: `}${what}`, { hint, details: { path, line } });
}

/** Says what a name most likely means, and what there is. */
export function nearestHint(name: string, known: Iterable<string>): string {
  const names = [...known];
  const near = nearest(name, names);
  return near === undefined ? `there are ${names.join(', ')}` : `did you mean “${near}”?`;
}

/** Reads the members of one object of a mapping file, of which no other may be there. */
export class MappingMembers {
  readonly label: string;
  readonly node: MappingNode;
  readonly #members: ReadonlyMap<string, MappingNode>;

  /** @throws {CrmError} CONFIG_INVALID when it is no object, or has a member that is not known */
  constructor(label: string, node: MappingNode, known: readonly string[]) {
    this.label = label;
    this.node = node;
    if (node.members === null) throw mappingError(label, node, `it must have members: ${known.join(', ')}`);
    this.#members = node.members;
    for (const [name, member] of node.members) {
      if (!known.includes(name)) throw mappingError(label, member, `there is no member “${name}” here`, nearestHint(name, known));
    }
  }

  /** Undefined where it is absent or empty. */
  get(name: string): MappingNode | undefined {
    const node = this.#members.get(name);
    return node === undefined || (node.text === null && node.items === null && node.members === null) ? undefined : node;
  }

  /** @throws {CrmError} CONFIG_INVALID when it is absent */
  required(name: string): MappingNode {
    const node = this.get(name);
    if (node === undefined) throw mappingError(this.label, this.node, `it needs a member “${name}”`);
    return node;
  }

  /** Null where it is absent. @throws {CrmError} CONFIG_INVALID when it is no text */
  text(name: string): string | null {
    const node = this.get(name);
    return node === undefined ? null : textOf(this.label, node);
  }

  /** Null where it is absent. @throws {CrmError} CONFIG_INVALID when it is none of these */
  oneOf<T extends string>(name: string, words: readonly T[]): T | null {
    const text = this.text(name);
    if (text === null) return null;
    const word = words.find((known) => known === text);
    if (word === undefined)
      throw mappingError(this.label, this.get(name) as MappingNode, `it must be one of ${words.join(', ')}`, nearestHint(text, words));
    return word;
  }
}

/** @throws {CrmError} CONFIG_INVALID when it is no text */
export function textOf(label: string, node: MappingNode): string {
  if (node.text === null || node.text.trim() === '') throw mappingError(label, node, 'it must be a text');
  return node.text;
}

/** One value stands for a list of one. */
export function listOf(node: MappingNode | undefined): readonly MappingNode[] {
  return node === undefined ? [] : (node.items ?? [node]);
}

/** `alias.column` where there is such a join, else a column of the table itself, whose name may hold points. */
export function columnName(text: string, { path, line }: MappingPlace, aliases: ReadonlySet<string>): ColumnName {
  const alias = [...aliases].find((name) => text.startsWith(`${name}.`)) ?? null;
  return { path, line, alias, column: alias === null ? text : text.slice(alias.length + 1) };
}
