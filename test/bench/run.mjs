/**
 * Benchmarks: every figure as a ratio against a peer in the same run, because machines differ and are shared.
 *   npm run bench -- [--rows 1000000] [--runs 3] [--only start,import,detect,again,companies,query,export,normalize,quality,merge,archive,backup,postgres,migrate,memory,pollution,linkage,dedupe-speed,jobs] [--generator FILE]
 *   [--nights 30] [--drop 20000]  of jobs: so many drops of so many rows
 *   [--data FOLDER]  sets with a known truth, for linkage; [--database FILE]  a database for backup instead of a new one
 * Needs the peers on the PATH (sqlite-utils, sqlite3, restic, psql and pgloader with CRM_BENCH_POSTGRES_URL); what is missing is said.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureArchive } from './archive.mjs';
import { backupBench } from './backup.mjs';
import { jobsBench } from './jobs.mjs';
import { dedupeSpeedBench, linkageBench } from './linkage.mjs';
import { compare, isInstalled, runOnce } from './measure.mjs';
import { measureMerge } from './merge.mjs';
import { migrateBench } from './migrate.mjs';
import { qualityBench } from './quality.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const argument = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const rows = Number(argument('rows', 1_000_000));
const runs = Number(argument('runs', 3));
const only = argument('only', '')
  .split(',')
  .filter((name) => name !== '');
const generator = argument('generator', join(root, '../shared/bench/gen-people.mjs'));
const data = argument('data', join(root, '../shared/data/linkage'));
const folder = join(tmpdir(), 'crm-bench');
const crm = `node ${join(root, 'bin/crm.js')}`;
const node = 'node -e 0';
mkdirSync(folder, { recursive: true });
process.chdir(folder);

const people = (count) => {
  const file = join(folder, `people-${count}.csv`);
  if (!existsSync(file)) {
    if (!existsSync(generator)) throw new Error(`no generator of people at ${generator}: name one with --generator FILE`);
    runOnce(`node ${generator} --rows ${count} --seed 1 --out ${file}`);
  }
  return file;
};
const withoutPeople = ['linkage', 'dedupe-speed', 'jobs', ...(argument('database', '') === '' ? [] : ['backup'])];
const needsPeople = only.length === 0 || only.some((name) => !withoutPeople.includes(name));
const file = needsPeople ? people(rows) : null;
const fresh = 'rm -f bench.db bench.db-wal bench.db-shm';
const lines = [];
const report = (name, result, limit) => {
  const verdict = result.ratio <= limit ? 'ok' : 'OVER';
  lines.push({ name, ...result, limit, verdict });
  console.log(
    `${name.padEnd(34)} ${result.ours.toFixed(2).padStart(8)} s  peer ${result.peer.toFixed(2).padStart(7)} s  ratio ${result.ratio.toFixed(2).padStart(6)}  limit ${limit}  ${verdict}  peak ${result.peakMb.toFixed(0)} MB`,
  );
};
const benches = {
  start: () => {
    report('crm --version / node', compare({ ours: `${crm} --version`, peer: node, runs: runs * 5 }), 1.6);
    report('crm --help / node', compare({ ours: `${crm} --help`, peer: node, runs: runs * 5 }), 2);
  },
  import: () => {
    if (!need('sqlite-utils')) return;
    const ours = `${crm} import ${file} --db bench.db -q`;
    const peer = `sqlite-utils insert peer.db t ${file} --csv --pk id > /dev/null`;
    report('import / sqlite-utils', compare({ ours, peer, runs, before: fresh, peerBefore: 'rm -f peer.db' }), 0.6);
  },
  detect: () => {
    const ours = `node ${join(root, 'test/bench/detect.mjs')} ${file}`;
    const peer = `${crm} import ${file} --db bench.db -q`;
    report('detection / import', compare({ ours, peer, runs, peerBefore: fresh }), 0.15);
  },
  companies: () => {
    const peer = `${crm} import ${file} --db bench.db -q`;
    report(
      'import --create-companies / import',
      compare({ ours: `${peer} --create-companies`, peer, runs, before: fresh, peerBefore: fresh }),
      1.3,
    );
  },
  again: () => {
    const once = `${crm} import ${file} --db bench.db -q`;
    report(
      'same import again / first',
      compare({ ours: `${fresh}; cp imported.db bench.db; ${once}`, peer: `${fresh}; ${once}`, runs, before: imported() }),
      1,
    );
  },
  query: () => {
    runOnce(imported());
    const cases = [
      ['by e-mail', `"email = 'u1@nobody.example'"`],
      ['by phone', `"phone = '+8613800138000'"`],
      ['by a rare word', '--search blackfield722'],
    ];
    for (const [name, query] of cases) {
      report(`query ${name} / node`, compare({ ours: `${crm} query ${query} --db imported.db`, peer: node, runs: runs * 5 }), 2.5);
    }
  },
  export: () => {
    if (!need('sqlite3')) return;
    runOnce(imported());
    const peer = `sqlite3 -csv imported.db "select * from customers" > peer.csv`;
    report('export to CSV / sqlite3', compare({ ours: `${crm} export out.csv --db imported.db -q`, peer, runs }), 4);
  },
  normalize: () => {
    const peer = `${crm} import ${file} --db bench.db -q`;
    const ours = `${crm} normalize --db imported.db -q`;
    report('normalize canonical / import', compare({ ours, peer, runs, before: imported(), peerBefore: fresh }), 0.5);
    const messy = `messy-${rows}.csv`;
    if (!existsSync(messy)) runOnce(`node ${join(root, 'test/bench/messy-people.mjs')} ${file} ${messy}`);
    const load = `${crm} import ${messy} --no-normalize --db messy.db -q`;
    const clear = 'rm -f messy.db messy.db-wal messy.db-shm';
    const all = compare({ ours: `${crm} normalize --db messy.db -q`, peer: load, runs, before: `${clear}; ${load}`, peerBefore: clear });
    report('normalize, all changed / import', all, 1.5);
    if (all.peakMb > 400) lines.push({ name: 'normalize memory', verdict: 'OVER' });
    runOnce(clear);
  },
  quality: () => {
    if (!need('sqlite3')) return;
    runOnce(imported());
    const { ours, peer, prepare } = qualityBench(crm);
    const result = compare({ ours, peer, runs, before: prepare });
    report('quality / sqlite3 counts', result, 10);
    if (result.peakMb > 400) lines.push({ name: 'quality memory', verdict: 'OVER' });
  },
  merge: async () => {
    const files = { people: `merge-people-${rows}.csv`, truth: `merge-truth-${rows}.csv` };
    if (!existsSync(files.truth)) runOnce(`node ${generator} --rows ${rows} --seed 1 --out ${files.people} --truth ${files.truth}`);
    const urls = ['merge.db', ...(process.env.CRM_BENCH_POSTGRES_URL === undefined ? [] : [postgresMergeUrl()])];
    for (const db of urls) {
      const { clusters, merged, merge, undo, isSame } = await measureMerge({ ...files, db });
      // A hundred thousand clusters a minute, and the same back.
      const limit = Math.max(2, (60 * clusters) / 100_000);
      const isOver = merge.seconds > limit || undo.seconds > limit || !isSame;
      lines.push({ name: 'merge', verdict: isOver ? 'OVER' : 'ok' });
      console.log(
        `merge ${clusters} clusters (${merged} customers go): ${merge.seconds.toFixed(1)} s, undo ${undo.seconds.toFixed(1)} s, limit ${limit.toFixed(0)} s each, ` +
          `export ${isSame ? 'as before' : 'DIFFERS'}  ${isOver ? 'OVER' : 'ok'}  peak ${Math.max(merge.peakMb, undo.peakMb).toFixed(0)} MB  ${db === 'merge.db' ? 'sqlite' : 'postgres'}`,
      );
    }
  },
  archive: () => {
    const { result, archived, restored, isSame, peer, bytes, query } = measureArchive({ crm, file, rows });
    const megabytes = (count) => (count / 1e6).toFixed(0);
    const peakMb = Math.max(archived.peakMb, restored.peakMb);
    const isOver = archived.seconds > peer.seconds || !isSame || peakMb > 300;
    lines.push({ name: 'archive', verdict: isOver ? 'OVER' : 'ok' });
    console.log(
      `archive ${result.archived} of ${result.examined}: ${archived.seconds.toFixed(1)} s, import of 30 % ${peer.seconds.toFixed(1)} s, ` +
        `back ${restored.seconds.toFixed(1)} s, export ${isSame ? 'as before' : 'DIFFERS'}  ${isOver ? 'OVER' : 'ok'}  peak ${peakMb.toFixed(0)} MB`,
    );
    console.log(
      `  database ${megabytes(result.bytes.before)} → ${megabytes(result.bytes.after)} MB, archive ${megabytes(bytes.archive)} MB, ` +
        `query ${query.before.toFixed(2)} s before, ${query.after.toFixed(2)} s after`,
    );
  },
  backup: () => {
    const database = argument('database', 'imported.db');
    if (database === 'imported.db') runOnce(imported());
    for (const { name, value, limit } of backupBench({ crm, database, runs })) {
      const verdict = value <= limit ? 'ok' : 'OVER';
      lines.push({ name, verdict });
      console.log(`${name.padEnd(34)} ${value.toFixed(3).padStart(8)}  limit ${limit}  ${verdict}`);
    }
  },
  postgres: () => {
    const url = process.env.CRM_BENCH_POSTGRES_URL;
    if (url === undefined) return console.log('postgres: skipped, set CRM_BENCH_POSTGRES_URL');
    if (!need('psql')) return;
    const columns = 'id,first_name,last_name,email,phone,company,street,city,postcode,country,birthday,created_at,notes';
    const drop = `psql -q "${url}" -c "DROP SCHEMA IF EXISTS crm_bench CASCADE" -c "DROP TABLE IF EXISTS raw_people" -c "CREATE TABLE raw_people (${columns
      .split(',')
      .map((name) => `${name} text`)
      .join(', ')})" 2> /dev/null`;
    const ours = `${crm} import ${file} --db "${url}?schema=crm_bench" -q`;
    const peer = `psql -q "${url}" -c "\\copy raw_people from '${file}' csv header"`;
    report('import to PostgreSQL / \\copy', compare({ ours, peer, runs, before: drop }), 3);
  },
  migrate: () => migrateBench({ crm, csv: file, runs, report }),
  pollution: () => {
    execFileSync(process.execPath, [join(root, 'test/bench/pollution.mjs')], { stdio: 'inherit' });
  },
  linkage: () => {
    const isGood = linkageBench({ crm, data, generator, folder: join(folder, 'linkage') });
    if (!isGood) lines.push({ name: 'linkage', verdict: 'OVER' });
  },
  'dedupe-speed': () => {
    dedupeSpeedBench({ crm, generator, folder: join(folder, 'linkage'), rows });
  },
  jobs: async () => {
    const [nights, drop, seed] = [argument('nights', 30), argument('drop', 20_000), argument('seed', 1)].map(Number);
    const program = join(root, 'bin/crm.js');
    if (!(await jobsBench({ program, folder, nights, drop, seed }))) lines.push({ name: 'jobs', verdict: 'OVER' });
  },
  memory: () => {
    const [one, three] = [rows, rows * 3].map((count) => {
      runOnce(fresh);
      return runOnce(`${crm} import ${people(count)} --db bench.db -q`).peakMb;
    });
    const verdict = one <= 400 && three <= 400 ? 'ok' : 'OVER';
    console.log(
      `import peak memory: ${one.toFixed(0)} MB at ${rows} rows, ${three.toFixed(0)} MB at ${rows * 3}  limit 400 MB  ${verdict}`,
    );
  },
};

function need(program) {
  if (isInstalled(program)) return true;
  console.log(`${program} is not installed: skipped`);
  return false;
}

/** A schema of its own, made anew. */
function postgresMergeUrl() {
  const url = process.env.CRM_BENCH_POSTGRES_URL;
  runOnce(`psql -q "${url}" -c "DROP SCHEMA IF EXISTS crm_bench_merge CASCADE" 2> /dev/null`);
  return `${url}?schema=crm_bench_merge`;
}

/** A shell command that makes imported.db unless it is there. */
function imported() {
  return `test -f imported.db || ${crm} import ${file} --db imported.db -q`;
}

rmSync('imported.db', { force: true });
console.log(`${rows} rows, ${runs} runs each (15 for start-up), medians, Node ${process.version}`);
for (const [name, bench] of Object.entries(benches)) if (only.length === 0 || only.includes(name)) await bench();
if (lines.some((line) => line.verdict === 'OVER')) process.exitCode = 1;
