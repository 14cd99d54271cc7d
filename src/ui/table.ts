import Table from 'cli-table3';
import type { SqlValue } from '../engines/engine.ts';
import type { Style } from './style.ts';
import { cutToWidth, displayWidth, printable } from './width.ts';

/** A result column: its name and the type of its values (`integer` and `number` are aligned to the right). */
export interface ResultColumn {
  readonly name: string;
  readonly type: string;
}

/** How wide a table may be, and its colours. */
export interface TableOptions {
  /** Character cells of a line; null: nothing is cut. */
  readonly maxWidth: number | null;
  readonly style: Style;
}

interface Layout {
  /** How many leading columns are shown. */
  readonly shown: number;
  /** Character cells of each shown column, without its padding. */
  readonly widths: readonly number[];
  readonly numeric: readonly boolean[];
}

/** What surrounds the values of one line, and the rule below the header. */
interface Frame {
  /** One piece more than there are columns. */
  readonly pieces: readonly string[];
  readonly rule: string;
}

/** A text column is not cut below this many cells while a later column can be left out instead. */
const MIN_TEXT_WIDTH = 6;
/** One blank on either side of a cell, and the bar between two. */
const PADDING = 2;
const BAR = 1;
/** Only a rule below the header and bars between the cells; what is empty is not drawn at all. */
const CHARS = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', right: '', 'left-mid': '', 'right-mid': '', mid: '─', 'mid-mid': '┼', middle: '│' },
};
/** A private-use character of one cell: marks in the library's drawing where the values go. */
const STAND_IN = '\ue000';

/**
 * Writes rows as a table for people, batch by batch: the first batch decides the widths (later ones only widen them where
 * nothing is cut). Wide characters stay aligned, numbers are never cut, control characters are shown escaped.
 */
export class TableWriter {
  readonly #columns: readonly ResultColumn[];
  readonly #options: TableOptions;
  #layout: Layout | undefined;
  #frame: Frame = { pieces: [], rule: '' };

  constructor(columns: readonly ResultColumn[], options: TableOptions) {
    this.#columns = columns;
    this.#options = options;
  }

