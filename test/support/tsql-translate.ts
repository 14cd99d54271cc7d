/** SQL of SQL Server, as far as the connector writes it, in that of SQLite. */

const TOKEN = /N?'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|0x[0-9a-fA-F]*|[A-Za-z_@#][\w@#$]*|\d+(?:\.\d+)?(?:e[+-]?\d+)?|\s+|./gs;
const FUNCTIONS: Readonly<Record<string, string>> = {
  COUNT_BIG: 'COUNT',
  LEFT: 'tsql_left',
  CONCAT: 'tsql_concat',
  DATALENGTH: 'tsql_datalength',
  SWITCHOFFSET: 'tsql_switchoffset',
  SERVERPROPERTY: 'tsql_serverproperty',
  DB_ID: 'tsql_db_id',
  XACT_STATE: 'tsql_xact_state',
};

/** Words, names, texts, numbers and signs of a statement; spaces are one space each. */
export function tokensOf(sql: string): string[] {
  return (sql.match(TOKEN) ?? []).map((token) => (/^\s+$/.test(token) ? ' ' : token));
}

/** The name that stands in brackets. */
export function unquoted(name: string): string {
  return name.startsWith('[') ? name.slice(1, -1).replaceAll(']]', ']') : name;
}

/** The text that stands in quotes. */
export function unquotedText(text: string): string {
  return text.replace(/^N?'/, '').replace(/'$/, '').replaceAll("''", "'");
}

/** A name as SQLite takes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Parts of a list that commas divide, but not those in parentheses. */
export function listOf(tokens: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (token === ',' && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.map((part) => tokensOf(part.join('').trim()));
}

/** A query or a change of rows. */
export function translate(sql: string): string {
  const update = /^UPDATE t SET (.*) FROM (\[(?:[^\]]|\]\])*\]\.\[(?:[^\]]|\]\])*\]) t JOIN #crm_rows s ON (.*)$/s.exec(sql);
  if (update !== null) return translate(`UPDATE ${update[2]} AS t SET ${update[1]} FROM #crm_rows s WHERE ${update[3]}`);
  // Only here a text takes the code page of a column: else it is Unicode, or UTF-8.
  const paged = sql.replaceAll(/CONVERT\(varchar\(max\), (s\.\[c\d+\]) COLLATE (?:DATABASE_DEFAULT|French_CI_AS)\)/g, 'tsql_code_page($1)');
  const tokens = tokensOf(paged.replace(/ WITH \(TABLOCK, HOLDLOCK\)/, ''));
  let out = '';
  let limit = '';
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as string;
    const word = token.toUpperCase();
    if (word === 'TOP') {
      limit = ` LIMIT ${tokens[i + 3]}`;
      i += 4;
    } else if ((word === 'CONVERT' || word === 'TRY_CONVERT') && tokens[i + 1] === '(') {
      const end = typeEnd(tokens, i + 2);
      out += `tsql_${word.toLowerCase()}('${tokens.slice(i + 2, end).join('')}'`;
      i = end - 1;
    } else if (word === 'COLLATE') i += 2;
    else if (token === 'sys' && tokens[i + 1] === '.') {
      const isFunction = tokens[i + 3] === '(';
      out += quoted(`sys.${tokens[i + 2]}`);
      i += isFunction ? 4 : 2;
    } else if (token.startsWith('[') && tokens[i + 1] === '.' && tokens[i + 2]?.startsWith('[')) {
      out += quoted(`${unquoted(token)}.${unquoted(tokens[i + 2] as string)}`);
      i += 2;
    } else out += one(token, tokens[i + 1]);
  }
  return out + limit;
}

/** Where the type in a conversion ends: at the comma behind it. */
function typeEnd(tokens: readonly string[], from: number): number {
  let depth = 0;
  for (let i = from; i < tokens.length; i++) {
    if (tokens[i] === '(') depth++;
    if (tokens[i] === ')') depth--;
    if (tokens[i] === ',' && depth === 0) return i;
  }
  throw new Error('a conversion without a value');
}

function one(token: string, next: string | undefined): string {
  if (token.startsWith('[')) return quoted(unquoted(token));
  if (token.startsWith('#')) return `temp.${quoted(token)}`;
  if (/^N?'/.test(token)) {
    const text = unquotedText(token);
    return text.includes('\0') ? `CAST(x'${Buffer.from(text).toString('hex')}' AS TEXT)` : `'${text.replaceAll("'", "''")}'`;
  }
  if (/^0x/.test(token)) return `x'${token.slice(2)}'`;
  return next === '(' ? (FUNCTIONS[token.toUpperCase()] ?? token) : token;
}
