import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { openEngine } from '../../src/engines/index.ts';
import { runCli } from '../support/cli.ts';
import { dump, inconsistencies } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { peopleCsv, randomNumbers } from '../support/people-file.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROUNDS = Math.max(3, Math.round(Number(process.env.CRM_FAULT_ROUNDS ?? 20) * 0.15));
const SEED = Number(process.env.CRM_FAULT_SEED ?? Date.now() % 1_000_000);
const random = randomNumbers(SEED);
const POLL_MS = 10;
/** Enough for several transactions. */
const ROWS = 26_000;

/** What there is before anything is merged. */
interface Counts {
  readonly customers: number;
  readonly externalIds: number;
  readonly clusters: number;
}

async function withEngine<T>(path: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 5000 });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

const numberOf = async (engine: Engine, sql: string): Promise<number> => Number(Object.values((await engine.all(sql))[0] ?? {})[0]);

async function prepared(): Promise<{ readonly folder: string; readonly counts: Counts }> {
  const folder = tempDir();
  writeFileSync(join(folder, 'people.csv'), peopleCsv(ROWS));
  await runCli(['import', 'people.csv', '--source', 'shop', '--quiet'], { cwd: folder, timeoutMs: 60_000 });
  const counts = await withEngine(join(folder, 'crm.db'), async (engine) => {
    const ids = (await engine.all<{ id: number }>('SELECT id FROM customers ORDER BY id')).map(({ id }) => id);
    const clusters = ids.flatMap((id, i) => (i % 2 === 0 && i + 1 < ids.length ? [[id, ids[i + 1] as number]] : []));
    await setClusters(engine, clusters);
    const externalIds = await numberOf(engine, 'SELECT count(*) FROM external_ids');
    return { customers: ids.length, externalIds, clusters: clusters.length };
  });
  return { folder, counts };
}

/** Waits until the first transaction of a merge is in the database: how long that takes depends on the machine. */
async function firstMerged(cwd: string): Promise<void> {
  await withEngine(join(cwd, 'crm.db'), async (engine) => {
    while ((await numberOf(engine, 'SELECT count(*) FROM redirects')) === 0) await setTimeout(POLL_MS);
  });
}

/** @param when after so many milliseconds, or when the first transaction is done */
async function merge(cwd: string, signal?: NodeJS.Signals, when: number | 'first merged' = 0): Promise<Awaited<ReturnType<typeof runCli>>> {
  return runCli(['dedupe', 'merge', '--auto', '--json'], {
    cwd,
    timeoutMs: 90_000,
    onStart: (child) => {
      if (signal === undefined) return;
      void (when === 'first merged' ? firstMerged(cwd) : setTimeout(when)).then(() => child.kill(signal));
    },
  });
}

/** Every cluster is merged wholly or not at all, and what is merged is in the runs. */
async function expectWhole(path: string, counts: Counts, where: string): Promise<number> {
  return withEngine(path, async (engine) => {
    expect(await inconsistencies(engine), where).toEqual([]);
    const redirects = await numberOf(engine, 'SELECT count(*) FROM redirects');
    expect(await numberOf(engine, 'SELECT count(*) FROM customers'), where).toBe(counts.customers - redirects);
    expect(await numberOf(engine, 'SELECT count(*) FROM external_ids'), where).toBe(counts.externalIds);
    expect(await numberOf(engine, 'SELECT count(DISTINCT cluster_id) FROM duplicate_clusters'), where).toBe(counts.clusters - redirects);
    const recorded = "SELECT count(*) FROM changes WHERE entity = 'redirects' AND action = 'insert'";
    expect(await numberOf(engine, recorded), where).toBe(redirects);
    return redirects;
  });
}

it('SIGKILL leaves whole clusters, the next merge goes on, and both are undone', { timeout: 400_000 }, async () => {
  const { folder: base, counts } = await prepared();
  const before = await withEngine(join(base, 'crm.db'), (engine) => dump(engine));
  const sample = tempDir();
  copyFileSync(join(base, 'crm.db'), join(sample, 'crm.db'));
  const start = performance.now();
  expect((await merge(sample)).exitCode).toBe(0);
  const durationMs = performance.now() - start;

  const folder = tempDir();
  const db = join(folder, 'crm.db');
  let brokenOff = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const end of ['', '-wal', '-shm']) rmSync(db + end, { force: true });
    copyFileSync(join(base, 'crm.db'), db);
    // Once surely between two transactions, else anywhere.
    const when = round === 0 ? 'first merged' : Math.round(durationMs * (0.3 + 0.1 * (round % 7))) + random(200);
    await merge(folder, 'SIGKILL', when);
    const where = `seed ${SEED}, round ${round}: killed after ${when} of ${Math.round(durationMs)} ms`;
    const done = await expectWhole(db, counts, where);
    if (done > 0 && done < counts.clusters) brokenOff++;
    expect((await merge(folder)).exitCode, where).toBe(0);
    expect(await expectWhole(db, counts, where)).toBe(counts.clusters);
    if (round > 1) continue;
    const runs = await withEngine(db, (engine) =>
      engine.all<{ id: number }>("SELECT id FROM runs WHERE command = 'dedupe merge' ORDER BY id DESC"),
    );
    for (const { id } of runs)
      expect((await runCli(['undo', String(id), '--quiet'], { cwd: folder, timeoutMs: 90_000 })).exitCode, where).toBe(0);
    const { duplicate_pairs: _, ...after } = await withEngine(db, (engine) => dump(engine));
    const { duplicate_pairs: __, ...expected } = before;
    expect(after).toEqual(expected);
  }
  expect(brokenOff).toBeGreaterThan(0);
});

it('SIGINT ends after the clusters at hand, says what is done, and how to go on', { timeout: 120_000 }, async () => {
  const { folder, counts } = await prepared();
  const { exitCode, stderr } = await merge(folder, 'SIGINT', 'first merged');
  const done = await expectWhole(join(folder, 'crm.db'), counts, 'SIGINT');
  expect(exitCode).toBe(130);
  expect(done).toBeGreaterThan(0);
  expect(JSON.parse(stderr)).toMatchObject({ ok: false, error: { code: 'INTERRUPTED', hint: expect.stringContaining('crm undo 2') } });
  const { stdout } = await runCli(['history', '--run', '2'], { cwd: folder });
  expect(stdout).toContain('failed: broken off');
  expect((await merge(folder)).exitCode).toBe(0);
});
