/**
 * A month of nightly jobs: each night a drop of generated people (job-drops.mjs) goes through one job of imports, canonical values,
 * the search for duplicates and its merges, archive, backup, quality and upkeep. Says what each night took, step by step, how
 * large database and repository are, and how many duplicates are left by the truth of the generator. Used by run.mjs:
 *   npm run bench -- --only jobs [--nights 30] [--drop 20000] [--seed 1]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEngine } from '../../dist/engines/index.js';
import { dropMaker } from './job-drops.mjs';
import { median } from './measure.mjs';

/** Of all customers, so many may be there twice. */
const MOST_DUPLICATES = 0.01;
/** How much faster than the customers the time of a night may grow: a machine that is shared is not the same every night. */
const MOST_GROWTH = 1.25;

const JOB = {
  description: 'files of the day, clean, without duplicates',
  schedule: '0 2 * * *',
  steps: [
    { inbox: 'inbox/*.csv', settle: '1ms', options: '--source shop --quiet', maxRejected: '2%', minRows: 100 },
    { run: 'normalize', maxChanged: '20%' },
    { run: 'dedupe find', name: 'find-all', when: { everyNthRun: 7 } },
    { run: 'dedupe find --new', name: 'find-new', when: { ifChanged: true } },
    { run: 'dedupe merge --auto', name: 'merge', maxMerged: '20%' },
    { run: "archive run --where 'last_contacted_at < -3y'", name: 'archive', when: { everyNthRun: 7 } },
    { run: 'backup create', name: 'backup' },
    { run: 'backup prune --keep-daily 7 --keep-last 3', name: 'prune' },
    { run: 'quality --fail-below 60', name: 'quality' },
    { run: 'maintain', name: 'maintain' },
  ],
};

/**
 * @param context `program`: the script of crm; `folder`: where files may be made
 * @returns whether every night got through, duplicates are few, time grows no faster than the data, and the database is in order
 */
export async function jobsBench({ program, folder, nights = 30, drop = 20_000, seed = 1 }) {
  const place = join(folder, 'jobs');
  rmSync(place, { recursive: true, force: true });
  mkdirSync(join(place, 'inbox'), { recursive: true });
  writeFileSync(join(place, 'crm.config.json'), JSON.stringify({ database: './crm.db', jobs: { nightly: JOB } }, null, 2));
  const crm = (...args) => spawnSync(process.execPath, [program, ...args], { cwd: place, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (crm('init', '--yes', '--quiet').status !== 0) throw new Error('crm init failed');

  const drops = dropMaker({ seed });
  const done = [];
  console.log(headline());
  for (let night = 1; night <= nights; night++) {
    writeFileSync(join(place, 'inbox', `night-${String(night).padStart(3, '0')}.csv`), drops.next(drop));
    const { status, stdout, stderr } = crm('job', 'run', 'nightly', '--json');
    if (status !== 0) {
      console.log(`night ${night}: exit ${status}\n${stderr}`);
      return false;
    }
    const { result } = JSON.parse(stdout);
    const truth = await truthOf(join(place, 'crm.db'), drops.personOf);
    const sizes = { database: bytesOf(place, /^crm\.db/), repository: bytesOf(join(place, 'crm-backups')) };
    done.push({
      night,
      seconds: result.elapsedMs / 1000,
      steps: result.steps.map(secondsOf),
      merged: mergedIn(result),
      ...sizes,
      ...truth,
    });
    console.log(line(done.at(-1)));
  }
  return isWell(done, crm('maintain', '--check', '--quiet'));
}

function isWell(done, check) {
  const last = done.at(-1);
  const share = last.twice / last.customers;
  const quarter = Math.max(1, done.length >> 2);
  const of = (nights, name) => median(nights.map((night) => night[name]));
  // The first quarter against the last one: a fixed part of the work makes growth slower, nothing may make it faster.
  const growth = of(done.slice(-quarter), 'seconds') / of(done.slice(0, quarter), 'seconds');
  const dataGrowth = of(done.slice(-quarter), 'customers') / of(done.slice(0, quarter), 'customers');
  const verdicts = [
    [`duplicates left ${(share * 100).toFixed(3)} %`, share < MOST_DUPLICATES],
    [`time of a night x ${growth.toFixed(2)}, customers x ${dataGrowth.toFixed(2)}`, growth <= dataGrowth * MOST_GROWTH],
    [`crm maintain --check ended with ${check.status}`, check.status === 0],
  ];
  for (const [what, isGood] of verdicts) console.log(`${what}  ${isGood ? 'ok' : 'OVER'}`);
  return verdicts.every(([, isGood]) => isGood);
}

/** Counts, by the truth, who is there twice, and who was made one with somebody else. */
async function truthOf(path, personOf) {
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 5000 });
  try {
    const rows = await engine.all(`SELECT external_id, customer_id FROM external_ids WHERE source = 'shop'`);
    const [{ n }] = await engine.all('SELECT count(*) AS n FROM customers');
    const [customersOf, peopleIn] = [new Map(), new Map()];
    for (const { external_id, customer_id } of rows) {
      const person = personOf.get(external_id);
      add(customersOf, person, customer_id);
      add(peopleIn, customer_id, person);
    }
    const surplus = (sets) => [...sets.values()].reduce((sum, set) => sum + set.size - 1, 0);
    return { customers: Number(n), people: customersOf.size, twice: surplus(customersOf), wrong: surplus(peopleIn) };
  } finally {
    await engine.close();
  }
}

function add(sets, key, value) {
  const set = sets.get(key);
  if (set === undefined) sets.set(key, new Set([value]));
  else set.add(value);
}

function secondsOf({ status, started_at, finished_at }) {
  return status === 'skipped' ? null : (Date.parse(finished_at) - Date.parse(started_at)) / 1000;
}

function mergedIn({ steps }) {
  return steps.find(({ name }) => name === 'merge').counts.merged ?? 0;
}

function bytesOf(folder, names = /./) {
  const files = readdirSync(folder, { recursive: names.source === '.', withFileTypes: true }).filter((entry) => entry.isFile());
  const wanted = files.filter(({ name }) => names.test(name));
  return wanted.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

const NAMES = JOB.steps.map((step) => step.name ?? (step.inbox === undefined ? step.run.split(' ')[0] : 'import'));
const COLUMNS = ['night', 'seconds', ...NAMES, 'db MB', 'repo MB', 'customers', 'merged', 'twice', 'wrong'];

function headline() {
  return COLUMNS.map((name) => name.padStart(Math.max(9, name.length))).join(' ');
}

function line({ night, seconds, steps, database, repository, customers, merged, twice, wrong }) {
  const times = [seconds, ...steps].map((time) => (time === null ? '-' : time.toFixed(1)));
  const sizes = [database, repository].map((bytes) => (bytes / 1e6).toFixed(0));
  const cells = [night, ...times, ...sizes, customers, merged, twice, wrong];
  return cells.map((cell, at) => String(cell).padStart(Math.max(9, COLUMNS[at].length))).join(' ');
}
