import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engines/connection.ts';
import { openEngine } from '../../../src/engines/index.ts';
import type { CrmError } from '../../../src/errors.ts';
import { tempDir } from '../../support/temp-dir.ts';

const PAGE = 4096;
const KEY = Buffer.from('correct horse battery staple');
const SECRET = 'Zaphod Beeblebrox';
const opened: Engine[] = [];

afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.close();
});

async function open(path: string, key?: Uint8Array, create = true): Promise<Engine> {
  const engine = await openEngine(path, { create, busyTimeoutMs: 500, ...(key === undefined ? {} : { key }) });
  opened.push(engine);
  return engine;
}

/** A database with a few pages of customers, closed. */
async function written(key?: Uint8Array): Promise<string> {
  const path = join(tempDir(), 'crm.db');
  const engine = await open(path, key);
  await engine.transaction(async (connection) => {
    await connection.script('CREATE TABLE people (name TEXT)');
    for (let i = 0; i < 400; i++) await connection.run('INSERT INTO people VALUES (?)', [`${SECRET} ${i}`]);
  });
  await closeAll();
  return path;
}

async function closeAll(): Promise<void> {
  for (const engine of opened.splice(0)) await engine.close();
}

function failure(opening: Promise<unknown>): Promise<CrmError> {
  return opening.then(
    () => expect.fail('it was opened'),
    (error: CrmError) => error,
  );
}

async function count(engine: Engine): Promise<unknown> {
  const [row] = await engine.all('SELECT count(*) AS n FROM people');
  return row?.n;
}

describe('an encrypted database', () => {
  test.each<[string, Uint8Array]>([
    ['words', KEY],
    ['quotes and a NUL', Buffer.from(`a'b"c\0d`)],
    ['a NUL only', Buffer.from([0])],
    ['every byte', Buffer.from(Array.from({ length: 256 }, (_, i) => i))],
    ['what the driver would take for a ready key', Buffer.from(`x'${'ab'.repeat(32)}'`)],
    ['人名', Buffer.from('人名')],
  ])('opens again with its key: %s', async (_name, key) => {
    const path = await written(key);
    const engine = await open(path, key, false);
    expect(engine.isEncrypted).toBe(true);
    expect(await count(engine)).toBe(400);
  });

  test('a key is not its beginning: what stands behind a NUL counts', async () => {
    const path = await written(Buffer.from('a\0b'));
    expect((await failure(open(path, Buffer.from('a')))).code).toBe('WRONG_KEY');
    expect((await failure(open(path, Buffer.from('a\0c')))).code).toBe('WRONG_KEY');
  });

  test('an empty key is refused before anything is made', async () => {
    const path = join(tempDir(), 'crm.db');
    expect((await failure(open(path, new Uint8Array()))).code).toBe('USAGE');
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });

  test('neither the file nor its log holds a value, while it is open and afterwards', async () => {
    const folder = tempDir();
    const engine = await open(join(folder, 'crm.db'), KEY);
    await engine.transaction(async (connection) => {
      await connection.script('CREATE TABLE people (name TEXT)');
      for (let i = 0; i < 400; i++) await connection.run('INSERT INTO people VALUES (?)', [SECRET]);
    });
    expect(readdirSync(folder)).toContain('crm.db-wal');
    for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name)).includes(SECRET), name).toBe(false);
    await closeAll();
    expect(readdirSync(folder)).toEqual(['crm.db']);
    expect(readFileSync(join(folder, 'crm.db')).includes(SECRET)).toBe(false);
  });

  test('streams and statements of the user read it too; temporary tables stay in memory', async () => {
    const path = await written(KEY);
    const engine = await open(path, KEY);
    let rows = 0;
    for await (const batch of engine.stream('SELECT name FROM people')) rows += batch.length;
    expect(rows).toBe(400);
    for await (const batch of (await engine.readOnly('SELECT count(*) FROM people')).rows) expect(batch).toEqual([[400]]);
    expect(await engine.all('PRAGMA temp_store')).toEqual([{ temp_store: 2 }]);
  });

  test('is SQLCipher 4, which other programs open with the passphrase alone', async () => {
    const path = await written(KEY);
    const db = new Database(path, { readonly: true });
    db.pragma("cipher = 'sqlcipher'");
    db.pragma('legacy = 4');
    db.key(KEY);
    expect(db.prepare('SELECT count(*) AS n FROM people').get()).toEqual({ n: 400 });
    db.close();
  });

  test('two files with one key have nothing in common', async () => {
    const [left, right] = [readFileSync(await written(KEY)), readFileSync(await written(KEY))];
    expect(left.subarray(0, PAGE).equals(right.subarray(0, PAGE))).toBe(false);
    expect(left.subarray(PAGE, 2 * PAGE).equals(right.subarray(PAGE, 2 * PAGE))).toBe(false);
  });
});

