import { labelOf } from '../dedupe/compared-fields.ts';
import type { Customer } from '../model/customer.ts';
import type { DuplicateVerdict, FieldEvidence, PairExplanation } from '../model/duplicates.ts';
import { shortTime } from './card.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { guardLabel, shownLevel, shownScore, signedBits } from './guard-words.ts';
import type { Io } from './io.ts';
import { plural } from './number.ts';
import { hasBlocks } from './quality-bar.ts';
import { colouredBits } from './review-screen.ts';
import { type Style, styleOf } from './style.ts';
import { diffTexts } from './text-diff.ts';
import { markedLines } from './marked-text.ts';
import { ASCII_BARS, barText, type BarCharacters, BLOCK_BARS, waterfall, type WaterfallBar } from './waterfall.ts';
import { cutToWidth, displayWidth, printable } from './width.ts';

/** How an explanation is drawn. */
export interface ExplanationOptions {
  readonly columns: number;
  readonly style: Style;
  readonly bars: BarCharacters;
}

const VERDICTS: Readonly<Record<DuplicateVerdict, string>> = {
  auto: 'the same: merged without asking',
  review: 'may be the same: a person decides',
  distinct: 'not the same',
};
const BITS_WIDTH = 6;
const MAX_BAR = 48;
const MIN_BAR = 8;
/** Longer values are cut, beginning with the first difference that fits. */
const VALUE_LINES = 2;

/** Prints why two customers are taken for one or are not: a waterfall for people, or `schemas/results/dedupe-explain.schema.json`. */
export async function printExplanation(
  io: Io,
  mode: OutputMode,
  explanation: PairExplanation,
  customers: ReadonlyMap<number, Pick<Customer, 'name'>>,
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const bars = hasBlocks(io.env) ? BLOCK_BARS : ASCII_BARS;
  const result = { ...explanation };
  await printResult(io, mode, { ok: true, command: 'dedupe explain', result, warnings: [] }, () =>
    explanationLines(explanation, customers, { columns: io.columns, style, bars }).join('\n'),
  );
}

/** The explanation as lines: the two customers, the waterfall, the sum, what is in the way, how the search finds them. */
export function explanationLines(
  explanation: PairExplanation,
  customers: ReadonlyMap<number, Pick<Customer, 'name'>>,
  options: ExplanationOptions,
): string[] {
  const { columns, style } = options;
  const name = (id: number): string => `#${id} ${printable(customers.get(id)?.name ?? '(no name)')}`;
  return [
    style.bold(cutToWidth(`${name(explanation.left)}  ·  ${name(explanation.right)}`, columns)),
    '',
    ...waterfallLines(explanation, options),
    '',
    `probability ${style.bold(shownScore(explanation.score))} · ${VERDICTS[explanation.verdict]}`,
    ...explanation.guards.map((guard) => style.yellow(`! ${printable(guardLabel(guard).en)}`)),
    ...foundLines(explanation, options),
  ];
}

function waterfallLines(explanation: PairExplanation, options: ExplanationOptions): string[] {
  const { priorBits, bits } = explanation;
  const isEmpty = ({ left, right, bits: weight }: FieldEvidence): boolean => left === null && right === null && weight === 0;
  const fields = explanation.fields.filter((field) => !isEmpty(field));
  const empty = explanation.fields.filter(isEmpty).map(({ field }) => printable(labelOf(field).en));
  const { columns, style, bars } = options;
  const labels = ['prior', ...fields.map(({ field }) => printable(labelOf(field).en)), 'sum'];
  const levels = ['', ...fields.map(({ level }) => shownLevel(level)), ''];
  const [labelWidth, levelWidth] = [widest(labels, 20), widest(levels, 18)];
  const barWidth = Math.max(MIN_BAR, Math.min(MAX_BAR, columns - labelWidth - levelWidth - BITS_WIDTH - 6));
  const drawn = waterfall([priorBits, ...fields.map((field) => field.bits)], barWidth);
  const line = (index: number, weight: number, bar: WaterfallBar): string => {
    const colour = bar.up ? style.green : style.red;
    const cell = (text: string, width: number): string => padded(cutToWidth(text, width), width);
    const head = `${cell(labels[index] as string, labelWidth)}  ${style.dim(cell(levels[index] as string, levelWidth))}`;
    return `${head} ${colouredBits(weight, style)}  ${barText(bar, drawn.zero, barWidth, bars, colour)}`.trimEnd();
  };
  const details = (field: FieldEvidence): string[] => valueLines(field, columns, style).map((text) => `  ${text}`);
  return [
    line(0, priorBits, drawn.bars[0] as WaterfallBar),
    ...fields.flatMap((field, i) => [line(i + 1, field.bits, drawn.bars[i + 1] as WaterfallBar), ...details(field)]),
    style.dim('─'.repeat(labelWidth + levelWidth + BITS_WIDTH + 3)),
    line(fields.length + 1, bits, drawn.total),
    ...(empty.length === 0 ? [] : [style.dim(`neither has: ${empty.join(', ')}`)]),
  ];
}

