import { createHash, randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip, type Gunzip } from 'node:zlib';
import { crypter, type PassingSecret, passingSecret } from '../engines/passing-secret.ts';
import { removeStale } from '../engines/stale-files.ts';
import { CrmError, isDiskFull } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';

/** Bytes that tell whether an input is packed. */
const HEAD_BYTES = 3;
const NAME = 'crm-input-';
const STALE = /^crm-input-(\d+)-/;

/** An input that was put into a temporary file. */
export interface SpooledInput {
  readonly path: string;
  /** What the file is encrypted with. */
  readonly secret: PassingSecret;
  /** Size of the file: of what was unpacked. */
  readonly bytes: number;
  /** Hex SHA-256 of what came in, packed as it was. */
  readonly sha256: string;
  /** Removes the file; may be called twice. */
  dispose(): void;
}

/**
 * Puts an input into a temporary file that only this process can read (it is encrypted: the database may be, too), unpacked where it is gzip (of one member or several).
 * Files that killed processes have left there are removed. The file does not stay when this fails.
 * @param isPacked tells it by the first bytes
 * @throws {CrmError} INPUT_UNREADABLE when reading or unpacking fails, DISK_FULL, INTERRUPTED
 */
export async function spoolInput(
  chunks: AsyncIterable<Uint8Array>,
  label: string,
  isPacked: (head: Uint8Array) => boolean,
  signal?: AbortSignal,
): Promise<SpooledInput> {
  removeStale(tmpdir(), STALE, NAME);
  const path = join(tmpdir(), `${NAME}${process.pid}-${randomBytes(6).toString('hex')}`);
  const dispose = (): void => rmSync(path, { force: true });
  const secret = passingSecret();
  let file: number | null = null;
  try {
    file = openSync(path, 'wx', 0o600);
    const target: Target = { file, encrypt: crypter(secret) };
    const hash = createHash('sha256');
    const bytes = await unpackInto(
      target,
      hashed(chunks, (chunk) => hash.update(chunk)),
      isPacked,
    );
    checkInterruption(signal);
    return { path, secret, bytes, sha256: hash.digest('hex'), dispose };
  } catch (error) {
    dispose();
    checkInterruption(signal);
    throw spoolError(error, label);
  } finally {
    if (file !== null) closeSync(file);
  }
}

interface Target {
  readonly file: number;
  readonly encrypt: (bytes: Uint8Array) => Uint8Array;
}

async function unpackInto(target: Target, chunks: AsyncIterator<Uint8Array>, isPacked: (head: Uint8Array) => boolean): Promise<number> {
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    first.push(next.value);
    length += next.value.length;
  }
  const all = async function* (): AsyncIterable<Uint8Array> {
    yield* first.splice(0);
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  if (isPacked(Buffer.concat(first))) return gunzipInto(target, all());
  let bytes = 0;
  for await (const chunk of all()) bytes += writeAll(target, chunk);
  return bytes;
}

async function gunzipInto(target: Target, packed: AsyncIterable<Uint8Array>): Promise<number> {
  const gunzip = createGunzip();
  const feeding = feed(packed, gunzip);
  feeding.catch((error: unknown) => gunzip.destroy(error as Error));
  let bytes = 0;
  for await (const chunk of gunzip as AsyncIterable<Uint8Array>) bytes += writeAll(target, chunk);
  await feeding;
  return bytes;
}

/** Writes everything into the unpacker; behind the end of the packed data only zeros may stand, as padding. */
async function feed(packed: AsyncIterable<Uint8Array>, gunzip: Gunzip): Promise<void> {
  let wake = (): void => {};
  for (const event of ['drain', 'end', 'close']) gunzip.on(event, () => wake());
  for await (const chunk of packed) {
    if (gunzip.readableEnded) {
      if (chunk.some((byte) => byte !== 0)) throw Object.assign(new Error('data behind the end'), { code: 'Z_DATA_ERROR' });
      continue;
    }
    if (gunzip.destroyed) return;
    const more = new Promise<void>((resolve) => {
      wake = resolve;
    });
    if (!gunzip.write(chunk) && !gunzip.readableEnded && !gunzip.destroyed) await more;
  }
  if (!gunzip.readableEnded) gunzip.end();
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, update: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    update(chunk);
    yield chunk;
  }
}

function writeAll({ file, encrypt }: Target, chunk: Uint8Array): number {
  const bytes = encrypt(chunk);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  return chunk.length;
}

function spoolError(error: unknown, label: string): unknown {
  if (error instanceof CrmError) return error;
  if (isDiskFull(error)) {
    return new CrmError('DISK_FULL', `no space left for a copy of ${label} in ${tmpdir()}; nothing was changed`, {
      cause: error,
      hint: 'free some space there, or name another folder for temporary files: TMPDIR=FOLDER',
    });
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return new CrmError('INPUT_UNREADABLE', `${label} is a gzip file that ends too early; nothing was changed`, {
      cause: error,
      hint: 'it is truncated: fetch or make it again',
    });
  }
  if (code?.startsWith('Z_') === true) {
    return new CrmError('INPUT_UNREADABLE', `${label} is a damaged gzip file; nothing was changed`, {
      cause: error,
      hint: 'fetch or make it again; gzip -t FILE checks it',
    });
  }
  if (syscall === undefined) return error;
  const place =
    syscall === 'open' || syscall === 'write' ? `a copy of ${label} cannot be written in ${tmpdir()}` : `reading ${label} failed`;
  return new CrmError('INPUT_UNREADABLE', `${place} (${String(code)})`, { cause: error });
}
