import Database from 'better-sqlite3';

/** Tables of every kind of key, and of every kind of value that SQLite stores. */
const TABLES = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, balance NUMERIC(12,2), active BOOLEAN NOT NULL DEFAULT 1,
  score REAL, born DATE, seen TIMESTAMP, photo BLOB, extra JSON, big BIGINT);
CREATE TABLE products (code TEXT PRIMARY KEY, title TEXT, price DECIMAL(10,4), stock INTEGER) WITHOUT ROWID;
CREATE TABLE lines (order_id INTEGER, line INTEGER, code TEXT, amount INTEGER, note TEXT, PRIMARY KEY (order_id, line));
CREATE TABLE tags (customer_id INTEGER NOT NULL REFERENCES customers (id), tag TEXT NOT NULL, PRIMARY KEY (customer_id, tag));
CREATE TABLE rates (rate DECIMAL(20,10) NOT NULL UNIQUE, name TEXT, since TIMESTAMP);
CREATE TABLE visits (at TIMESTAMP, page TEXT, ms REAL, ok BOOLEAN);
CREATE TABLE words (word TEXT);
CREATE INDEX customers_email ON customers (email);
`;

/** What stands in a column of SQLite. */
export type StoredValue = null | number | bigint | string | Buffer;

/** Makes a SQLite file of such tables, with the same rows each time. */
export function makeVerifiedTables(path: string, rows: number): void {
  const database = new Database(path);
  database.exec(TABLES);
  database.transaction(() => {
    for (let i = 1; i <= rows; i++) insertRow(database, i);
  })();
  database.close();
}

function insertRow(database: Database.Database, i: number): void {
  const put = (table: string, ...values: StoredValue[]): void => {
    database.prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(',')})`).run(...values);
  };
  const day = `20${String(10 + (i % 20))}-0${1 + (i % 9)}-1${i % 10}`;
  put(
    'customers',
    BigInt(i * 3 - rowsBefore(i)),
    `Zoë 王 ${i} 🙂`,
    i % 7 === 0 ? null : `c${i}@example.com`,
    i % 5 === 0 ? null : i / 100,
    BigInt(i % 2),
    i % 6 === 0 ? null : i * 1.1,
    day,
    `${day} 10:00:0${i % 10}`,
    i % 4 === 0 ? null : Buffer.from([i % 256, 0, 255]),
    i % 3 === 0 ? null : `{"n":${i},"list":[1,2.50,null]}`,
    2n ** 62n + BigInt(i),
  );
  put('products', `${i % 2 === 0 ? 'é' : 'Z'}-${i}`, `title ${i}`, i / 8, BigInt(i));
  put('lines', BigInt(Math.ceil(i / 4)), BigInt(i % 4), `Z-${i}`, BigInt(i * 10), i % 2 === 0 ? '' : null);
  put('tags', BigInt(i * 3 - rowsBefore(i)), `tag ${i % 3}`);
  put('rates', i * 1.5 - 20, `rate ${i}`, null);
  put('visits', `${day} 00:00:00.12`, i % 9 === 0 ? null : `/page/${i % 5}`, i % 3 === 0 ? null : i / 7, BigInt(i % 2));
  put('words', i % 10 === 0 ? null : `word ${i % 30}`);
}

/** Some keys are negative. */
function rowsBefore(i: number): number {
  return i < 5 ? 20 : 0;
}
