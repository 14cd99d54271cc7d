import type { TableFacts } from '../engines/snapshot.ts';

/** Everything that is known of one snapshot; a signed record in a file of its own. */
export interface Manifest {
  readonly format: 1;
  /** Id of the repository: a snapshot does not pass for one of another. */
  readonly repository: string;
  readonly id: string;
  /** Counts the snapshots that were ever made here, from 1. */
  readonly sequence: number;
  /** The snapshot that was made before this one. */
  readonly previous: { readonly id: string; readonly signature: string } | null;
  /** ISO-8601 UTC. */
  readonly time: string;
  readonly host: string;
  /** Path, or URL without its password. */
  readonly database: string;
  readonly engine: 'sqlite' | 'postgres';
  /** Name of the schema (namespace) that a dump is of; null where the engine has none. */
  readonly namespace: string | null;
  readonly schemaVersion: number;
  /** Size of a page of the image; null where it has none. */
  readonly pageBytes: number | null;
  readonly totalBytes: number;
  /** Hexadecimal SHA-256 of the whole image. */
  readonly sha256: string;
  /** Chunks of the image, and how many of them were not stored before. */
  readonly chunks: number;
  readonly addedChunks: number;
  /** What this snapshot added to the repository, as stored. */
  readonly addedBytes: number;
  /** Whether it was restored and compared when it was made. */
  readonly verified: boolean;
  readonly tables: readonly TableFacts[];
  /** Names of the packs that the image lies in, and where in them: see `encodeExtents`. */
  readonly packs: readonly string[];
  readonly extents: string;
}

/** Under which name a manifest is signed. */
export function manifestPurpose(repository: string, id: string): string {
  return `snapshot ${repository} ${id}`;
}

/** How many customers a snapshot holds. */
export function customersOf(manifest: Manifest): number {
  return manifest.tables.find((table) => table.name === 'customers')?.rows ?? 0;
}
