/** What the config file says of a job and its steps, as it was checked: see `config-schema.ts`. */

/** So many things, or a share of all of them in [0, 1] and beyond. */
export type Limit = { readonly count: number } | { readonly share: number };

/** What stops a step before anything is written. */
export interface GuardRails {
  /** At most so many of the customers that are there may be changed, merged, archived or deleted; new ones do not count. */
  readonly maxChanged?: Limit;
  /** At most so many customers may be merged away. */
  readonly maxMerged?: Limit;
  /** At most so many rows may be rejected. */
  readonly maxRejected?: Limit;
  /** At least so many rows must be read: a file that was cut off is noticed. */
  readonly minRows?: number;
}

/** The names of guard rails. */
export const GUARD_RAILS = ['maxChanged', 'maxMerged', 'maxRejected', 'minRows'] as const satisfies readonly (keyof GuardRails)[];

/** A day of the week, as the config file writes it. */
export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** When a step is run; all conditions have to hold. */
export interface StepCondition {
  readonly weekday?: readonly Weekday[];
  /** In the first run of the job, and then in every n-th. */
  readonly everyNthRun?: number;
  /** Where an earlier step of this run of the job changed or made anything. */
  readonly ifChanged?: boolean;
}

/** Whom to tell, and how; all that are given are told. */
export interface NotifyTarget {
  /** A URL that gets a POST with JSON. */
  readonly webhook?: string;
  /** Environment variable with the secret that signs what the webhook gets. */
  readonly secretEnv?: string;
  /** A program and its arguments. */
  readonly command?: readonly string[];
  /** A URL that is called with GET. */
  readonly pingUrl?: string;
}

/** Who is told how a job ended. */
export interface NotifyConfig {
  readonly onFailure?: NotifyTarget;
  readonly onSuccess?: NotifyTarget;
}

/** The log of a job: one JSON object a line. */
export interface JobLogConfig {
  readonly file: string;
  /** A fuller file is put aside, in bytes. */
  readonly maxSizeBytes: number;
  /** So many files that were put aside are kept. */
  readonly keep: number;
}

/** A step whose files come into a folder. */
export interface InboxConfig {
  /** Files of one folder: `inbox/*.csv`. */
  readonly pattern: string;
  /** Folder of the files that were imported. */
  readonly done: string;
  /** Folder of the files that could not be, and of rejected rows. */
  readonly failed: string;
  /** A file that was changed within this time is looked at again after it, in milliseconds. */
  readonly settleMs: number;
}

/** One step of a job. */
export interface JobStepConfig extends GuardRails {
  /** What reports call it; in a job no two have the same. */
  readonly name: string;
  /** The arguments of `crm`: those of the command, or the options of the import of a drop folder. */
  readonly words: readonly string[];
  readonly inbox: InboxConfig | null;
  readonly continueOnError: boolean;
  /** In milliseconds; null: as long as it takes. */
  readonly timeLimitMs: number | null;
  readonly when: StepCondition;
}

/** One job of the config file. */
export interface JobConfig {
  readonly name: string;
  readonly description: string | null;
  /** A cron expression of five fields; null: it is only started by hand. */
  readonly schedule: string | null;
  /** IANA name; null: that of the machine. */
  readonly timezone: string | null;
  /** Whether what earlier steps did is taken back when a later one fails. */
  readonly atomic: boolean;
  /** Of the whole job, in milliseconds; null: as long as it takes. */
  readonly timeLimitMs: number | null;
  /** Guard rails of every step that has none of its own are already those of the step. */
  readonly steps: readonly JobStepConfig[];
  readonly notify: NotifyConfig;
  readonly log: JobLogConfig | null;
}

/** What is wrong with the words of a step; null where they begin with a command that a job can run. */
export type CommandCheck = (words: readonly string[]) => string | null;
