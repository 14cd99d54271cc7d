import { type Stats, accessSync, constants, fstatSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { CrmError } from '../errors.ts';
import { normalizeText } from '../normalize/text.ts';

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
    : normalizeText(basename(path).replace(/(\.(csv|tsv|txt|psv|ndjson|jsonl|json|gz|xlsx|xlsm|xls|vcf|vcard|rejects))+$/i, ''));
}
