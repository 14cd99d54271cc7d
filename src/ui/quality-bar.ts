import type { Environment } from './io.ts';

/** Left parts of one cell by eighths. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_LEVELS = ['_', '.', ':', '-', '=', '+', '*', '#'];

/**
 * Whether the terminal's locale can show block characters: unless it names another character set than UTF-8 (POSIX: LC_ALL,
 * LC_CTYPE, LANG, the first that is set). Without any locale the rest of the program draws lines too.
 */
export function hasBlocks(env: Environment): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  return locale === undefined || /utf-?8/i.test(locale);
}

/** A share in [0, 1] as a bar of `width` cells; full only where nothing is missing, and never quite empty where something is. */
export function shareBar(share: number, width: number, blocks: boolean): string {
  const eighths = Math.floor(Math.min(1, Math.max(0, share)) * width * 8 + 1e-9);
  if (!blocks) {
    const cells = Math.floor(eighths / 8);
    return '#'.repeat(cells) + '.'.repeat(width - cells);
  }
  const shown = eighths === 0 && share > 0 ? 1 : eighths;
  const full = Math.floor(shown / 8);
  const bar = '█'.repeat(full) + (EIGHTHS[shown % 8] as string);
  return bar + '░'.repeat(width - full - (shown % 8 === 0 ? 0 : 1));
}

/** Numbers as a line of bars, the lowest one flat; a null is a gap. */
export function sparkline(values: readonly (number | null)[], blocks: boolean): string {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const span = Math.max(...known) - low;
  const levels = blocks ? LEVELS : ASCII_LEVELS;
  return values
    .map((value) => (value === null ? ' ' : levels[span === 0 ? 3 : Math.round(((value - low) / span) * (levels.length - 1))]))
    .join('');
}
