import { isAscii, isUtf8 } from 'node:buffer';
import { CrmError } from '../errors.ts';
import type { Ambiguity, Finding } from './csv-plan.ts';
import { createDecoder, decodeBytes } from './decode.ts';
import { ASCII_SCORE, encodingModels } from './encoding-models.ts';
import type { FileSource } from './file-source.ts';
import { byteOrderMark, detectEncoding, refuseBinary, refuseSignature } from './text-head.ts';
import { wideEncoding } from './wide-encoding.ts';

/** The encoding of a text file. */
export interface FoundEncoding extends Finding {
  readonly encoding: string;
  /** Length of the byte order mark, 0 when there is none. */
  readonly bomBytes: number;
  readonly ambiguities: readonly Ambiguity[];
}

const CHUNK_BYTES = 1 << 20;
const HEAD_BYTES = 64 * 1024;
/** How much text beyond ASCII is weighed: enough for any doubt to be gone. */
const SAMPLE_BYTES = 128 * 1024;
const LINES_OF_A_CHUNK = 16 * 1024;
/** Natural logarithm of how many times likelier a reading must be than another to be sure of it. */
const SURE = Math.log(20);
/** The mean score of a character of a plausible text; below that it is noise in an encoding of two bytes, or of one. */
const NOISE = { pairs: -13, single: -6.5 };
/** A text of rarer characters than this is not believed with much confidence. */
const DOUBTFUL = { pairs: -11, single: -5 };
const LF = 10;

/**
 * The encoding of a text file, from all its bytes: as given, by the byte order mark, UTF-8 if every byte is, else the
 * encoding in which the text makes most sense.
 * @throws {CrmError} INPUT_NOT_TEXT; INPUT_UNDECODABLE when the text makes sense in no encoding or in several, or the
 * given one contradicts the byte order mark; USAGE when there is no encoding of the given name.
 */
export function findEncoding(source: FileSource, given: string | undefined): FoundEncoding {
  const head = source.read(0, HEAD_BYTES);
  const mark = byteOrderMark(head);
  if (given !== undefined) {
    const encoding = detectEncoding(head, given);
    return { encoding, bomBytes: mark?.bytes ?? 0, confidence: 1, how: 'given', ambiguities: [] };
  }
  refuseSignature(head);
  if (mark !== null) return { encoding: mark.encoding, bomBytes: mark.bytes, confidence: 1, how: 'bom', ambiguities: [] };
  const wide = wideEncoding(head, source.sizeBytes);
  if (wide !== null) return { encoding: wide, bomBytes: 0, confidence: 0.95, how: 'detected', ambiguities: [] };
  refuseBinary(head);
  const survey = surveyBytes(source);
  if (survey.isUtf8) return { encoding: 'utf-8', bomBytes: 0, confidence: 1, how: 'detected', ambiguities: [] };
  if (isDamagedUtf8(survey.sample)) throw damagedUtf8(source);
  return mostSensible(source, survey.sample);
}

interface Survey {
  readonly isUtf8: boolean;
  /** Lines with bytes beyond ASCII, from all over the file. */
  readonly sample: Uint8Array;
}

function surveyBytes(source: FileSource): Survey {
  const samples: Uint8Array[] = [];
  let sampled = 0;
  let allUtf8 = true;
  for (let offset = 0; offset < source.sizeBytes; ) {
    const bytes = source.read(offset, CHUNK_BYTES);
    if (bytes.length === 0) break;
    const isLast = offset + bytes.length >= source.sizeBytes;
    const chunk = isLast ? bytes : bytes.subarray(0, wholeCharacters(bytes));
    offset += chunk.length;
    if (isAscii(chunk)) continue;
    const valid = isUtf8(chunk);
    if (valid && allUtf8 && sampled > SAMPLE_BYTES / 2) continue;
    if (!valid) allUtf8 = false;
    if (sampled >= SAMPLE_BYTES && !(samples.length < 64 && !valid)) continue;
    const lines = linesBeyondAscii(chunk);
    samples.push(lines);
    sampled += lines.length;
  }
  return { isUtf8: allUtf8, sample: Buffer.concat(samples) };
}

/** How many bytes of a chunk to take so that no UTF-8 character is cut. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 4 && back < bytes.length; back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}

/** The lines of a chunk that hold bytes beyond ASCII, without the first and the last where they may be cut. */
function linesBeyondAscii(chunk: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < chunk.length && size < LINES_OF_A_CHUNK; ) {
    let end = chunk.indexOf(LF, at);
    if (end < 0) end = chunk.length - 1;
    const line = chunk.subarray(at, Math.min(end + 1, at + LINES_OF_A_CHUNK));
    if (!isAscii(line)) {
      lines.push(line);
      size += line.length;
    }
    at = end + 1;
  }
  return new Uint8Array(Buffer.concat(lines));
}

