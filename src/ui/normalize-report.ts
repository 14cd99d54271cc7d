import type { FieldReport, FlagSample, NormalizeResult } from '../cleansing/normalize-report.ts';
import type { SqlValue } from '../engines/engine.ts';
import type { FieldValue } from '../model/customer.ts';
import type { RebuiltKeys } from '../repository/match-key-rebuild.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, formatDuration, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { cutToWidth, printable } from './width.ts';

/** What the report says beside the result. */
export interface NormalizeReport {
  /** The run; null where nothing was written. */
  readonly run: number | null;
  readonly result: NormalizeResult;
  readonly mode: 'done' | 'check' | 'dry run';
  readonly database: string;
  /** The file that the plan was saved to. */
  readonly plan?: string;
}

const COLUMNS = [
  { name: 'field', type: 'text' },
  { name: 'changed', type: 'integer' },
  { name: 'filled', type: 'integer' },
  { name: 'flagged', type: 'integer' },
  { name: 'before → after', type: 'text' },
];
/** Longer values are cut: a sample is one line. */
const VALUE_WIDTH = 48;
/** What flags are called, one and several. */
const FLAG_WORDS: Readonly<Record<string, readonly [string, string]>> = {
  NOT_UNDERSTOOD: ['not understood', 'not understood'],
  LIKELY_TYPO: ['likely typo', 'likely typos'],
  ROLE_ADDRESS: ['role address', 'role addresses'],
  DISPOSABLE_ADDRESS: ['disposable address', 'disposable addresses'],
};

/** Tells what normalising did, or would do. */
export async function printNormalize(io: Io, mode: OutputMode, report: NormalizeReport): Promise<void> {
  const { run, result } = report;
  const style = await styleOf(io, 'stdout');
  const { renderTable } = await import('./table.ts');
  const warnings: string[] = [];
  await printResult(io, mode, { ok: true, command: 'normalize', ...(run === null ? {} : { run }), result: { ...result }, warnings }, () => {
    const fields = Object.entries(result.byField);
    const changing = fields.filter(([, { changed }]) => changed > 0);
    const lines = [summary(report, style)];
    if (changing.length > 0) {
      const table = renderTable(COLUMNS, changing.flatMap(rowsOf), { maxWidth: io.isTty.stdout ? io.columns : null, style });
      lines.push('', table.trimEnd());
    }
    const flagged = fields.filter(([, { flagged: count }]) => count > 0);
    if (flagged.length > 0)
      lines.push('', style.bold('Kept as they are, and flagged'), ...flagged.flatMap(([name, field]) => flagLines(name, field, style)));
    lines.push('', style.dim(nextStep(report)));
    return lines.join('\n');
  });
}

function summary({ mode, result, database }: NormalizeReport, style: Style): string {
  const { examined, changed, flagged, elapsedMs } = result;
  const verb = mode === 'done' ? 'changed' : 'would change';
  const what = changed === 0 ? `${verb} nothing: every value is in canonical form` : `${verb} ${style.bold(plural(changed, 'customer'))}`;
  const flags = flagged === 0 ? '' : `, ${plural(flagged, 'customer')} with flagged values`;
  return `${database}: examined ${plural(examined, 'customer')} in ${formatDuration(elapsedMs)}; ${what}${flags}`;
}

function nextStep({ run, mode, plan, result }: NormalizeReport): string {
  if (run !== null) return `run ${run} · look: crm history --run ${run} · take it back: crm undo ${run}`;
  if (plan !== undefined) return `plan saved to ${plan}; nothing was changed · do it: crm apply ${plan}`;
  if (result.changed === 0) return 'nothing was changed';
  return mode === 'check' ? 'check: nothing was changed · do it: crm normalize' : 'dry run: nothing was changed';
}

/** A line for the first sample of a field, with its counts, and one for each further sample. */
function rowsOf([name, { changed, filled, flagged, samples }]: readonly [string, FieldReport]): SqlValue[][] {
  const texts = samples.map(({ before, after, rule }) => `${shown(before)} → ${shown(after)}${rule === undefined ? '' : `  (${rule})`}`);
  return (texts.length === 0 ? [''] : texts).map((text, i) =>
    i === 0 ? [name, changed, filled, flagged, text] : ['', null, null, null, text],
  );
}

function flagLines(name: string, { flags, flagSamples }: FieldReport, style: Style): string[] {
  return Object.entries(flags).map(([code, count]) => {
    const [one, several] = FLAG_WORDS[code] ?? [code, code];
    const examples = flagSamples.filter((sample) => sample.code === code).map(example);
    const more = examples.length === 0 ? '' : style.dim(`  ${examples.join(', ')}${count > examples.length ? ', …' : ''}`);
    return `  ${name}: ${formatCount(count)} ${count === 1 ? one : several}${more}`;
  });
}

function example({ id, suggestion }: FlagSample): string {
  return suggestion === undefined ? `#${id}` : `#${id} (${printable(suggestion)}?)`;
}

function shown(value: FieldValue): string {
  return value === null || value === '' ? '(empty)' : cutToWidth(printable(String(value)), VALUE_WIDTH);
}

/** Tells what making the match keys again did. */
export async function printKeys(
  io: Io,
  mode: OutputMode,
  { examined, rebuilt, elapsedMs, dryRun }: RebuiltKeys & { readonly elapsedMs: number; readonly dryRun: boolean },
): Promise<void> {
  const result = { examined, changed: 0, flagged: 0, byField: {}, keys: rebuilt, elapsedMs };
  await printResult(io, mode, { ok: true, command: 'normalize', result, warnings: [] }, () => {
    const what = rebuilt === 0 ? 'all are up to date' : `${dryRun ? 'would make' : 'made'} ${formatCount(rebuilt)} again`;
    return `match keys of ${plural(examined, 'customer')} examined in ${formatDuration(elapsedMs)}: ${what}`;
  });
}
