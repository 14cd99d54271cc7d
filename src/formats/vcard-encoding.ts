import { createDecoder } from './decode.ts';
import type { CardProperty } from './vcard-property.ts';

const ESCAPE = /=([0-9A-Fa-f]{2})/;
const CHUNK = /=[0-9A-Fa-f]{2}|[\s\S]/g;

/**
 * A value, or a part of one, as text: quoted-printable and base64 are decoded in the property's charset (UTF-8 when it
 * names none). Null when the bytes are not of that charset, or there is no such one.
 */
export function decodeValue(raw: string, property: CardProperty): string | null {
  const encoding = property.params.get('ENCODING');
  if (encoding === 'quoted-printable') {
    const whole = raw.replace(/=$/, ''); // a soft break before nothing
    if (!ESCAPE.test(whole)) return whole;
    return decodeBytes(quotedPrintableBytes(whole), property.params.get('CHARSET'))?.replaceAll('\r\n', '\n') ?? null;
  }
  if (encoding !== 'base64' && encoding !== 'b') return raw;
  return decodeBytes(Buffer.from(raw, 'base64'), property.params.get('CHARSET'))?.replaceAll('\r\n', '\n') ?? null;
}

/** Whether the value is written in quoted-printable, whose lines go on behind a `=` at their end. */
export function isQuotedPrintable(line: string): boolean {
  return /^[^:]*;(?:ENCODING=)?"?QUOTED-PRINTABLE/i.test(line);
}

/** Whether the value is written in base64. */
export function isBase64(line: string): boolean {
  return /^[^:]*;(?:ENCODING=)?"?(?:BASE64|B)"?[;:]/i.test(line);
}

function quotedPrintableBytes(raw: string): Uint8Array {
  const pieces: Buffer[] = [];
  let plain = '';
  for (const [piece] of raw.matchAll(CHUNK)) {
    const code = ESCAPE.exec(piece)?.[1];
    if (code === undefined) {
      plain += piece;
      continue;
    }
    if (plain !== '') pieces.push(Buffer.from(plain, 'utf8'));
    plain = '';
    pieces.push(Buffer.from(code, 'hex'));
  }
  pieces.push(Buffer.from(plain, 'utf8'));
  return Buffer.concat(pieces);
}

function decodeBytes(bytes: Uint8Array, charset: string | undefined): string | null {
  try {
    const decoder = createDecoder(charset === undefined || /^us-ascii$/i.test(charset) ? 'utf-8' : charset);
    const text = decoder.decode(bytes, true);
    return decoder.badByteOffset === null ? text : null;
  } catch {
    return null; // no such charset
  }
}
