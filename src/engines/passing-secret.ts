import { createCipheriv, randomBytes } from 'node:crypto';

const BLOCK_BYTES = 16;

/** What encrypts a temporary file: it is never stored, so that nobody can read what a killed process leaves. */
export interface PassingSecret {
  readonly key: Uint8Array;
  /** The counter of the first block. */
  readonly counter: Uint8Array;
}

/** A secret for one file. */
export function passingSecret(): PassingSecret {
  // Of the counter the upper half is random, so that the lower one does not run over.
  return { key: randomBytes(32), counter: Buffer.concat([randomBytes(BLOCK_BYTES / 2), Buffer.alloc(BLOCK_BYTES / 2)]) };
}

/** A function that encrypts, or decrypts, what lies in a file from `offset` on, piece after piece (AES-256 in counter mode). */
export function crypter(secret: PassingSecret, offset = 0): (bytes: Uint8Array) => Uint8Array {
  const counter = Buffer.from(secret.counter);
  counter.writeBigUInt64BE(BigInt(Math.floor(offset / BLOCK_BYTES)), BLOCK_BYTES / 2);
  const cipher = createCipheriv('aes-256-ctr', secret.key, counter);
  cipher.update(Buffer.alloc(offset % BLOCK_BYTES));
  return (bytes) => cipher.update(bytes);
}
