import type { ColumnType, TableCheck } from '../model/table-schema.ts';

/** What SQLite has no place for: JSON in a comment of the CREATE statement, which begins with `crm`. */
export interface ColumnNote {
  /** Where the declared name does not tell the type. */
  readonly type?: ColumnType;
  readonly comment?: string;
  /** The collation of another database, which SQLite does not have. */
  readonly collation?: string;
}

/** What the CREATE statement says of a column and no pragma tells. */
export interface ColumnDefinition {
  readonly note: ColumnNote;
  readonly collation: string | null;
  /** The expression of a generated column; null: an ordinary one. */
  readonly generated: string | null;
}

/** What the CREATE statement says of a table and no pragma tells. */
export interface TableDefinition {
  readonly comment: string | null;
  readonly autoincrement: boolean;
  /** By the column's name in lower case. */
  readonly columns: ReadonlyMap<string, ColumnDefinition>;
  /** Names of the foreign keys, in the order in which they are written. */
  readonly foreignKeyNames: readonly (string | null)[];
  readonly checks: readonly TableCheck[];
}

interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'mark' | 'note';
  /** Words in upper case; quoted names and texts without their quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** How many brackets are open around it. */
  readonly depth: number;
}

const TOKENS = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}\p{N}_$]+|[^\s]/gu;
const NOTE = /^\/\*crm (\{[\s\S]*\})\*\/$/;
const CONSTRAINTS: ReadonlySet<string> = new Set(['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN']);

/** Reads the CREATE statement of a table, as `sqlite_schema` keeps it. */
export function readDefinition(sql: string): TableDefinition {
  const tokens = tokensOf(sql);
  const columns = new Map<string, ColumnDefinition>();
  const foreignKeyNames: (string | null)[] = [];
  const checks: TableCheck[] = [];
  let comment: string | null = null;
  for (const [index, part] of partsOf(tokens).entries()) {
    const tableNote = index === 0 && part[0]?.kind === 'note' ? part.shift() : undefined;
    if (tableNote !== undefined) comment = noteOf(tableNote).comment ?? null;
    const [first] = part;
    if (first === undefined) continue;
    foreignKeyNames.push(...referenceNames(part));
    checks.push(...checksOf(part, sql));
    if (first.kind === 'word' && CONSTRAINTS.has(first.text)) continue;
    columns.set(nameOf(first, sql).toLowerCase(), columnOf(part, sql));
  }
  const autoincrement = tokens.some(({ kind, text }) => kind === 'word' && text === 'AUTOINCREMENT');
  return { comment, autoincrement, columns, foreignKeyNames, checks };
}

/** A note as it stands in a CREATE statement; empty where there is nothing to say. */
export function noteSql(note: ColumnNote): string {
  return Object.keys(note).length === 0 ? '' : ` /*crm ${JSON.stringify(note).replaceAll('/', '\\u002f')}*/`;
}

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (const { 0: text, index: start } of sql.matchAll(TOKENS)) {
    if (text === ')') depth--;
    const token = tokenOf(text);
    if (token !== null) tokens.push({ ...token, start, end: start + text.length, depth });
    if (text === '(') depth++;
  }
  return tokens;
}

function tokenOf(text: string): Pick<Token, 'kind' | 'text'> | null {
  const first = text[0] as string;
  if (text.startsWith('--')) return null;
  if (text.startsWith('/*')) return NOTE.test(text) ? { kind: 'note', text } : null;
  if (text.length > 1 && `"\`[`.includes(first)) {
    const inner = text.slice(1, -1);
    return { kind: 'quoted', text: first === '[' ? inner : inner.replaceAll(first + first, first) };
  }
  if (text.length > 1 && first === "'") return { kind: 'text', text: text.slice(1, -1).replaceAll("''", "'") };
  return /[\p{L}\p{N}_$]/u.test(first) ? { kind: 'word', text: text.toUpperCase() } : { kind: 'mark', text };
}

/** What stands between the commas of the outermost brackets. */
function partsOf(tokens: readonly Token[]): Token[][] {
  const opening = tokens.findIndex(({ text, kind }) => kind === 'mark' && text === '(');
  const parts: Token[][] = [[]];
  for (const token of tokens.slice(opening + 1)) {
    if (token.depth === 0) break;
    if (token.depth === 1 && token.kind === 'mark' && token.text === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

function columnOf(part: readonly Token[], sql: string): ColumnDefinition {
  const note = part.find(({ kind }) => kind === 'note');
  const collate = part.findIndex((token) => isWord(token, 'COLLATE') && token.depth === 1);
  const as = part.findIndex((token, at) => isWord(token, 'AS') && token.depth === 1 && part[at + 1]?.text === '(');
  const [open, close] = [part[as + 1], part.find((token, at) => at > as + 1 && token.text === ')' && token.depth === 1)];
  const collation = collate < 0 ? undefined : part[collate + 1];
  return {
    note: note === undefined ? {} : noteOf(note),
    collation: collation === undefined ? null : nameOf(collation, sql),
    generated: as < 0 || open === undefined || close === undefined ? null : sql.slice(open.end, close.start).trim(),
  };
}

/** Of each REFERENCES, the name of the constraint before it. */
function referenceNames(part: readonly Token[]): (string | null)[] {
  const names: (string | null)[] = [];
  let name: string | null = null;
  for (const [at, token] of part.entries()) {
    if (token.depth !== 1 || token.kind !== 'word') continue;
    if (token.text === 'CONSTRAINT') name = part[at + 1]?.text ?? null;
    else if (token.text === 'REFERENCES') names.push(name);
    if (['REFERENCES', 'CHECK', 'UNIQUE', 'PRIMARY', 'DEFAULT', 'NOT', 'COLLATE'].includes(token.text)) name = null;
  }
  return names;
}

function checksOf(part: readonly Token[], sql: string): TableCheck[] {
  return part.flatMap((token, at): TableCheck[] => {
    const open = part[at + 1];
    const close = part.find((one, index) => index > at + 1 && one.depth === 1 && one.text === ')' && one.kind === 'mark');
    if (!isWord(token, 'CHECK') || token.depth !== 1 || open === undefined || close === undefined) return [];
    const before = part[at - 2];
    const name = before !== undefined && isWord(before, 'CONSTRAINT') ? nameOf(part[at - 1] as Token, sql) : null;
    return [{ name, sql: sql.slice(open.end, close.start).trim(), rule: null }];
  });
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text === word;
}

/** A name as it is written: words are kept in upper case for comparing only. */
function nameOf(token: Token, sql: string): string {
  return token.kind === 'word' ? sql.slice(token.start, token.end) : token.text;
}

function noteOf(token: Token): ColumnNote {
  try {
    return JSON.parse((NOTE.exec(token.text) as RegExpExecArray)[1] as string) as ColumnNote;
  } catch {
    return {};
  }
}
