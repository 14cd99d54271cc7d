import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { estimateByStoredDecisions, SampleDecisions } from '../dedupe/eval-decisions.ts';
import { drawSample, drawSampleToFile } from '../dedupe/eval-sample.ts';
import { TruthLines } from '../dedupe/eval-truth.ts';
import { evaluateDuplicates } from '../dedupe/evaluate.ts';
import { CrmError } from '../errors.ts';
import { readTableFile } from '../import/table-file.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { printEstimate, printEvaluation, printSample } from '../ui/eval-report.ts';
import { write } from '../ui/io.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';

interface EvalFlags {
  readonly truth?: string;
  readonly sample?: string;
  readonly out?: string;
  readonly seed?: string;
  readonly sampleDecisions?: string | true;
  readonly examples?: string;
  readonly worst?: string;
}

const DEFAULT_EXAMPLES = 3;
const DEFAULT_WORST = 10;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe eval --truth truth.csv', 'external_id,cluster, or left_external_id,right_external_id'],
  ['crm dedupe eval --sample 200 --out sample.csv', 'no truth: pairs for a person to decide'],
  ['crm dedupe eval --sample-decisions sample.csv', 'and what the decisions say of the precision'],
];

/** `crm dedupe eval` */
export function define(command: Command, run: Run): void {
  command
    .addOption(
      new Option('--truth <file>', 'which external ids are one person; - is standard input').conflicts(['sample', 'sampleDecisions']),
    )
    .addOption(new Option('--sample <n>', 'draw so many pairs for a person to decide').conflicts('sampleDecisions'))
    .option('--out <file>', 'with --sample: the CSV file (default: standard output)')
    .option('--seed <n>', 'with --sample: another number draws other pairs (default: 1)')
    .option('--sample-decisions [file]', 'estimate the precision by a sample that was filled in; without a file by stored decisions')
    .option('--examples <n>', 'with --truth: how many examples of each kind of error (default: 3)')
    .option('--worst <n>', 'with --truth: how many of the worst wrong pairs (default: 10)')
    .action((flags: EvalFlags) => run(command, (context) => evaluation(context, flags)));
}

async function evaluation(context: Context, flags: EvalFlags): Promise<void> {
  checkTogether(flags, context.mode.json);
  if (flags.truth !== undefined) return byTruth(context, flags, flags.truth);
  if (flags.sample !== undefined) return draw(context, flags, flags.sample);
  if (flags.sampleDecisions !== undefined) return estimate(context, flags.sampleDecisions);
  throw new CrmError('USAGE', 'give --truth FILE, --sample N or --sample-decisions', {
    hint: 'with no truth at hand: crm dedupe eval --sample 200 --out sample.csv',
  });
}

async function byTruth(context: Context, flags: EvalFlags, path: string): Promise<void> {
  const { io, mode, signal } = context;
  const options = {
    examples: wholeNumber('--examples', flags.examples) ?? DEFAULT_EXAMPLES,
    worst: wholeNumber('--worst', flags.worst) ?? DEFAULT_WORST,
    signal,
  };
  const lines = new TruthLines();
  await readTableFile(path, lines, signal);
  const { truth } = lines;
  if (truth.ids.length === 0) throw new CrmError('INPUT_EMPTY', `${path} names no external id`);
  const store = await openStore(context);
  const report = await evaluateDuplicates(store, truth, options);
  if (report.records === 0)
    throw new CrmError('NOT_FOUND', 'no customer has an external id that the truth names', {
      hint: 'import the file with its ids (--source NAME), and write them as ID or SOURCE:ID',
      details: { ids: truth.ids.length },
    });
  await printEvaluation(io, mode, report, truth.badLines);
}

async function draw(context: Context, flags: EvalFlags, count: string): Promise<void> {
  const { io, mode, signal } = context;
  const size = wholeNumber('--sample', count) ?? 0;
  if (size === 0) throw new CrmError('USAGE', '--sample 0: give a number of pairs from 1');
  const seed = wholeNumber('--seed', flags.seed) ?? 1;
  const store = await openStore(context);
  if (flags.out === undefined || flags.out === '-') {
    await drawSample(store, { size, seed, signal, write: (text) => write(io.stdout, text) });
    return;
  }
  const sample = await drawSampleToFile(store, { size, seed, signal }, flags.out);
  await printSample(io, mode, { ...sample, file: flags.out });
}

async function estimate(context: Context, decisions: string | true): Promise<void> {
  const { io, mode, signal } = context;
  if (decisions === true) return printEstimate(io, mode, await estimateByStoredDecisions(await openStore(context), signal));
  const lines = new SampleDecisions();
  await readTableFile(decisions, lines, signal);
  await printEstimate(io, mode, lines.estimate);
}

async function openStore(context: Context): Promise<DuplicateStore> {
  return (await context.openRepository()).duplicates();
}

/** @throws {CrmError} USAGE for flags that make no sense together */
function checkTogether(flags: EvalFlags, json: boolean): void {
  const goesWith = (names: readonly (keyof EvalFlags)[], needed: keyof EvalFlags): void => {
    const lone = names.find((name) => flags[name] !== undefined);
    if (lone !== undefined && flags[needed] === undefined) throw new CrmError('USAGE', `--${lone} goes with --${needed}`);
  };
  goesWith(['out', 'seed'], 'sample');
  goesWith(['examples', 'worst'], 'truth');
  if (json && flags.sample !== undefined && (flags.out === undefined || flags.out === '-'))
    throw new CrmError('USAGE', '--json and the sample both want standard output', { hint: 'name a file with --out' });
}
