/** A snapshot that the repository has. */
export interface ChainEntry {
  readonly id: string;
  readonly sequence: number;
  readonly signature: string;
  /** The signature when it was made, by which the next snapshot names it: `prune` may have moved its chunks since. */
  readonly madeAs: string;
}

/**
 * The signed list of the snapshots that are there, oldest first: what tells a snapshot that was pruned from one that was
 * lost. It is written after a manifest, and before manifests are removed.
 */
export interface Chain {
  readonly repository: string;
  /** Sequence number of the newest snapshot that was ever made. */
  readonly sequence: number;
  readonly snapshots: readonly ChainEntry[];
}

/** Under which name the chain is signed. */
export function chainPurpose(repository: string): string {
  return `chain ${repository}`;
}
