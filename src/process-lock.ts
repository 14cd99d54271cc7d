import { createHash } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
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
    if ('release' in owner || performance.now() >= deadlineMs) return owner;
    await sleep(Math.min(POLL_MS, options.waitMs));
    checkInterruption(options.signal);
  }
}

/** The living owner of a lock; null where nobody holds it. */
export function lockOwner(path: string): LockOwner | null {
  const text = readOrNull(path);
  const owner = text === null ? null : parsedOwner(text);
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
  if (!createWhole(path, own)) {
    const owner = lockOwner(path);
    if (owner !== null) return owner;
    // Only who holds the guard removes a dead owner's lock, after another look: else one of two who found it dead would
    // remove the lock that the other one has just taken.
    const guard = `${path}.takeover`;
    if (!createWhole(guard, own)) {
      const guardian = lockOwner(guard);
      if (guardian === null) rmSync(guard, { force: true });
      return guardian ?? thisProcess();
    }
    try {
      const living = lockOwner(path);
      if (living !== null) return living;
      rmSync(path, { force: true });
      if (!createWhole(path, own)) return lockOwner(path) ?? thisProcess();
    } finally {
      rmSync(guard, { force: true });
    }
  }
  let held = true;
  return {
    release: () => {
      if (held && readOrNull(path) === own) rmSync(path, { force: true });
      held = false;
    },
  };
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
  return `${json} ${createHash('sha256').update(json).digest('hex').slice(0, 16)}\n`;
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
  try {
    process.kill(owner.pid, 0);
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
