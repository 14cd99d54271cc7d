import iconv from 'iconv-lite';
import type { FileSource } from '../../../src/formats/file-source.ts';

/** Bytes, or a text in an encoding, as a file that can be read at any place. */
export function memorySource(content: string | Uint8Array, encoding = 'utf-8'): FileSource {
  const bytes = typeof content === 'string' ? iconv.encode(content, encoding as 'utf8') : content;
  return { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}
