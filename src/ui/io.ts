import type { Readable, Writable } from 'node:stream';
import { CrmError, isDiskFull } from '../errors.ts';

/** The environment variables a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything a command may read from or write to: real streams in the program, captured ones in tests. */
export interface Io {
  readonly stdin: Readable;
  /** Data only. */
  readonly stdout: Writable;
  /** Talk: progress, warnings, errors, questions. */
  readonly stderr: Writable;
  readonly isTty: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  /** Width of the terminal in character cells, as it is now; 80 where it is not known. */
  readonly columns: number;
  readonly env: Environment;
}

/** The reader of standard output has gone away (`crm query | head -1`): the program ends quietly with exit 0. */
export class OutputClosedError extends Error {
  constructor() {
    super('the reader of the output has closed it');
    this.name = 'OutputClosedError';
  }
}

const UNKNOWN_COLUMNS = 80;
const CLOSED_CODES = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);
/** The first failure of each watched stream; Node reports it as an event, between two writes. */
const failures = new WeakMap<Writable, Error | null>();

/** The streams, terminal and environment of this process. */
export function processIo(): Io {
  const { stdin, stdout, stderr, env } = process;
  watch(stdout);
  watch(stderr);
  return {
    stdin,
    stdout,
    stderr,
    isTty: { stdin: stdin.isTTY === true, stdout: stdout.isTTY === true, stderr: stderr.isTTY === true },
    env,
    get columns() {
      return positive(stdout.columns) ?? positive(stderr.columns) ?? positive(Number(env.COLUMNS)) ?? UNKNOWN_COLUMNS;
    },
  };
}

/** The same streams with another environment, for instance `{NO_COLOR: '1'}`. */
export function withEnvironment(io: Io, changes: Environment): Io {
  const env = { ...io.env, ...changes };
  const { stdin, stdout, stderr, isTty } = io;
  return {
    stdin,
    stdout,
    stderr,
    isTty,
    env,
    get columns() {
      return io.columns;
    },
  };
}

/**
 * Writes text and resolves when the stream wants more, so that a slow reader slows the writer down.
 * @throws {OutputClosedError} when the reader has gone away
 * @throws {CrmError} DISK_FULL or OUTPUT_FAILED when the text could not be written
 */
export async function write(stream: Writable, text: string): Promise<void> {
  watch(stream);
  throwFailure(stream);
  if (text === '' || stream.write(text)) return;
  await drained(stream);
  throwFailure(stream);
}

/**
 * Resolves when everything written so far has left the process; call it before the exit status is decided.
 * @throws {OutputClosedError} when the reader has gone away
 * @throws {CrmError} DISK_FULL or OUTPUT_FAILED when something could not be written
 */
export async function flush(stream: Writable): Promise<void> {
  watch(stream);
  throwFailure(stream);
  await new Promise<void>((resolve) => stream.write('', () => resolve()));
  // The callback runs before the 'error' event of the same write.
  await new Promise<void>((resolve) => setImmediate(resolve));
  throwFailure(stream);
}

/** Writes talk to standard error; a closed or full standard error never disturbs the work. */
export async function say(io: Io, text: string): Promise<void> {
  await write(io.stderr, text).catch(() => undefined);
}

function watch(stream: Writable): void {
  if (failures.has(stream)) return;
  failures.set(stream, null);
  stream.on('error', (error) => {
    if (failures.get(stream) === null) failures.set(stream, error);
  });
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'error', 'close']) stream.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'error', 'close']) stream.on(event, done);
    if (stream.destroyed) done();
  });
}

function throwFailure(stream: Writable): void {
  const failure = failures.get(stream) ?? stream.errored ?? (stream.destroyed ? new OutputClosedError() : null);
  if (failure === null) return;
  const code = (failure as NodeJS.ErrnoException).code ?? '';
  if (failure instanceof OutputClosedError || CLOSED_CODES.has(code)) throw new OutputClosedError();
  if (isDiskFull(failure)) {
    throw new CrmError('DISK_FULL', 'the output could not be written: no space left', {
      hint: 'free some space and run again',
      cause: failure,
    });
  }
  throw new CrmError('OUTPUT_FAILED', `the output could not be written: ${code || failure.message}`, { cause: failure });
}

function positive(count: number | undefined): number | undefined {
  return count !== undefined && Number.isFinite(count) && count > 0 ? Math.floor(count) : undefined;
}
