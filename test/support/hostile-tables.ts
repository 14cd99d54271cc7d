import Database from 'better-sqlite3';

/** Tables that are easily copied wrong: names, keys, references in circles, and values of every kind that is hard to hold. */
const TABLES = `
CREATE TABLE "values" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, txt TEXT, num INTEGER, dec DECIMAL(30,10), flt REAL, raw BLOB, free, day DATE, at DATETIME,
  flag BOOLEAN NOT NULL DEFAULT 1, CHECK (id < 1000000));
CREATE TABLE composite (a TEXT NOT NULL, b INTEGER NOT NULL, c BLOB NOT NULL, v TEXT DEFAULT 'it''s', PRIMARY KEY (b, a, c)) WITHOUT ROWID;
CREATE TABLE "no key" (a INTEGER, b TEXT);
CREATE TABLE "we""ird na''me; -- 表" ("select" INTEGER PRIMARY KEY, "a ""b""" TEXT, "😀" TEXT UNIQUE, "back\`tick" TEXT);
CREATE TABLE staff (id INTEGER PRIMARY KEY, boss INTEGER REFERENCES staff (id), name TEXT);
CREATE TABLE dept (id INTEGER PRIMARY KEY, head INTEGER REFERENCES person (id) ON DELETE SET NULL);
CREATE TABLE person (id INTEGER PRIMARY KEY, dept INTEGER REFERENCES dept (id), email TEXT);
CREATE UNIQUE INDEX person_email ON person (email);
CREATE INDEX staff_by_name ON staff (name DESC, id);
CREATE VIEW heads AS SELECT head FROM dept;
`;

const EXTREMES: readonly (readonly [string, unknown, unknown, unknown, unknown, unknown, unknown, unknown])[] = [
  ['', 0n, '0', 0, Buffer.alloc(0), '', '0001-01-01', '0001-01-01 00:00:00'],
  [
    ' trailing  ',
    9007199254740993n,
    '12345678901234567890.0123456789',
    0.1,
    Buffer.from([0]),
    9007199254740993n,
    '9999-12-31',
    '9999-12-31 23:59:59',
  ],
  [
    '😀𝒳 漢字 é e\u0301',
    -9223372036854775808n,
    '-0.0000000001',
    5e-324,
    Buffer.from([255, 254, 0, 1]),
    1.5,
    '2026-02-28',
    '2026-02-28 12:00:00.123456',
  ],
  [
    'line\r\nbreak\ttab\\N\\.',
    9223372036854775807n,
    '9999999999999999999.9999999999',
    1.7976931348623157e308,
    Buffer.from('text'),
    'text',
    '1969-12-31',
    '1969-12-31 23:59:59',
  ],
  ['"quoted", \'too\'; -- $1 ? %s \\x00', -1n, '1', -0, Buffer.alloc(5000, 7), Buffer.from([1, 2]), '2000-02-29', '2000-02-29 00:00:00'],
];

/** How a hostile database is made. */
export interface HostileOptions {
  /** Rows of the largest table. */
  readonly rows?: number;
  /** With U+0000 in texts and bytes that are no UTF-8, which only SQLite holds as they are. */
  readonly unholdable?: boolean;
}

/** Makes a SQLite database of such tables. */
export function makeHostile(path: string, { rows = 500, unholdable = false }: HostileOptions = {}): void {
  const db = new Database(path);
  db.pragma('foreign_keys = OFF');
  db.exec(TABLES);
  db.transaction(() => {
    fillValues(db, rows, unholdable);
    const composite = db.prepare('INSERT INTO composite VALUES (?, ?, ?, ?)');
    for (let i = 0; i < rows; i++)
      composite.run(['a', 'B', 'ä', '😀', '\uffee'][i % 5], i % 7, Buffer.from([i >> 8, i & 255]), i % 3 === 0 ? null : '');
    const plain = db.prepare('INSERT INTO "no key" VALUES (?, ?)');
    for (let i = 0; i < rows / 4; i++) plain.run(i % 5 === 0 ? null : i % 3, i % 2 === 0 ? 'same' : null);
    const weird = db.prepare('INSERT INTO "we""ird na\'\'me; -- 表" VALUES (?, ?, ?, ?)');
    for (let i = 0; i < 20; i++) weird.run(i, `v${i}`, `u${i}`, '`');
    const staff = db.prepare('INSERT INTO staff VALUES (?, ?, ?)');
    for (let i = 0; i < rows; i++) staff.run(i, i + 1 < rows ? i + 1 : null, `n${i % 10}`);
    for (let i = 1; i <= 10; i++) {
      db.prepare('INSERT INTO dept VALUES (?, ?)').run(i, 11 - i);
      db.prepare('INSERT INTO person VALUES (?, ?, ?)').run(i, i, i === 3 ? null : `p${i}@example.com`);
    }
  })();
  db.close();
}

