import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { comparedFields } from '../dedupe/compared-fields.ts';
import { DecisionLines } from '../dedupe/decision-file.ts';
import { type ExplainPairs, explainPairs } from '../dedupe/explain-pair.ts';
import { exportPairs, exportPairsToFile } from '../dedupe/export-pairs.ts';
import { type ReviewOptions, ReviewSession } from '../dedupe/review-session.ts';
import { takeDecisions } from '../dedupe/take-decisions.ts';
import { CrmError } from '../errors.ts';
import type { DuplicatePair, PairExplanation } from '../model/duplicates.ts';
import type { Repository } from '../repository/repository.ts';
import { type Io, write } from '../ui/io.ts';
import { canAsk } from '../ui/prompt.ts';
import { printReview, type ReviewReport } from '../ui/review-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';

interface ReviewFlags {
  readonly limit?: string;
  readonly minScore?: string;
  readonly decisions?: string;
  readonly export?: string;
  readonly all?: boolean;
  readonly excel?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe review', 'one pair after another, on the terminal'],
  ['crm dedupe review --export pairs.csv --excel', 'for a spreadsheet; without --excel for a program'],
  ['crm dedupe review --decisions pairs.csv', 'take the answers back in'],
];

/** `crm dedupe review` */
export function define(command: Command, run: Run): void {
  command
    .option('--limit <n>', 'at most so many pairs')
    .option('--min-score <p>', 'only pairs of at least this probability (0 to 1)')
    .option('--decisions <file>', 'take decisions from a CSV file; - is standard input')
    .option('--export <file>', 'write the open pairs as CSV; - is standard output')
    .option('--all', 'with --export: pairs that were decided already, too')
    .option('--excel', 'with --export: byte order mark and CR LF, as spreadsheets want them')
    .action((flags: ReviewFlags) => run(command, (context) => review(context, flags)));
}

async function review(context: Context, flags: ReviewFlags): Promise<void> {
  const { io, mode, signal } = context;
  const options = optionsOf(context, flags);
  const lines = flags.decisions === undefined ? null : await readDecisions(flags.decisions, signal);
  const repository = await context.openRepository();
  const store = await repository.duplicates();
  const empty = { same: 0, distinct: 0, unsure: 0, rejects: [], warnings: [] };
  let done: Omit<ReviewReport, 'open'> = empty;
  if (lines !== null) done = await takeDecisions(store, lines.lines, lines.rejects);
  if (flags.export !== undefined) {
    const wanted = { ...options, all: flags.all ?? false, excel: flags.excel ?? false };
    const rows =
      flags.export === '-'
        ? await exportPairs(store, wanted, (text) => write(io.stdout, text))
        : await exportPairsToFile(store, wanted, flags.export);
    done = { ...done, exported: { file: flags.export, rows } };
  }
  if (lines === null && flags.export === undefined)
    done = { ...empty, ...(await reviewOnTerminal(io, repository, options, explainPairs, signal)) };
  if (done.rejects.length > 0) context.exitWith(3);
  if (flags.export !== '-') await printReview(io, mode, { ...done, open: await store.lookups.countOpen(options.minScore) });
}

/**
 * Asks a person for pair after pair.
 * @param explain what makes the evidence of a pair; where there was no search to make it of, pairs are shown without
 * @returns how many pairs were answered
 */
export async function reviewOnTerminal(
  io: Io,
  repository: Repository,
  options: ReviewOptions,
  explain: ExplainPairs,
  signal: AbortSignal,
): Promise<ReviewSession['counts']> {
  const store = await repository.duplicates();
  const session = await ReviewSession.start(store, options);
  const { reviewDialogue } = await import('../ui/review-dialogue.ts');
  const load = async (pair: DuplicatePair) => {
    const [left, right] = [await repository.get(pair.left), await repository.get(pair.right)];
    if (left === null || right === null) return null;
    const explanation = await explained(repository, pair, explain);
    const cluster = await store.clusterOf(pair.left);
    const clusterSize = cluster?.customers.includes(pair.right) === true ? cluster.customers.length : 0;
    return { fields: comparedFields(left, right, explanation), explanation, clusterSize };
  };
  if ((await session.current()) !== null) await reviewDialogue(io, session, load, signal);
  return session.counts;
}

async function explained(repository: Repository, { left, right }: DuplicatePair, explain: ExplainPairs): Promise<PairExplanation | null> {
  try {
    return (await explain(repository, [{ left, right }]))[0] ?? null;
  } catch (error) {
    if (error instanceof CrmError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

async function readDecisions(path: string, signal: AbortSignal): Promise<DecisionLines> {
  const lines = new DecisionLines();
  const { readTableFile } = await import('../import/table-file.ts');
  await readTableFile(path, lines, signal);
  return lines;
}

/** @throws {CrmError} USAGE for flags that make no sense, and where nobody can be asked */
function optionsOf({ io, mode }: Context, flags: ReviewFlags): ReviewOptions {
  const limit = wholeNumber('--limit', flags.limit);
  const minScore = scoreOf(flags.minScore);
  for (const name of ['all', 'excel'] as const)
    if (flags[name] === true && flags.export === undefined) throw new CrmError('USAGE', `--${name} goes with --export`);
  if (mode.json && flags.export === '-')
    throw new CrmError('USAGE', '--json and --export - both want standard output', { hint: 'name a file, or leave --json out' });
  if (flags.decisions === undefined && flags.export === undefined && !canAsk(io, mode))
    throw new CrmError('USAGE', mode.noInput ? 'nothing may be asked (--no-input)' : 'there is no terminal to ask on', {
      hint: 'write the pairs with --export FILE, fill in the decisions, and take them with --decisions FILE',
    });
  return { ...(limit === undefined ? {} : { limit }), ...(minScore === undefined ? {} : { minScore }) };
}

function scoreOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const score = Number(text);
  if (/^(\d+\.?\d*|\.\d+)$/.test(text) && score <= 1) return score;
  throw new CrmError('USAGE', `--min-score ${text}: give a probability from 0 to 1`);
}
