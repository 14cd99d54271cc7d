import { isBase64, isQuotedPrintable } from './vcard-encoding.ts';

/** Properties that hold no data of a table: pictures, sounds, keys. */
const MEDIA = /^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY|X-ABCROP-RECTANGLE|X-IMAGEHASH)\s*[;:]/i;
const AGENT = /^(?:[\w-]+\.)?AGENT\s*(?:;[^:]*)?:\s*$/i;

/** The property that the next line may go on with; of a picture no text is kept. */
interface OpenProperty {
  readonly parts: string[] | null;
  readonly isQuoted: boolean;
  readonly isBase64: boolean;
}

/** The lines of one card, joined where they were folded. */
export class Card {
  /** Whether it held pictures, sounds or keys. */
  hasMedia = false;
  /** Whether it is larger than allowed, even without them. */
  isTooLong = false;
  /** vCard 2.1 */
  isOld = false;
  hasNul = false;
  readonly line: number;
  readonly byteOffset: number;
  readonly #maxLength: number;
  readonly #source: string[];
  readonly #properties: string[][] = [];
  #sourceLength: number;
  #length = 0;
  #last: OpenProperty | null = null;
  /** Cards within this one that are open: they belong to an AGENT and are left out with it. */
  #inner = 0;

  /** @param begin its first line @param maxLength in characters */
  constructor(begin: string, line: number, byteOffset: number, maxLength: number) {
    this.line = line;
    this.byteOffset = byteOffset;
    this.#maxLength = maxLength;
    this.#source = [begin];
    this.#sourceLength = begin.length;
  }

  /** The properties, one a line. */
  get properties(): string[] {
    return this.#properties.map((parts) => parts.join(''));
  }

  /** All its lines as they stand in the file, or the first of them where it is too long. */
  get source(): string {
    return this.#source.join('\n');
  }

  /** Whether a card that begins now belongs to this one. */
  get expectsAgent(): boolean {
    return this.#inner > 0 || AGENT.test(this.#properties.at(-1)?.[0] ?? '');
  }

  /** Begins a card within the card. */
  beginInner(line: string): void {
    if (this.#inner === 0) this.#properties.pop();
    this.#inner++;
    this.hasMedia = true;
    this.#keep(line);
  }

  /** Takes the line that ends a card; true when it ends this one. */
  end(line: string): boolean {
    this.#keep(line);
    if (this.#inner === 0) return true;
    this.#inner--;
    return false;
  }

  /** Takes a line. */
  add(line: string): void {
    this.#keep(line);
    if (this.#inner > 0) return;
    if (line.includes('\0')) this.hasNul = true;
    const last = this.#last;
    if (last !== null && this.#continues(line, last)) return;
    this.#last = null;
    if (line.trim() === '') return;
    if (/^VERSION\s*:\s*2\.1\s*$/i.test(line)) this.isOld = true;
    const isMedia = MEDIA.test(line);
    if (isMedia) this.hasMedia = true;
    this.#last = { parts: isMedia ? null : [line], isQuoted: isQuotedPrintable(line), isBase64: isBase64(line) };
    if (this.#last.parts === null) return;
    this.#properties.push(this.#last.parts);
    this.#grow(line.length);
  }

  /** Takes a piece of a line that is longer than allowed: of a picture, or of a card that is too long. */
  addEndless(piece: string, isFirst: boolean): void {
    this.#keep(piece);
    if (isFirst && MEDIA.test(piece)) this.#last = { parts: null, isQuoted: false, isBase64: true };
    if (this.#last !== null && this.#last.parts === null) this.hasMedia = true;
    else this.isTooLong = true;
  }

  #continues(line: string, { parts, isQuoted, isBase64 }: OpenProperty): boolean {
    const before = parts?.at(-1);
    if (isQuoted && before?.endsWith('=') === true) {
      parts?.splice(-1, 1, before.slice(0, -1));
      if (line.trim() !== '') this.#append(parts, line);
      else this.#last = null;
      return true;
    }
    const isFolded = line.startsWith(' ') || line.startsWith('\t');
    if (isFolded && line.trim() !== '') {
      this.#append(parts, this.isOld && !isBase64 ? line : line.slice(1));
      return true;
    }
    if (!isBase64 || !/^[A-Za-z0-9+/=]+$/.test(line.trim())) return false;
    this.#append(parts, line.trim());
    return true;
  }

  #append(parts: string[] | null, text: string): void {
    if (parts === null) return;
    parts.push(text);
    this.#grow(text.length);
  }

  #grow(length: number): void {
    this.#length += length + 1;
    if (this.#length > this.#maxLength) this.isTooLong = true;
  }

  #keep(line: string): void {
    this.#sourceLength += line.length + 1;
    if (this.#sourceLength <= this.#maxLength) this.#source.push(line);
  }
}
