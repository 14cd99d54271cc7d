import { createHash } from 'node:crypto';
import { CrmError } from '../errors.ts';
import { PLAN_FORMAT, PLAN_VERSION, type PlanEnd, type PlanHeader, type PlanLine } from '../model/plan.ts';
import { checkInterruption } from '../interruption.ts';
import { type LocalInput, localChunks, openInput } from './local-input.ts';
import { endText } from '../formats/plan-writer.ts';

/** No line of a plan is longer: it holds one record, and records are limited. */
const MAX_LINE_CHARACTERS = 256 * 1024 * 1024;
/** A header is short; what has no line end within this is no plan. */
const MAX_HEADER_CHARACTERS = 1024 * 1024;

/** A plan that was read to its end once, and found whole. */
export interface PlanFile {
  readonly path: string;
  /** What to call it in messages. */
  readonly label: string;
  readonly sizeBytes: number;
  readonly header: PlanHeader;
  readonly end: PlanEnd;
  /** The lines between header and end, in batches; they may be read once more. */
  lines(): AsyncIterable<readonly PlanLine[]>;
  /** Removes what was put aside of a plan that came through a pipe; to be called in every case. */
  dispose(): void;
}

/**
 * Opens a plan and checks that it is whole; `-` is standard input, and it may be packed with gzip.
 * @throws {CrmError} INPUT_MISSING, INPUT_EMPTY, INPUT_UNREADABLE when it is no plan, of another version, or cut off;
 * INTEGRITY when it was changed since it was written
 */
export async function openPlan(path: string, signal?: AbortSignal): Promise<PlanFile> {
  const { file, dispose } = await openInput(path, signal);
  const { label } = file;
  try {
    const { header, end } = await check(file, signal);
    return { path, label, sizeBytes: file.localBytes, header, end, lines: () => planLines(file, end, signal), dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function check(file: LocalInput, signal?: AbortSignal): Promise<{ header: PlanHeader; end: PlanEnd }> {
  const { label } = file;
  const hash = createHash('sha256');
  let header: PlanHeader | null = null;
  let last: string | null = null;
  let count = 0;
  for await (const lines of textLines(file, signal)) {
    if (header === null) header = headerOf(lines[0] as string, label);
    if (last !== null) hash.update(`${last}\n`);
    last = lines.at(-1) as string;
    count += lines.length;
    if (lines.length > 1) hash.update(`${lines.slice(0, -1).join('\n')}\n`);
  }
  if (header === null || last === null) throw notAPlan(label);
  const end = endOf(last, label);
  if (end.lines !== count - 1 || hash.update(endText(end)).digest('hex') !== end.sha256) throw changed(label);
  return { header, end };
}

async function* planLines(file: LocalInput, end: PlanEnd, signal?: AbortSignal): AsyncIterable<readonly PlanLine[]> {
  const hash = createHash('sha256');
  let at = 0;
  for await (const lines of textLines(file, signal)) {
    const inner = lines.slice(0, Math.max(0, end.lines - at));
    if (inner.length > 0) hash.update(`${inner.join('\n')}\n`);
    const batch = at === 0 ? inner.slice(1) : inner;
    at += lines.length;
    if (batch.length > 0) yield batch.map((line) => jsonOf(line) as PlanLine);
  }
  // Read twice, so looked at twice: whoever changed it in between must not have a say.
  if (at !== end.lines + 1 || hash.update(endText(end)).digest('hex') !== end.sha256) throw changed(file.label);
}

/** The whole lines of a file, some at a time, never none; what is after the last line end is no line. */
async function* textLines(file: LocalInput, signal?: AbortSignal): AsyncIterable<readonly string[]> {
  const { label } = file;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  let limit = MAX_HEADER_CHARACTERS;
  for await (const chunk of guarded(localChunks(file), label)) {
    checkInterruption(signal);
    const text = rest + decoded(decoder, chunk, label);
    const lines = text.split('\n');
    rest = lines.pop() as string;
    if (rest.length > limit) throw notAPlan(label);
    if (lines.length === 0) continue;
    limit = MAX_LINE_CHARACTERS;
    yield lines;
  }
  if (rest !== '') throw limit === MAX_LINE_CHARACTERS ? cutOff(label) : notAPlan(label);
}

async function* guarded(chunks: AsyncIterable<Uint8Array>, label: string): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (error instanceof CrmError || !(error instanceof Error) || !('syscall' in error)) throw error;
    const code = String((error as NodeJS.ErrnoException).code);
    throw new CrmError('INPUT_UNREADABLE', `reading ${label} failed (${code})`, { cause: error });
  }
}

function decoded(decoder: InstanceType<typeof TextDecoder>, chunk: Uint8Array, label: string): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw notAPlan(label);
  }
}

function headerOf(line: string, label: string): PlanHeader {
  const header = jsonOf(line) as Partial<Record<keyof PlanHeader, unknown>> | null;
  if (header === null || typeof header !== 'object' || header.format !== PLAN_FORMAT) throw notAPlan(label);
  if (header.version !== PLAN_VERSION) {
    throw new CrmError(
      'INPUT_UNREADABLE',
      `${label} is a plan of version ${String(header.version)}; this program reads version ${PLAN_VERSION}`,
      {
        hint: 'make the plan again with this program',
      },
    );
  }
  if (typeof header.baseline !== 'object' || header.baseline === null || typeof header.command !== 'string') throw notAPlan(label);
  return header as PlanHeader;
}

function endOf(line: string, label: string): PlanEnd {
  const end = (jsonOf(line) as { end?: Partial<PlanEnd> } | null)?.end;
  if (end === undefined || end === null) throw cutOff(label);
  if (!Array.isArray(end.files) || typeof end.counts !== 'object' || typeof end.sha256 !== 'string') throw changed(label);
  return end as PlanEnd;
}

/** The value of JSON text, null where it is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function notAPlan(label: string): CrmError {
  return new CrmError('INPUT_UNREADABLE', `${label} is no plan of crm`, {
    hint: 'make one with: crm import FILE --plan PLAN, or crm normalize --plan PLAN',
  });
}

function cutOff(label: string): CrmError {
  return new CrmError('INPUT_UNREADABLE', `${label} is cut off: a plan ends with a line that vouches for the others`, {
    hint: 'make the plan again',
  });
}

function changed(label: string): CrmError {
  return new CrmError('INTEGRITY', `${label} was changed since it was written: its checksum does not fit`, {
    hint: 'plans are executed as they were made; make the plan again',
  });
}
