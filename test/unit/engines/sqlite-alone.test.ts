import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../../src/engines/index.ts';
import { replaceSqlite } from '../../../src/engines/sqlite-alone.ts';
import { APPLICATION_ID } from '../../../src/engines/sqlite-file.ts';
import type { CrmError } from '../../../src/errors.ts';
import { tempDir } from '../../support/temp-dir.ts';

const DAMAGED = 'this was a database once'.repeat(500);
const NO_KEY = { key: null, busyTimeoutMs: 0 };

/** Makes a database file in WAL mode with one name in it, and leaves it open. */
function opened(path: string, name: string, isOurs = true): Database.Database {
  const db = new Database(path);
  db.pragma(`application_id = ${isOurs ? APPLICATION_ID : 7}`);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE people (name TEXT)');
  db.prepare('INSERT INTO people VALUES (?)').run(name);
  return db;
}

function written(path: string, name: string, isOurs = true): void {
  opened(path, name, isOurs).close();
}

function nameIn(path: string): unknown {
  const db = new Database(path);
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    return db.prepare('SELECT name FROM people').pluck().get();
  } finally {
    db.close();
  }
}

/** A folder with an old database and a new one. */
function places(): { readonly folder: string; readonly old: string; readonly copy: string; readonly aside: string } {
  const folder = tempDir();
  const [old, copy, aside] = ['crm.db', 'crm.db.part', 'crm.db.aside'].map((name) => join(folder, name)) as [string, string, string];
  written(copy, 'new');
  return { folder, old, copy, aside };
}

describe('replacing a database file', () => {
  test('gives the new one the name and the permissions of the old one, which stays whole beside it', async () => {
    const { folder, old, copy, aside } = places();
    written(old, 'old');
    chmodSync(old, 0o640);
    expect(await replaceSqlite(copy, old, aside, NO_KEY)).toBe(true);
    expect(statSync(old).mode & 0o777).toBe(0o640);
    expect([nameIn(old), nameIn(aside)]).toEqual(['new', 'old']);
    expect(readdirSync(folder).sort()).toEqual(['crm.db', 'crm.db.aside']);
  });

  test('takes what a killed process left in the log along', async () => {
    const { folder, old, copy, aside } = places();
    const source = join(tempDir(), 'source.db');
    const db = opened(source, 'old');
    // As the files are at this moment, a killed process would have left them: the row is in the log alone.
    for (const suffix of ['', '-wal']) copyFileSync(source + suffix, old + suffix);
    db.close();
    expect(statSync(`${old}-wal`).size).toBeGreaterThan(0);
    await replaceSqlite(copy, old, aside, NO_KEY);
    expect(readdirSync(folder).sort()).toEqual(['crm.db', 'crm.db.aside']);
    expect([nameIn(old), nameIn(aside)]).toEqual(['new', 'old']);
  });

  test('replaces the file that a link leads to', async () => {
    const { folder, old, copy, aside } = places();
    written(old, 'old');
    symlinkSync(old, join(folder, 'link.db'));
    await replaceSqlite(copy, join(folder, 'link.db'), aside, NO_KEY);
    expect([nameIn(join(folder, 'link.db')), nameIn(old), nameIn(aside)]).toEqual(['new', 'new', 'old']);
  });

  test('is refused while somebody has it open, even idle; nothing is changed', async () => {
    const { folder, old, copy, aside } = places();
    const db = opened(old, 'old');
    try {
      await expect(replaceSqlite(copy, old, aside, NO_KEY)).rejects.toMatchObject({ code: 'BUSY' } satisfies Partial<CrmError>);
      expect(existsSync(aside)).toBe(false);
      expect(db.prepare('SELECT name FROM people').pluck().get()).toBe('old');
      setTimeout(() => db.close(), 100);
      await replaceSqlite(copy, old, aside, { key: null, busyTimeoutMs: 20_000 });
    } finally {
      db.close();
    }
    expect([nameIn(old), nameIn(aside)]).toEqual(['new', 'old']);
    expect(readdirSync(folder).sort()).toEqual(['crm.db', 'crm.db.aside']);
  });

  test('replaces a damaged one too, and keeps it as it was', async () => {
    const { folder, old, copy, aside } = places();
    writeFileSync(old, DAMAGED);
    writeFileSync(`${old}-wal`, 'and this its log');
    expect(await replaceSqlite(copy, old, aside, NO_KEY)).toBe(false);
    expect(nameIn(old)).toBe('new');
    expect(readFileSync(aside, 'utf8')).toBe(DAMAGED);
    expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('and this its log');
    expect(readdirSync(folder).sort()).toEqual(['crm.db', 'crm.db.aside', 'crm.db.aside-wal']);
  });

  test('never overwrites what has the name that its log is to get', async () => {
    const { old, copy, aside } = places();
    writeFileSync(old, DAMAGED);
    writeFileSync(`${old}-wal`, 'and this its log');
    writeFileSync(`${aside}-wal`, 'precious');
    await expect(replaceSqlite(copy, old, aside, NO_KEY)).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
    expect([readFileSync(`${aside}-wal`, 'utf8'), readFileSync(old, 'utf8')]).toEqual(['precious', DAMAGED]);
  });

  test('leaves a sound database of another program where it is', async () => {
    const { folder, old, copy, aside } = places();
    written(old, 'old', false);
    const before = readdirSync(folder).sort();
    await expect(replaceSqlite(copy, old, aside, NO_KEY)).rejects.toMatchObject({ code: 'NOT_OUR_DATABASE' });
    expect(nameIn(old)).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(before);
  });

  test('replaces one whose key is not known, and keeps its log with it', async () => {
    const { folder, old, copy, aside } = places();
    const [key, source] = [Buffer.from('lost'), join(tempDir(), 'source.db')];
    const engine = await openEngine(source, { create: true, busyTimeoutMs: 500, key });
    await engine.transaction((connection) => connection.script("CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('old')"));
    for (const suffix of ['', '-wal']) copyFileSync(source + suffix, old + suffix);
    await engine.close();
    await replaceSqlite(copy, old, aside, { key: Buffer.from('wrong'), busyTimeoutMs: 0 });
    expect(nameIn(old)).toBe('new');
    expect(readdirSync(folder).sort()).toEqual(['crm.db', 'crm.db.aside', 'crm.db.aside-wal']);
    const found = await openEngine(aside, { create: false, busyTimeoutMs: 500, key });
    expect(await found.all('SELECT name FROM people')).toEqual([{ name: 'old' }]);
    await found.close();
  });

  test.skipIf(!existsSync('/proc/self/fd'))('is refused for a damaged one that another process has open', async () => {
    const { old, copy, aside } = places();
    writeFileSync(old, DAMAGED);
    const script = "require('node:fs').openSync(process.argv[1], 'r'); process.stdout.write('x'); process.stdin.resume()";
    const holder = spawn(process.execPath, ['-e', script, old], { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    await expect(replaceSqlite(copy, old, aside, NO_KEY)).rejects.toMatchObject({ code: 'BUSY' });
    holder.stdin.end();
    await once(holder, 'close');
    await replaceSqlite(copy, old, aside, NO_KEY);
    expect(nameIn(old)).toBe('new');
  });

  test('never overwrites what has the name that the old one is to get', async () => {
    const { old, copy, aside } = places();
    written(old, 'old');
    writeFileSync(aside, 'precious');
    await expect(replaceSqlite(copy, old, aside, NO_KEY)).rejects.toMatchObject({ code: 'OUTPUT_FAILED' });
    expect(readFileSync(aside, 'utf8')).toBe('precious');
    expect(nameIn(old)).toBe('old');
  });
});
