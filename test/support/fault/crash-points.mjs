/**
 * Loaded into the program under test (`node --import`): sees every step that changes something (a statement that writes, a
 * file that is written, synced, renamed, removed) and either counts them or dies at one of them, as of kill -9.
 * CRM_CRASH_PROFILE=FILE: at the end, writes `{steps: {label: count}, firstStepMs, lastStepMs}`.
 * CRM_CRASH_AT={"label","nth","side","signal"}: dies `before` or `after` the nth step with this label, or when half of its
 * bytes are written (`torn`); or gets another signal then.
 * Of threads, those are watched whose commits others depend on; their steps are labelled `thread …`.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import fs from 'node:fs';
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';

/** Threads that commit to a database that stays. */
const COMMITTING = /whole-copier-worker\.js$/;

const ROOT = new URL('../../../package.json', import.meta.url);
const { CRM_CRASH_PROFILE: profilePath, CRM_CRASH_AT: at } = process.env;
const victim = at === undefined ? null : JSON.parse(at);
const steps = new Map();
const original = { ...fs };
let firstStepMs = null;
let lastStepMs = 0;

const die = () => process.kill(process.pid, victim.signal ?? 'SIGKILL');

/** One step: `torn` writes half of what the step would write. */
function step(kind, run, torn = run) {
  const label = isMainThread ? kind : `thread ${kind}`;
  const nth = (steps.get(label) ?? 0) + 1;
  steps.set(label, nth);
  lastStepMs = performance.now();
  firstStepMs ??= lastStepMs;
  const isHere = victim !== null && victim.label === label && victim.nth === nth;
  if (!isHere) return run();
  if (victim.side === 'before') die();
  const result = victim.side === 'torn' ? torn() : run();
  if (typeof result?.then === 'function') return result.finally(die);
  die();
  return result;
}

/** Replaces a method by one whose calls are steps; a label of null is none. */
function watch(object, name, labelOf, tear) {
  const method = object[name];
  if (typeof method !== 'function') return;
  object[name] = function (...args) {
    const label = labelOf(args, this);
    if (label === null) return method.apply(this, args);
    return step(
      label,
      () => method.apply(this, args),
      () => method.apply(this, tear === undefined ? args : tear(args)),
    );
  };
}

const WRITES =
  /^\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|BEGIN|COMMIT|ROLLBACK|ATTACH|DETACH|VACUUM|REINDEX|ANALYZE|COPY|SAVEPOINT|RELEASE|TRUNCATE|SELECT setval)\b/i;
const NOISE = /\b(OR|IGNORE|INTO|FROM|TABLE|INDEX|UNIQUE|VIRTUAL|IF|NOT|EXISTS|ONLY)\b/gi;

/** `INSERT customers` of a statement that writes, else null. */
function sqlLabel(sql) {
  if (typeof sql !== 'string' || !WRITES.test(sql)) return null;
  const words = sql.replace(NOISE, ' ').match(/[\w.]+/g) ?? [];
  return words.slice(0, 2).join(' ');
}

const PRAGMAS = /^\s*(\w+)\s*=|(wal_checkpoint|incremental_vacuum|optimize)/;
const SETTINGS = /^(cache_size|synchronous|foreign_keys|busy_timeout|query_only|temp_store|mmap_size|key|cipher|kdf_iter|legacy)$/;

function pragmaLabel(sql) {
  const found = PRAGMAS.exec(sql);
  const name = found?.[1] ?? found?.[2];
  return name === undefined || SETTINGS.test(name) ? null : `PRAGMA ${name}`;
}

const half = (data) => {
  if (typeof data === 'string') return data.slice(0, data.length >> 1);
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength >> 1) : data;
};
const isStandardStream = (fd) => fd === 1 || fd === 2;
const writesFlags = (flags) => (typeof flags === 'number' ? (flags & 3) !== 0 : typeof flags === 'string' && /[wa+]/.test(flags));
/** Files by their kind, not by names that differ from run to run. */
const kindOf = (path) => (typeof path === 'string' ? basename(path).replace(/^.*?(\.[a-z]+)?(\.[a-z]+)?$/i, '$1$2') : '');

