import { createDecoder } from './decode.ts';

/** Zero bytes are this share of a text in UTF-16 or UTF-32 at least: line ends, delimiters and digits bring them. */
const MIN_ZERO_SHARE = 0.02;
const PLAUSIBLE = /[\n\r,;\t|]/;
const IMPLAUSIBLE = /[\0-\x08\x0e-\x1f\ufffe\uffff\p{Unassigned}\p{Private_Use}]/u;

/** UTF-16 or UTF-32 without a byte order mark, told by where the zero bytes are; null when it is neither. */
export function wideEncoding(head: Uint8Array, sizeBytes: number): string | null {
  const zeros = [0, 0, 0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) (zeros[i & 3] as number)++;
  const total = zeros.reduce((sum, count) => sum + count, 0);
  if (total < 2 || total < head.length * MIN_ZERO_SHARE) return null;
  const candidates = [];
  if (sizeBytes % 4 === 0 && total * 2.2 > head.length) candidates.push('utf-32le', 'utf-32be');
  const even = (zeros[0] as number) + (zeros[2] as number);
  candidates.push(...(even * 4 < total ? ['utf-16le'] : even * 4 > total * 3 ? ['utf-16be'] : ['utf-16le', 'utf-16be']));
  return sizeBytes % 2 === 0 ? (candidates.find((encoding) => isPlausible(head, sizeBytes, encoding)) ?? null) : null;
}

function isPlausible(head: Uint8Array, sizeBytes: number, encoding: string): boolean {
  const decoder = createDecoder(encoding);
  const text = decoder.decode(head.subarray(0, head.length & ~3), head.length >= sizeBytes && head.length % 4 === 0);
  return decoder.badByteOffset === null && PLAUSIBLE.test(text) && !IMPLAUSIBLE.test(text);
}
