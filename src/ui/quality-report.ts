import type { Finding } from '../quality/finding-list.ts';
import type { Label } from '../quality/measured-fields.ts';
import type { FieldQuality, GroupQuality, QualityPoint, QualityReport } from '../quality/quality-report.ts';
import type { Dimensions } from '../quality/score.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, plural } from './number.ts';
import { alignedLines, type Cell, COLUMN_GAP, columnWidths, wrappedList } from './quality-columns.ts';
import { hasBlocks, shareBar, sparkline } from './quality-bar.ts';
import { DIMENSION_LABELS, otherGroupsLabel, type ReportLanguage, SEVERITY_LABELS, shownShare, WORDS } from './quality-words.ts';
import { type Style, styleOf } from './style.ts';
import { displayWidth, printable } from './width.ts';

/** How a quality report is shown. */
export interface QualityView extends OutputMode {
  readonly language: ReportLanguage;
  readonly verbose: boolean;
}

/** What the lines are made with. */
interface Pen {
  readonly style: Style;
  readonly blocks: boolean;
  readonly language: ReportLanguage;
  /** Character cells of a line; null: nothing is cut. */
  readonly width: number | null;
}

const BAR_WIDTH = 10;
const SHORT_FINDINGS = 8;
/** From this width on, groups have a bar. */
const WIDE_ENOUGH = 100;
/** So wide a line may be where there is no terminal. */
const PIPE_WIDTH = 120;
/** Names of the dimensions above narrow columns, in the order of `DIMENSION_LABELS`. */
const SHORT_DIMENSIONS = [WORDS.filled, WORDS.valid, WORDS.canonical, WORDS.unique, WORDS.consistent, WORDS.fresh];
/** Below these shares a value is red, or yellow. */
const BAD = 0.6;
const FAIR = 0.9;

/** Ends `crm quality`: one JSON object, or tables for people; warnings after it. */
export async function printQuality(io: Io, view: QualityView, report: QualityReport, warnings: readonly string[]): Promise<void> {
  const pen = await penOf(io, view);
  await printResult(io, view, { ok: true, command: 'quality', result: { ...report }, warnings }, () =>
    qualityText(report, pen, view.verbose),
  );
}

/** Ends `crm quality --trend`. */
export async function printTrend(io: Io, view: QualityView, filter: string | null, trend: readonly QualityPoint[]): Promise<void> {
  const pen = await penOf(io, view);
  await printResult(io, view, { ok: true, command: 'quality', result: { filter, trend }, warnings: [] }, () => trendText(trend, pen));
}

async function penOf(io: Io, { language }: QualityView): Promise<Pen> {
  const width = io.isTty.stdout ? io.columns : null;
  return { style: await styleOf(io, 'stdout'), blocks: hasBlocks(io.env), language, width };
}

