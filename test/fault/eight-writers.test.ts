import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { runCli } from '../support/cli.ts';
import { inconsistencies } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { eachRestored, repositoryProblems, snapshotIds } from '../support/fault/backup-places.ts';
import type { FaultPlace } from '../support/fault/fault-place.ts';
import { reportFaults } from '../support/fault/fault-report.ts';
import { randomOf, roundsOf, SEED } from '../support/fault/fault-settings.ts';
import { historyProblems, type RecordedWrite, type Write } from '../support/fault/write-history.ts';
import type { RunResult } from '../support/run-program.ts';
import { resultOf } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

const WRITERS = Array.from({ length: 8 }, (_, writer) => writer);
const SHARED = ['s1', 's2'];
const CUSTOMERS = [...SHARED, ...WRITERS.map((writer) => `own${writer}`)];
/** What is said to whoever comes second; nothing of the engine's own words. */
const BUSY = /^error: (another run is writing to |.* is being written to by another run).*\nhint: wait until it has ended and try again\n$/;
const TAGS = "SELECT tag, count(*) AS n FROM tags WHERE tag LIKE 'w%' GROUP BY tag";
const FIELDS = ['notes', 'job_title'] as const;

/** Eight processes that write at one database, and what they were told. */
class Writers {
  readonly writes: Write[] = [];
  readonly problems: string[] = [];
  /** How often one was told to come later. */
  busy = 0;
  readonly #folder: string;
  readonly #db: string;

