import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { openEngine } from '../../src/engines/index.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { runCli } from '../support/cli.ts';
import { inconsistencies } from '../support/customer-database.ts';
import { peopleCsv, randomNumbers } from '../support/people-file.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

/** 20 kills in all unless the environment asks for more; the seed is printed with every failure. */
const ROUNDS = Number(process.env.CRM_FAULT_ROUNDS ?? 20);
const SEED = Number(process.env.CRM_FAULT_SEED ?? Date.now() % 1_000_000);
const random = randomNumbers(SEED);

const LARGE = peopleCsv(26_000);
const SMALL = peopleCsv(4000, { seed: 2 });
const CHANGED = peopleCsv(5000, { seed: 3, city: 'Kiel' });

const SUMS = `SELECT
  (SELECT count(*) FROM customers) AS customers, (SELECT COALESCE(sum(id), 0) FROM customers) AS ids,
  (SELECT COALESCE(sum(version), 0) FROM customers) AS versions,
  (SELECT COALESCE(sum(length(COALESCE(name, '')) + 7 * length(COALESCE(email, '')) + 31 * length(COALESCE(city, ''))), 0) FROM customers) AS texts,
  (SELECT count(*) FROM external_ids) AS external_ids, (SELECT count(*) FROM tags) AS tags,
  (SELECT count(*) FROM changes) AS changes, (SELECT COALESCE(sum(last_id), 0) FROM run_inserts) AS inserts`;

/** What a database holds, in a few sums; null where there is none, or no tables of ours, or nothing in them. */
async function stateOf(url: string): Promise<string | null> {
  const repository = await openRepository(url).catch((error: { code?: string }) => {
    if (error.code === 'NO_DATABASE') return null;
    throw error;
  });
  if (repository === null) return null;
  await repository.close();
  return withEngine(url, async (engine) => {
    const runs = await engine.all('SELECT command, status FROM runs ORDER BY id');
    return runs.length === 0 ? null : JSON.stringify([await engine.all(SUMS), runs]);
  });
}

async function withEngine<T>(url: string, look: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine(url, { create: false, busyTimeoutMs: 5000 });
  try {
    return await look(engine);
  } finally {
    await engine.close();
  }
}

const damageOf = (path: string): Promise<unknown> =>
  withEngine(path, async (engine) => [await engine.all('PRAGMA integrity_check'), await engine.all('PRAGMA foreign_key_check')]);

/** A command that is killed again and again, each time on a fresh copy of the same database. */
interface Scenario {
  readonly args: readonly string[];
  readonly rounds: number;
  /** Makes the database that the command meets; none where it makes it itself. */
  readonly prepare?: (folder: string) => Promise<void>;
}

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = tempDir();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'tmp'));
  return folder;
}

async function crm(
  folder: string,
  args: readonly string[],
  killAfterMs?: number,
): Promise<{ readonly wasKilled: boolean; readonly exitCode: number | null }> {
  const result = await runCli(args, {
    cwd: folder,
    env: { TMPDIR: join(folder, 'tmp') },
    timeoutMs: 90_000,
    onStart: (child) => {
      if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    },
  });
  return { wasKilled: result.signal === 'SIGKILL', exitCode: result.exitCode };
}

