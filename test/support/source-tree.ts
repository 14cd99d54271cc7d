import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';
import { parseAst } from 'vitest/node';
import { ROOT } from './cli.ts';

/** A node of the syntax tree (ESTree with the TypeScript nodes). */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

/** One source file, parsed. */
export interface SourceFile {
  /** Relative to the repository, with `/`: `src/ui/table.ts`. */
  readonly path: string;
  readonly text: string;
  /** Every node of the tree, parents first. */
  readonly nodes: readonly SyntaxNode[];
  /** The top-level statements. */
  readonly statements: readonly SyntaxNode[];
  /** What it imports in any way: static, dynamic, re-exported, as a type, or as a worker's URL. */
  readonly imports: readonly string[];
}

/** Parses one file. */
export function parseSource(path: string, text: string): SourceFile {
  let program: SyntaxNode;
  try {
    program = parseAst(text, { lang: 'ts' }, path) as unknown as SyntaxNode;
  } catch (error) {
    throw new Error(`${path} does not parse`, { cause: error });
  }
  const nodes: SyntaxNode[] = [];
  collect(program, nodes);
  return { path, text, nodes, statements: program.body as SyntaxNode[], imports: nodes.flatMap(importedName) };
}

/** All source files of the program, in the order of their paths. */
export function readSourceTree(folder = 'src'): SourceFile[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, `${entry.parentPath}${sep}${entry.name}`).split(sep).join('/'))
    .sort()
    .map((path) => parseSource(path, readFileSync(`${ROOT}${path}`, 'utf8')));
}

/** The file of the repository that an import means, or null when it is a library. */
export function resolveImport(from: SourceFile, name: string): string | null {
  return name.startsWith('.') ? posix.join(posix.dirname(from.path), name) : null;
}

/** The line of an offset, counted from 1. */
export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length;
}

function collect(node: SyntaxNode, into: SyntaxNode[]): void {
  into.push(node);
  for (const member of Object.values(node)) {
    for (const child of Array.isArray(member) ? member : [member]) if (isNode(child)) collect(child, into);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function importedName(node: SyntaxNode): string[] {
  const source = importSource(node);
  if (!isNode(source)) return [];
  if (source.type === 'TemplateLiteral')
    return (source.quasis as SyntaxNode[]).slice(0, 1).map((quasi) => (quasi.value as { raw: string }).raw);
  const literal = isNode(source.literal) ? source.literal : source;
  return typeof literal.value === 'string' ? [literal.value] : [];
}

function importSource(node: SyntaxNode): unknown {
  if (/^(Import(Declaration|Expression)|Export(Named|All)Declaration|TSImportType)$/.test(node.type)) return node.source ?? node.argument;
  if (!/^(Call|New)Expression$/.test(node.type) || !isNode(node.callee)) return undefined;
  const [first] = node.arguments as SyntaxNode[];
  if (node.type === 'CallExpression') return node.callee.name === 'require' ? first : undefined;
  // new URL('./x-worker.ts', import.meta.url)
  return node.callee.name === 'URL' && typeof first?.value === 'string' && /^\.{1,2}\/.*\.ts$/.test(first.value) ? first : undefined;
}