function fillValues(db: Database.Database, rows: number, unholdable: boolean): void {
  const insert = db.prepare('INSERT INTO "values" (txt, num, dec, flt, raw, free, day, at, flag) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  for (let i = 0; i < rows; i++) {
    const extreme = EXTREMES[i % 10];
    if (extreme === undefined) insert.run(`t${i}`, i, `${i}.5`, i / 3, null, null, null, null, i % 2);
    else insert.run(...extreme, i % 2);
  }
  db.prepare('INSERT INTO "values" (flag) VALUES (0)').run();
  if (!unholdable) return;
  db.prepare('INSERT INTO "values" (txt) VALUES (?)').run('nul\0nul');
  db.exec(`INSERT INTO "values" (txt) VALUES (CAST(X'6162ff63' AS TEXT))`);
}

/** All that is in a SQLite database, table by table: names, columns, types, and each cell with its storage class, byte for byte; not how types are written. */
export function dumpSqlite(path: string): Readonly<Record<string, readonly string[]>> {
  const db = new Database(path, { readonly: true });
  db.defaultSafeIntegers(true);
  try {
    const names = db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
      .pluck()
      .all() as string[];
    return Object.fromEntries(names.map((name) => [name, [...schemaLines(db, name), ...rowLines(db, name)]]));
  } finally {
    db.close();
  }
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function schemaLines(db: Database.Database, table: string): string[] {
  const text = (pragma: string, of = table): string[] => {
    const rows = db.prepare(`SELECT * FROM ${pragma}(?)`).raw().all(of) as unknown[][];
    return rows.map((row) => row.map(String).join('|'));
  };
  const without = (line: string, place: number): string =>
    line
      .split('|')
      .filter((_, at) => at !== place)
      .join('|');
  const indexes = db.prepare('SELECT name, "unique" AS isUnique FROM pragma_index_list(?) WHERE origin <> \'pk\'').all(table) as {
    name: string;
    isUnique: bigint;
  }[];
  return [
    ...text('pragma_table_xinfo').map((line) => without(line, 2)),
    ...indexes.map(({ name, isUnique }) => `index ${isUnique} ${text('pragma_index_xinfo', name).join(' ')}`).sort(),
    ...text('pragma_foreign_key_list')
      .map((line) => `reference ${line.split('|').slice(2).join('|')}`)
      .sort(),
  ];
}

function rowLines(db: Database.Database, table: string): string[] {
  const columns = db.prepare('SELECT name, type FROM pragma_table_info(?) ORDER BY cid').all(table) as { name: string; type: string }[];
  const rows = db
    .prepare(`SELECT ${columns.map(cellSql).join(', ')} FROM ${quoted(table)}`)
    .raw()
    .all() as unknown[][];
  return rows.map((row) => row.map((cell) => (Object.is(cell, -0) ? '-0' : String(cell))).join('|')).sort();
}

/** Storage class and cell. Decimals are numbers in some files, and texts where their digits are kept. */
function cellSql({ name, type }: { readonly name: string; readonly type: string }): string {
  const cell = quoted(name);
  if (type.startsWith('DECIMAL')) return `CAST(${cell} AS REAL)`;
  return `typeof(${cell}), CASE WHEN typeof(${cell}) IN ('text', 'blob') THEN hex(CAST(${cell} AS BLOB)) ELSE ${cell} END`;
}
