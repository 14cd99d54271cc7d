import { CrmError } from '../errors.ts';
import { GrowingColumns } from './growing-columns.ts';
import { cutToBytes, KEPT_BYTES } from './long-record.ts';
import { DEFAULT_MAX_RECORD_BYTES, type RecordHandler, type RecordReader, type RejectCode } from './record-reader.ts';
import { TextFeed, type TextSink } from './text-feed.ts';
import { Card } from './vcard-card.ts';
import { type CardProperty, parseProperty } from './vcard-property.ts';
import { CardRecord } from './vcard-record.ts';

/** How to read a file of vCards. */
export interface VcardReaderOptions {
  /** Default: found out as for every text. Quoted-printable values name their own. */
  readonly encoding?: string | undefined;
  /** Longer cards, not counting pictures, are bad. Default 8 MiB. */
  readonly maxRecordBytes?: number | undefined;
}

const BEGIN = /^\s*BEGIN\s*:\s*VCARD\s*$/i;
const END = /^\s*END\s*:\s*VCARD\s*$/i;

/**
 * Reads vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350): every card is a record. The header grows with each new property.
 * The preferred (else first) e-mail and telephone number are `email` and `phone`, further ones `contact.KIND.LABEL`; what
 * has no column of its own is a custom one of the property's name. Pictures, sounds and keys are left out with a note.
 */
export class VcardReader implements RecordReader, TextSink {
  line = 1;
  readonly #handler: RecordHandler;
  readonly #maxBytes: number;
  readonly #feed: TextFeed;
  readonly #columns = new GrowingColumns();
  #card: Card | null = null;
  #hasText = false;
  #hasHeader = false;
  #isEndless = false;

  constructor(options: VcardReaderOptions, handler: RecordHandler) {
    this.#handler = handler;
    this.#maxBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    this.#feed = new TextFeed({ encoding: options.encoding, maxRecordBytes: this.#maxBytes }, this);
  }

  /** What was found out about the text; null while nothing is known. */
  get detected(): { readonly encoding: string } | null {
    const { encoding } = this.#feed;
    return encoding === null ? null : { encoding };
  }

  /** @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNDECODABLE, INPUT_UNREADABLE; USAGE when the encoding does not exist. */
  push(chunk: Uint8Array): void {
    this.#feed.push(chunk);
  }

  /** @throws {CrmError} INPUT_EMPTY when there is nothing but white space, and what `push` throws. */
  end(): void {
    this.#feed.end();
  }

  /** Called by the feed. */
  take(text: string, isLast: boolean): number {
    let at = 0;
    while (at < text.length) {
      const end = lineEnd(text, at);
      const isOpen = end === text.length || (end === text.length - 1 && text[end] === '\r');
      if (isOpen && !isLast) {
        if (text.length - at <= this.#maxBytes) return at;
        this.#piece(text.slice(at), at);
        return text.length;
      }
      if (this.#isEndless) this.#piece(text.slice(at, end), at);
      else this.#line(text.slice(at, end), at);
      this.#isEndless = false;
      if (end < text.length) this.line++;
      at = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1;
    }
    if (isLast) this.#finish();
    return Math.min(at, text.length);
  }

  #finish(): void {
    if (!this.#hasText) throw new CrmError('INPUT_EMPTY', 'the input is empty', { hint: 'cards that begin with BEGIN:VCARD are expected' });
    if (this.#card !== null) this.#bad(this.#card, 'BROKEN_CARD', 'the card is not ended: END:VCARD is missing');
    this.#card = null;
  }

  /** A part of a line that is longer than a card may be. */
  #piece(piece: string, index: number): void {
    this.#hasText = true;
    if (this.#card !== null) this.#card.addEndless(piece, !this.#isEndless);
    else if (!this.#isEndless) this.#stray(piece.slice(0, KEPT_BYTES), index);
    this.#isEndless = true;
  }

  #line(line: string, index: number): void {
    const card = this.#card;
    if (BEGIN.test(line)) {
      this.#hasText = true;
      if (card?.expectsAgent === true) return card.beginInner(line);
      if (card !== null) this.#bad(card, 'BROKEN_CARD', 'the card is not ended: another one begins in it');
      this.#card = new Card(line, this.line, this.#feed.byteOffsetAt(index), this.#maxBytes);
    } else if (card === null) {
      if (line.trim() !== '') this.#stray(line, index);
    } else if (!END.test(line)) card.add(line);
    else if (card.end(line)) {
      this.#card = null;
      this.#take(card);
    }
  }

  #stray(line: string, index: number): void {
    this.#hasText = true;
    const at = { line: this.line, byteOffset: this.#feed.byteOffsetAt(index) };
    this.#handler.bad({ code: 'NOT_A_CARD', reason: 'the line belongs to no card', column: null, cells: [line] }, at);
  }

  #take(card: Card): void {
    if (card.isTooLong)
      return this.#bad(card, 'RECORD_TOO_LONG', `the card is longer than ${this.#maxBytes} bytes; only its beginning is kept`);
    if (card.hasNul) return this.#bad(card, 'NUL_BYTE', 'the card holds a zero character (U+0000)');
    const properties: CardProperty[] = [];
    for (const [index, line] of card.properties.entries()) {
      const property = parseProperty(line);
      if (property === null) return this.#bad(card, 'BROKEN_CARD', `property ${index + 1} of the card has no name or no colon`);
      properties.push(property);
    }
    this.#columns.begin(card.line);
    const isWhole = new CardRecord(this.#columns, card.isOld).fill(properties);
    if (this.#columns.cells.some((cell) => cell?.includes('\0'))) {
      this.#columns.forget();
      return this.#bad(card, 'NUL_BYTE', 'a value of the card holds a zero character (U+0000)');
    }
    if (this.#columns.hasGrown || !this.#hasHeader) this.#handler.header(this.#columns.names, card);
    this.#hasHeader = true;
    this.#handler.record(this.#columns.cells, card);
    if (card.hasMedia) this.#handler.note?.('MEDIA_LEFT_OUT', card);
    if (!isWhole) this.#handler.note?.('VALUE_NOT_DECODED', card);
  }

  #bad(card: Card, code: RejectCode, reason: string): void {
    const { source } = card;
    const kept = Math.min(KEPT_BYTES, this.#maxBytes);
    const cells = [code === 'RECORD_TOO_LONG' ? cutToBytes(source, kept, (part) => this.#feed.byteLength(part)) : source];
    this.#handler.bad({ code, reason, column: null, cells }, card);
  }
}

/** The index of the line end at or after `from`, or the length of the text. */
function lineEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from);
  const end = lf < 0 ? text.length : lf;
  const cr = text.slice(from, end).indexOf('\r');
  return cr < 0 ? end : from + cr;
}
