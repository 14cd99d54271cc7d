import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engines/connection.ts';
import { openEngine, rekeyDatabase } from '../../../src/engines/index.ts';
import type { CrmError } from '../../../src/errors.ts';
import { openRepository } from '../../../src/repository/repository.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { wholeDatabase } from '../../support/whole-database.ts';

const OLD = Buffer.from('the old key');
const NEW = Buffer.from("the 'new' key\0");
const SECRET = 'Beeblebrox';
const opened: Engine[] = [];

afterEach(async () => {
  for (const engine of opened.splice(0)) await engine.close();
});

async function open(path: string, key: Uint8Array | null): Promise<Engine> {
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 100, ...(key === null ? {} : { key }) });
  opened.push(engine);
  return engine;
}

/** A customer database of a few people, closed. */
async function customers(key: Uint8Array | null): Promise<string> {
  const path = join(tempDir(), 'crm.db');
  const repository = await openRepository(path, { create: true, ...(key === null ? {} : { key }) });
  for (let i = 0; i < 20; i++) await repository.add({ kind: 'person', family_name: SECRET, given_name: `Zaphod ${i}` });
  await repository.close();
  return path;
}

async function contents(path: string, key: Uint8Array | null): Promise<unknown> {
  const engine = await open(path, key);
  try {
    const search = await engine.all("SELECT rowid FROM customer_search WHERE customer_search MATCH 'beeblebrox' ORDER BY rowid");
    return { whole: await wholeDatabase(engine), search, mode: await engine.all('PRAGMA auto_vacuum') };
  } finally {
    opened.splice(opened.indexOf(engine), 1);
    await engine.close();
  }
}

function failure(work: Promise<unknown>): Promise<CrmError> {
  return work.then(
    () => expect.fail('it was done'),
    (error: CrmError) => error,
  );
}

describe('another key', () => {
  test.each<[string, Uint8Array | null, Uint8Array | null]>([
    ['a new one for the old one', OLD, NEW],
    ['a first one', null, NEW],
    ['none any more', OLD, null],
    ['the same again', OLD, OLD],
    ['none before and none after', null, null],
  ])('%s: everything is there, and only the new key opens it', async (_name, oldKey, newKey) => {
    const path = await customers(oldKey);
    const before = await contents(path, oldKey);
    chmodSync(path, 0o640);
    const done = await rekeyDatabase(path, { oldKey, newKey, busyTimeoutMs: 100 });
    expect(done).toMatchObject({ wasEncrypted: oldKey !== null, isEncrypted: newKey !== null });
    expect(done.rows).toBeGreaterThan(40);
    expect(await contents(path, newKey)).toEqual(before);
    if (newKey !== oldKey && oldKey !== null && newKey !== null) expect((await failure(open(path, oldKey))).code).toBe('WRONG_KEY');
    if (newKey !== null) expect((await failure(open(path, null))).code).toBe('KEY_NEEDED');
    expect(readFileSync(path).includes(SECRET)).toBe(newKey === null);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(dirname(path))).toEqual(['crm.db']);
  });

  test('of a file that a killed process has left with a log beside it', async () => {
    const path = await customers(OLD);
    const engine = await open(path, OLD);
    await engine.transaction((connection) => connection.script("UPDATE customers SET family_name = 'Prefect'"));
    const left = join(tempDir(), 'crm.db');
    for (const suffix of ['', '-wal']) writeFileSync(`${left}${suffix}`, readFileSync(`${path}${suffix}`));
    await rekeyDatabase(left, { oldKey: OLD, newKey: NEW, busyTimeoutMs: 100 });
    const rows = await (await open(left, NEW)).all("SELECT count(*) AS n FROM customers WHERE family_name = 'Prefect'");
    expect(rows).toEqual([{ n: 20 }]);
  });

  test('through a symbolic link: the link stays one', async () => {
    const path = await customers(OLD);
    const link = join(tempDir(), 'link.db');
    symlinkSync(path, link);
    await rekeyDatabase(link, { oldKey: OLD, newKey: NEW, busyTimeoutMs: 100 });
    await contents(link, NEW);
    await contents(path, NEW);
  });

  test('the copies of killed processes go, those of running ones stay', async () => {
    const path = await customers(OLD);
    writeFileSync(`${path}.rekey-999999999`, 'left');
    writeFileSync(`${path}.rekey-${process.ppid}`, 'in use');
    await rekeyDatabase(path, { oldKey: OLD, newKey: NEW, busyTimeoutMs: 100 });
    expect(readdirSync(dirname(path)).sort()).toEqual(['crm.db', `crm.db.rekey-${process.ppid}`]);
  });
});

describe('what cannot be done leaves the file as it is', () => {
  test('somebody else has it open, if only to read', async () => {
    const path = await customers(OLD);
    await open(path, OLD);
    const before = readFileSync(path);
    const error = await failure(rekeyDatabase(path, { oldKey: OLD, newKey: NEW, busyTimeoutMs: 100 }));
    expect([error.code, error.exitCode]).toEqual(['BUSY', 11]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}.rekey-${process.pid}`)).toBe(false);
  });

  test.each<[string, Uint8Array | null, string]>([
    ['a wrong key', NEW, 'WRONG_KEY'],
    ['no key', null, 'KEY_NEEDED'],
  ])('%s', async (_name, oldKey, code) => {
    const path = await customers(OLD);
    const before = readFileSync(path);
    expect((await failure(rekeyDatabase(path, { oldKey, newKey: NEW, busyTimeoutMs: 100 }))).code).toBe(code);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(path))).toEqual(['crm.db']);
  });

  test('an empty new key, a missing file, PostgreSQL', async () => {
    const path = await customers(OLD);
    const empty = { oldKey: OLD, newKey: new Uint8Array(), busyTimeoutMs: 100 };
    expect((await failure(rekeyDatabase(path, empty))).code).toBe('USAGE');
    const options = { oldKey: null, newKey: NEW, busyTimeoutMs: 100 };
    expect((await failure(rekeyDatabase(join(tempDir(), 'crm.db'), options))).code).toBe('NO_DATABASE');
    expect((await failure(rekeyDatabase('postgres://nobody@localhost/crm', options))).code).toBe('USAGE');
  });

  test('a damaged page', async () => {
    const path = await customers(OLD);
    const bytes = readFileSync(path);
    bytes[5 * 4096 + 99] = (bytes[5 * 4096 + 99] as number) ^ 0xff;
    writeFileSync(path, bytes);
    expect((await failure(rekeyDatabase(path, { oldKey: OLD, newKey: NEW, busyTimeoutMs: 100 }))).code).toBe('INTEGRITY');
    expect(readdirSync(dirname(path))).toEqual(['crm.db']);
    expect((await open(path, OLD)).isEncrypted).toBe(true);
  });
});