function qualityText(report: QualityReport, pen: Pen, verbose: boolean): string {
  const { style, language } = pen;
  if (report.customers === 0) return `${style.dim(WORDS.nothing[language])}\n`;
  const scope = report.filter === null ? '' : style.dim(` · ${printable(report.filter)}`);
  return [
    `${style.bold(language === 'en' ? plural(report.customers, 'customer') : `${formatCount(report.customers)} 个客户`)}${scope}\n`,
    fieldTable(report.fields, pen),
    dimensionTable(report.dimensions, pen),
    groupTable(report, pen),
    findingLines(report.findings, pen, verbose),
    `${lastLine(report, pen)}\n`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function fieldTable(fields: readonly FieldQuality[], pen: Pen): string {
  const { style, language } = pen;
  const used = fields.filter(({ filled }) => filled > 0);
  const head: Cell[] = [WORDS.field, WORDS.filled, null, WORDS.valid, WORDS.canonical, WORDS.unique, WORDS.fresh].map((label, i) => ({
    text: label === null ? '' : label[language],
    right: i > 2,
    paint: style.dim,
  }));
  const rows = used.map(({ field, label, completeness, validity, conformity, uniqueness, freshness }): Cell[] => [
    { text: language === 'en' ? field : `${label[language]} ${field}`, shrinks: true },
    bar(completeness, pen),
    ...[completeness, validity, conformity, uniqueness, freshness].map((share) => shareCell(share, pen)),
  ]);
  const unused = fields.filter(({ filled }) => filled === 0).map(({ field, label }) => (language === 'en' ? field : label[language]));
  const note = unused.length === 0 ? '' : style.dim(wrappedList(`${WORDS.emptyEverywhere[language]}:`, unused, pen.width));
  return alignedLines([head, ...rows], pen.width) + note;
}

function dimensionTable(dimensions: Dimensions, pen: Pen): string {
  const cells = Object.entries(DIMENSION_LABELS).map(([name, label]): Cell[] => {
    const share = dimensions[name as keyof Dimensions];
    return [{ text: label[pen.language] }, bar(share, pen), shareCell(share, pen)];
  });
  const half = cells.length / 2;
  return alignedLines(
    cells.slice(0, half).map((left, i) => [...left, { text: ' ' }, ...(cells[half + i] as Cell[])]),
    pen.width,
  );
}

function groupTable({ by, groups, otherGroups }: QualityReport, pen: Pen): string {
  if (by === null) return '';
  const { style, language, width } = pen;
  const hasBar = width === null || width >= WIDE_ENOUGH;
  const head: Cell[] = [
    { text: printable(by), paint: style.dim },
    { text: WORDS.customers[language], right: true, paint: style.dim },
    ...(hasBar ? [{ text: '' }] : []),
    ...[WORDS.score, ...SHORT_DIMENSIONS].map((label): Cell => ({ text: label[language], right: true, paint: style.dim })),
  ];
  const rows = groups.map(({ value, customers, score, dimensions }: GroupQuality): Cell[] => [
    value === null ? { text: WORDS.noValue[language], paint: style.dim, shrinks: true } : { text: printable(value), shrinks: true },
    { text: formatCount(customers), right: true },
    ...(hasBar ? [bar(score === null ? null : score / 100, pen)] : []),
    { text: score === null ? '–' : score.toFixed(1), right: true, paint: paintOf(score === null ? null : score / 100, style) },
    ...Object.keys(DIMENSION_LABELS).map((name) => shareCell(dimensions[name as keyof Dimensions], pen)),
  ]);
  const rest = otherGroups === 0 ? '' : `${style.dim(otherGroupsLabel(otherGroups)[language])}\n`;
  return alignedLines([head, ...rows], width) + rest;
}

/** Each finding with its command behind it; below it where that would not fit, for it is there to be copied whole. */
function findingLines(findings: readonly Finding[], pen: Pen, verbose: boolean): string {
  const { style, language } = pen;
  if (findings.length === 0) return `${style.green(WORDS.noFindings[language])}\n`;
  const shown = verbose ? findings : findings.slice(0, SHORT_FINDINGS);
  const paint = { error: style.red, warning: style.yellow, info: style.dim };
  const cells = shown.map(({ severity, label, count }): Cell[] => [
    { text: SEVERITY_LABELS[severity][language], paint: paint[severity] },
    { text: formatCount(count), right: true },
    { text: label[language] },
  ]);
  const [severityWidth = 0, countWidth = 0, labelWidth = 0] = columnWidths(cells);
  const indent = severityWidth + countWidth + 2 * COLUMN_GAP;
  const room = (pen.width ?? PIPE_WIDTH) - indent - labelWidth - COLUMN_GAP;
  const commands = shown.map(({ command }) => command);
  const isBehind = commands.map((command) => displayWidth(command) <= room);
  const lines = alignedLines(
    cells.map((row, i) => (isBehind[i] === true ? [...row, { text: commands[i] as string, paint: style.cyan }] : row)),
    null,
  ).split('\n');
  const text = commands.map((command, i) => `${lines[i]}\n${isBehind[i] === true ? '' : `${' '.repeat(indent)}${style.cyan(command)}\n`}`);
  const left = findings.length - shown.length;
  return text.join('') + (left === 0 ? '' : `${style.dim(`${left} ${WORDS.more[language]}: crm quality --verbose`)}\n`);
}

function lastLine({ score, previous, findings }: QualityReport, { style, language, blocks }: Pen): string {
  if (score === null) return `${WORDS.score[language]} –`;
  const paint = score < BAD * 100 ? style.red : score < FAIR * 100 ? style.yellow : style.green;
  const parts = [`${WORDS.score[language]} ${style.bold(paint(score.toFixed(1)))} ${WORDS.of100[language]}`];
  if (previous?.score != null) parts.push(changeText(score, previous.score, previous.measured_at.slice(0, 10), blocks)[language]);
  const fix = findings.find(({ command }) => command.startsWith('crm normalize'));
  parts.push(`${WORDS.next[language]}: ${style.cyan(fix?.command ?? 'crm quality --html quality.html')}`);
  return parts.join(' · ');
}

function changeText(score: number, before: number, day: string, blocks: boolean): Label {
  const change = Math.round((score - before) * 10) / 10;
  if (change === 0) return { en: `as on ${day}`, zh: `与 ${day} 持平` };
  const arrow = !blocks ? '' : change > 0 ? '▲ ' : '▼ ';
  const text = `${arrow}${change > 0 ? '+' : ''}${change.toFixed(1)}`;
  return { en: `${text} since ${day} (${before.toFixed(1)})`, zh: `自 ${day}（${before.toFixed(1)}）${text}` };
}

function trendText(trend: readonly QualityPoint[], pen: Pen): string {
  const { style, language, blocks } = pen;
  if (trend.length === 0) return `${style.dim('nothing was measured yet: crm quality')}\n`;
  const rows = trend.map(({ measured_at, customers, score }, i): Cell[] => {
    const before = trend[i - 1]?.score ?? null;
    const change = score === null || before === null ? null : Math.round((score - before) * 10) / 10;
    return [
      { text: `${measured_at.slice(0, 10)} ${measured_at.slice(11, 16)}`, paint: style.dim },
      { text: formatCount(customers), right: true },
      bar(score === null ? null : score / 100, pen, BAR_WIDTH * 2),
      { text: score === null ? '–' : score.toFixed(1), right: true },
      change === null || change === 0
        ? { text: '' }
        : { text: `${change > 0 ? '+' : ''}${change.toFixed(1)}`, right: true, paint: change > 0 ? style.green : style.red },
    ];
  });
  const line = sparkline(
    trend.map(({ score }) => score),
    blocks,
  );
  return `${alignedLines(rows, pen.width)}${WORDS.trend[language]} ${style.cyan(line)}\n`;
}

function bar(share: number | null, { style, blocks }: Pen, width = BAR_WIDTH): Cell {
  return { text: shareBar(share ?? 0, width, blocks), paint: paintOf(share, style) };
}

function shareCell(share: number | null, { style }: Pen): Cell {
  return {
    text: shownShare(share),
    right: true,
    paint: share === null ? style.dim : share < BAD ? style.red : share < FAIR ? style.yellow : (text) => text,
  };
}

function paintOf(share: number | null, style: Style): (text: string) => string {
  if (share === null) return style.dim;
  return share < BAD ? style.red : share < FAIR ? style.yellow : style.green;
}
