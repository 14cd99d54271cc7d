import type { CrmError } from '../errors.ts';
import { type Io, say, write } from './io.ts';
import { styleOf } from './style.ts';
import { printableLines } from './width.ts';

/** What a command did, as other programs read it (`schemas/results/<command>.schema.json` describes `result`). */
export interface Outcome {
  readonly ok: true;
  /** The command's name, for instance `import` or `dedupe find`. */
  readonly command: string;
  /** The run it was recorded as, where it wrote anything. */
  readonly run?: number;
  /** Any JSON value; a member that is an async iterable of row batches is streamed as one array. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/** How talkative the program is: `json` and `quiet` are the global flags. */
export interface OutputMode {
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * Ends a command: with `json` exactly one JSON object on standard output; else the text for people on standard output and
 * each warning on standard error, both left out with `quiet`.
 * @throws {OutputClosedError} when the reader has gone away
 */
export async function printResult(io: Io, mode: OutputMode, outcome: Outcome, text?: () => string): Promise<void> {
  if (mode.json) {
    await printJson(io, outcome);
    return;
  }
  if (mode.quiet) return;
  if (text !== undefined) await write(io.stdout, ended(text()));
  const style = await styleOf(io, 'stderr');
  for (const warning of outcome.warnings) await say(io, `${style.yellow('warning:')} ${printableLines(warning)}\n`);
}

/**
 * Tells of a failure on standard error: with `json` one JSON object, else two lines, `error: …` and `hint: …`; the stack
 * and the causes below only with `debug`. Never throws.
 */
export async function printError(
  io: Io,
  mode: { readonly json: boolean; readonly debug: boolean },
  command: string,
  error: CrmError,
): Promise<void> {
  const { code, message, hint, exitCode, details } = error;
  if (mode.json) {
    const stack = mode.debug ? { stack: stacks(error) } : {};
    const body = {
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      exitCode,
      ...(details === undefined ? {} : { details }),
      ...stack,
    };
    await say(io, `${JSON.stringify({ ok: false, command, error: body }, jsonValue)}\n`);
    return;
  }
  const style = await styleOf(io, 'stderr');
  await say(io, `${style.red('error:')} ${printableLines(message)}\n`);
  if (hint !== undefined) await say(io, `${style.dim(`hint: ${printableLines(hint)}`)}\n`);
  if (mode.debug) await say(io, `${style.dim(printableLines(stacks(error)))}\n`);
}

/** `JSON.stringify`'s replacer for values JSON has no word for: unsafe integers become text, bytes hexadecimal text. */
export function jsonValue(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  // A Buffer has been turned into an object by its own toJSON here; the holder still has the bytes.
  const held = (this as Record<string, unknown>)[key];
  return held instanceof Uint8Array ? Buffer.from(held).toString('hex') : value;
}

async function printJson(io: Io, outcome: Outcome): Promise<void> {
  const { command, run, result, warnings } = outcome;
  const head = JSON.stringify({ ok: true, command, ...(run === undefined ? {} : { run }) });
  await write(io.stdout, `${head.slice(0, -1)},"result":{`);
  let separator = '';
  for (const key of Object.keys(result)) {
    // Read when its turn comes: a getter may know the total only after the rows before it.
    const value = result[key];
    if (value === undefined) continue;
    await write(io.stdout, `${separator}${JSON.stringify(key)}:`);
    separator = ',';
    if (isAsyncIterable(value)) await writeArray(io, value);
    else await write(io.stdout, JSON.stringify(value, jsonValue));
  }
  await write(io.stdout, `},"warnings":${JSON.stringify(warnings)}}\n`);
}

async function writeArray(io: Io, batches: AsyncIterable<readonly unknown[]>): Promise<void> {
  let separator = '[';
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    const items = batch.map((item) => JSON.stringify(item, jsonValue));
    await write(io.stdout, separator + items.join(','));
    separator = ',';
  }
  await write(io.stdout, separator === '[' ? '[]' : ']');
}

function isAsyncIterable(value: unknown): value is AsyncIterable<readonly unknown[]> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function stacks(error: Error): string {
  const lines: string[] = [];
  for (let at: unknown = error; at instanceof Error && lines.length < 10; at = at.cause) {
    lines.push(`${lines.length === 0 ? '' : 'caused by: '}${at.stack ?? at.message}`);
  }
  return lines.join('\n');
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
