import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { engineNameOf, openSnapshot } from '../engines/index.ts';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError } from '../errors.ts';
import { OutputFile } from '../formats/output-file.ts';

/** What is kept before a database is changed as a whole. */
export interface SchemaSnapshotOptions {
  /** Path or URL of the database. */
  readonly target: string;
  /** Path of a SQLite database; what the name of the file begins with. */
  readonly place: string;
  /** What it is kept before, for the name of the file: `v5`, the version that the schema is to get; `sync`. */
  readonly before: string;
  readonly key: Uint8Array | null;
  readonly busyTimeoutMs: number;
  readonly now: Date;
}

/**
 * Writes the whole database to a file of its own, as it is committed: a SQLite file beside it that can be opened at once, an encrypted
 * one with the same key; of PostgreSQL what `pg_dump` writes in its custom format, into the current folder.
 * @returns the path of the file
 * @throws {CrmError} DISK_FULL, OUTPUT_FAILED; ENGINE when there is no `pg_dump`, with the option that goes without
 */
export async function keepSnapshot(options: SchemaSnapshotOptions): Promise<string> {
  const { target, key, busyTimeoutMs } = options;
  const path = freeName(nameOf(options));
  removeStale(dirname(path), /\.before-(?:v\d+|sync)-.*\.part-(\d+)$/, basename(options.place));
  const snapshot = await openSnapshot(target, { rowHashes: false, key, busyTimeoutMs }).catch(withoutTool);
  try {
    const file = new OutputFile(path, { mode: 0o600 });
    try {
      for await (const piece of snapshot.pieces()) file.write(piece);
      file.finish();
      return path;
    } finally {
      file.discard();
    }
  } finally {
    await snapshot.close();
  }
}

/** `crm.db.before-v5-20260131T101500250Z` */
function nameOf({ target, place, before, now }: SchemaSnapshotOptions): string {
  const stamp = now.toISOString().replace(/[-:.]/g, '');
  return engineNameOf(target) === 'sqlite' ? `${place}.before-${before}-${stamp}` : join('.', `${place}.before-${before}-${stamp}.dump`);
}

function freeName(name: string): string {
  let free = name;
  for (let n = 2; existsSync(free); n++) free = `${name}-${n}`;
  return free;
}

function withoutTool(error: unknown): never {
  if (!(error instanceof CrmError) || error.code !== 'ENGINE') throw error;
  throw new CrmError('ENGINE', `no snapshot can be taken before: ${error.message}; nothing was changed`, {
    cause: error,
    hint: `${error.hint ?? 'make a backup'}; or go without one: --no-snapshot`,
  });
}
