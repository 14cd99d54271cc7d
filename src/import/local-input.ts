import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { crypter, type PassingSecret } from '../engines/passing-secret.ts';
import { CrmError } from '../errors.ts';
import { type DetectedFormat, detectFormat } from '../formats/detect-format.ts';
import type { FileSource } from '../formats/file-source.ts';
import { inFile } from './file-error.ts';
import { type InputFile, inputFile } from './input-file.ts';
import { checkInterruption } from '../interruption.ts';
import { spoolInput } from './spooled-input.ts';
import { standardInput } from './standard-input.ts';

const CHUNK_BYTES = 256 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b, 0x08];

/** An input that can be read as often as wanted, from any place: plain data, so that it can be handed to a thread. */
export interface LocalInput extends InputFile {
  /** A regular file with the bytes to be read: the input itself, or where it was put (standard input, pipes, gzip). */
  readonly localPath: string;
  /** What that file is encrypted with, null where it is the input itself. */
  readonly secret: PassingSecret | null;
  /** Size of that file. */
  readonly localBytes: number;
  /** Hex SHA-256 of the input as it is stored (packed), where that is known already; else it is that of the local file. */
  readonly sha256: string | null;
}

/** An input and what has to be called when nobody reads it any more. */
export interface OpenedInput {
  readonly file: LocalInput;
  /** Removes the temporary file if there is one; may be called twice. */
  dispose(): void;
}

/**
 * Opens an input: a plain file is read where it is; standard input, a pipe and whatever is packed with gzip (known by
 * its first bytes) is put into a temporary file of its own, readable by the user only. Memory does not grow with it.
 * @throws {CrmError} INPUT_MISSING, INPUT_UNREADABLE (also a damaged or truncated gzip), INPUT_EMPTY, DISK_FULL, INTERRUPTED
 */
export async function openInput(path: string, signal?: AbortSignal): Promise<OpenedInput> {
  const file = inputFile(path);
  if (path !== '-' && file.sizeBytes !== null) {
    if (!isGzip(guardedRead(file, (descriptor) => readAt(descriptor, null, 0, GZIP_MAGIC.length)))) {
      return { file: { ...file, localPath: path, secret: null, localBytes: file.sizeBytes, sha256: null }, dispose: () => {} };
    }
  }
  checkInterruption(signal);
  const options = { highWaterMark: CHUNK_BYTES, ...(signal === undefined ? {} : { signal }) };
  const chunks = path === '-' ? standardInput(CHUNK_BYTES, signal) : (createReadStream(path, options) as AsyncIterable<Uint8Array>);
  const spooled = await spoolInput(chunks, file.label, isGzip, signal);
  const { path: localPath, secret, bytes: localBytes, sha256, dispose } = spooled;
  return { file: { ...file, localPath, secret, localBytes, sha256 }, dispose };
}

/**
 * Opens several inputs, or none of them.
 * @throws {CrmError} what `openInput` throws
 */
export async function openInputs(
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly files: readonly LocalInput[]; dispose(): void }> {
  for (const path of paths) inputFile(path);
  const opened: OpenedInput[] = [];
  const dispose = (): void => {
    for (const input of opened) input.dispose();
  };
  try {
    for (const path of paths) opened.push(await openInput(path, signal));
  } catch (error) {
    dispose();
    throw error;
  }
  return { files: opened.map(({ file }) => file), dispose };
}

/** An input that can be read anywhere until it is closed. */
export interface OpenSource extends FileSource {
  close(): void;
}

/** Opens an input to be read anywhere. @throws {CrmError} INPUT_UNREADABLE when reading fails, also later */
export function openSource(file: LocalInput): OpenSource {
  const guard = <T>(task: () => T): T => {
    try {
      return task();
    } catch (error) {
      throw readError(error, file.label);
    }
  };
  const descriptor = guard(() => openSync(file.localPath, 'r'));
  return {
    sizeBytes: file.localBytes,
    read: (offset, length) => guard(() => readAt(descriptor, file.secret, offset, length)),
    close: () => closeSync(descriptor),
  };
}

/**
 * Lets `look` read anywhere in an input, while it runs.
 * @throws {CrmError} INPUT_UNREADABLE when reading fails
 */
export function lookInto<T>(file: LocalInput, look: (source: FileSource) => T): T {
  const { localPath } = file;
  return guardedRead({ ...file, path: localPath }, (descriptor) => {
    const { size } = statSync(localPath);
    return look({ sizeBytes: size, read: (offset, length) => readAt(descriptor, file.secret, offset, length) });
  });
}

/**
 * Says what an input is, by its content and its name.
 * @throws {CrmError} USAGE, INPUT_NOT_TEXT as `detectFormat` does, INPUT_UNREADABLE when reading fails
 */
export function formatOfInput(file: LocalInput, explicit?: string): DetectedFormat {
  try {
    return lookInto(file, (source) => detectFormat(source, file.path, explicit));
  } catch (error) {
    throw inFile(error, file.label);
  }
}

/**
 * Gives the bytes of an input to `push`, chunk after chunk, waiting for it.
 * @param push is told how far this is, in bytes of the input as it is stored
 * @returns hex SHA-256 of the input as it is stored, and its number of bytes
 * @throws {CrmError} INPUT_UNREADABLE when reading fails half-way
 */
export async function readInput(
  file: LocalInput,
  push: (chunk: Uint8Array, bytesSoFar: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = file.sha256 === null ? createHash('sha256') : null;
  const storedPerLocal = file.sha256 === null || file.sizeBytes === null ? 1 : file.sizeBytes / Math.max(1, file.localBytes);
  let bytes = 0;
  try {
    for await (const chunk of localChunks(file, signal)) {
      hash?.update(chunk);
      bytes += chunk.length;
      await push(chunk, Math.round(bytes * storedPerLocal));
    }
  } catch (error) {
    checkInterruption(signal);
    throw readError(error, file.label);
  }
  return { sha256: file.sha256 ?? (hash?.digest('hex') as string), bytes: Math.round(bytes * storedPerLocal) };
}

/** The bytes of the local file, chunk after chunk. @throws what the system says, or AbortError */
export async function* localChunks({ localPath, secret }: LocalInput, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  const options = { highWaterMark: CHUNK_BYTES, ...(signal === undefined ? {} : { signal }) };
  const chunks = createReadStream(localPath, options) as AsyncIterable<Uint8Array>;
  if (secret === null) yield* chunks;
  else {
    const decrypt = crypter(secret);
    for await (const chunk of chunks) yield decrypt(chunk);
  }
}

function guardedRead<T>(file: InputFile, task: (descriptor: number) => T): T {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file.path, 'r');
    return task(descriptor);
  } catch (error) {
    throw readError(error, file.label);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

function readError(error: unknown, label: string): unknown {
  if (error instanceof CrmError || !(error instanceof Error) || !('syscall' in error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  return new CrmError('INPUT_UNREADABLE', `reading ${label} failed (${String(code)})`, { cause: error });
}

function readAt(descriptor: number, secret: PassingSecret | null, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(length);
  let read = 0;
  while (read < length) {
    const more = readSync(descriptor, bytes, read, length - read, offset + read);
    if (more === 0) break;
    read += more;
  }
  const found = bytes.subarray(0, read);
  return secret === null ? found : crypter(secret, offset)(found);
}

function isGzip(head: Uint8Array): boolean {
  return GZIP_MAGIC.every((byte, index) => head[index] === byte);
}
