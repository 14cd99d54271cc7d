import type { JobConfig } from '../config/job-config.ts';

/** How another program starts crm: all paths absolute. */
export interface JobCaller {
  readonly node: string;
  readonly script: string;
  /** Where paths of the config file are named from. */
  readonly folder: string;
  readonly config: string;
  /** Null: as the config file says. */
  readonly database: string | null;
  /** Variables that it needs, without secrets: `CRM_KEY_FILE`. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The words that start a job where nobody looks on. */
export function jobWordsOf({ node, script, config, database }: JobCaller, job: string): readonly string[] {
  return [node, script, 'job', 'run', job, '--quiet', '--no-input', '--config', config, ...(database === null ? [] : ['--db', database])];
}

/** Environment variables with secrets that the notifications of a job need. */
export function secretsOf({ notify }: JobConfig): readonly string[] {
  const names = [notify.onFailure?.secretEnv, notify.onSuccess?.secretEnv].filter((name) => name !== undefined);
  return [...new Set(names)];
}
