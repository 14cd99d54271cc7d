/** What windows-1252 makes of the bytes 0x80 to 0x9F; the five that it has not are their own control characters. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const BYTE_OF: ReadonlyMap<number, number> = new Map([...WINDOWS_1252].map((character, i) => [character.charCodeAt(0), 0x80 + i]));
/** In rows of GB2312, a lead byte from here stands for a rarer character. */
const LEVEL_TWO = 0xd8;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes that a text was, had it been read as windows-1252 or latin-1; null when it holds another character. */
export function asOneByteCharacters(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const byte = code < 0x100 ? code : BYTE_OF.get(code);
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}

/** The two encodings with one byte a character. */
export const oneByteText = {
  /** Whether windows-1252 makes this character, above U+00FF, of a byte 0x80 to 0x9F. */
  isContinuation: (code: number): boolean => BYTE_OF.has(code),
  /** Whether one of the two encodings makes exactly this text of the bytes. */
  isExactly(bytes: Uint8Array, text: string): boolean {
    let windows = true;
    let latin = true;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      const code = text.charCodeAt(i);
      if (code !== byte) latin = false;
      if (code !== (byte >= 0x80 && byte < 0xa0 ? WINDOWS_1252.charCodeAt(byte - 0x80) : byte)) windows = false;
    }
    return bytes.length === text.length && (windows || latin);
  },
};

/** Strict UTF-8 as text, null when it is none. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

interface Gbk {
  readonly decoder: InstanceType<typeof TextDecoder>;
  /** The two bytes of each UTF-16 code unit as one number, 0 where GBK has none. */
  readonly bytesOf: Uint16Array;
}

let table: Gbk | null = null;

/** Made when the first Chinese text is met: 24,000 characters, about a millisecond. */
function gbk(): Gbk {
  if (table !== null) return table;
  const decoder = new TextDecoder('gbk');
  const bytesOf = new Uint16Array(0x10000);
  const codes: number[] = [];
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) if (trail !== 0x7f) codes.push(lead * 256 + trail);
  }
  const bytes = new Uint8Array(codes.length * 3);
  for (const [i, code] of codes.entries()) bytes.set([code >> 8, code & 0xff, 0x0a], i * 3);
  for (const [i, text] of decoder.decode(bytes).split('\n').entries()) {
    if (text.length === 1 && text !== '\ufffd') bytesOf[text.charCodeAt(0)] = codes[i] as number;
  }
  table = { decoder, bytesOf };
  return table;
}

/** The GBK bytes of a text; null when it holds a character that GBK has not. */
export function asGbkBytes(text: string): Uint8Array | null {
  const { bytesOf } = gbk();
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const pair = code < 0x80 ? code : (bytesOf[code] as number);
    if (pair === 0 && code !== 0) return null;
    if (pair >= 0x100) bytes.push(pair >> 8, pair & 0xff);
    else bytes.push(pair);
  }
  return Uint8Array.from(bytes);
}

/** What GBK makes of bytes; U+FFFD where they mean nothing. */
export function gbkText(bytes: Uint8Array): string {
  return gbk().decoder.decode(bytes);
}

/** Whether the character is one that the first two bytes of a Chinese character or sign in UTF-8 are in GBK. */
export function isGbkLead(code: number): boolean {
  const bytes = gbk().bytesOf[code] as number;
  const lead = bytes >> 8;
  const trail = bytes & 0xff;
  return trail >= 0x80 && trail <= 0xbf && ((lead >= 0xe3 && lead <= 0xe9) || lead === 0xef);
}

/** Whether GB2312 has the character: the 6,763 of everyday Chinese, and signs. */
export function isGb2312(code: number): boolean {
  const bytes = gbk().bytesOf[code] as number;
  return bytes >> 8 >= 0xa1 && bytes >> 8 <= 0xf7 && (bytes & 0xff) >= 0xa1 && (bytes >> 8 >= 0xb0 || bytes >> 8 <= 0xa9);
}

/** Whether it is one of the 3,755 most common characters of GB2312. */
export function isGb2312Common(code: number): boolean {
  return isGb2312(code) && (gbk().bytesOf[code] as number) >> 8 < LEVEL_TWO;
}
