import { readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isSame, nameMatcher, statOf } from './drop-folder.ts';

/** Files that an import reads, also packed. */
const KNOWN_NAMES = /\.(csv|tsv|xlsx|json|ndjson|jsonl|vcf)(\.gz)?$/i;
/** Hidden files, lock files of office programs, downloads that are not complete. */
const PASSING = /^(~\$|\.)|\.(part|partial|filepart|crdownload|tmp)$/i;

interface Seen {
  readonly stats: Stats;
  /** Since when it is as it is, as `performance.now()` counts. */
  readonly sinceMs: number;
  isLeft: boolean;
}

/** What is in a folder. */
export interface SettledFiles {
  /** Paths of files that nobody writes to any more, in the order of their names. */
  readonly ready: readonly string[];
  /** Those that may still be written to. */
  readonly growing: readonly string[];
  /** Those that have been empty for a while: begun and not written, or of no use. */
  readonly empty: readonly string[];
}

/**
 * Looks again and again what is in a folder, and knows which files are whole: neither size nor time has changed between looks for
 * the settle time. The clock of this process counts, not that of the file: a network mount may have another one, and a copy keeps
 * the old time of its original while it grows.
 */
export class SettlingFiles {
  readonly #folder: string;
  readonly #matchers: readonly RegExp[];
  readonly #settleMs: number;
  #seen = new Map<string, Seen>();

  constructor(folder: string, patterns: readonly string[], settleMs: number) {
    this.#folder = folder;
    this.#matchers = patterns.length === 0 ? [KNOWN_NAMES] : patterns.map(nameMatcher);
    this.#settleMs = settleMs;
  }

  /** Looks at the folder. @throws an error of the system where it cannot be read */
  look(): SettledFiles {
    const names = readdirSync(this.#folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && this.#isWanted(entry.name))
      .map(({ name }) => name)
      .sort();
    const nowMs = performance.now();
    const seen = new Map<string, Seen>();
    for (const name of names) {
      const path = join(this.#folder, name);
      const stats = statOf(path);
      if (stats === null) continue;
      const before = this.#seen.get(path);
      seen.set(path, before !== undefined && isUntouched(before.stats, stats) ? before : { stats, sinceMs: nowMs, isLeft: false });
    }
    this.#seen = seen;
    const ofKind = (isOfKind: (file: Seen, isSettled: boolean) => boolean): string[] =>
      [...seen].filter(([, file]) => !file.isLeft && isOfKind(file, nowMs - file.sinceMs >= this.#settleMs)).map(([path]) => path);
    return {
      ready: ofKind(({ stats }, isSettled) => isSettled && stats.size > 0),
      growing: ofKind((_, isSettled) => !isSettled),
      empty: ofKind(({ stats }, isSettled) => isSettled && stats.size === 0),
    };
  }

  /** Leaves a file alone until it is changed. */
  leave(path: string): void {
    const file = this.#seen.get(path);
    if (file !== undefined) file.isLeft = true;
  }

  /** Whether a file still is what was found at the last look. */
  isUntouched(path: string): boolean {
    const before = this.#seen.get(path);
    return before !== undefined && isUntouched(before.stats, statOf(path));
  }

  /** Begins anew: the folder was gone. */
  forget(): void {
    this.#seen = new Map();
  }

  #isWanted(name: string): boolean {
    return !PASSING.test(name) && this.#matchers.some((matcher) => matcher.test(name));
  }
}

function isUntouched(before: Stats, now: Stats | null): boolean {
  return isSame(before, now) && before.ino === now?.ino;
}