  constructor(folder: string, db: string) {
    [this.#folder, this.#db] = [folder, db];
  }

  async work(writer: number, round: number, random: (bound: number) => number): Promise<void> {
    const value = `w${writer}-${round}`;
    const own = `own${writer}`;
    const kind = random(3);
    const waitsMs = String([0, 20, 5000][random(3)]);
    if (kind === 2) return this.#import([...SHARED, own], value, waitsMs);
    const customer = kind === 0 ? own : (SHARED[random(2)] as string);
    await this.#write(['edit', `shop:${customer}`, `notes=${value}`], [`${customer} notes`], value, waitsMs);
  }

  #import(customers: readonly string[], value: string, waitsMs: string): Promise<void> {
    writeFileSync(join(this.#folder, `${value}.csv`), `id,job_title\n${customers.map((id) => `${id},${value}\n`).join('')}`);
    const args = ['import', `${value}.csv`, '--source', 'shop', '--tag', value];
    const registers = customers.map((customer) => `${customer} job_title`);
    return this.#write(args, registers, value, waitsMs);
  }

  /** Until it is done: who is told to come later comes later. */
  async #write(args: readonly string[], registers: readonly string[], value: string, waitsMs: string): Promise<void> {
    for (;;) {
      const startMs = performance.now();
      const result = await crm(this.#folder, this.#db, [...args, '--json'], { CRM_BUSY_TIMEOUT_MS: waitsMs });
      const run = result.exitCode === 0 ? (JSON.parse(result.stdout) as { run: number }).run : null;
      const endMs = performance.now();
      for (const register of registers) this.writes.push({ register, value, startMs, endMs, run });
      if (result.exitCode !== 11) {
        if (run === null) this.problems.push(`${args.join(' ')} ended with ${result.exitCode ?? result.signal}: ${result.stderr}`);
        return;
      }
      this.busy++;
      const { error } = JSON.parse(result.stderr) as { error: { message: string; hint: string } };
      const said = `error: ${error.message}\nhint: ${error.hint}\n`;
      if (!BUSY.test(said)) this.problems.push(`who was busy is told: ${said}`);
    }
  }
}

const crm = (folder: string, db: string, args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> =>
  runCli([...args, '--db', db], { cwd: folder, env: { TMPDIR: folder, ...env }, timeoutMs: 120_000 });

/** Reads again and again: the rows of one import are seen together or not at all, and nothing that was seen goes away. */
async function read(folder: string, db: string, isDone: () => boolean): Promise<{ reads: number; problems: string[] }> {
  const problems: string[] = [];
  const sql = `${TAGS} UNION ALL SELECT '', count(*) FROM customers`;
  let seen: readonly string[] = [];
  let reads = 0;
  while (!isDone()) {
    const { exitCode, stdout, stderr } = await crm(folder, db, ['query', '--sql', sql, '--json']);
    reads++;
    if (exitCode !== 0) {
      problems.push(`the reader ended with ${exitCode}: ${stderr}`);
      continue;
    }
    const counts = new Map(resultOf<{ rows: { tag: string; n: number }[] }>(stdout).rows.map(({ tag, n }) => [tag, n]));
    for (const [tag, n] of counts) if (n !== (tag === '' ? CUSTOMERS.length : 3)) problems.push(`the reader saw ${n} of “${tag}”`);
    problems.push(...seen.filter((tag) => !counts.has(tag)).map((tag) => `“${tag}” was there and is gone`));
    seen = [...counts.keys()];
  }
  return { reads, problems };
}

/** Makes backups again and again while others write; each of them restores to a moment between two writes. */
async function backUp(folder: string, db: string, isDone: () => boolean): Promise<{ backups: number; problems: string[] }> {
  const problems: string[] = [];
  const place: FaultPlace = { engine: 'sqlite', folder, db };
  let backups = 0;
  do {
    const { exitCode, stderr } = await crm(folder, db, ['backup', 'create', '--quiet']);
    if (exitCode === 0) backups++;
    else problems.push(`a backup ended with ${exitCode}: ${stderr}`);
  } while (!isDone());
  if ((await snapshotIds(place)).length !== backups) problems.push('a backup is missing');
  problems.push(...(await repositoryProblems(place, [])));
  await eachRestored(place, async (engine) => {
    for (const { tag, n } of await engine.all<{ tag: string; n: number }>(TAGS))
      if (n !== 3) problems.push(`a backup has ${n} of “${tag}”`);
    problems.push(...(await inconsistencies(engine)));
  });
  return { backups, problems };
}

async function recordedWrites(engine: Engine): Promise<RecordedWrite[]> {
  const names = new Map((await externalIds(engine)).map(({ customer_id, external_id }) => [customer_id, external_id]));
  const rows = await engine.all<{ entity_id: number; run_id: number; before: string; after: string }>(
    "SELECT entity_id, run_id, before, after FROM changes WHERE entity = 'customers' AND action = 'update' ORDER BY run_id, seq",
  );
  return rows.flatMap(({ entity_id, run_id, before, after }) => {
    const [old, now] = [JSON.parse(before), JSON.parse(after)] as Record<string, string | null>[];
    return FIELDS.filter((field) => now?.[field] !== undefined).map((field) => ({
      register: `${names.get(entity_id)} ${field}`,
      run: run_id,
      before: old?.[field] ?? null,
      after: now?.[field] ?? null,
    }));
  });
}

const externalIds = (engine: Engine): Promise<{ customer_id: number; external_id: string }[]> =>
  engine.all("SELECT customer_id, external_id FROM external_ids WHERE source = 'shop'");

async function finalValues(engine: Engine): Promise<Map<string, string | null>> {
  const values = new Map<string, string | null>();
  for (const { customer_id, external_id } of await externalIds(engine)) {
    const [row] = await engine.all<Record<string, string | null>>('SELECT notes, job_title FROM customers WHERE id = ?', [customer_id]);
    for (const field of FIELDS) values.set(`${external_id} ${field}`, row?.[field] ?? null);
  }
  return values;
}

describeEachEngine('eight writers, a reader and backups', (target) => {
  const rounds = roundsOf(0.3);
  it('lose nothing, see nothing half done', { timeout: 120_000 + rounds.length * 60_000 }, async () => {
    const name = `writers [${target.name}]`;
    const [folder, db] = [tempDir(), target.freshUrl()];
    writeFileSync(join(folder, 'first.csv'), `id,name\n${CUSTOMERS.map((id) => `${id},Customer ${id}\n`).join('')}`);
    expect((await crm(folder, db, ['import', 'first.csv', '--source', 'shop', '--quiet'])).exitCode).toBe(0);
    const writers = new Writers(folder, db);
    let isDone = false;
    const writing = Promise.all(
      WRITERS.map(async (writer) => {
        for (const round of rounds) await writers.work(writer, round, randomOf(`${name} ${writer}`, round));
      }),
    ).finally(() => {
      isDone = true;
    });
    const noBackups = { backups: 1, problems: [] };
    const [reader, backup] = await Promise.all([
      read(folder, db, () => isDone),
      target.name === 'sqlite' ? backUp(folder, db, () => isDone) : noBackups,
      writing,
    ]);

    const engine = await target.open(db);
    const problems = [
      ...writers.problems,
      ...reader.problems,
      ...backup.problems,
      ...historyProblems(writers.writes, await recordedWrites(engine), await finalValues(engine)),
      ...(await lostTags(engine, writers.writes)),
      ...(await inconsistencies(engine)),
    ];
    reportFaults({ scenario: name, rounds: WRITERS.length * rounds.length, faults: writers.busy, losses: problems.length });
    expect(problems, `seed ${SEED}`).toEqual([]);
    expect([reader.reads > 0, backup.backups > 0]).toEqual([true, true]);
  });
});

/** Each import that was acknowledged left its tag on each of its three customers. */
async function lostTags(engine: Engine, writes: readonly Write[]): Promise<string[]> {
  const rows = await engine.all<{ tag: string; n: number }>(TAGS);
  const counts = new Map(rows.map(({ tag, n }) => [tag, n]));
  const imports = writes.filter(({ register, run }) => register.endsWith('job_title') && run !== null);
  return imports
    .filter(({ value }) => counts.get(value) !== 3)
    .map(({ value }) => `${value} is on ${counts.get(value) ?? 0} customers, not on 3`);
}