async function survives({ args, rounds, prepare }: Scenario): Promise<void> {
  const files = { 'large.csv': LARGE, 'small.csv': SMALL, 'changed.csv': CHANGED };
  const base = folderWith(files);
  await prepare?.(base);
  const oldState = await stateOf(join(base, 'crm.db'));
  const sample = folderWith(files);
  if (prepare !== undefined) copyFileSync(join(base, 'crm.db'), join(sample, 'crm.db'));
  const start = performance.now();
  await crm(sample, args);
  const durationMs = performance.now() - start;
  const newState = await stateOf(join(sample, 'crm.db'));
  expect(newState).not.toBe(oldState);

  const folder = folderWith(files);
  const db = join(folder, 'crm.db');
  let kills = 0;
  for (let round = 0; round < rounds; round++) {
    for (const end of ['', '-wal', '-shm']) rmSync(db + end, { force: true });
    if (prepare !== undefined) copyFileSync(join(base, 'crm.db'), db);
    const afterMs = 30 + random(Math.ceil(durationMs * 1.05));
    const { wasKilled } = await crm(folder, args, afterMs);
    const where = `seed ${SEED}, round ${round}: crm ${args.join(' ')} killed after ${afterMs} of ${Math.round(durationMs)} ms`;
    if (wasKilled) kills++;
    const state = await stateOf(db);
    expect([oldState, newState], where).toContain(state);
    if (state !== null) expect(await damageOf(db), where).toEqual([[{ integrity_check: 'ok' }], []]);
    if (state === oldState && round % 3 === 0) {
      await crm(folder, args);
      expect(await stateOf(db), `${where}, then run again`).toBe(newState);
    }
  }
  expect(kills).toBeGreaterThan(0);
  // What killed runs leave beside the database is cleared away by the next one.
  await crm(folder, args);
  await crm(folder, ['import', 'large.csv', '--db', 'other.db']);
  expect(await withEngine(db, inconsistencies)).toEqual([]);
  expect(readdirSync(join(folder, 'tmp'))).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.includes('.part-'))).toEqual([]);
}

describe('SIGKILL at any moment leaves the old state or the new one', () => {
  const share = (part: number): number => Math.max(2, Math.round(ROUNDS * part));
  const TIMEOUT_MS = 60_000 + ROUNDS * 15_000;

  it('of the import that makes the database', { timeout: TIMEOUT_MS }, () =>
    survives({ args: ['import', 'large.csv', '--source', 'shop', '--quiet'], rounds: share(0.4) }),
  );

  it('of an import that creates and updates', { timeout: TIMEOUT_MS }, () =>
    survives({
      args: ['import', 'changed.csv', '--source', 'shop', '--tag', 'new', '--quiet'],
      rounds: share(0.3),
      prepare: async (folder) => void (await crm(folder, ['import', 'small.csv', '--source', 'shop', '--quiet'])),
    }),
  );

  it('of an undo', { timeout: TIMEOUT_MS }, () =>
    survives({
      args: ['undo', '2'],
      rounds: share(0.3),
      prepare: async (folder) => {
        await crm(folder, ['import', 'small.csv', '--source', 'shop', '--quiet']);
        await crm(folder, ['import', 'changed.csv', '--source', 'shop', '--tag', 'new', '--quiet']);
      },
    }),
  );

  it('of normalising', { timeout: TIMEOUT_MS }, () =>
    survives({
      args: ['normalize', '--fill', '--quiet'],
      rounds: share(0.3),
      prepare: async (folder) => void (await crm(folder, ['import', 'small.csv', '--source', 'shop', '--no-normalize', '--quiet'])),
    }),
  );

  it.skipIf(!postgresAvailable)('of an import into PostgreSQL', { timeout: TIMEOUT_MS }, async () => {
    const folder = folderWith({ 'small.csv': SMALL, 'changed.csv': CHANGED });
    const url = freshSchemaUrl();
    await crm(folder, ['import', 'small.csv', '--source', 'shop', '--quiet', '--db', url]);
    const oldState = await stateOf(url);
    const args = ['import', 'changed.csv', '--source', 'shop', '--quiet', '--db', url];
    for (let round = 0; round < 4; round++) {
      const { wasKilled } = await crm(folder, args, 200 + random(900));
      if (!wasKilled) break;
      await sleep(100); // the server notices that the client is gone
      expect(await stateOf(url)).toBe(oldState);
    }
    await crm(folder, args);
    expect(await stateOf(url)).not.toBe(oldState);
    expect(await withEngine(url, inconsistencies)).toEqual([]);
  });
});
