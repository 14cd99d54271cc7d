import { findNodeAtLocation, getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';

/** Where something stands in a file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The text of a config file as a tree, whose parts know where they stand. */
export interface ConfigTree {
  readonly value: unknown;
  /** The first thing that is no JSON; null where all is. */
  readonly mistake: (Place & { readonly what: string }) | null;
  /** Where the key or the item at a path stands; of the nearest part above it where there is none. */
  placeOf(path: readonly PropertyKey[]): Place;
}

/** Reads JSON with comments and trailing commas. */
export function readTree(text: string): ConfigTree {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  return {
    value: root === undefined ? undefined : getNodeValue(root),
    mistake: first === undefined ? null : { ...placeAt(text, first.offset), what: wordsOf(printParseErrorCode(first.error)) },
    placeOf: (path) => placeAt(text, offsetOf(root, path)),
  };
}

function offsetOf(root: Node | undefined, path: readonly PropertyKey[]): number {
  if (root === undefined) return 0;
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length) as (string | number)[]);
    if (node !== undefined) return node.parent?.type === 'property' ? node.parent.offset : node.offset;
  }
  return root.offset;
}

function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

/** `CommaExpected` → `comma expected` */
function wordsOf(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
