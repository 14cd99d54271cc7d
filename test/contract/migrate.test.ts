import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { openEngine } from '../../src/engines/index.ts';
import { checkSchema, type Migration, migrateUp, readMigrations } from '../../src/engines/migrator.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { ROOT } from '../support/cli.ts';
import { describeEachEngine } from '../support/engines.ts';
import { tempDir } from '../support/temp-dir.ts';

/** The version after those that the program has. */
const FURTHER = readdirSync(join(ROOT, 'schemas/sqlite')).filter((file) => /^\d{4}-[^.]+\.sql$/.test(file)).length + 1;
const NEXT: Migration = { version: FURTHER, name: 'next', sql: 'CREATE TABLE further (id bigint PRIMARY KEY)', sha256: 'a'.repeat(64) };

describeEachEngine('schema', (target) => {
  const migrated = async (): Promise<Engine> => {
    const engine = await target.open();
    await migrateUp(engine);
    return engine;
  };
  const hasTable = async (engine: Engine, name: string): Promise<boolean> =>
    (await engine.all(engine.facts.tableExistsSql, [name])).length > 0;

  it('is made with a record of each file and its SHA-256, once', async () => {
    const engine = await target.open();
    const files = readMigrations(engine);
    expect(await migrateUp(engine)).toEqual(files.map(({ version }) => version));
    const records = await engine.all('SELECT version, name, sha256, applied_at, duration_ms FROM schema_migrations ORDER BY version');
    expect(records).toEqual(
      files.map(({ version, name, sha256 }) => ({
        version,
        name,
        sha256,
        applied_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        duration_ms: expect.any(Number),
      })),
    );
    expect(await migrateUp(engine)).toEqual([]);
    await checkSchema(engine);
  });

  it('is upgraded from an older version, and the older program refuses the newer one', async () => {
    const engine = await migrated();
    const ours = readMigrations(engine);
    await expect(checkSchema(engine, [...ours, NEXT])).rejects.toMatchObject({
      code: 'SCHEMA_OLDER',
      exitCode: 12,
      hint: expect.stringContaining('migrate up'),
    });
    expect(await migrateUp(engine, [...ours, NEXT])).toEqual([FURTHER]);
    expect(await hasTable(engine, 'further')).toBe(true);
    for (const refused of [checkSchema, migrateUp])
      await expect(refused(engine)).rejects.toMatchObject({ code: 'SCHEMA_NEWER', exitCode: 12 });
  });

  it('refuses a file edited after it was applied', async () => {
    const engine = await migrated();
    const edited = readMigrations(engine).map((file) => ({ ...file, sha256: 'b'.repeat(64) }));
    for (const refused of [checkSchema, migrateUp]) {
      await expect(refused(engine, edited)).rejects.toMatchObject({ code: 'SCHEMA_EDITED', exitCode: 12 });
    }
  });

  it.each([
    ['a version that cannot be', 'UPDATE schema_migrations SET version = 0 WHERE version = 1'],
    ['a hash that is none', "UPDATE schema_migrations SET sha256 = 'x'"],
    ['no record at all', 'DELETE FROM schema_migrations'],
  ])('calls itself damaged where it has %s', async (_, sql) => {
    const engine = await migrated();
    await engine.transaction((connection) => connection.script(sql));
    await expect(checkSchema(engine)).rejects.toMatchObject({ code: 'INTEGRITY', exitCode: 14 });
  });

  it.each([
    ['a gap', ['0001-a.sql', '0003-c.sql']],
    ['a number twice', ['0001-a.sql', '0001-b.sql']],
    ['a later start', ['0002-b.sql']],
  ])('refuses schema files with %s', async (_, names) => {
    const folder = join(tempDir(), 'schema');
    mkdirSync(folder);
    for (const name of names) writeFileSync(join(folder, name), 'SELECT 1');
    const engine = await target.open();
    expect(() => readMigrations(engine, folder)).toThrowError(expect.objectContaining({ code: 'SCHEMA_EDITED', exitCode: 12 }));
  });

  it('hashes a file the same with either line ends', async () => {
    const engine = await target.open();
    const folders = ['\n', '\r\n'].map((lineEnd) => {
      const folder = join(tempDir(), 'schema');
      mkdirSync(folder);
      writeFileSync(join(folder, '0001-a.sql'), `SELECT 1;${lineEnd}SELECT 2;${lineEnd}`);
      return folder;
    });
    const [unix, windows] = folders.map((folder) => readMigrations(engine, folder)[0]?.sha256);
    expect(unix).toMatch(/^[0-9a-f]{64}$/);
    expect(windows).toBe(unix);
  });

  it('is of the version before when a file fails half-way', async () => {
    const engine = await migrated();
    const ours = readMigrations(engine);
    const broken = { ...NEXT, version: FURTHER + 1, name: 'broken', sql: 'CREATE TABLE never (id bigint); INSERT INTO nowhere VALUES (1)' };
    await expect(migrateUp(engine, [...ours, NEXT, broken])).rejects.toThrow();
    expect(await hasTable(engine, 'further')).toBe(true);
    expect(await hasTable(engine, 'never')).toBe(false);
    await checkSchema(engine, [...ours, NEXT]);
    expect(await migrateUp(engine, [...ours, NEXT])).toEqual([]);
  });

  it('leaves nothing of a first migration that fails', async () => {
    const engine = await target.open();
    await expect(migrateUp(engine, [{ ...NEXT, version: 1, sql: 'CREATE TABLE a (id bigint); SELECT * FROM nowhere' }])).rejects.toThrow();
    expect(await hasTable(engine, 'schema_migrations')).toBe(false);
    expect(await hasTable(engine, 'a')).toBe(false);
  });

  it('is made by one of several at the same time; the others find it done', async () => {
    const url = target.freshUrl();
    const engines = await Promise.all([target.open(url), target.open(url), target.open(url)]);
    // SQLite waits for a lock without letting this process go on; test/fault has it with processes of their own.
    const together = target.name === 'postgres';
    const done: number[][] = together ? await Promise.all(engines.map((engine) => migrateUp(engine))) : [];
    if (!together) for (const engine of engines) done.push(await migrateUp(engine));
    expect(done.filter((versions) => versions.length > 0)).toHaveLength(1);
    for (const engine of engines) await checkSchema(engine);
  });

  it('is not made by opening, unless asked for', async () => {
    const url = target.freshUrl();
    await expect(openRepository(url)).rejects.toMatchObject({
      code: 'NO_DATABASE',
      exitCode: 10,
      hint: expect.stringContaining('crm init'),
    });
    const made = await openRepository(url, { create: true });
    expect(made.created).toBe(true);
    await made.close();
    for (const create of [true, false]) {
      const again = await openRepository(url, { create });
      expect(again.created).toBe(false);
      await again.close();
    }
  });

  it('says which program is too old when the repository is opened', async () => {
    const url = target.freshUrl();
    await (await openRepository(url, { create: true })).close();
    const engine = await target.open(url);
    await engine.transaction((connection) =>
      connection.run(
        `INSERT INTO schema_migrations SELECT ${FURTHER}, 'future', sha256, applied_at, 1 FROM schema_migrations WHERE version = 1`,
      ),
    );
    for (const create of [true, false])
      await expect(openRepository(url, { create })).rejects.toMatchObject({ code: 'SCHEMA_NEWER', hint: 'install a newer crm' });
  });

  it('can be opened by its URL scheme', async () => {
    const url = target.freshUrl();
    const scheme = target.name === 'sqlite' ? `sqlite:${url}` : url.replace(/^postgres:/, 'postgresql:');
    const engine = await openEngine(scheme, { create: true, busyTimeoutMs: 1000 });
    expect(engine.facts.name).toBe(target.name);
    expect(engine.label).not.toMatch(/:[^/@*]+@/); // no password
    await engine.close();
    await expect(openEngine('oracle://somewhere/db', { create: true, busyTimeoutMs: 1000 })).rejects.toMatchObject({ code: 'USAGE' });
  });
});
