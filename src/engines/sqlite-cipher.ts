import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { fstatSync, openSync, readSync, statSync } from 'node:fs';
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
/** By device and inode. */
const descriptors = new Map<string, number>();

/** What the first page of a file says without a key. */
export type FileState = 'missing' | 'plain' | 'noise' | 'other';

/** Looks at a file that could not be opened: missing (or empty), a plain database, noise as encryption makes it, or anything else. */
export function fileState(path: string): FileState {
  const file = keptDescriptor(path);
  const page = file === null ? Buffer.alloc(0) : read(file, 0, PAGE_BYTES);
  if (file === null || page.length === 0) return 'missing';
  if (isPlainStart(page)) return 'plain';
  return fstatSync(file).size % PAGE_BYTES === 0 && new Set(page).size >= NOISE_VALUES ? 'noise' : 'other';
}

/**
 * Unlocks the main file of a handle that has read nothing yet; of an empty file, it says how it is going to be written.
 * Nothing of it goes into temporary files from then on.
 * @returns false for a plain file, which takes no key: the handle is of no use then
 */
export function unlock(db: Database.Database, passphrase: Uint8Array): boolean {
  const salt = saltOf(db);
  if (isPlainStart(salt)) return false;
  unlockRaw(db, rawKey(derive(passphrase, salt), salt));
  return true;
}

/** The key of the encrypted file that a handle is on, which has read nothing yet. */
export function fileKey(db: Database.Database, passphrase: Uint8Array): Buffer {
  const salt = saltOf(db);
  return rawKey(derive(passphrase, salt), salt);
}

/** Unlocks with a key as `newFileKey` and `passingFileKey` make it. */
export function unlockRaw(db: Database.Database, key: Buffer): void {
  setCipher(db);
  db.key(key);
  db.pragma('temp_store = MEMORY');
}

/**
 * The first bytes of a file, or new ones where it is empty. The driver reads them: when a process closes a file that it
 * has opened itself, it loses the locks that its handles on the same file have.
 */
function saltOf(db: Database.Database): Buffer {
  setCipher(db);
  db.key(rawKey(Buffer.alloc(KEY_BYTES)));
  return Buffer.from(db.pragma('cipher_salt', { simple: true }) as string, 'hex');
}

function isPlainStart(bytes: Buffer): boolean {
  return bytes.subarray(0, PLAIN_START.length).equals(PLAIN_START);
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

/**
 * Whether a passphrase is that of a file whose first page cannot be read: then the page is damaged, not the key wrong.
 * Every page carries a code that only the right key makes.
 */
export function isKeyOfLaterPage(path: string, passphrase: Uint8Array): boolean {
  const file = keptDescriptor(path);
  if (file === null) return false;
  const salt = read(file, 0, SALT_BYTES);
  const hmacSalt = Buffer.from(salt.map((byte) => byte ^ HMAC_SALT_MASK));
  const hmacKey = pbkdf2Sync(derive(passphrase, salt), hmacSalt, HMAC_KEY_ROUNDS, KEY_BYTES, 'sha512');
  for (let number = 2; number < 2 + PAGES_ASKED; number++) {
    const page = read(file, (number - 1) * PAGE_BYTES, PAGE_BYTES);
    if (page.length < PAGE_BYTES) return false;
    if (isCodeOf(hmacKey, page, number)) return true;
  }
  return false;
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

/** The spelling of a derived key and its salt that the driver takes as they are; without a salt, it takes that of the file. */
function rawKey(key: Buffer, salt: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.from(`x'${key.toString('hex')}${salt.toString('hex')}'`, 'latin1');
}

/**
 * A descriptor to look at a file that could not be opened, null where there is none. It is kept: closing it would cost
 * other handles of this process their locks on the same file.
 */
function keptDescriptor(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  const name = `${stats.dev}:${stats.ino}`;
  const kept = descriptors.get(name) ?? openSync(path, 'r');
  descriptors.set(name, kept);
  return kept;
}

function read(file: number, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
}
