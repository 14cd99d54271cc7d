/** A table that a plan reads as a whole, and what the statement calls it. */
export interface ScannedTable {
  readonly name: string;
  readonly alias: string;
}

const NAME = '[a-z_][a-z0-9_]*';
/** Words that may follow a table's name and are no alias. */
const KEYWORDS =
  /^(where|on|join|left|right|inner|cross|full|natural|group|order|limit|offset|union|intersect|except|using|set|window|having|fetch|for|as)$/i;

/**
 * The tables that the plan of a statement reads from beginning to end: `SCAN customers` of SQLite, `Seq Scan on customers c`
 * of PostgreSQL.
 */
export function scannedTables(statement: string, plan: readonly string[]): ScannedTable[] {
  const tables = tablesOf(statement);
  return plan.flatMap((line) => {
    const postgres = new RegExp(`Seq Scan on (${NAME})(?: (${NAME}))?`, 'i').exec(line);
    if (postgres !== null) return [{ name: postgres[1] as string, alias: postgres[2] ?? (postgres[1] as string) }];
    const alias = new RegExp(`^\\s*SCAN (${NAME})(?! (?:USING|VIRTUAL))`, 'i').exec(line)?.[1];
    const table = tables.find((one) => one.alias === alias);
    return table === undefined ? [] : [table];
  });
}

/** The tables that a statement names, by what it calls them. */
function tablesOf(statement: string): ScannedTable[] {
  const pattern = new RegExp(`\\b(?:from|join)\\s+(${NAME})(?:\\s+(?:as\\s+)?(${NAME}))?`, 'gi');
  return [...statement.matchAll(pattern)].map(([, name = '', alias]) => ({
    name,
    alias: alias === undefined || KEYWORDS.test(alias) ? name : alias,
  }));
}

/**
 * The columns by which a statement picks rows of a table, for one index or several: those that must be equal to something
 * come first, one that is compared comes last. Conditions of which one is enough need an index each. A condition on what is
 * made of a column, `lower(city) = ?`, is helped by no plain index.
 */
export function filteredColumns(statement: string, { name, alias }: ScannedTable): string[][] {
  const conditions = statement.replace(/^[\s\S]*?\bwhere\b/i, '');
  if (conditions === statement) return [];
  const isOnly = tablesOf(statement).length === 1;
  const owner = `(?:"?(?:${name}|${alias})"?\\.)${isOnly ? '?' : ''}`;
  const pattern = new RegExp(
    `(?<![\\w.("])(?<open>\\(*)${owner}"?(?<column>${NAME})"?\\s*(?<operator>=|<=?|>=?|\\bin\\b|\\bbetween\\b|\\bis\\b(?!\\s+not))\\s*\\(?(?:\\?|null\\b|cast\\s*\\(\\s*\\?)`,
    'gi',
  );
  const equal: string[] = [];
  const compared: string[] = [];
  for (const { groups = {} } of conditions.matchAll(pattern)) {
    const column = (groups.column ?? '').toLowerCase();
    if (KEYWORDS.test(column) || equal.includes(column) || compared.includes(column)) continue;
    if (/^(=|in|is)$/i.test(groups.operator ?? '')) equal.push(column);
    else compared.push(column);
  }
  if (/\bor\b/i.test(conditions)) return [...equal, ...compared].map((column) => [column]);
  const columns = [...equal, ...compared.slice(0, 1)];
  return columns.length === 0 ? [] : [columns];
}