/** Whether nearly all bytes beyond ASCII are UTF-8: such a file is damaged, not in another encoding. */
function isDamagedUtf8(sample: Uint8Array): boolean {
  let good = 0;
  let bad = 0;
  for (let at = 0; at < sample.length; ) {
    const byte = sample[at] as number;
    const length = byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;
    if (length > 1 && isUtf8(sample.subarray(at, at + length))) good += length;
    else if (length !== 1) bad++;
    at += length > 1 && isUtf8(sample.subarray(at, at + length)) ? length : 1;
  }
  return good >= 8 && good >= 6 * bad;
}

function damagedUtf8(source: FileSource): CrmError {
  const decoder = createDecoder('utf-8');
  let line = 1;
  for (let offset = 0; decoder.badByteOffset === null && offset < source.sizeBytes; offset += CHUNK_BYTES) {
    const text = decoder.decode(source.read(offset, CHUNK_BYTES), offset + CHUNK_BYTES >= source.sizeBytes);
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line++;
  }
  const byteOffset = decoder.badByteOffset ?? 0;
  return new CrmError('INPUT_UNDECODABLE', `byte ${byteOffset} (line ${line}) is not utf-8 text, though most of the file is`, {
    hint: 'the file is damaged there, or was put together from files in different encodings',
    details: { byteOffset, line, encoding: 'utf-8' },
  });
}

function mostSensible(source: FileSource, sample: Uint8Array): FoundEncoding {
  const ranked = encodingModels()
    .map((model) => ({ encoding: model.encoding, ...likelihood(sample, model) }))
    .filter(({ isValid }) => isValid)
    .sort((a, b) => b.score - a.score)
    .filter(({ encoding }) => decodesAll(source, encoding));
  const best = ranked[0];
  const text = best === undefined ? '' : decodeBytes(sample, best.encoding);
  // windows-1250 and -1252 are one where a text has only letters that they share.
  const others = ranked.slice(1).filter(({ encoding }) => decodeBytes(sample, encoding) !== text);
  const kind = best !== undefined && /^(windows|koi8)/.test(best.encoding) ? 'single' : 'pairs';
  const mean = best === undefined ? 0 : best.score / Math.max(1, best.characters);
  if (best === undefined || mean < NOISE[kind]) throw undecodable();
  const second = others[0];
  const margin = second === undefined ? Number.POSITIVE_INFINITY : best.score - second.score;
  const close = others.filter(({ score }) => best.score - score < SURE).map(({ encoding }) => encoding);
  const ambiguities: Ambiguity[] = close.length > 0 ? [{ what: 'encoding', readings: [best.encoding, ...close] }] : [];
  const confidence = Math.min(mean < DOUBTFUL[kind] ? 0.6 : 0.99, 1 / (1 + Math.exp(-margin)));
  return { encoding: best.encoding, bomBytes: 0, confidence: Math.round(confidence * 100) / 100, how: 'detected', ambiguities };
}

function undecodable(): CrmError {
  return new CrmError('INPUT_UNDECODABLE', 'the text makes sense in no encoding that is known here', {
    hint: 'name the encoding: --encoding iso-8859-2, koi8-r, windows-1253 and so on',
  });
}

function likelihood(
  bytes: Uint8Array,
  model: ReturnType<typeof encodingModels>[number],
): { isValid: boolean; score: number; characters: number } {
  let score = 0;
  let characters = 0;
  for (let at = 0; at < bytes.length; ) {
    if ((bytes[at] as number) < 0x80) {
      score += ASCII_SCORE;
      at++;
      continue;
    }
    const length = model.length(bytes, at);
    if (length === 0) return { isValid: false, score: Number.NEGATIVE_INFINITY, characters };
    score += model.score(bytes, at, length);
    characters++;
    at += length;
  }
  return { isValid: true, score: score - ASCII_SCORE * countAscii(bytes), characters };
}

function countAscii(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte < 0x80) count++;
  return count;
}

/** Whether every byte of the file can be decoded; TextDecoder does it ten times faster than the reader's decoders. */
function decodesAll(source: FileSource, encoding: string): boolean {
  const decoder = new TextDecoder(encoding, { fatal: true });
  try {
    for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES)
      decoder.decode(source.read(offset, CHUNK_BYTES), { stream: true });
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}