/** Calls whose data can be on the disk in part. */
const TEARS = new Set(['write', 'writeFile', 'appendFile']);

function watchFiles(target) {
  const paths = [
    'rename',
    'unlink',
    'rm',
    'rmdir',
    'mkdir',
    'mkdtemp',
    'copyFile',
    'cp',
    'link',
    'symlink',
    'truncate',
    'chmod',
    'writeFile',
    'appendFile',
    'utimes',
  ];
  for (const suffix of target === fs ? ['', 'Sync'] : ['']) {
    for (const name of paths)
      watch(
        target,
        name + suffix,
        ([path]) => (isStandardStream(path) ? null : `${name} ${kindOf(path)}`),
        TEARS.has(name) ? tornTarget : undefined,
      );
    watch(target, `open${suffix}`, ([path, flags]) => (writesFlags(flags) ? `open ${kindOf(path)}` : null));
    for (const name of ['write', 'writev', 'ftruncate', 'fsync', 'fdatasync'])
      watch(
        target,
        name + suffix,
        ([fd]) => (isStandardStream(fd) ? null : name),
        TEARS.has(name) && suffix === 'Sync' ? tornTarget : undefined,
      );
  }
}

/** The arguments after the target of `write(target, data, …)` with which half of the bytes are written, at their place. */
function torn([data, ...more]) {
  if (!ArrayBuffer.isView(data) || typeof more[0] !== 'number') return [half(data), ...more];
  const [offset, length = data.byteLength - offset, ...position] = more;
  return [data, offset, length >> 1, ...position];
}
const tornTarget = ([target, ...more]) => [target, ...torn(more)];

async function watchFileHandles() {
  const handle = await fs.promises.open(new URL(import.meta.url));
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ['write', 'writeFile', 'appendFile', 'writev', 'sync', 'datasync', 'truncate'])
    watch(prototype, name, () => name, TEARS.has(name) ? torn : undefined);
}

function watchSqlite(require) {
  const Database = require('better-sqlite3');
  const memory = new Database(':memory:');
  const statement = Object.getPrototypeOf(memory.prepare('SELECT 1'));
  memory.close();
  for (const name of ['run', 'get', 'all']) watch(statement, name, (_, self) => sqlLabel(self.source));
  watch(Database.prototype, 'exec', ([sql]) => sqlLabel(sql) ?? 'script');
  watch(Database.prototype, 'pragma', ([sql]) => pragmaLabel(sql));
  for (const name of ['backup', 'rekey', 'serialize']) watch(Database.prototype, name, () => name);
}

if (isMainThread) {
  const require = createRequire(ROOT);
  watchFiles(fs);
  watchFiles(fs.promises);
  await watchFileHandles();
  syncBuiltinESMExports();
  watchSqlite(require);
  if (process.env.CRM_DB?.startsWith('postgres')) {
    watch(require('pg').Client.prototype, 'query', ([query]) =>
      typeof query?.submit === 'function' ? 'COPY' : sqlLabel(query?.text ?? query),
    );
  }
  if (profilePath !== undefined) {
    process.on('exit', () => {
      const profile = { steps: { ...Object.fromEntries(steps), ...stepsOfThread() }, firstStepMs, lastStepMs };
      original.writeFileSync(profilePath, JSON.stringify(profile));
    });
  }
} else if (COMMITTING.test(process.argv[1] ?? '')) {
  watchSqlite(createRequire(ROOT));
  // Its times are its own: they begin with the thread.
  if (profilePath !== undefined)
    process.on('exit', () => original.writeFileSync(`${profilePath}-thread`, JSON.stringify(Object.fromEntries(steps))));
}

/** Steps of the thread that has ended, if there was one. */
function stepsOfThread() {
  const path = `${profilePath}-thread`;
  if (!original.existsSync(path)) return {};
  const text = original.readFileSync(path, 'utf8');
  original.rmSync(path);
  return JSON.parse(text);
}
