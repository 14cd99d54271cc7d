import { type ChildProcess, spawn } from 'node:child_process';
import { CrmError, EXIT_CODES, type ErrorCode } from '../errors.ts';

/** How a call of crm failed. */
export interface CallFailure {
  readonly code: ErrorCode;
  /** Without values of customers. */
  readonly message: string;
  readonly hint: string | null;
}

/** How a call of crm ended. */
export interface CallEnd {
  readonly exitCode: number;
  /** The run that it was recorded as; null where it wrote nothing. */
  readonly run: number | null;
  /** Its result object; empty where it failed. */
  readonly result: Readonly<Record<string, unknown>>;
  /** Null where it succeeded, with rejected rows or without. */
  readonly failure: CallFailure | null;
}

/** How a call is watched. */
export interface CallOptions {
  readonly signal: AbortSignal;
  /** Ended after this time, in milliseconds; null: never. */
  readonly timeLimitMs: number | null;
  /** The step that it belongs to; `run` is null in a dry run. */
  readonly step: { readonly run: number | null; readonly position: number };
  /** Is told the number of the process, as soon as it is there. */
  readonly onStart?: (pid: number) => void;
}

/** Calls crm with these words. */
export type CrmCall = (words: readonly string[], options: CallOptions) => Promise<CallEnd>;

/** How crm is started. */
export interface CrmProgram {
  /** The script that node runs. */
  readonly script: string;
  /** Global options that every call gets: the database, the config file. */
  readonly globals: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How long a call may take to roll back after it was asked to stop, in milliseconds; less than the job itself has. */
const GRACE_MS = 2000;
const MAX_OUTPUT = 64_000_000;
const MAX_TALK = 100_000;
/** Statuses of a command that has done what it was asked for. */
const SUCCESSES: ReadonlySet<number> = new Set([0, EXIT_CODES.ROWS_REJECTED]);

/**
 * Calls of crm as processes of their own: they can be stopped whatever they do, and what is left of one is nothing. They end
 * with the process that called them, whose channel they hold.
 */
export function crmProcess({ script, globals, env }: CrmProgram): CrmCall {
  return async (words, { signal, timeLimitMs, step, onStart }) => {
    if (signal.aborted) return stopped('interrupted; nothing was changed', EXIT_CODES.TERMINATED);
    const child = spawn(process.execPath, [script, '--json', '--no-input', ...globals, ...words], {
      // Its own process group: an interrupt at the terminal comes here, and is passed on once.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...env, NO_COLOR: '1', FORCE_COLOR: undefined, CRM_JOB_RUN: String(step.run ?? ''), CRM_JOB_STEP: String(step.position) },
    });
    if (child.pid !== undefined) onStart?.(child.pid);
    let reason: 'signal' | 'time' | null = null;
    const stop = (why: 'signal' | 'time'): void => {
      reason ??= why;
      stopChild(child);
    };
    const onAbort = (): void => stop('signal');
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = timeLimitMs === null ? null : setTimeout(() => stop('time'), Math.max(0, timeLimitMs));
    try {
      const { exitCode, endedBy, output, talk } = await ended(child);
      const end = endOf(exitCode, endedBy, output, talk);
      // What was committed before the stop came is done.
      if (end.failure === null || reason === null) return end;
      const what = end.failure.code === 'TERMINATED' || end.failure.code === 'INTERRUPTED' ? end.failure.message : 'stopped';
      return stopped(reason === 'time' ? `the time limit was reached: ${what}` : what, EXIT_CODES.TERMINATED);
    } finally {
      if (timer !== null) clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  };
}

function stopChild(child: ChildProcess): void {
  if (child.connected) child.disconnect();
  setTimeout(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }, GRACE_MS).unref();
}

interface RawEnd {
  readonly exitCode: number | null;
  readonly endedBy: NodeJS.Signals | null;
  /** Null where it was too much to be kept. */
  readonly output: string | null;
  readonly talk: string;
}

function ended(child: ChildProcess): Promise<RawEnd> {
  return new Promise((resolve, reject) => {
    let output: Buffer[] | null = [];
    let size = 0;
    let talk = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT) output = null;
      output?.push(chunk);
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      talk = (talk + chunk).slice(-MAX_TALK);
    });
    child.once('error', (error) =>
      reject(
        new CrmError('INTERNAL', 'crm could not be started for a step', { cause: error, hint: 'is there memory left? Run the job again' }),
      ),
    );
    // Not the event close: it does not come where the channel was closed from here.
    const streams = [child.stdout, child.stderr].map((stream) => new Promise((closed) => stream?.once('close', closed)));
    child.once('exit', (exitCode, endedBy) => {
      void Promise.all(streams).then(() => {
        resolve({ exitCode, endedBy, output: output === null ? null : Buffer.concat(output).toString('utf8'), talk });
      });
    });
  });
}

function endOf(exitCode: number | null, endedBy: NodeJS.Signals | null, output: string | null, talk: string): CallEnd {
  const envelope = parsed(output ?? '');
  const [run, result] = [typeof envelope?.run === 'number' ? envelope.run : null, objectOf(envelope?.result)];
  if (exitCode !== null && SUCCESSES.has(exitCode)) return { exitCode, run, result, failure: null };
  if (exitCode === null) {
    const message = `its process was ended by ${endedBy}`;
    return { exitCode: 1, run, result, failure: { code: 'INTERNAL', message, hint: 'was there no memory left? Run the job again' } };
  }
  const error = objectOf(
    talk
      .trimEnd()
      .split('\n')
      .map(parsed)
      .findLast((line) => line?.ok === false)?.error,
  );
  const code = typeof error.code === 'string' && Object.hasOwn(EXIT_CODES, error.code) ? (error.code as ErrorCode) : codeOf(exitCode);
  const message = typeof error.message === 'string' ? error.message : wordsOf(code, exitCode, result);
  return { exitCode, run, result, failure: { code, message, hint: typeof error.hint === 'string' ? error.hint : null } };
}

/** A code for a status that comes without one: a command that found what it was to look for. */
function codeOf(exitCode: number): ErrorCode {
  if (exitCode === EXIT_CODES.DIFFERENCES) return 'DIFFERENCES';
  return exitCode === EXIT_CODES.INTEGRITY ? 'INTEGRITY' : 'INTERNAL';
}

function wordsOf(code: ErrorCode, exitCode: number, { score, findings }: CallEnd['result']): string {
  if (code === 'DIFFERENCES' && typeof score === 'number') return `the score is ${score}, below what was asked for`;
  if (code === 'DIFFERENCES')
    return Array.isArray(findings) ? 'the database needs a repair: crm maintain --repair' : 'it found differences';
  return code === 'INTEGRITY' ? 'it found damage' : `it ended with status ${exitCode}`;
}

function stopped(message: string, exitCode: number): CallEnd {
  return { exitCode, run: null, result: {}, failure: { code: 'TERMINATED', message, hint: null } };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return null;
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
