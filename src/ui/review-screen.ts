import type { ComparedField } from '../dedupe/compared-fields.ts';
import type { DuplicatePair, PairExplanation } from '../model/duplicates.ts';
import { guardLabel, shownLevel, shownScore, signedBits } from './guard-words.ts';
import { markedLines } from './marked-text.ts';
import { plural } from './number.ts';
import type { Style } from './style.ts';
import { diffTexts } from './text-diff.ts';
import { cutToWidth, displayWidth, printable } from './width.ts';

/** What one screen shows. */
export interface ReviewView {
  readonly pair: DuplicatePair;
  readonly fields: readonly ComparedField[];
  /** Null where the evidence cannot be made again: there was no search since. */
  readonly explanation: PairExplanation | null;
  readonly clusterSize: number;
  /** Place of the pair in this session, from 1. */
  readonly position: number;
  /** Pairs that wait, this one with them. */
  readonly open: number;
}

/** Width and height of the terminal, and its colours. */
export interface ScreenOptions {
  readonly columns: number;
  /** Null: as many lines as there are. */
  readonly rows: number | null;
  readonly style: Style;
}

/** A value is shown in at most so many lines. */
const VALUE_LINES = 4;
const LEVEL_WIDTH = 12;
const BITS_WIDTH = 6;
/** Below this many cells of a line the levels are left out, so that the values have room. */
const ROOM_FOR_LEVELS = 72;
const MAX_LABEL = 16;
/** Marks of a line: the same, different, only one side has it. */
const SAME = '=';
const DIFFERENT = '≠';
const ONE_SIDED = '·';

/** The keys, in the order of the line that shows them. */
const KEYS: readonly (readonly [key: string, meaning: string])[] = [
  ['y', 'same'],
  ['n', 'different'],
  ['u', 'unsure'],
  ['s', 'later'],
  ['b', 'back'],
  ['q', 'quit'],
  ['?', 'help'],
];

/** Two customers side by side: what differs in each value, what each comparison says, and the sum of it. */
export function reviewScreen(view: ReviewView, options: ScreenOptions): string[] {
  const head = headLines(view, options);
  const tail = [...sumLines(view, options), '', keysLine(options)];
  const all = view.fields.flatMap((field) => fieldLines(field, options));
  const room = options.rows === null ? Number.POSITIVE_INFINITY : options.rows - head.length - tail.length - 1;
  return [...head, ...(all.length <= room ? all : shortenedLines(view.fields, options)), ...tail];
}

/** What each key does. */
export function reviewHelp({ style }: Pick<ScreenOptions, 'style'>): string[] {
  const lines = [
    ['y', 'same customer: written down, merged later with crm dedupe merge --reviewed'],
    ['n', 'different customers: written down, never proposed again'],
    ['u', 'unsure: stays open, not shown again until you start crm dedupe review again'],
    ['s', 'later: shown once more at the end of this session'],
    ['b', 'back: takes the last answer back, in the database too'],
    ['q', 'quit: every answer is kept; starting again goes on where you were'],
  ] as const;
  const marks = `[…] differs · ${SAME} the same · ${DIFFERENT} different · ${ONE_SIDED} only one has it`;
  return [
    ...lines.map(([key, meaning]) => `  ${style.bold(key)}  ${meaning}`),
    `  ${marks}`,
    '  bits: how much a field speaks for (+) or against (-) one customer; +1 doubles the odds',
  ];
}

function headLines({ pair, position, open }: ReviewView, { columns, style }: ScreenOptions): string[] {
  const title = `Pair ${position} · ${plural(open, 'open pair')} · found by ${printable(pair.rule)}`;
  const { label, value } = widthsOf(columns);
  const ids = `${' '.repeat(label + 1)}${`#${pair.left}`.padEnd(value)}   #${pair.right}`;
  return [style.bold(cutToWidth(title, columns)), style.dim('─'.repeat(Math.min(columns, 120))), style.bold(ids)];
}

function widthsOf(columns: number): { label: number; value: number; hasLevels: boolean } {
  const hasLevels = columns >= ROOM_FOR_LEVELS;
  const label = columns >= 100 ? MAX_LABEL : columns >= 60 ? 12 : 8;
  const evidence = (hasLevels ? LEVEL_WIDTH + 1 : 0) + BITS_WIDTH + 1;
  return { label, value: Math.max(4, Math.floor((columns - label - 1 - 3 - evidence) / 2)), hasLevels };
}

