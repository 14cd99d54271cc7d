import type { GUARD_RAILS } from '../config/job-config.ts';
import { nearest } from '../model/nearest.ts';
import type { JobCounts } from '../repository/job-records.ts';

/** What a guard rail looks at: existing customers that change, customers merged away, rows rejected, rows read. */
export type Measure = 'changed' | 'merged' | 'rejected' | 'rows';

/** Which measure a guard rail limits. */
export const MEASURE_OF: Readonly<Record<(typeof GUARD_RAILS)[number], Measure>> = {
  maxChanged: 'changed',
  maxMerged: 'merged',
  maxRejected: 'rejected',
  minRows: 'rows',
};

interface KnownCommand {
  /** Whether it has `--dry-run`. */
  readonly dryRun?: true;
  /** Whether it writes nothing anyway. */
  readonly reads?: true;
  /** What can be measured, and which of its counts add up to that. */
  readonly measures?: Readonly<Partial<Record<Measure, readonly string[]>>>;
}

const READS: KnownCommand = { reads: true };
const DRY_RUN: KnownCommand = { dryRun: true };

const WRITES: KnownCommand = {};

/** Commands that a step can be: every one but those of `NO_STEPS`. */
export const STEP_COMMANDS: Readonly<Record<string, KnownCommand>> = {
  import: { dryRun: true, measures: { changed: ['updated'], rejected: ['rejected'], rows: ['read'] } },
  normalize: { dryRun: true, measures: { changed: ['changed'] } },
  'dedupe merge': { dryRun: true, measures: { changed: ['clusters', 'merged'], merged: ['merged'] } },
  'archive run': { dryRun: true, measures: { changed: ['archived'] } },
  delete: { dryRun: true, measures: { changed: ['deleted'] } },
  undo: { dryRun: true, measures: { changed: ['reverted'] } },
  apply: {
    dryRun: true,
    measures: {
      changed: ['updated', 'changed', 'clusters', 'merged', 'archived'],
      merged: ['merged'],
      rejected: ['rejected'],
      rows: ['read'],
    },
  },
  init: WRITES,
  add: WRITES,
  edit: WRITES,
  export: WRITES,
  quality: WRITES,
  maintain: WRITES,
  'dedupe find': WRITES,
  'dedupe report': WRITES,
  'backup create': WRITES,
  'backup drill': WRITES,
  'migrate down': DRY_RUN,
  'migrate map': WRITES,
  'dedupe split': DRY_RUN,
  'dedupe train': DRY_RUN,
  'archive restore': DRY_RUN,
  'backup prune': DRY_RUN,
  restore: DRY_RUN,
  'migrate up': DRY_RUN,
  'migrate copy': DRY_RUN,
  'migrate sync': DRY_RUN,
  doctor: READS,
  query: READS,
  show: READS,
  inspect: READS,
  history: READS,
  'dedupe explain': READS,
  'dedupe eval': READS,
  'archive list': READS,
  'archive search': READS,
  'archive show': READS,
  'backup list': READS,
  'backup verify': READS,
  'backup diff': READS,
  'migrate status': READS,
  'migrate plan': READS,
  'migrate verify': READS,
  'migrate diff': READS,
};

/** Numbers of results that are no counts of customers, rows or files. */
const NO_COUNTS = /^(run|id|customer|seed|total)$|ms$|bytes|bits|recall|chunks|columns|groups/i;
/** Counts that say that something is no more as it was. */
const CHANGING = ['created', 'updated', 'changed', 'merged', 'archived', 'deleted', 'reverted', 'restored', 'companies', 'removed'];

/** Commands that no step can be: jobs, which would wait for themselves, what asks a person, and what is for shells. */
export const NO_STEPS: readonly string[] = [
  'job run',
  'job list',
  'job history',
  'job show',
  'job status',
  'job next',
  'job crontab',
  'watch',
  'dedupe review',
  'completion',
];
/** Options that the job itself decides for all of its steps. */
const OWN_OPTIONS = ['--db', '--config', '--json'];
/** What a first word means where no second one follows. */
const ALONE: Readonly<Record<string, string>> = { backup: 'backup create' };

/** The command that the words name: `import`, `dedupe merge`. */
function commandOf([first = '', second = '']: readonly string[]): string {
  if (Object.hasOwn(STEP_COMMANDS, first)) return first;
  return (second === '' || second.startsWith('-') ? ALONE[first] : undefined) ?? `${first} ${second}`.trim();
}

/** What is wrong with the words of a step; null where they begin with a command that a job can run. */
export function stepMistake(words: readonly string[]): string | null {
  const command = commandOf(words);
  const [first = ''] = words;
  const known = Object.keys(STEP_COMMANDS);
  if (NO_STEPS.includes(command) || NO_STEPS.some((name) => name === first || (first === 'job' && name.startsWith('job '))))
    return `“${command}” cannot be a step of a job`;
  if (!Object.hasOwn(STEP_COMMANDS, command)) {
    const near = nearest(command, known);
    const hint = first === 'crm' ? '; leave crm out' : near === undefined ? '' : `; did you mean “${near}”?`;
    return `there is no command “${command}”${hint}`;
  }
  const own = OWN_OPTIONS.find((option) => words.some((word) => word === option || word.startsWith(`${option}=`)));
  return own === undefined ? null : `${own} is given to the job, not to its steps`;
}

/** Measures that the command has. */
export function measuresOf(words: readonly string[]): ReadonlySet<Measure> {
  return new Set(Object.keys(STEP_COMMANDS[commandOf(words)]?.measures ?? {}) as Measure[]);
}

/** The words that say what the call would do, and change nothing; null where there are none. */
export function dryWords(words: readonly string[]): readonly string[] | null {
  const known = STEP_COMMANDS[commandOf(words)];
  if (known?.reads === true || words.includes('--dry-run') || words.includes('--check')) return words;
  return known?.dryRun === true && !words.includes('--plan') ? [...words, '--dry-run'] : null;
}

/** Whether a call writes anything: guard rails are for those. */
export function isWriting(words: readonly string[]): boolean {
  return !['--dry-run', '--check', '--plan'].some((word) => words.includes(word)) && STEP_COMMANDS[commandOf(words)]?.reads !== true;
}

/** What a result counts. */
export function countsOf(result: Readonly<Record<string, unknown>>): JobCounts {
  const counts = Object.entries(result).filter(([name, value]) => Number.isSafeInteger(value) && !NO_COUNTS.test(name));
  return Object.fromEntries(counts) as JobCounts;
}

/** What a guard rail looks at, of the counts of a call. */
export function measured(words: readonly string[], measure: Measure, counts: JobCounts): number {
  return (STEP_COMMANDS[commandOf(words)]?.measures?.[measure] ?? []).reduce((sum, name) => sum + (counts[name] ?? 0), 0);
}

/** Whether a step with these counts changed or made anything; one that counts nothing of the kind did where it made a run. */
export function hasChanged(counts: JobCounts, crmRuns: readonly number[]): boolean {
  const known = CHANGING.filter((name) => counts[name] !== undefined);
  return known.length === 0 ? crmRuns.length > 0 : known.some((name) => (counts[name] as number) > 0);
}

/** Whether a step counted what it changes, and that was nothing. */
export function hasChangedNothing(counts: JobCounts): boolean {
  const known = CHANGING.filter((name) => counts[name] !== undefined);
  return known.length > 0 && known.every((name) => counts[name] === 0);
}

/** Sums of counts, by name. */
export function addCounts(all: readonly JobCounts[]): JobCounts {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
