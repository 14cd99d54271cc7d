/**
 * A text as an array of its UTF-16 code units, which is scanned twice as fast as the string itself. Behind the text
 * stand an LF, so that every loop over a line ends, and room for one more unit.
 */
export class TextUnits {
  /** The code units; what stands behind `length + 1` is left over from longer texts. */
  units = new Uint16Array(0);
  text = '';
  length = 0;
  #buffer = Buffer.alloc(0);

  /** Replaces the text; the array grows when it must and is reused otherwise. */
  load(text: string): void {
    const length = text.length;
    if (length + 2 > this.units.length) {
      this.#buffer = Buffer.alloc(2 * (length + 2 + (length >> 2)));
      this.units = new Uint16Array(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.length >> 1);
    }
    this.#buffer.write(text, 0, 'utf16le');
    this.units[length] = 10;
    this.text = text;
    this.length = length;
  }
}
