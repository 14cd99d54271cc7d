import type { Readable } from 'node:stream';
import { CrmError } from '../errors.ts';

/** A terminal's input, as Node gives it. */
interface Terminal extends Readable {
  setRawMode?(raw: boolean): unknown;
}

/** Keys that are no letters: Ctrl-C, Ctrl-D, and what arrow and function keys send. */
const INTERRUPT = '\u0003';
const END = '\u0004';
const SEQUENCE = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/g;

/**
 * Single keys of a terminal, without Enter. The terminal is set back by `stop`, which has to be called in every case. What
 * was typed ahead is not lost.
 */
export class KeyReader {
  readonly #terminal: Terminal;
  readonly #signal: AbortSignal;
  readonly #typed: string[] = [];
  #wake: (() => void) | null = null;
  #ended = false;

  constructor(stdin: Readable, signal: AbortSignal) {
    this.#terminal = stdin;
    this.#signal = signal;
  }

  /** Takes the terminal: keys come one by one and are not shown. */
  start(): void {
    this.#terminal.setRawMode?.(true);
    this.#terminal.on('data', this.#take);
    for (const event of ['end', 'close', 'error'] as const) this.#terminal.on(event, this.#end);
    this.#signal.addEventListener('abort', this.#end);
    this.#terminal.resume();
  }

  /** Gives the terminal back as it was. */
  stop(): void {
    this.#terminal.off('data', this.#take);
    for (const event of ['end', 'close', 'error'] as const) this.#terminal.off(event, this.#end);
    this.#signal.removeEventListener('abort', this.#end);
    this.#terminal.setRawMode?.(false);
    this.#terminal.pause();
  }

  /**
   * The next key in lower case, full-width ones as plain ones; null when nobody types any more (Ctrl-D).
   * @throws {CrmError} INTERRUPTED on Ctrl-C and signals
   */
  async next(): Promise<string | null> {
    for (;;) {
      const key = this.#typed.shift();
      if (key === INTERRUPT || (key === undefined && this.#signal.aborted)) throw new CrmError('INTERRUPTED', 'interrupted');
      if (key === END || (key === undefined && this.#ended)) return null;
      if (key !== undefined) return key;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  readonly #take = (chunk: Buffer | string): void => {
    const text = (typeof chunk === 'string' ? chunk : chunk.toString('utf8')).replace(SEQUENCE, '').normalize('NFKC').toLowerCase();
    this.#typed.push(...text);
    this.#wake?.();
  };

  readonly #end = (): void => {
    this.#ended = true;
    this.#wake?.();
  };
}
