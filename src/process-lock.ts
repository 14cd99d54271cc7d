import { createHash } from 'node:crypto';
import { existsSync, linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkInterruption } from './interruption.ts';

/** Who holds a lock: enough to tell this process from a later one that got the same number. */
export interface LockOwner {
  readonly host: string;
  readonly pid: number;
  /** Names the start of the machine; null where the system does not tell. */
  readonly boot: string | null;
  /** When the process began, in ticks since then; null where the system does not tell. */
  readonly started: string | null;
}

/** A lock that is held. */
export interface ProcessLock {
  /** Gives it back; harmless when called twice. */
  release(): void;
}

/** How a lock is asked for. */
export interface LockOptions {
  /** How long to wait for its owner, in milliseconds; 0 asks once. */
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

const POLL_MS = 100;
/** How often in a row a lock may be given back between two looks. */
const MISSES = 1000;
const CLAIM = '.takeover-';
/** What stands behind the name of a lock in the names of claims to it, and of files that are to become either. */
const LEFT = /^(?:\.takeover-[0-9a-f]{16})*(?:\.takeover-[0-9a-f]{16}|\.part-(?<pid>\d+))$/;

/**
 * Takes the lock that a file stands for. The file names its owner, so that a lock whose owner has died is taken over:
 * the process is gone, or another one has its number now, or the machine was started again.
 * @returns the lock, or its owner when it was not free in time
 * @throws {CrmError} INTERRUPTED; an error of the system when the file cannot be made
 */
export async function takeLock(path: string, options: LockOptions): Promise<ProcessLock | LockOwner> {
  const deadlineMs = performance.now() + options.waitMs;
  for (;;) {
    const owner = tryLock(path);
    if ('release' in owner) {
      removeLeft(path);
      return owner;
    }
    if (performance.now() >= deadlineMs) return owner;
    await sleep(Math.min(POLL_MS, options.waitMs));
    checkInterruption(options.signal);
  }
}

/** The living owner of a lock; null where nobody holds it. */
export function lockOwner(path: string): LockOwner | null {
  const text = readOrNull(path);
  return text === null ? null : livingOwner(text);
}

/** This process, as the owner of a lock that is kept somewhere else. */
export function ownText(): string {
  return writtenOwner(thisProcess());
}

/** The owner that such a text names; null where it is dead, or the text is none. */
export function livingOwner(text: string): LockOwner | null {
  const owner = parsedOwner(text);
  return owner !== null && mayLive(owner) ? owner : null;
}

/**
 * Has a file name another process of this machine as its owner, in place of whoever it named: for a process that was just started
 * and that others have to wait for, even when this one dies. @throws an error of the system when the file cannot be made
 */
export function nameOwner(path: string, pid: number): void {
  rmSync(path, { force: true });
  createWhole(path, writtenOwner({ ...thisProcess(), pid, started: startOf(pid) }));
}

function tryLock(path: string): ProcessLock | LockOwner {
  const own = writtenOwner(thisProcess());
  for (let missed = 0; !createWhole(path, own); ) {
    const text = readOrNull(path);
    if (text === null) {
      // Given back a moment ago; but what stays so is no lock, such as a link that leads nowhere.
      if (++missed > MISSES) throw new Error(`${path} can be neither made nor read`);
      continue;
    }
    const owner = livingOwner(text);
    if (owner !== null) return owner;
    // Only who holds the claim to just this dead owner's lock removes it, after another look: else one of two who found it
    // dead would remove the lock that the other one has just taken. Who dies with a claim in hand is taken over alike.
    const claim = tryLock(`${path}${CLAIM}${sumOf(text)}`);
    if (!('release' in claim)) return claim;
    if (readOrNull(path) === text) rmSync(path, { force: true });
    claim.release();
  }
  let held = true;
  return {
    release: () => {
      if (held && readOrNull(path) === own) rmSync(path, { force: true });
      held = false;
    },
  };
}

/** Removes what processes have left beside a lock that were killed while they asked for it. The lock is held: no claim counts. */
function removeLeft(path: string): void {
  const folder = dirname(path);
  const prefix = basename(path);
  for (const name of readdirSync(folder)) {
    const rest = name.startsWith(prefix) ? LEFT.exec(name.slice(prefix.length)) : null;
    if (rest === null) continue;
    const left = join(folder, name);
    const pid = rest.groups?.pid;
    if (pid === undefined ? lockOwner(left) === null : !isRunning(Number(pid))) rmSync(left, { force: true });
  }
}

/** Makes a file with its text in one step: nobody ever sees it empty. @returns whether it was not there */
function createWhole(path: string, text: string): boolean {
  const part = `${path}.part-${process.pid}`;
  writeFileSync(part, text);
  try {
    linkSync(part, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT' && existsSync(dirname(path))) return createWhole(path, text); // removed as left by another machine's process
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error;
    return createExclusively(path, text); // a file system without links
  } finally {
    rmSync(part, { force: true });
  }
}

function createExclusively(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** One line of JSON with a checksum behind it. */
function writtenOwner(owner: LockOwner): string {
  const json = JSON.stringify(owner);
  return `${json} ${sumOf(json)}\n`;
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Null for what no process has written so: a torn or damaged file holds nobody off. */
function parsedOwner(text: string): LockOwner | null {
  try {
    const owner = JSON.parse(text.slice(0, text.lastIndexOf(' '))) as LockOwner;
    return writtenOwner(owner) === text ? owner : null;
  } catch {
    return null;
  }
}

/** Of a process on another machine nothing is known: it counts as living. */
function mayLive(owner: LockOwner): boolean {
  if (owner.host !== hostname()) return true;
  if (owner.boot !== null && owner.boot !== bootId()) return false;
  if (owner.started !== null) return owner.started === startOf(owner.pid);
  return isRunning(owner.pid);
}

/** Whether a process of this machine has that number; also one that is somebody else's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function thisProcess(): LockOwner {
  return { host: hostname(), pid: process.pid, boot: bootId(), started: startOf(process.pid) };
}

function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}

/** When a process began, as Linux counts it; null where none is running, or the system does not tell. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name, may hold blanks and brackets: the others are counted from behind its end.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : (fields[18] ?? null);
  } catch {
    return null;
  }
}
