import { closeSync, openSync, readSync } from 'node:fs';
import { CrmError } from '../errors.ts';
import { type Environment, type Io, say } from './io.ts';
import { askSecret, canAsk, type PromptMode } from './prompt.ts';

/** More than a passphrase can be: a device or a wrong file. */
const MAX_KEY_BYTES = 64 * 1024;
/** How often somebody at a terminal may mistype a key. */
const MAX_ATTEMPTS = 3;

/** Where a key comes from: environment variables with the path of its file and with the key itself. */
export interface KeySource {
  readonly file: string;
  readonly value: string;
}

/** The key of the database as it is. */
export const DATABASE_KEY: KeySource = { file: 'CRM_KEY_FILE', value: 'CRM_KEY' };
/** The key that the database is to get. */
export const NEW_DATABASE_KEY: KeySource = { file: 'CRM_NEW_KEY_FILE', value: 'CRM_NEW_KEY' };

/**
 * The key that the environment gives: the contents of a file without one line end, or a variable; null where neither is set.
 * One that is set and empty is a mistake of a script, and must not mean “without a key”.
 * @throws {CrmError} KEY_NEEDED when the file cannot be read, USAGE when the key is empty or no key
 */
export function keyOfEnvironment(env: Environment, source: KeySource): Uint8Array | null {
  const path = env[source.file];
  const value = env[source.value];
  if (path !== undefined) {
    if (path === '') throw emptyKey(source.file);
    const key = withoutLineEnd(readKeyFile(path, source.file));
    if (key.length === 0) throw emptyKey(`the file of ${source.file}`);
    return key;
  }
  if (value === '') throw emptyKey(source.value);
  return value === undefined ? null : Buffer.from(value);
}

/** Asks for a key twice. @throws {CrmError} KEY_NEEDED where nobody can be asked, INTERRUPTED */
export async function askNewKey(io: Io, mode: PromptMode, source: KeySource): Promise<Uint8Array> {
  if (!canAsk(io, mode)) {
    throw new CrmError('KEY_NEEDED', 'a key for the database is needed, and nobody can be asked for it', {
      hint: `name a file that holds it: ${source.file}=FILE crm …`,
    });
  }
  for (;;) {
    const key = await askSecret(io, mode, 'New key of the database:');
    if (key === '') await say(io, 'A key cannot be empty.\n');
    else if ((await askSecret(io, mode, 'The same again:')) === key) return Buffer.from(key);
    else await say(io, 'The two are not the same.\n');
  }
}

/** What was opened, and the key that did it; the key is null where none is known. */
export interface OpenedWithKey<T> {
  readonly opened: T;
  readonly key: Uint8Array | null;
}

/**
 * Opens something with the key of the environment; where that has none and the file turns out to be encrypted, a person
 * at a terminal is asked for it.
 * @throws {CrmError} what `open` throws
 */
export async function openWithKey<T>(
  io: Io,
  mode: PromptMode,
  given: Uint8Array | null,
  open: (key: Uint8Array | null) => Promise<T>,
): Promise<OpenedWithKey<T>> {
  let key = given;
  for (let attempt = 0; ; attempt++) {
    try {
      return { opened: await open(key), key };
    } catch (error) {
      const isLocked = error instanceof CrmError && (error.code === 'KEY_NEEDED' || error.code === 'WRONG_KEY');
      if (!isLocked || given !== null || attempt === MAX_ATTEMPTS || !canAsk(io, mode)) throw error;
      if (attempt > 0) await say(io, 'That is not its key.\n');
      const answer = await askSecret(io, mode, 'Key of the database:');
      if (answer === '') throw error;
      key = Buffer.from(answer);
    }
  }
}

function emptyKey(what: string): CrmError {
  return new CrmError('USAGE', `${what} is set, but empty`, { hint: 'give a key, or unset the variable to go without one' });
}

function readKeyFile(path: string, variable: string): Buffer {
  const bytes = Buffer.alloc(MAX_KEY_BYTES + 1);
  let length = 0;
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    for (let more = -1; more !== 0 && length < bytes.length; length += more)
      more = readSync(file, bytes, length, bytes.length - length, null);
  } catch (error) {
    throw new CrmError('KEY_NEEDED', `the key file ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
      hint: `check the path in ${variable}, and the permissions of the file`,
    });
  } finally {
    if (file !== null) closeSync(file);
  }
  if (length <= MAX_KEY_BYTES) return bytes.subarray(0, length);
  throw new CrmError('USAGE', `the file of ${variable} is no key: it holds more than ${MAX_KEY_BYTES / 1024} KiB`, {
    hint: `check the path in ${variable}`,
  });
}

function withoutLineEnd(bytes: Buffer): Buffer {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}
