import { TextDecoder } from 'node:util';
import sax, { type SAXParser } from 'sax';
import { damaged } from './zip-archive.ts';

/** Receives what is in an XML document; names come without their prefixes. */
export interface XmlHandler {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  /** Text of the element opened last; long texts come in pieces. */
  text(text: string): void;
  close(name: string): void;
}

/** Scans an XML document that comes in pieces. No entities but XML's own five are known, so none can grow. */
export class XmlScanner {
  readonly #parser: SAXParser;
  readonly #what: string;
  #decoder: TextDecoder | null = null;
  #failure: Error | null = null;

  /** @param what names the document in errors */
  constructor(what: string, handler: XmlHandler) {
    this.#what = what;
    this.#parser = sax.parser(true, { position: false });
    this.#parser.onopentag = ({ name, attributes }) => handler.open(local(name), attributes as Record<string, string>);
    this.#parser.onclosetag = (name) => handler.close(local(name));
    this.#parser.ontext = (text) => handler.text(text);
    this.#parser.oncdata = (text) => handler.text(text);
    this.#parser.onerror = (error) => {
      this.#failure ??= error;
    };
  }

  /** Takes the next bytes. @throws {CrmError} INPUT_UNREADABLE when they are no XML */
  push(bytes: Uint8Array): void {
    this.#decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    this.#write(() => (this.#decoder as TextDecoder).decode(bytes, { stream: true }));
  }

  /** Says that the document is complete. @throws {CrmError} INPUT_UNREADABLE when it is not */
  end(): void {
    this.#write(() => this.#decoder?.decode() ?? '');
    this.#write(null);
  }

  #write(decode: (() => string) | null): void {
    try {
      if (decode === null) this.#parser.close();
      else this.#parser.write(decode());
    } catch (error) {
      // What a handler throws passes through; the parser and the decoder throw plain errors.
      if ((error as Error).name === 'CrmError') throw error;
      throw damaged(`${this.#what} is not XML`, error);
    }
    if (this.#failure !== null) throw damaged(`${this.#what} is not XML`, this.#failure);
  }
}

/** The value of an attribute whose prefix differs from file to file (`r:id`). */
export function prefixedAttribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  for (const [key, value] of Object.entries(attributes)) if (key.endsWith(`:${name}`)) return value;
  return undefined;
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}
