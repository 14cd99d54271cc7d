import { CrmError, EXIT_CODES, type ErrorCode, toCrmError } from '../errors.ts';
import type { JobCounts } from '../repository/job-records.ts';
import type { CallEnd, CrmCall } from './crm-call.ts';
import { asArgument, hashOf, isFaultOfFile } from './drop-folder.ts';
import { dropRejects, openRejects, settleRejects } from './file-rejects.ts';
import { moveInto } from './move-file.ts';
import { countsOf } from './step-command.ts';

/** What became of a file of a watched folder. */
export interface WatchedFile {
  readonly file: string;
  /**
   * `imported`; `known`: its bytes were imported before; `failed`: it was put aside; `left`: it stays, and is not tried again until
   * it is changed; `waiting`: it is tried again later.
   */
  readonly status: 'imported' | 'known' | 'failed' | 'left' | 'waiting';
  /** Number of the run of the import. */
  readonly run: number | null;
  readonly counts: JobCounts;
  /** Where it is now; null: where it was. */
  readonly movedTo: string | null;
  /** File with the rejected rows. */
  readonly rejects: string | null;
  readonly exitCode: number;
  readonly message: string | null;
}

/** How files are imported. */
export interface WatchedImportOptions {
  readonly call: CrmCall;
  /** `import` and its options. */
  readonly words: readonly string[];
  /** The run in which the bytes with this hash came in; null where they did not. */
  readonly importOf: (sha256: string) => Promise<number | null>;
  readonly done: string;
  readonly failed: string;
  /** Whether nobody has written to the file since it was found to be whole. */
  readonly isUntouched: (path: string) => boolean;
  /** Is told of the process that imports. */
  readonly onStart: (pid: number) => void;
}

/** It goes over: another writer, a server that is away, a full disk, a process that was ended. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['BUSY', 'CONNECTION', 'ENGINE', 'DISK_FULL', 'INTERRUPTED', 'TERMINATED']);
/** Nothing can be imported before somebody does something. Other statuses are about this file, or how the options fit it. */
const FOR_ALL_FILES: ReadonlySet<number> = new Set([
  EXIT_CODES.NOT_OUR_DATABASE,
  EXIT_CODES.SCHEMA_OLDER,
  EXIT_CODES.INTEGRITY,
  EXIT_CODES.LOGIN,
  EXIT_CODES.PERMISSION,
]);
const IN_USE: ReadonlySet<string> = new Set(['EBUSY', 'EACCES', 'EPERM', 'EAGAIN', 'ENOENT', 'ESTALE', 'EIO']);

/**
 * Imports one file and moves it away; one whose bytes were imported before is only moved.
 * @throws {CrmError} where no file at all can be imported
 */
export async function importWatched(path: string, options: WatchedImportOptions): Promise<WatchedFile> {
  const nothing = { file: path, run: null, counts: {}, movedTo: null, rejects: null, exitCode: 0, message: null };
  let known: number | null;
  try {
    known = await options.importOf(await hashOf(path));
  } catch (thrown) {
    return { ...nothing, ...afterFailure(thrown) };
  }
  if (!options.isUntouched(path)) return { ...nothing, status: 'waiting', message: 'it is being written to' };
  if (known !== null) {
    const rejects = settleRejects(path, options.failed);
    return moved({ ...nothing, status: 'known', run: known, rejects, message: `imported before, as run ${known}` }, options.done, options);
  }
  const rejects = openRejects(path, options.failed);
  const words = [...options.words, asArgument(path), '--rejects', rejects];
  // Its own signal: what was begun is finished when the watching is to end.
  const { signal } = new AbortController();
  const end = await options.call(words, { signal, timeLimitMs: null, step: { run: null, position: 0 }, onStart: options.onStart });
  if (end.failure !== null) return failed({ ...nothing, exitCode: end.exitCode }, end.failure, options);
  const { exitCode, run, result } = end;
  const settled = settleRejects(path, options.failed);
  return moved({ ...nothing, status: 'imported', run, counts: countsOf(result), rejects: settled, exitCode }, options.done, options);
}

function failed(
  nothing: Omit<WatchedFile, 'status'>,
  { code, message, hint }: NonNullable<CallEnd['failure']>,
  options: WatchedImportOptions,
): WatchedFile {
  const isAtFault = !PASSING.has(code) && isFaultOfFile(nothing.exitCode);
  if (!isAtFault) dropRejects(nothing.file, options.failed);
  if (PASSING.has(code)) return { ...nothing, status: 'waiting', message };
  if (code === 'CONFIG_INVALID' || FOR_ALL_FILES.has(nothing.exitCode)) throw new CrmError(code, message, hint === null ? {} : { hint });
  if (isAtFault) {
    const rejects = settleRejects(nothing.file, options.failed);
    return moved({ ...nothing, status: 'failed', rejects, message }, options.failed, options);
  }
  return { ...nothing, status: 'left', message };
}

/** The file goes on to a folder, unless it is another one by now: then that stays, and is imported in its turn. */
function moved(file: WatchedFile, folder: string, { isUntouched }: WatchedImportOptions): WatchedFile {
  if (!isUntouched(file.file)) return { ...file, message: 'it was written to meanwhile: what it holds now is imported next' };
  try {
    return { ...file, movedTo: moveInto(file.file, folder) };
  } catch (thrown) {
    return { ...file, status: file.status === 'failed' ? 'left' : file.status, message: toCrmError(thrown).message };
  }
}

/** What keeps a file from being looked at. @throws {CrmError} where that is so for all files */
function afterFailure(thrown: unknown): Pick<WatchedFile, 'status' | 'message' | 'exitCode'> {
  const { code } = thrown as { readonly code?: string };
  if (!(thrown instanceof CrmError) && code !== undefined && IN_USE.has(code))
    return { status: 'waiting', message: `it cannot be read now (${code})`, exitCode: EXIT_CODES.INPUT_UNREADABLE };
  const error = toCrmError(thrown);
  if (!PASSING.has(error.code)) throw error;
  return { status: 'waiting', message: error.message, exitCode: error.exitCode };
}
