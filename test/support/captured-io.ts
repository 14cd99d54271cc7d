import { PassThrough, type Readable, Writable } from 'node:stream';
import type { Environment, Io } from '../../src/ui/io.ts';

/** What a captured terminal looks like; a pipe of unknown width where nothing is given. */
export interface CapturedOptions {
  readonly tty?: boolean | { readonly stdin?: boolean; readonly stdout?: boolean; readonly stderr?: boolean };
  readonly columns?: number;
  readonly env?: Environment;
  readonly stdin?: Readable;
  readonly stdout?: Writable;
}

/** An Io whose output is kept in memory. */
export interface CapturedIo extends Io {
  /** Everything written to standard output so far. */
  out(): string;
  /** Everything written to standard error so far. */
  err(): string;
}

/** Makes an Io that keeps what is written. */
export function capturedIo(options: CapturedOptions = {}): CapturedIo {
  const tty = typeof options.tty === 'object' ? options.tty : { stdin: options.tty, stdout: options.tty, stderr: options.tty };
  const out: string[] = [];
  const err: string[] = [];
  return {
    stdin: options.stdin ?? new PassThrough(),
    stdout: options.stdout ?? collector(out),
    stderr: collector(err),
    isTty: { stdin: tty.stdin === true, stdout: tty.stdout === true, stderr: tty.stderr === true },
    columns: options.columns ?? 80,
    env: options.env ?? {},
    out: () => out.join(''),
    err: () => err.join(''),
  };
}

function collector(chunks: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
}