function fieldLines({ label, left, right, evidence }: ComparedField, { columns, style }: ScreenOptions): string[] {
  const widths = widthsOf(columns);
  const { parts, mark } = comparison(left, right);
  const highlight = mark === DIFFERENT ? style.yellow : style.cyan;
  const a = markedLines(parts.left, widths.value, VALUE_LINES, highlight);
  const b = markedLines(parts.right, widths.value, VALUE_LINES, highlight);
  const name = cutToWidth(printable(label.en), widths.label);
  const blank = ' '.repeat(widths.value);
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => {
    const first = i === 0;
    const title = first ? style.dim(name) + ' '.repeat(widths.label - displayWidth(name)) : ' '.repeat(widths.label);
    const sign = first ? (mark === DIFFERENT ? style.yellow(mark) : style.dim(mark)) : ' ';
    const end = first && evidence !== null ? ` ${evidenceText(evidence, widths.hasLevels, style)}` : '';
    return `${title} ${a[i] ?? blank} ${sign} ${b[i] ?? blank}${end}`.trimEnd();
  });
}

function comparison(left: string | null, right: string | null): { parts: ReturnType<typeof diffTexts>; mark: string } {
  if (left !== null && right !== null) return { parts: diffTexts(left, right), mark: left === right ? SAME : DIFFERENT };
  const whole = (text: string | null) => (text === null ? [] : [{ text, differs: false }]);
  return { parts: { left: whole(left), right: whole(right) }, mark: ONE_SIDED };
}

function evidenceText(evidence: NonNullable<ComparedField['evidence']>, hasLevels: boolean, style: Style): string {
  const bits = colouredBits(evidence.bits, style);
  if (!hasLevels) return bits;
  const level = cutToWidth(shownLevel(evidence.level), LEVEL_WIDTH);
  return `${level}${' '.repeat(LEVEL_WIDTH - displayWidth(level))} ${bits}`;
}

/** A weight, right-aligned: green where it speaks for one customer, red where against. */
export function colouredBits(bits: number, style: Style): string {
  const text = signedBits(bits).padStart(BITS_WIDTH);
  return text.includes('+') ? style.green(text) : text.includes('-') ? style.red(text) : style.dim(text);
}

/** Where the lines do not fit the terminal, values that are the same and say nothing stand in one line. */
function shortenedLines(fields: readonly ComparedField[], options: ScreenOptions): string[] {
  const isPlain = ({ left, right, evidence }: ComparedField): boolean =>
    evidence === null && (left === right || left === null || right === null);
  const plain = fields.filter(isPlain);
  const lines = fields.filter((field) => !isPlain(field)).flatMap((field) => fieldLines(field, options));
  if (plain.length === 0) return lines;
  const names = (title: string, list: readonly ComparedField[]): string[] =>
    list.length === 0
      ? []
      : [options.style.dim(cutToWidth(`${title}: ${list.map(({ label }) => printable(label.en)).join(', ')}`, options.columns))];
  return [
    ...lines,
    ...names(
      'the same',
      plain.filter(({ left, right }) => left === right),
    ),
    ...names(
      'only one has',
      plain.filter(({ left, right }) => left !== right),
    ),
  ];
}

function sumLines({ pair, explanation, clusterSize }: ReviewView, { columns, style }: ScreenOptions): string[] {
  const parts =
    explanation === null
      ? [`sum ${signedBits(pair.bits)} bits`, `probability ${shownScore(pair.score)}`, 'for the evidence run crm dedupe find again']
      : [
          `prior ${signedBits(explanation.priorBits)}`,
          `evidence ${signedBits(explanation.bits - explanation.priorBits)}`,
          `sum ${signedBits(explanation.bits)} bits`,
          `probability ${shownScore(explanation.score)}`,
        ];
  const sum = wrapped(parts, ' · ', columns).map((line) => line.replace(/sum \S+ bits/, style.bold));
  const guards = (explanation?.guards ?? pair.guards).flatMap((guard) => guardLines(guard, columns).map(style.yellow));
  const cluster = clusterSize > 2 ? [style.dim(`both belong to a cluster of ${plural(clusterSize, 'customer')}`)] : [];
  return ['', ...sum, ...guards, ...cluster];
}

/** A guard in words, over as many lines as it takes. */
function guardLines(guard: string, columns: number): string[] {
  return wrapped(printable(guardLabel(guard).en).split(' '), ' ', columns - 2).map((line, i) => `${i === 0 ? '!' : ' '} ${line}`);
}

/** Parts joined to lines that fit, as far as each part does. */
function wrapped(parts: readonly string[], separator: string, width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && displayWidth(last + separator + part) <= width) lines[lines.length - 1] = last + separator + part;
    else lines.push(part);
  }
  return lines;
}

function keysLine({ style, columns }: ScreenOptions): string {
  const width = KEYS.reduce((sum, [key, meaning]) => sum + key.length + meaning.length + 3, 0);
  return KEYS.map(([key, meaning]) => (width > columns ? style.bold(key) : `${style.bold(key)} ${meaning}`)).join('  ');
}
