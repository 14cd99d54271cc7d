import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { type ConfigTree, type Place, readTree } from './config-places.ts';
import { CONFIG, configJsonSchema } from './config-schema.ts';
import type { CommandCheck, JobConfig } from './job-config.ts';
import { jobOf } from './read-jobs.ts';

/** A mistake in the config file. */
export interface ConfigProblem extends Place {
  /** `jobs.nightly.steps[2].maxMerged`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string | null;
}

/** What a config file says, or what is wrong with it. */
export interface CheckedConfig {
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];
  /** In the order of the file; empty where there are problems. */
  readonly jobs: ReadonlyMap<string, JobConfig>;
}

/**
 * Checks the text of a whole config file, every setting of it, and reads its jobs.
 * @param checkCommand looks at the words of every step
 */
export function checkConfig(text: string, checkCommand: CommandCheck): CheckedConfig {
  const tree = readTree(text.replace(/^\uFEFF/, ''));
  if (tree.mistake !== null) {
    const { what, line, column } = tree.mistake;
    return failed([{ path: '', line, column, message: `no valid JSON: ${what}`, hint: 'comments are allowed; check commas and quotes' }]);
  }
  const checked = CONFIG.safeParse(tree.value);
  if (!checked.success) return failed(checked.error.issues.flatMap((issue) => problemsOf(tree, issue)));
  const problems: ConfigProblem[] = [];
  const jobs = new Map<string, JobConfig>();
  for (const [name, job] of Object.entries(checked.data.jobs ?? {})) {
    const read = jobOf(name, job, checkCommand);
    jobs.set(name, read.job);
    problems.push(...read.problems.map(({ path, message, hint }) => problem(tree, ['jobs', name, ...path], message, hint)));
  }
  return problems.length > 0 ? failed(problems) : { problems, jobs };
}

/**
 * The jobs of a config file, which is checked as a whole.
 * @throws {CrmError} CONFIG_INVALID `crm.config.json:12:7: jobs.nightly.steps[2].maxMerged: …`, with all problems in its details
 */
export function loadJobs(file: string, checkCommand: CommandCheck): ReadonlyMap<string, JobConfig> {
  const { problems, jobs } = checkConfig(configText(file), checkCommand);
  const [first] = problems;
  if (first === undefined) return jobs;
  const { line, column, path, message, hint } = first;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  throw new CrmError('CONFIG_INVALID', `${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}${more}`, {
    hint: hint ?? 'see docs/guide/jobs.md',
    details: { problems },
  });
}

function configText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? `there is no config file ${file}` : `the config file ${file} cannot be read (${code})`;
    throw new CrmError('CONFIG_INVALID', what, {
      cause: error,
      hint: 'jobs are written into it: crm init --config-file makes one with an example, --config FILE names another',
    });
  }
}

function failed(problems: readonly ConfigProblem[]): CheckedConfig {
  const inOrder = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return { problems: inOrder, jobs: new Map() };
}

function problem(tree: ConfigTree, path: readonly PropertyKey[], message: string, hint: string | null = null): ConfigProblem {
  return { path: pathText(path), ...tree.placeOf(path), message, hint };
}

function problemsOf(tree: ConfigTree, issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code !== 'unrecognized_keys') return [problem(tree, issue.path, messageOf(issue))];
  const known = membersAt(issue.path);
  return issue.keys.map((key) => {
    const near = nearest(key, known);
    const hint = near === undefined ? `known are ${known.join(', ')}` : `did you mean “${near}”?`;
    return problem(tree, [...issue.path, key], 'there is no such setting', hint);
  });
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined && issue.message.endsWith('undefined')
      ? `it is missing, and must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`
      : `it must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `it must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small' && issue.origin !== 'string' && issue.message.startsWith('Too'))
    return `it must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `it must be at most ${issue.maximum}`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code === 'invalid_union' && issue.message.startsWith('Invalid')) return 'it is none of what is allowed here';
  return issue.message;
}

/** The settings that an object of the file may have, by the JSON Schema. */
function membersAt(path: readonly PropertyKey[]): string[] {
  let at = configJsonSchema();
  for (const step of path) {
    const { properties, additionalProperties, items } = at as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
    at = (typeof step === 'number' ? items : (properties?.[String(step)] ?? additionalProperties)) as typeof at;
    if (at === undefined) return [];
  }
  return Object.keys((at as { readonly properties?: object }).properties ?? {});
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}
