/** Reads what a client of Oracle sends: integers with their length before them, texts and bytes in pieces. */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  skip(count: number): void {
    this.#at += count;
  }

  /** An unsigned integer of as many bytes as its first one says. */
  integer(): number {
    const size = this.byte();
    if (size === 0) return 0;
    const value = this.#bytes.readUIntBE(this.#at, size);
    this.#at += size;
    return value;
  }

  /** Bytes with their length before them; null: none. */
  value(): Buffer | null {
    const size = this.byte();
    if (size === 0 || size === 0xff) return null;
    if (size !== 0xfe) return this.#take(size);
    const pieces: Buffer[] = [];
    for (let length = this.integer(); length > 0; length = this.integer()) pieces.push(this.#take(length));
    return Buffer.concat(pieces);
  }

  #take(size: number): Buffer {
    this.#at += size;
    if (this.#at > this.#bytes.length) throw new Error('the client sent less than it said');
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}

/** Writes what a server of Oracle sends. */
export class WireWriter {
  readonly #pieces: Buffer[] = [];

  bytes(...values: readonly number[]): this {
    this.#pieces.push(Buffer.from(values));
    return this;
  }

  raw(value: Buffer): this {
    this.#pieces.push(value);
    return this;
  }

  integer(...values: readonly number[]): this {
    for (const value of values) {
      if (value === 0) this.bytes(0);
      else {
        const hex = value.toString(16);
        const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
        this.bytes(bytes.length).raw(bytes);
      }
    }
    return this;
  }

  value(value: Buffer | string | null): this {
    const bytes = typeof value === 'string' ? Buffer.from(value) : (value ?? Buffer.alloc(0));
    if (bytes.length < 253) return this.bytes(bytes.length).raw(bytes);
    this.bytes(0xfe);
    for (let at = 0; at < bytes.length; at += 32_000) {
      const piece = bytes.subarray(at, at + 32_000);
      this.integer(piece.length).raw(piece);
    }
    return this.integer(0);
  }

  /** A text after its length. */
  sized(text: string): this {
    this.integer(Buffer.byteLength(text));
    return text === '' ? this : this.value(text);
  }

  done(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** The bytes of a NUMBER, which are sorted as their numbers are. @param text in plain notation */
export function numberBytes(text: string): Buffer {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)\.?(\d*)$/.exec(text) ?? [];
  let digits = whole.replace(/^0+/, '');
  let point = digits.length;
  digits += fraction;
  const zeros = /^0*/.exec(digits)?.[0].length ?? 0;
  if (point === 0) {
    digits = digits.slice(zeros);
    point = -zeros;
  }
  digits = digits.replace(/0+$/, '');
  if (digits === '') return Buffer.from([0x80]);
  if (point % 2 !== 0) {
    digits = `0${digits}`;
    point++;
  }
  if (digits.length % 2 !== 0) digits += '0';
  const pairs = (digits.match(/../g) ?? []).map(Number);
  const exponent = point / 2 + 192;
  if (sign === '') return Buffer.from([exponent, ...pairs.map((pair) => pair + 1)]);
  return Buffer.from([exponent ^ 0xff, ...pairs.map((pair) => 101 - pair), ...(pairs.length < 20 ? [102] : [])]);
}

/** The plain notation of a NUMBER. */
export function numberText(bytes: Buffer): string {
  const first = bytes[0] as number;
  if (bytes.length === 1) return '0';
  const isPositive = first >= 0x80;
  const end = !isPositive && bytes.at(-1) === 102 ? bytes.length - 1 : bytes.length;
  const pairs = [...bytes.subarray(1, end)].map((byte) => (isPositive ? byte - 1 : 101 - byte));
  const digits = pairs.map((pair) => String(pair).padStart(2, '0')).join('');
  const point = ((isPositive ? first : first ^ 0xff) - 192) * 2;
  const whole = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0').replace(/^0+/, '');
  const fraction = (point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point)).replace(/0+$/, '');
  return `${isPositive ? '' : '-'}${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A double in the form of the server, sorted as numbers are; the other way with `back`. */
export function doubleBytes(value: number, size: 4 | 8): Buffer {
  const bytes = Buffer.alloc(size);
  if (size === 8) bytes.writeDoubleBE(value === 0 ? 0 : value);
  else bytes.writeFloatBE(value === 0 ? 0 : value);
  if (((bytes[0] as number) & 0x80) === 0) bytes[0] = (bytes[0] as number) | 0x80;
  else for (let i = 0; i < size; i++) bytes[i] = (bytes[i] as number) ^ 0xff;
  return bytes;
}

/** The double that such bytes stand for. */
export function doubleOf(stored: Buffer): number {
  const bytes = Buffer.from(stored);
  if (((bytes[0] as number) & 0x80) !== 0) bytes[0] = (bytes[0] as number) & 0x7f;
  else for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] as number) ^ 0xff;
  return bytes.length === 8 ? bytes.readDoubleBE() : bytes.readFloatBE();
}