/** The two values, what differs in brackets, and how common the value is. */
function valueLines({ left, right, termFrequency }: FieldEvidence, columns: number, style: Style): string[] {
  const common =
    termFrequency === null
      ? []
      : [`${shareText(termFrequency.share)} of all customers have it: ${signedBits(termFrequency.bits)} of these bits`];
  if (left === null && right === null) return [style.dim('neither has one')];
  if (left === right) return [...valueText(left ?? '', right ?? '', columns, style).slice(0, VALUE_LINES), ...common.map(style.dim)];
  if (left === null || right === null) {
    const [value, who] = left === null ? [right as string, 'right'] : [left, 'left'];
    return [style.dim(cutToWidth(`only the ${who} one has one: ${printable(value)}`, columns - 2))];
  }
  const both = diffTexts(left, right);
  const width = columns - 6;
  const shown = (parts: (typeof both)['left'], sign: string): string[] =>
    markedLines(parts, width, VALUE_LINES, style.yellow).map((text, i) => `${i === 0 ? sign : ' '} ${text}`.trimEnd());
  return [...shown(both.left, '<'), ...shown(both.right, '>'), ...common.map(style.dim)];
}

function valueText(left: string, right: string, columns: number, style: Style): string[] {
  return markedLines(diffTexts(left, right).left, columns - 6, VALUE_LINES, style.yellow).map((text, i) =>
    `${i === 0 ? '=' : ' '} ${text}`.trimEnd(),
  );
}

function foundLines({ rules, cluster, decision }: PairExplanation, { style }: ExplanationOptions): string[] {
  const lines = [
    rules.length === 0 ? 'found by: nothing – the search never compares these two' : `found by: ${rules.map(printable).join(', ')}`,
  ];
  if (cluster !== null) {
    const path = cluster.path.map(({ left, right, bits }) => `#${left} – #${right} (${signedBits(bits)})`).join(', ');
    const weakest = cluster.path.length < 2 ? null : cluster.path.reduce((least, link) => (link.bits < least.bits ? link : least));
    lines.push(`cluster ${cluster.id} of ${plural(cluster.size, 'customer')}${path === '' ? '' : `, joined by ${path}`}`);
    if (weakest !== null) lines.push(`weakest link: #${weakest.left} – #${weakest.right}, ${signedBits(weakest.bits)} bits`);
  }
  if (decision !== null) {
    const said = decision.decision === 'same' ? 'the same' : 'not the same';
    lines.push(`decided: ${said}, by ${printable(decision.decidedBy)}, ${shortTime(decision.decidedAt)} (${decision.ground})`);
  }
  return ['', ...lines.map((line) => style.dim(line))];
}

/** A share of all customers: `0.4%`, `<0.01%`. */
function shareText(share: number): string {
  const percent = share * 100;
  return percent > 0 && percent < 0.01 ? '<0.01%' : `${percent < 1 ? percent.toFixed(2) : percent.toFixed(1)}%`;
}

function widest(texts: readonly string[], most: number): number {
  return Math.min(most, Math.max(...texts.map(displayWidth)));
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
