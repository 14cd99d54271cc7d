import type { DiffPart } from './text-diff.ts';
import { displayWidth, printable } from './width.ts';

/** Around what differs, so that it is seen without colours too. */
const OPEN = '[';
const CLOSE = ']';

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly differs: boolean;
}

/**
 * A value with what differs in it marked by brackets and by `mark`, broken into lines of at most `width` cells, at blanks
 * where there are some; each line is filled up to the width. More than `maxLines` end with `…`.
 */
export function markedLines(parts: readonly DiffPart[], width: number, maxLines: number, mark: (text: string) => string): string[] {
  const cells = parts.flatMap(({ text, differs }) =>
    differs ? cellsOf(`${OPEN}${printable(text)}${CLOSE}`, true) : cellsOf(printable(text), false),
  );
  const lines = brokenLines(cells, Math.max(2, width));
  if (lines.length > maxLines) {
    lines.length = maxLines;
    const last = lines[maxLines - 1] as Cell[];
    while (widthOf(last) > width - 1) last.pop();
    last.push({ text: '…', width: 1, differs: false });
  }
  return (lines.length === 0 ? [[]] : lines).map((line) => drawn(line, mark) + ' '.repeat(Math.max(0, width - widthOf(line))));
}

let segmenter: Intl.Segmenter | undefined;

function cellsOf(text: string, differs: boolean): Cell[] {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => ({ text: segment, width: displayWidth(segment), differs }));
}

function brokenLines(cells: readonly Cell[], width: number): Cell[][] {
  const lines: Cell[][] = [];
  let line: Cell[] = [];
  for (const cell of cells) {
    if (widthOf(line) + cell.width > width) {
      const blank = line.findLastIndex(({ text }) => text === ' ');
      const rest = blank > line.length / 2 ? line.splice(blank + 1) : [];
      while (line.at(-1)?.text === ' ') line.pop();
      lines.push(line);
      line = rest.length === 0 && cell.text === ' ' ? [] : [...rest, cell];
    } else line.push(cell);
  }
  if (line.length > 0) lines.push(line);
  return lines;
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0);
}

function drawn(line: readonly Cell[], mark: (text: string) => string): string {
  let text = '';
  for (let at = 0; at < line.length; ) {
    const { differs } = line[at] as Cell;
    let run = '';
    for (; at < line.length && line[at]?.differs === differs; at++) run += (line[at] as Cell).text;
    text += differs ? mark(run) : run;
  }
  return text;
}
