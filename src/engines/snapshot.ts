/** What a snapshot says of one table. */
export interface TableFacts {
  readonly name: string;
  readonly rows: number;
  /** Hex SHA-256 of all rows in the order of their key, each written canonically; null where it was not asked for. */
  readonly sha256: string | null;
}

/** What was found in a database when it was looked at as a whole. */
export interface DatabaseCheck {
  readonly schemaVersion: number;
  readonly tables: readonly TableFacts[];
  /** What the engine's own check complains about, in its words; empty when all is well. They hold no values. */
  readonly problems: readonly string[];
}

/** How a snapshot is taken. */
export interface SnapshotOptions {
  /** Hash the rows of all tables too, not only count them. */
  readonly rowHashes: boolean;
  /** The key of an encrypted file; null where there is none. */
  readonly key: Uint8Array | null;
  /** How long to wait for somebody who keeps even readers out, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** A database as it was at one instant, held so that others may go on writing meanwhile. */
export interface DatabaseSnapshot {
  readonly engine: 'sqlite' | 'postgres';
  /** What to call the database: a path, or a URL without its password. */
  readonly label: string;
  /** Name of the schema (namespace) that the image is of; null where the engine has none. */
  readonly namespace: string | null;
  readonly schemaVersion: number;
  /** Size of a page of the image; null where it has none. */
  readonly pageBytes: number | null;
  /** Size of the image; null where that is known only at its end. */
  readonly totalBytes: number | null;
  /** Size of the largest piece. */
  readonly maxPieceBytes: number;
  /** The image from its first byte to its last, in pieces; each piece is overwritten when the next one is asked for. */
  pieces(): AsyncIterable<Buffer>;
  /** Tables of the same instant, by name. They are counted while the pieces are read. */
  tables(): Promise<readonly TableFacts[]>;
  /** Lets go of the database; to be called in every case. */
  close(): Promise<void>;
}
