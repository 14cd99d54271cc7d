import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CrmError, EXIT_CODES } from '../errors.ts';
import type { InboxConfig } from '../config/job-config.ts';

/** The files of a drop folder. */
export interface DroppedFiles {
  /** Paths of those that can be imported, in the order of their names. */
  readonly ready: readonly string[];
  /** How many may still be growing: they are left for the next time. */
  readonly growing: number;
}

/**
 * Looks what is in a drop folder. A file that was changed just now is looked at twice.
 * @throws {CrmError} INPUT_MISSING where the folder is not there, INTERRUPTED
 */
export async function droppedFiles(inbox: InboxConfig, signal: AbortSignal): Promise<DroppedFiles> {
  const paths = matching(inbox.pattern);
  const before = new Map(paths.map((path) => [path, statOf(path)]));
  const isYoung = (stats: Stats | null): boolean => stats !== null && Date.now() - stats.mtimeMs < inbox.settleMs;
  if ([...before.values()].some(isYoung)) {
    await sleep(inbox.settleMs, undefined, { signal }).catch((error) => {
      throw new CrmError('INTERRUPTED', 'interrupted; nothing was changed', { cause: error });
    });
  }
  const ready = paths.filter((path) => isSame(before.get(path) ?? null, statOf(path)));
  return { ready, growing: paths.length - ready.length };
}

/** Whether an import ended so because the file is at fault: it is put aside. With any other failure it is left for another time. */
export function isFaultOfFile(exitCode: number): boolean {
  return exitCode === EXIT_CODES.INPUT_UNREADABLE || exitCode === EXIT_CODES.GUARD_RAIL;
}

/** A path as an argument that is no option. */
export function asArgument(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}

/** Hex SHA-256 of a file. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function matching(pattern: string): string[] {
  const folder = dirname(pattern);
  const name = nameMatcher(basename(pattern));
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && name.test(entry.name))
      .map((entry) => join(folder, entry.name))
      .sort();
  } catch (error) {
    throw new CrmError('INPUT_MISSING', `the folder ${folder} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
      hint: 'make it, or correct inbox in the config file',
    });
  }
}

/** What the names of a pattern match: `*` is any text, `?` one character. */
export function nameMatcher(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}

/** Size and times of a file; null where there is none. */
export function statOf(path: string): Stats | null {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Whether a file was not written to between two looks; not where it was away in one. */
export function isSame(before: Stats | null, now: Stats | null): boolean {
  return before !== null && now !== null && before.size === now.size && before.mtimeMs === now.mtimeMs;
}
