import { dirname, join } from 'node:path';
import type { CommandCheck, GuardRails, JobConfig, JobStepConfig, NotifyTarget } from './job-config.ts';
import { bytesOf, guardRailsOf, limitOf, millisecondsOf, type WrittenJob, type WrittenStep } from './job-schema.ts';
import { shellWords } from './shell-words.ts';

/** A mistake in a job, at a path below it. */
export interface JobProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string;
}

const DEFAULT_LOG_BYTES = 10_000_000;
const DEFAULT_LOG_KEEP = 5;
const DEFAULT_SETTLE = '2s';

/** A job as it is used: with defaults, its lines split into words. */
export function jobOf(
  name: string,
  written: WrittenJob,
  checkCommand: CommandCheck,
): { readonly job: JobConfig; readonly problems: readonly JobProblem[] } {
  const problems: JobProblem[] = [];
  const rails = railsOf(written);
  const steps: JobStepConfig[] = [];
  for (const [index, step] of written.steps.entries()) {
    const words = step.run === undefined ? ['import', ...wordsOf(step.options ?? [])] : wordsOf(step.run);
    const mistake = checkCommand(words);
    if (mistake !== null) problems.push({ path: ['steps', index, 'run'], message: mistake });
    const stepName = step.name ?? defaultName(words, steps);
    if (steps.some((other) => other.name === stepName))
      problems.push({ path: ['steps', index, 'name'], message: `another step is called ${stepName}` });
    steps.push(stepOf(step, stepName, words, rails));
  }
  const { notify = {}, log } = written;
  const job: JobConfig = {
    name,
    description: written.description ?? null,
    schedule: written.schedule ?? null,
    timezone: written.timezone ?? null,
    atomic: written.atomic ?? false,
    timeLimitMs: written.timeLimit === undefined ? null : millisecondsOf(written.timeLimit),
    steps,
    notify: {
      ...(notify.onFailure === undefined ? {} : { onFailure: targetOf(notify.onFailure) }),
      ...(notify.onSuccess === undefined ? {} : { onSuccess: targetOf(notify.onSuccess) }),
    },
    log:
      log === undefined
        ? null
        : {
            file: log.file,
            maxSizeBytes: log.maxSize === undefined ? DEFAULT_LOG_BYTES : bytesOf(log.maxSize),
            keep: log.keep ?? DEFAULT_LOG_KEEP,
          },
  };
  return { job, problems };
}

function stepOf(step: WrittenStep, name: string, words: readonly string[], rails: GuardRails): JobStepConfig {
  const folder = dirname(step.inbox ?? '');
  return {
    name,
    words,
    inbox:
      step.inbox === undefined
        ? null
        : {
            pattern: step.inbox,
            done: step.done ?? join(folder, 'done'),
            failed: step.failed ?? join(folder, 'failed'),
            settleMs: millisecondsOf(step.settle ?? DEFAULT_SETTLE),
          },
    continueOnError: step.continueOnError ?? false,
    timeLimitMs: step.timeLimit === undefined ? null : millisecondsOf(step.timeLimit),
    when: (step.when ?? {}) as JobStepConfig['when'],
    ...rails,
    ...railsOf(step),
  };
}

/** `dedupe merge` → `merge`, `import` → `import`; with a number where another step has that name. */
function defaultName(words: readonly string[], before: readonly JobStepConfig[]): string {
  const [first = 'step', second] = words;
  const base = second !== undefined && /^[a-z]+$/.test(second) && first !== 'import' ? `${first}-${second}` : first;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!before.some((other) => other.name === name)) return name;
  }
}

function railsOf(written: WrittenJob | WrittenStep): GuardRails {
  return Object.fromEntries(
    guardRailsOf(written).map((name) => [name, name === 'minRows' ? written.minRows : limitOf(written[name] as number | string)]),
  );
}

function targetOf({ command, ...others }: NonNullable<NonNullable<WrittenJob['notify']>['onFailure']>): NotifyTarget {
  return { ...others, ...(command === undefined ? {} : { command: wordsOf(command) }) } as NotifyTarget;
}

/** The words of a line that was checked, or those that are given. */
function wordsOf(line: string | readonly string[]): readonly string[] {
  if (typeof line !== 'string') return line;
  const split = shellWords(line);
  return 'mistake' in split ? [] : split;
}
