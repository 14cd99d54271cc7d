import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type Database from 'better-sqlite3';

/** What an unencrypted SQLite file begins with; an encrypted one begins with its salt, which is random. */
const PLAIN_START = Buffer.from('SQLite format 3\0', 'latin1');
const SALT_BYTES = 16;

// The page format of SQLCipher 4, written out so that no later default of the driver locks anybody out.
const PAGE_BYTES = 4096;
const KDF_ROUNDS = 256_000;
const KEY_BYTES = 32;
const HMAC_BYTES = 64;
const HMAC_KEY_ROUNDS = 2;
const HMAC_SALT_MASK = 0x3a;

/** How many pages behind the first one are asked whether a key is theirs. */
const PAGES_ASKED = 64;
/** A page of noise has nearly all of the 256 values of a byte; text and tables have far fewer. */
const NOISE_VALUES = 240;
/** Deriving a key costs a tenth of a second on purpose: a process does it once for each file and passphrase. */
const KEPT_KEYS = 16;

const derivedKeys = new Map<string, Buffer>();

/** What a file says about itself without a key. */
export type FileState = 'missing' | 'plain' | 'noise' | 'other';

/** Looks at the first page of a file: missing (or empty), a plain database, noise as encryption makes it, or anything else. */
export function fileState(path: string): FileState {
  const head = readHead(path);
  if (head === null) return 'missing';
  if (head.page.subarray(0, PLAIN_START.length).equals(PLAIN_START)) return 'plain';
  const isNoise = head.size % PAGE_BYTES === 0 && new Set(head.page).size >= NOISE_VALUES;
  return isNoise ? 'noise' : 'other';
}

/**
 * The key of a file as the driver takes it, made from a passphrase and the salt of the file; a file that is still to be
 * made gets a new salt. Null for a plain database, which takes none.
 */
export function fileKey(path: string, passphrase: Uint8Array): Buffer | null {
  const head = readHead(path);
  if (head === null) return newFileKey(passphrase);
  if (head.page.subarray(0, PLAIN_START.length).equals(PLAIN_START)) return null;
  const salt = head.page.subarray(0, SALT_BYTES);
  return rawKey(derive(passphrase, salt), salt);
}

/** The key of a new file, with a salt of its own. */
export function newFileKey(passphrase: Uint8Array): Buffer {
  const salt = randomBytes(SALT_BYTES);
  return rawKey(derive(passphrase, salt), salt);
}

/** A key that nobody knows, for a file that does not outlive the process. */
export function passingFileKey(): Buffer {
  return rawKey(randomBytes(KEY_BYTES), randomBytes(SALT_BYTES));
}

/** Says how encrypted files are written, for every file that this handle opens or attaches. */
export function setCipher(db: Database.Database): void {
  db.pragma("cipher = 'sqlcipher'");
  db.pragma('legacy = 4');
}

/** Unlocks the main file of a handle that has read nothing yet; nothing of it goes into temporary files from then on. */
export function unlock(db: Database.Database, key: Buffer): void {
  setCipher(db);
  db.key(key);
  db.pragma('temp_store = MEMORY');
}

/**
 * Whether a passphrase is that of a file whose first page cannot be read: then the page is damaged, not the key wrong.
 * Every page carries a code that only the right key makes.
 */
export function isKeyOfLaterPage(path: string, passphrase: Uint8Array): boolean {
  const file = openSync(path, 'r');
  try {
    const salt = read(file, 0, SALT_BYTES);
    const hmacSalt = Buffer.from(salt.map((byte) => byte ^ HMAC_SALT_MASK));
    const hmacKey = pbkdf2Sync(derive(passphrase, salt), hmacSalt, HMAC_KEY_ROUNDS, KEY_BYTES, 'sha512');
    for (let number = 2; number < 2 + PAGES_ASKED; number++) {
      const page = read(file, (number - 1) * PAGE_BYTES, PAGE_BYTES);
      if (page.length < PAGE_BYTES) return false;
      if (isCodeOf(hmacKey, page, number)) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}

function isCodeOf(hmacKey: Buffer, page: Buffer, number: number): boolean {
  const numberBytes = Buffer.alloc(4);
  numberBytes.writeUInt32LE(number);
  const body = page.subarray(0, PAGE_BYTES - HMAC_BYTES);
  return timingSafeEqual(createHmac('sha512', hmacKey).update(body).update(numberBytes).digest(), page.subarray(-HMAC_BYTES));
}

function derive(passphrase: Uint8Array, salt: Uint8Array): Buffer {
  const name = createHash('sha256').update(salt).update(passphrase).digest('hex');
  let key = derivedKeys.get(name);
  if (key === undefined) {
    key = pbkdf2Sync(passphrase, salt, KDF_ROUNDS, KEY_BYTES, 'sha512');
    if (derivedKeys.size >= KEPT_KEYS) derivedKeys.clear();
    derivedKeys.set(name, key);
  }
  return key;
}

/** The spelling of a derived key and its salt that the driver takes as they are. */
function rawKey(key: Buffer, salt: Buffer): Buffer {
  return Buffer.from(`x'${key.toString('hex')}${salt.toString('hex')}'`, 'latin1');
}

function readHead(path: string): { readonly page: Buffer; readonly size: number } | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    return size === 0 ? null : { page: read(file, 0, PAGE_BYTES), size };
  } finally {
    closeSync(file);
  }
}

function read(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
}
