const QUOTE = 34;
const BACKSLASH = 92;
const LF = 10;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_ARRAY = 91;
const CLOSE_ARRAY = 93;
const COMMA = 44;
/** How deep brackets may stand in each other; deeper is no data. */
const MAX_DEPTH = 1_000_000;

/** The index of the first character that is not white space at or after `from`, or the length of the text. */
export function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at++;
  return at;
}

/** The index after the text literal that begins at `from`, or after its line, which it may not leave; -1 when more is needed. */
export function stringEnd(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at + 1;
    if (unit === LF) return at;
    if (unit === BACKSLASH) at++;
  }
  return -1;
}

/**
 * Finds the end of a JSON value, right or wrong, that may come in pieces. Of brackets that do not match, the outer one
 * decides, and a text ends with its line at the latest, so that what follows a broken value is still read.
 */
export class JsonValueEnd {
  #open: number[] = [];
  #isQuoted = false;
  #isEscaped = false;
  #hasBegun = false;

  /** Prepares for the next value. */
  begin(): void {
    this.#open = [];
    this.#isQuoted = false;
    this.#isEscaped = false;
    this.#hasBegun = false;
  }

  /** The index after the value, or -1 when it goes on behind this text. */
  find(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (this.#isQuoted) {
        if (this.#inText(unit) && this.#open.length === 0) return unit === LF ? at : at + 1;
      } else if (unit === QUOTE) this.#isQuoted = true;
      else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
        if (this.#open.length < MAX_DEPTH) this.#open.push(unit);
      } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) {
        const opened = this.#open.lastIndexOf(unit - 2);
        if (this.#open.length === 0 || (opened < 0 && unit === CLOSE_ARRAY)) return at; // of the list that the value is in
        this.#open.length = Math.max(0, opened);
        if (this.#open.length === 0) return at + 1;
      } else if (unit === COMMA && this.#open.length === 0 && this.#hasBegun) return at;
      this.#hasBegun = true;
    }
    return -1;
  }

  /** Takes a character of a text; true when the text ends with it. */
  #inText(unit: number): boolean {
    const wasEscaped = this.#isEscaped;
    this.#isEscaped = unit === BACKSLASH && !wasEscaped;
    if (unit !== LF && (unit !== QUOTE || wasEscaped)) return false;
    this.#isQuoted = false;
    this.#isEscaped = false;
    return true;
  }
}
