/** A row of the table of tables. */
export interface SchemaRow {
  readonly rowid: number;
  readonly name: string;
}

const KINDS: ReadonlySet<string> = new Set(['table', 'index', 'view', 'trigger']);
const COLUMNS = 5;

/** A number of one to nine bytes, and where it ends. */
export function readVarint(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[at + i] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) return { value, end: at + i + 1 };
  }
  return { value, end: at + 9 };
}

/** The rows of the schema in a leaf page of a table; null when it is no such page, or one of them cannot be read. */
export function schemaRowsOf(page: Buffer): SchemaRow[] | null {
  const count = page.readUInt16BE(3);
  if (count === 0 || 8 + 2 * count > page.length) return null;
  const rows: SchemaRow[] = [];
  for (let i = 0; i < count; i++) {
    const row = rowAt(page, page.readUInt16BE(8 + 2 * i));
    if (row === null) return null;
    rows.push(row);
  }
  return rows;
}

/** Row: (type, name, tbl_name, rootpage, sql). */
function rowAt(page: Buffer, at: number): SchemaRow | null {
  if (at < 8 || at >= page.length) return null;
  const payload = readVarint(page, at);
  const rowid = readVarint(page, payload.end);
  const header = readVarint(page, rowid.end);
  const types: number[] = [];
  let next = header.end;
  while (next < rowid.end + header.value && types.length <= COLUMNS) {
    const type = readVarint(page, next);
    types.push(type.value);
    next = type.end;
  }
  const [kind = 0, name = 0, , root = 0, sql = 0] = types;
  if (types.length !== COLUMNS || !isText(kind) || !isText(name) || root > 9 || !(sql === 0 || isText(sql))) return null;
  const body = rowid.end + header.value;
  const kindText = page.toString('utf8', body, body + textLength(kind));
  const nameText = page.toString('utf8', body + textLength(kind), body + textLength(kind) + textLength(name));
  return KINDS.has(kindText) && /^\w+$/.test(nameText) ? { rowid: rowid.value, name: nameText } : null;
}

/** Serial types of texts are odd, from 13 on. */
function isText(type: number): boolean {
  return type >= 13 && type % 2 === 1;
}

function textLength(type: number): number {
  return (type - 13) / 2;
}
