import type { BackupRepository } from './backup-repository.ts';
import type { Manifest } from './manifest.ts';
import type { UndoneAfter } from './point-in-time.ts';

/** What is restored: a snapshot, or a database as it is now. */
export type RestoreSource = { readonly manifest: Manifest } | { readonly live: string };

/** Where something is restored to, and how. */
export interface PlaceParts {
  readonly repository: BackupRepository;
  /** Path or URL. */
  readonly target: string;
  /** The key of an encrypted file; null where there is none. */
  readonly key: Uint8Array | null;
  readonly busyTimeoutMs: number;
  readonly now: () => Date;
  /** What the name of the database that is there is told apart by from then on; null where there is none. */
  readonly aside: string | null;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((bytes: number, totalBytes: number) => void) | undefined;
}

/** A database that is in its place. */
export interface PlacedDatabase {
  readonly source: RestoreSource;
  /** Customers in it; null: as many as the manifest says. */
  readonly customers: number | null;
  /** Where the database is that was there before; null where there was none. */
  readonly setAside: string | null;
}

/** A moment to which a restored database is to be taken back. */
export interface Moment {
  readonly time: Date;
  /** Moment of an earlier state that is to be had; null where there is none. */
  readonly earlier: Date | null;
}

/** A kind of database that something can be restored to. */
export interface RestorePlace {
  readonly engine: 'sqlite' | 'postgres';
  /** Restores, compares, and puts the result in its place. */
  put(source: RestoreSource): Promise<PlacedDatabase>;
  /** The same, with the runs after a moment taken back before; nothing is put in place where that does not reach it exactly. */
  putUndone(source: RestoreSource, moment: Moment): Promise<{ readonly put: PlacedDatabase | null; readonly undone: UndoneAfter }>;
}

/** A moment as part of a name, to the millisecond: `20260131T101500250Z`. */
export function stamp(time: Date): string {
  return time.toISOString().replace(/[-:.]/g, '');
}
