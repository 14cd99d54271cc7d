import type Database from 'better-sqlite3';
import type { Complaint } from './maintenance.ts';
import { isDamage } from './sqlite-damaged-table.ts';

/** So many complaints are asked for: they say what is damaged, not how much of it. */
const LIMIT = 200;
/** Tables of the full-text index. */
const SEARCH = /^customer_search(_(data|idx|content|docsize|config))?$/;

/** A table or index by its root page. */
interface RootedObject {
  readonly name: string;
  readonly type: string;
}

/** What the database itself finds wrong with its pages, indexes and constraints. */
export function integrityComplaints(db: Database.Database, options: { readonly quick: boolean }): Complaint[] {
  const roots = new Map<number, RootedObject>();
  for (const row of db.prepare('SELECT rootpage, name, type FROM sqlite_master WHERE rootpage > 0').all() as (RootedObject & {
    rootpage: number;
  })[])
    roots.set(row.rootpage, row);
  const lines = integrityLines(db, `PRAGMA ${options.quick ? 'quick_check' : 'integrity_check'}(${LIMIT})`).flatMap((text) =>
    text.split('\n'),
  );
  return lines.filter((line) => line !== 'ok' && line !== '' && !line.startsWith('***')).map((line) => complaintOf(line, roots));
}

/** The texts of the check; where it meets pages that it cannot go on with, those up to there. */
function integrityLines(db: Database.Database, sql: string): string[] {
  const texts: string[] = [];
  try {
    for (const text of db.prepare(sql).pluck().iterate() as Iterable<string>) texts.push(text);
  } catch (error) {
    if (!isDamage(error)) throw error;
    if (texts.length === 0) texts.push('pages are damaged so that the check cannot go on');
  }
  return texts;
}

/** What one line of the check is about. */
export function complaintOf(line: string, roots: ReadonlyMap<number, RootedObject>): Complaint {
  const tree = /^(?:On tree page|Tree) (\d+)\b/.exec(line)?.[1];
  if (tree !== undefined) {
    const object = roots.get(Number(tree));
    return { kind: kindOf(object), object: object?.name ?? null, isStructural: true, message: line };
  }
  if (/^(Page \d+: never used|Freelist: |Failed to read ptrmap|Bad ptr map|Page \d+: pointer map referenced)/.test(line))
    return { kind: 'space', object: null, isStructural: false, message: line };
  const search = /FTS5 table (?:\w+\.)?(\w+)/.exec(line)?.[1];
  if (search !== undefined) return { kind: 'search', object: search, isStructural: false, message: line };
  const index = /(?:missing from index|entries in index|entry in index|out of order in index|values differ from index) (\S+)$/.exec(
    line,
  )?.[1];
  if (index !== undefined) return { kind: 'index', object: index, isStructural: false, message: line };
  const table = /(?:in|of|from) (\w+)(?:\.\w+)?$/.exec(line)?.[1] ?? null;
  return { kind: table !== null && SEARCH.test(table) ? 'search' : 'table', object: table, isStructural: false, message: line };
}

function kindOf(object: RootedObject | undefined): Complaint['kind'] {
  if (object === undefined) return 'table';
  if (SEARCH.test(object.name)) return 'search';
  // An index that stands for a key of its table cannot be taken out and made again.
  return object.type === 'index' && !object.name.startsWith('sqlite_autoindex_') ? 'index' : 'table';
}
