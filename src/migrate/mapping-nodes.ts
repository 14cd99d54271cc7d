import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { CrmError } from '../errors.ts';

/** A value of a mapping file with the place where it stands. */
export interface MappingNode {
  /** `tables[0].columns.email`; empty for the file as a whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** A text, number or word as it is written; null where it is something else, or nothing. */
  readonly text: string | null;
  /** Null where it is no list. */
  readonly items: readonly MappingNode[] | null;
  /** Null where it has no members. */
  readonly members: ReadonlyMap<string, MappingNode> | null;
}

/**
 * Reads YAML, of which JSON is a part.
 * @param label what to call the file in messages
 * @throws {CrmError} CONFIG_INVALID naming the line of the first mistake
 */
export function readMappingNodes(text: string, label: string): MappingNode {
  const lines = new LineCounter();
  // Tabs are blanks in JSON, and no indentation in YAML.
  const document = parseDocument(isJson(text) ? text.replaceAll('\t', ' ') : text.replace(/^\uFEFF/, ''), { lineCounter: lines });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    const what = mistake.message.split(/ at line |\n/)[0] as string;
    throw new CrmError(
      'CONFIG_INVALID',
      `${label}:${lines.linePos(mistake.pos[0]).line}: ${what.charAt(0).toLowerCase()}${what.slice(1)}`,
      {
        cause: mistake,
        hint: 'it must be YAML or JSON; crm migrate map FROM writes one',
      },
    );
  }
  return new NodeReader(document, lines).read(document.contents, '', 1);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

class NodeReader {
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  /** @param above line of what it belongs to, where it has none of its own */
  read(given: unknown, path: string, above: number): MappingNode {
    const node = (isAlias(given) ? given.resolve(this.#document) : given) as Node | null | undefined;
    const line = this.#lineOf(given, above);
    const place = { path, line, text: null, items: null, members: null };
    if (isSeq(node)) return { ...place, items: node.items.map((item, index) => this.read(item, `${path}[${index}]`, line)) };
    if (isMap(node)) return { ...place, members: new Map(node.items.map(({ key, value }) => this.#member(key, value, path, line))) };
    if (!isScalar(node) || node.value === null) return place;
    return { ...place, text: typeof node.value === 'string' ? node.value : (node.source ?? String(node.value)) };
  }

  #member(key: unknown, value: unknown, path: string, above: number): [string, MappingNode] {
    const name = isScalar(key) ? (typeof key.value === 'string' ? key.value : (key.source ?? '')) : '';
    const member = this.read(value, path === '' ? name : `${path}.${name}`, this.#lineOf(key, above));
    // A mistake in a list or in members is told where their name stands.
    return [name, member.text === null ? { ...member, line: this.#lineOf(key, above) } : member];
  }

  #lineOf(node: unknown, above: number): number {
    const range = (node as Node | null | undefined)?.range;
    return range === undefined || range === null ? above : this.#lines.linePos(range[0]).line;
  }
}
