import { isSameSignature, type RepositoryKeys } from './repository-keys.ts';

/** First line of a record that is encrypted. */
const SEALED = Buffer.from('CRMREC1\n');

/** A record as it was read, with its signature. */
export interface SignedRecord<T> {
  readonly value: T;
  readonly signature: string;
}

/**
 * A record as bytes: one line of JSON, one line with its signature; the whole sealed where the repository is encrypted.
 * @param purpose what it is, and its name: a record does not pass for another one
 */
export function encodeRecord(
  value: unknown,
  purpose: string,
  keys: RepositoryKeys,
): { readonly bytes: Buffer; readonly signature: string } {
  const json = JSON.stringify(value);
  const signature = keys.sign(`${purpose}\n${json}`);
  const text = Buffer.from(`${json}\n${signature}\n`);
  return { bytes: keys.isEncrypted ? Buffer.concat([SEALED, keys.seal(text, purpose)]) : text, signature };
}

/** Reads a record; null where a single bit of it is not as it was written. */
export function decodeRecord<T>(bytes: Buffer, purpose: string, keys: RepositoryKeys): SignedRecord<T> | null {
  const text = keys.isEncrypted ? opened(bytes, purpose, keys) : bytes;
  if (text === null) return null;
  const end = text.indexOf(0x0a);
  if (end < 0) return null;
  const json = text.toString('utf8', 0, end);
  const signature = text.toString('latin1', end + 1, text.length - 1);
  const isWhole = text.at(-1) === 0x0a && Buffer.byteLength(json) === end && isSameSignature(signature, keys.sign(`${purpose}\n${json}`));
  return isWhole ? { value: JSON.parse(json) as T, signature } : null;
}

function opened(bytes: Buffer, purpose: string, keys: RepositoryKeys): Buffer | null {
  return bytes.subarray(0, SEALED.length).equals(SEALED) ? keys.open(bytes.subarray(SEALED.length), purpose) : null;
}
