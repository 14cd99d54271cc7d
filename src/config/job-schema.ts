import { z } from 'zod';
import { GUARD_RAILS, type Limit } from './job-config.ts';
import { isSchedule, isTimeZone } from './job-schedule.ts';
import { shellWords } from './shell-words.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, kB: 1000, MB: 1_000_000, GB: 1_000_000_000 };
const DURATION = /^(\d{1,6})(ms|s|m|h|d)$/;
const SIZE = /^(\d{1,6})(B|kB|MB|GB)$/;
const SHARE = /^(\d+(?:\.\d+)?)%$/;
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** A length of time that matches `30m`, in milliseconds. */
export function millisecondsOf(text: string): number {
  const [, amount, unit] = DURATION.exec(text) ?? [];
  return Number(amount) * (UNIT_MS[unit ?? ''] as number);
}

/** A size that matches `10MB`, in bytes. */
export function bytesOf(text: string): number {
  const [, amount, unit] = SIZE.exec(text) ?? [];
  return Number(amount) * (UNIT_BYTES[unit ?? ''] as number);
}

/** A limit that matches `5%`, or a number. */
export function limitOf(value: number | string): Limit {
  return typeof value === 'number' ? { count: value } : { share: Number(SHARE.exec(value)?.[1]) / 100 };
}

const text = z.string().min(1, 'it must not be empty');
const duration = z.string().regex(DURATION, 'it must be a length of time such as 30s, 10m or 2h');
const count = z.number().int().min(0);
const LIMIT_WORDS = 'it must be a number or a percentage such as 5%';
const limit = z.union([count, z.string().regex(SHARE, LIMIT_WORDS)], { error: LIMIT_WORDS });
const words = z.union([text, z.array(text).min(1)], { error: 'it must be a text as on the command line, or a list of its words' });
const url = z.string().regex(/^https?:\/\/\S+$/, 'it must be a URL: https://…');

const guardRails = {
  maxChanged: limit.optional().describe('At most so many customers that are there may be changed, merged, archived or deleted by a step'),
  maxMerged: limit.optional().describe('At most so many customers may be merged away by a step'),
  maxRejected: limit.optional().describe('At most so many rows of an import may be rejected'),
  minRows: count.optional().describe('An import of fewer rows is stopped: the file was cut off'),
};

const condition = z.strictObject({
  weekday: z.array(z.enum(WEEKDAYS)).min(1).optional().describe('Only on these days, in the time zone of the job'),
  everyNthRun: z.number().int().min(1).optional().describe('In the first run of the job, and then in every n-th'),
  ifChanged: z.boolean().optional().describe('Only where an earlier step of this run changed anything'),
});

const step = z
  .strictObject({
    name: z
      .string()
      .regex(NAME, 'it must be letters, digits, - and _')
      .optional()
      .describe('Default: the command; numbered where it is not alone'),
    run: words.optional().describe('The call without crm, e.g. "import people.csv --country CN"; no shell is asked'),
    inbox: text.optional().describe('Files to import, of one folder: "inbox/*.csv"; each is moved away afterwards'),
    done: text.optional().describe('Folder of imported files (default: done, in the folder of inbox)'),
    failed: text
      .optional()
      .describe('Folder of files that could not be imported, and of rejected rows (default: failed, in the folder of inbox)'),
    options: words.optional().describe('Options of crm import for the files of inbox'),
    settle: duration.optional().describe('A file that was changed within this time may still be growing (default: 2s)'),
    continueOnError: z.boolean().optional().describe('Go on with the next step when this one fails'),
    timeLimit: duration.optional().describe('The step is stopped and rolled back after this time'),
    when: condition.optional(),
    ...guardRails,
  })
  .superRefine((value, context) => {
    const problem = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
    if ((value.run === undefined) === (value.inbox === undefined)) problem([], 'a step has one of run and inbox');
    for (const name of ['done', 'failed', 'options', 'settle'] as const)
      if (value.inbox === undefined && value[name] !== undefined) problem([name], 'it belongs to a step with inbox');
    if (value.inbox !== undefined && /[*?[\]{}].*\//.test(value.inbox)) problem(['inbox'], 'only the name of the file may have * and ?');
    for (const name of ['run', 'options'] as const) {
      const split = typeof value[name] === 'string' ? shellWords(value[name]) : [];
      if ('mistake' in split) problem([name], split.mistake);
    }
  });

const notifyTarget = z
  .strictObject({
    webhook: url.optional().describe('Gets a POST with what happened as JSON'),
    secretEnv: z
      .string()
      .regex(ENVIRONMENT_NAME, 'it must be the name of an environment variable')
      .optional()
      .describe('Environment variable with the secret that signs it'),
    command: words.optional().describe('A program to start; no shell is asked'),
    pingUrl: url.optional().describe('Is called with GET, for dead man’s switches'),
  })
  .superRefine((value, context) => {
    if (value.webhook === undefined && value.command === undefined && value.pingUrl === undefined)
      context.addIssue({ code: 'custom', path: [], message: 'it needs webhook, command or pingUrl' });
    if (value.secretEnv !== undefined && value.webhook === undefined)
      context.addIssue({ code: 'custom', path: ['secretEnv'], message: 'it belongs to a webhook' });
    const split = typeof value.command === 'string' ? shellWords(value.command) : [];
    if ('mistake' in split) context.addIssue({ code: 'custom', path: ['command'], message: split.mistake });
  });

const log = z.strictObject({
  file: text.describe('One JSON object a line is added to this file'),
  maxSize: z.string().regex(SIZE, 'it must be a size such as 10MB').optional().describe('A fuller file is put aside (default: 10MB)'),
  keep: z.number().int().min(0).max(1000).optional().describe('So many files that were put aside are kept (default: 5)'),
});

const job = z.strictObject({
  description: text.optional(),
  schedule: z
    .string()
    .refine(isSchedule, 'it must be a cron expression of five fields, e.g. "0 2 * * *"')
    .optional()
    .describe('Cron expression of five fields; none: started by hand'),
  timezone: z
    .string()
    .refine(isTimeZone, 'there is no such time zone; for instance: Asia/Shanghai')
    .optional()
    .describe('Of schedule and of weekdays (default: that of the machine)'),
  atomic: z.boolean().optional().describe('When a step fails, what earlier steps did is taken back'),
  timeLimit: duration.optional().describe('Of the whole job'),
  ...guardRails,
  notify: z.strictObject({ onFailure: notifyTarget.optional(), onSuccess: notifyTarget.optional() }).optional(),
  log: log.optional(),
  steps: z.array(step).min(1, 'a job needs a step'),
});

/** The setting `jobs`: jobs by name. */
export const JOBS = z.record(z.string().regex(NAME, 'names are letters, digits, - and _'), job);

/** A job as it is written, checked. */
export type WrittenJob = z.infer<typeof job>;

/** A step as it is written, checked. */
export type WrittenStep = z.infer<typeof step>;

/** Names of guard rails that a job or a step has. */
export function guardRailsOf(written: WrittenJob | WrittenStep): (typeof GUARD_RAILS)[number][] {
  return GUARD_RAILS.filter((name) => written[name] !== undefined);
}