describe('what does not open says why', () => {
  test('no key, and a wrong one', async () => {
    const path = await written(KEY);
    const bytes = readFileSync(path);
    const [none, wrong] = [await failure(open(path)), await failure(open(path, Buffer.from('other')))];
    expect([none.code, none.exitCode]).toEqual(['KEY_NEEDED', 16]);
    expect(none.message).toMatch(/encrypted, or damaged/);
    expect(none.hint).toMatch(/CRM_KEY_FILE/);
    expect([wrong.code, wrong.exitCode]).toEqual(['WRONG_KEY', 16]);
    expect(`${wrong.message} ${wrong.hint}`).not.toContain('other ');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test.each([20, 200, PAGE - 10])('the right key and a first page damaged at %i: damaged, not a wrong key', async (at) => {
    const path = await written(KEY);
    damage(path, at);
    expect((await failure(open(path, KEY))).code).toBe('INTEGRITY');
    expect((await failure(open(path, Buffer.from('other')))).code).toBe('WRONG_KEY');
  });

  test('a later page that is damaged shows when it is read', async () => {
    const path = await written(KEY);
    damage(path, 2 * PAGE + 77);
    const engine = await open(path, KEY);
    expect((await failure(count(engine))).code).toBe('INTEGRITY');
  });

  test('a plain file with a damaged head is damaged; one that is all noise may be either', async () => {
    const path = await written();
    damage(path, 17);
    expect((await failure(open(path))).code).toBe('INTEGRITY');
    expect((await failure(open(path, KEY))).code).toBe('INTEGRITY');
    writeFileSync(path, randomBytes(4 * PAGE));
    expect((await failure(open(path))).message).toMatch(/encrypted, or damaged/);
  });

  test.each<[string, Buffer]>([
    ['text', Buffer.from('name,email\n'.repeat(2000))],
    ['zeros', Buffer.alloc(4 * PAGE)],
    ['a few bytes', randomBytes(100)],
  ])('%s is no database of ours, with a key or without', async (_name, bytes) => {
    const path = join(tempDir(), 'crm.db');
    writeFileSync(path, bytes);
    expect((await failure(open(path))).code).toBe('NOT_OUR_DATABASE');
    expect((await failure(open(path, KEY))).code).toBe('NOT_OUR_DATABASE');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

describe('a key and a plain file', () => {
  test('a plain database opens with a key at hand, and stays plain', async () => {
    const path = await written();
    const engine = await open(path, KEY);
    expect(engine.isEncrypted).toBe(false);
    expect(await count(engine)).toBe(400);
    await closeAll();
    expect(await count(await open(path))).toBe(400);
  });

  test.each<[string, (path: string) => Promise<void>]>([
    ['an empty file', async (path) => writeFileSync(path, '')],
    [
      'a file without tables',
      async (path) => {
        new Database(path).exec('VACUUM').close();
      },
    ],
    [
      'what a run without a key has left',
      async (path) => {
        await open(path);
      },
    ],
  ])('%s becomes encrypted when a database is made of it', async (_name, make) => {
    const path = join(tempDir(), 'crm.db');
    await make(path);
    await closeAll();
    const engine = await open(path, KEY);
    expect(engine.isEncrypted).toBe(true);
    await engine.transaction((connection) => connection.script(`CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('${SECRET}')`));
    await closeAll();
    expect(readFileSync(path).includes(SECRET)).toBe(false);
    expect((await failure(open(path))).code).toBe('KEY_NEEDED');
    expect(await count(await open(path, KEY))).toBe(1);
  });

  test('to look at a file without tables changes nothing', async () => {
    const path = join(tempDir(), 'crm.db');
    await open(path);
    await closeAll();
    const bytes = readFileSync(path);
    await open(path, KEY, false);
    await closeAll();
    expect(readFileSync(path).subarray(0, 16).equals(bytes.subarray(0, 16))).toBe(true);
  });
});

test('a folder and a missing file are what they were before', async () => {
  const folder = tempDir();
  mkdirSync(join(folder, 'crm.db'));
  expect((await failure(open(join(folder, 'crm.db'), KEY))).code).toBe('NOT_OUR_DATABASE');
  expect((await failure(open(join(folder, 'other.db'), KEY, false))).code).toBe('NO_DATABASE');
});

function damage(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 0xff;
  writeFileSync(path, bytes);
}
