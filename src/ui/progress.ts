import type { Io } from './io.ts';
import { formatBytes, formatCount, formatDuration, formatPercent, plural } from './number.ts';
import { cutToWidth } from './width.ts';

/** What a progress line is about. */
export interface ProgressOptions {
  /** What is going on, one word: `importing`. */
  readonly label: string;
  /** What is counted, in the singular; `row` where nothing is given. */
  readonly unit?: string;
  /** Size of the whole input; gives the percentage and the remaining time. */
  readonly totalBytes?: number | undefined;
  /** Number of the things counted; used where there is no `totalBytes`. */
  readonly totalCount?: number | undefined;
  readonly quiet: boolean;
  readonly json: boolean;
  /** Milliseconds that never run backwards; for tests. */
  readonly nowMs?: () => number;
}

const REDRAW_MS = 100;
/** The remaining time means nothing before this much has passed. */
const ETA_AFTER_MS = 1000;
const MIN_COLUMNS = 12;
const CLEAR_LINE = '\r\x1b[2K';

/**
 * One line on standard error, redrawn at most ten times a second: `importing 120,000 rows · 58,300/s · 41% · 3 s left`.
 * Writes nothing at all unless standard error is a terminal and neither `quiet` nor `json` is set.
 */
export class Progress {
  readonly #io: Io;
  readonly #options: ProgressOptions;
  readonly #active: boolean;
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(io: Io, options: ProgressOptions) {
    this.#io = io;
    this.#options = options;
    this.#active = io.isTty.stderr && io.env.TERM !== 'dumb' && !options.quiet && !options.json;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#startMs = this.#nowMs();
  }

  /** Tells how far the work is: things and input bytes done since the start. Cheap enough to call for every batch. */
  update(count: number, bytes?: number): void {
    if (!this.#active) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    const { columns } = this.#io;
    if (columns < MIN_COLUMNS) return;
    // One cell stays free: a full line makes some terminals wrap.
    this.#draw(CLEAR_LINE + cutToWidth(this.#line(count, bytes, nowMs - this.#startMs, columns - 1), columns - 1));
    this.#visible = true;
  }

  /** Removes the line, so that other text can be printed; the next update draws it again. */
  clear(): void {
    if (!this.#visible) return;
    this.#visible = false;
    this.#drawnMs = Number.NEGATIVE_INFINITY;
    this.#draw(CLEAR_LINE);
  }

  /** Ends the progress: removes the line. Harmless when called twice. */
  done(): void {
    this.clear();
  }

  #draw(text: string): void {
    // A slow or closed terminal must not hold the work up: the line is dropped.
    if (!this.#io.stderr.destroyed && !this.#io.stderr.writableNeedDrain) this.#io.stderr.write(text);
  }

  #line(count: number, bytes: number | undefined, elapsedMs: number, columns: number): string {
    const { label, unit = 'row', totalBytes, totalCount } = this.#options;
    const share = shareDone(bytes, totalBytes) ?? shareDone(count, totalCount);
    const parts = [`${label} ${plural(count, unit)}`];
    if (share !== undefined) parts.push(formatPercent(share));
    if (elapsedMs >= ETA_AFTER_MS) {
      if (share !== undefined && share > 0)
        parts.push(`${formatDuration(Math.ceil((elapsedMs * (1 - share)) / share / 1000) * 1000)} left`);
      parts.push(`${formatCount((count / elapsedMs) * 1000)}/s`);
    }
    if (share === undefined && bytes !== undefined) parts.push(formatBytes(bytes));
    // What matters least stands last and goes first where the line is short.
    while (parts.length > 1 && parts.join(' · ').length > columns) parts.pop();
    return parts.join(' · ');
  }
}

function shareDone(done: number | undefined, total: number | undefined): number | undefined {
  return done === undefined || total === undefined || total <= 0 ? undefined : Math.min(1, done / total);
}
