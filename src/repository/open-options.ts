/** How a repository is opened. */
export interface OpenOptions {
  /** Make the database, or its tables, when they do not exist. Default false. */
  readonly create?: boolean;
  /** How long a writer waits for another one, in milliseconds. Default 5000. */
  readonly busyTimeoutMs?: number;
  /** The passphrase of an encrypted SQLite file, or of one that is made: any bytes but none. PostgreSQL takes none. */
  readonly key?: Uint8Array;
  /** Reading statements that take longer are logged with their plan, in milliseconds. Default 0: none is. */
  readonly slowQueryMs?: number;
  /** Who runs this, for the history. Default: the login name. */
  readonly actor?: string;
  /** The step of a job that this is: the history names it in the arguments of its runs. */
  readonly partOf?: { readonly jobRun: number; readonly jobStep: number };
  /** The clock. Default: the system's. */
  readonly now?: () => Date;
}
