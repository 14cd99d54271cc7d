import { createHash } from 'node:crypto';
import { type Stats, accessSync, constants, createReadStream, fstatSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { CrmError } from '../errors.ts';
import { checkInterruption } from './interruption.ts';
import { standardInput } from './standard-input.ts';
import { normalizeText } from '../normalize/text.ts';

const CHUNK_BYTES = 256 * 1024;

/** A file, or `-` for standard input. */
export interface InputFile {
  readonly path: string;
  /** What to call it in messages: the path, or `standard input`. */
  readonly label: string;
  /** Bytes, null when unknown (a pipe). */
  readonly sizeBytes: number | null;
}

/**
 * Looks whether an input can be read, before anything is done with it.
 * @throws {CrmError} INPUT_MISSING, INPUT_UNREADABLE or INPUT_EMPTY
 */
export function inputFile(path: string): InputFile {
  if (path === '-') {
    const stats = fstatSync(0, { bigint: false });
    return { path, label: 'standard input', sizeBytes: stats.isFile() ? stats.size : null };
  }
  const stats = statsOf(path);
  if (stats === undefined) {
    throw new CrmError('INPUT_MISSING', `there is no file ${path}`, { hint: 'check the spelling and the folder you are in' });
  }
  if (stats.isDirectory()) {
    throw new CrmError('INPUT_UNREADABLE', `${path} is a folder, not a file`, { hint: `name the files in it: ${path}/*.csv` });
  }
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new CrmError('INPUT_UNREADABLE', `${path} cannot be read: permission denied`, {
      cause: error,
      hint: 'check the permissions of the file',
    });
  }
  if (stats.isFile() && stats.size === 0) {
    throw new CrmError('INPUT_EMPTY', `${path} is empty`, { hint: 'a table needs at least a header line' });
  }
  return { path, label: path, sizeBytes: stats.isFile() ? stats.size : null };
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new CrmError('INPUT_UNREADABLE', `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
      hint: 'check the path and the permissions of its folders',
    });
  }
}

/** The name that unqualified external ids of a file belong to: its base name without endings, `stdin` for a pipe. */
export function implicitSource(path: string): string {
  return path === '-'
    ? 'stdin'
    : normalizeText(basename(path).replace(/(\.(csv|tsv|txt|psv|ndjson|jsonl|json|gz|xlsx|vcf|rejects))+$/i, ''));
}

/**
 * Gives the bytes of an input to `push`, chunk after chunk, waiting for it.
 * @returns hex SHA-256 and number of the bytes
 * @throws {CrmError} INPUT_UNREADABLE when reading fails half-way
 */
export async function readInput(
  file: InputFile,
  push: (chunk: Uint8Array, bytesSoFar: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  const options = { highWaterMark: CHUNK_BYTES, ...(signal === undefined ? {} : { signal }) };
  const chunks =
    file.path === '-' ? standardInput(CHUNK_BYTES, signal) : (createReadStream(file.path, options) as AsyncIterable<Uint8Array>);
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      await push(chunk, bytes);
    }
  } catch (error) {
    checkInterruption(signal);
    if (error instanceof CrmError || !(error instanceof Error) || !('syscall' in error)) throw error;
    throw new CrmError('INPUT_UNREADABLE', `reading ${file.label} failed (${String((error as NodeJS.ErrnoException).code)})`, {
      cause: error,
    });
  }
  return { sha256: hash.digest('hex'), bytes };
}