  /** The lines of these rows, each ended by a line feed; those of the first call begin with the header. */
  lines(rows: readonly (readonly SqlValue[])[]): string {
    const cells = rows.map((row) => this.#columns.map((_, i) => cellText(row[i] ?? null)));
    const first = this.#layout === undefined;
    const layout = this.#layout === undefined ? chooseLayout(this.#columns, rows, cells, this.#options.maxWidth) : this.#widened(cells);
    if (layout !== this.#layout) this.#frame = drawFrame(layout.widths);
    this.#layout = layout;
    const body = cells.map((row) => fillLine(row, layout, this.#frame)).join('');
    return first ? this.#header(layout) + body : body;
  }

  /** What to print after the last row: a note on columns left out, or `no rows`, or nothing. */
  end(): string {
    const { style } = this.#options;
    if (this.#layout === undefined) return `${style.dim('no rows')}\n`;
    const hidden = this.#columns.length - this.#layout.shown;
    if (hidden === 0) return '';
    const note = `${hidden} more ${hidden === 1 ? 'column' : 'columns'} left out: choose fewer, or another format`;
    return `${style.dim(cutToWidth(note, this.#options.maxWidth ?? note.length))}\n`;
  }

  #header(layout: Layout): string {
    const { style } = this.#options;
    const names = this.#columns.map((column) => printable(column.name));
    return `${style.dim(fillLine(names, layout, this.#frame).trimEnd())}\n${style.dim(this.#frame.rule)}\n`;
  }

  /** The layout as it is, or a wider one where a column may grow: numbers always, everything where nothing is cut. */
  #widened(cells: readonly (readonly string[])[]): Layout {
    const layout = this.#layout as Layout;
    const mayGrow = (index: number) => this.#options.maxWidth === null || layout.numeric[index] === true;
    const widths = layout.widths.map((width, i) => (mayGrow(i) ? widest(cells, i, width) : width));
    return widths.every((width, i) => width === layout.widths[i]) ? layout : { ...layout, widths };
  }
}

/** A whole table as text: see `TableWriter`. */
export function renderTable(columns: readonly ResultColumn[], rows: readonly (readonly SqlValue[])[], options: TableOptions): string {
  const table = new TableWriter(columns, options);
  return (rows.length === 0 ? '' : table.lines(rows)) + table.end();
}

function cellText(value: SqlValue): string {
  if (value === null) return '';
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  return printable(String(value));
}

function chooseLayout(
  columns: readonly ResultColumn[],
  rows: readonly (readonly SqlValue[])[],
  cells: readonly (readonly string[])[],
  maxWidth: number | null,
): Layout {
  const numeric = columns.map((column, i) => isNumeric(column, rows, i));
  const natural = columns.map((column, i) => widest(cells, i, Math.max(1, displayWidth(printable(column.name)))));
  if (maxWidth === null) return { shown: columns.length, widths: natural, numeric };
  const floors = natural.map((width, i) => {
    const floor = Math.min(width, MIN_TEXT_WIDTH);
    // Half a number is another one, and half a key opens nothing.
    return numeric[i] === true || columns[i]?.type === 'key' ? widest(cells, i, floor) : floor;
  });
  let shown = columns.length;
  while (shown > 1 && lineWidth(floors.slice(0, shown)) > maxWidth) shown--;
  return { shown, widths: shrink(natural.slice(0, shown), floors, maxWidth, numeric), numeric };
}

/** Narrows the widest columns first until the line fits, never below the floors; a single text column shrinks to fit. */
function shrink(natural: readonly number[], floors: readonly number[], maxWidth: number, numeric: readonly boolean[]): number[] {
  if (natural.length === 1 && numeric[0] === false) return [Math.max(1, Math.min(natural[0] as number, maxWidth - PADDING))];
  const at = (limit: number) => natural.map((width, i) => Math.max(floors[i] as number, Math.min(width, limit)));
  let limit = Math.max(...natural);
  while (limit > MIN_TEXT_WIDTH && lineWidth(at(limit)) > maxWidth) limit--;
  const widths = at(limit);
  let spare = maxWidth - lineWidth(widths);
  for (let i = 0; i < widths.length && spare > 0; i++) {
    if ((widths[i] as number) < (natural[i] as number)) {
      widths[i] = (widths[i] as number) + 1;
      spare--;
    }
  }
  return widths;
}

/** The library draws one line of stand-ins and the rule; it is too slow, and its idea of widths too old, for the values. */
function drawFrame(widths: readonly number[]): Frame {
  const standIns = widths.map((width) => STAND_IN.repeat(width));
  const table = new Table({
    chars: CHARS,
    head: standIns,
    colWidths: widths.map((width) => width + PADDING),
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1 },
  });
  table.push(standIns);
  const [, rule = '', line = ''] = table.toString().split('\n');
  return { pieces: line.split(/\ue000+/), rule };
}

function fillLine(row: readonly string[], layout: Layout, frame: Frame): string {
  let line = '';
  for (let i = 0; i < layout.shown; i++) {
    const width = layout.widths[i] as number;
    const text = cutToWidth(row[i] as string, width);
    const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
    line += frame.pieces[i] + (layout.numeric[i] === true ? blanks + text : text + blanks);
  }
  return `${line.replace(/ +$/, '')}\n`;
}

function isNumeric(column: ResultColumn, rows: readonly (readonly SqlValue[])[], index: number): boolean {
  if (column.type === 'integer' || column.type === 'number') return true;
  const values = rows.map((row) => row[index] ?? null).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => typeof value === 'number' || typeof value === 'bigint');
}

function widest(cells: readonly (readonly string[])[], index: number, least: number): number {
  let width = least;
  for (const row of cells) width = Math.max(width, displayWidth(row[index] ?? ''));
  return width;
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width + PADDING, 0) + BAR * (widths.length - 1);
}
