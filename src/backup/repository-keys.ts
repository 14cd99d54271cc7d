import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hash,
  hkdfSync,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { CrmError } from '../errors.ts';

/** How a passphrase opens the key of an encrypted repository; stands in its config file. */
export interface KeyWrapping {
  readonly cipher: 'aes-256-gcm';
  readonly kdf: 'scrypt';
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** Hexadecimal. */
  readonly salt: string;
  /** The key of the repository, sealed by the key that scrypt makes of the passphrase: hexadecimal. */
  readonly wrappedKey: string;
}

/** What keeps the contents of a repository from being read or changed unnoticed. */
export interface RepositoryKeys {
  readonly isEncrypted: boolean;
  /** Names a chunk by its content: 32 bytes. With a key, so that nobody can look for known content. */
  chunkId(bytes: Uint8Array): Buffer;
  /** Hexadecimal signature of a text. Without a key it is a checksum. */
  sign(text: string): string;
  /** Encrypts, where there is a key. @param purpose what it is; the same must be said to open it */
  seal(bytes: Buffer, purpose: string): Buffer;
  /** Reverses `seal`; null where the bytes are not those that were sealed. */
  open(bytes: Buffer, purpose: string): Buffer | null;
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 64 MiB of memory and about a quarter of a second: what is usual for files. */
const SCRYPT = { n: 65536, r: 8, p: 1 } as const;
const WRAPPED = 'repository key';

/** The keys of a repository that is not encrypted: plain SHA-256. */
export const PLAIN_KEYS: RepositoryKeys = {
  isEncrypted: false,
  chunkId: (bytes) => hash('sha256', bytes, 'buffer'),
  sign: (text) => hash('sha256', text, 'hex'),
  seal: (bytes) => bytes,
  open: (bytes) => bytes,
};

/** Makes a new key for a repository and wraps it by a passphrase. */
export async function newKeys(passphrase: string): Promise<{ keys: RepositoryKeys; wrapping: KeyWrapping }> {
  const master = randomBytes(KEY_BYTES);
  const salt = randomBytes(16);
  const wrappedKey = sealed(await passphraseKey(passphrase, { ...SCRYPT, salt }), master, WRAPPED);
  const wrapping = {
    cipher: 'aes-256-gcm',
    kdf: 'scrypt',
    ...SCRYPT,
    salt: salt.toString('hex'),
    wrappedKey: wrappedKey.toString('hex'),
  } as const;
  return { keys: keysOf(master), wrapping };
}

/** Opens the key of a repository. @throws {CrmError} PERMISSION when the passphrase is not the right one */
export async function unwrapKeys(wrapping: KeyWrapping, passphrase: string): Promise<RepositoryKeys> {
  const key = await passphraseKey(passphrase, { ...wrapping, salt: Buffer.from(wrapping.salt, 'hex') });
  const master = opened(key, Buffer.from(wrapping.wrappedKey, 'hex'), WRAPPED);
  if (master !== null) return keysOf(master);
  throw new CrmError('PERMISSION', 'the passphrase is not that of the backup repository', {
    hint: 'give the right one: --passphrase-file FILE, or CRM_BACKUP_PASSPHRASE',
  });
}

/** Whether two signatures are the same, in a time that does not tell where they differ. */
export function isSameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

function keysOf(master: Buffer): RepositoryKeys {
  const derived = (use: string): Buffer => Buffer.from(hkdfSync('sha256', master, '', `crm backup: ${use}`, KEY_BYTES));
  const [content, names, signatures] = [derived('content'), derived('names'), derived('signatures')];
  return {
    isEncrypted: true,
    chunkId: (bytes) => createHmac('sha256', names).update(bytes).digest(),
    sign: (text) => createHmac('sha256', signatures).update(text).digest('hex'),
    seal: (bytes, purpose) => sealed(content, bytes, purpose),
    open: (bytes, purpose) => opened(content, bytes, purpose),
  };
}

function passphraseKey(passphrase: string, { n, r, p, salt }: { n: number; r: number; p: number; salt: Buffer }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The memory that scrypt needs is 128 · n · r bytes; node allows half of that by default.
    const options = { N: n, r, p, maxmem: 256 * n * r };
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** Nonce, ciphertext, tag. */
function sealed(key: Buffer, bytes: Buffer, purpose: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

function opened(key: Buffer, bytes: Buffer, purpose: string): Buffer | null {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(purpose),
  );
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Hexadecimal SHA-256 of bytes. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
