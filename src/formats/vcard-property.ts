/** One property of a card, taken apart; its value still encoded and escaped. */
export interface CardProperty {
  /** `item1` of `item1.TEL`: ties a property to its label; null without. */
  readonly group: string | null;
  /** In capitals. */
  readonly name: string;
  /** Values of TYPE and bare parameters, in lower case. */
  readonly types: readonly string[];
  /** All other parameters, by name in capitals. */
  readonly params: ReadonlyMap<string, string>;
  readonly raw: string;
}

const HEAD = /^(?:([A-Za-z0-9_-]+)\.)?([A-Za-z0-9_-]+)$/;
const ENCODINGS = /^(quoted-printable|base64|b|7bit|8bit)$/i;
/** RFC 6868 */
const CARET: Readonly<Record<string, string>> = { '^n': '\n', '^^': '^', "^'": '"' };

/**
 * Takes an unfolded line apart (RFC 6350 section 3.3; bare parameters as in vCard 2.1); null when it is no property.
 */
export function parseProperty(line: string): CardProperty | null {
  const colon = outsideQuotes(line, ':', 0);
  if (colon < 0) return null;
  const parts = splitOutsideQuotes(line.slice(0, colon), ';');
  const head = HEAD.exec((parts[0] as string).trim());
  if (head === null) return null;
  const types: string[] = [];
  const params = new Map<string, string>();
  for (const part of parts.slice(1)) addParam(part.trim(), types, params);
  return { group: head[1]?.toLowerCase() ?? null, name: (head[2] as string).toUpperCase(), types, params, raw: line.slice(colon + 1) };
}

/** The parts of a structured value (`N`, `ADR`, `ORG`), still encoded and escaped. */
export function splitParts(raw: string): string[] {
  return splitUnescaped(raw, ';');
}

/** The values of a list (`CATEGORIES`), still encoded and escaped. */
export function splitValues(raw: string): string[] {
  return splitUnescaped(raw, ',');
}

/** A text without its escapes; in vCard 2.1 only separators are escaped. */
export function unescapeText(text: string, isOld: boolean): string {
  if (!text.includes('\\')) return text;
  if (isOld) return text.replace(/\\([;,:])/g, '$1');
  return text.replace(/\\([\s\S])/g, (_, mark: string) => (mark === 'n' || mark === 'N' ? '\n' : mark));
}

function addParam(part: string, types: string[], params: Map<string, string>): void {
  const equals = part.indexOf('=');
  const name = equals < 0 ? '' : part.slice(0, equals).trim().toUpperCase();
  const value = (equals < 0 ? part : part.slice(equals + 1)).replaceAll('"', '').replace(/\^[n^']/g, (mark) => CARET[mark] as string);
  if (name === '' && ENCODINGS.test(value)) params.set('ENCODING', value.toLowerCase());
  else if (name === '' || name === 'TYPE')
    types.push(
      ...value
        .toLowerCase()
        .split(',')
        .map((type) => type.trim())
        .filter((type) => type !== ''),
    );
  else if (name === 'ENCODING') params.set(name, value.toLowerCase());
  else if (!params.has(name)) params.set(name, value);
}

function outsideQuotes(text: string, mark: string, from: number): number {
  const plain = text.indexOf(mark, from);
  const quote = text.indexOf('"', from);
  if (quote < 0 || plain < quote) return plain;
  let isQuoted = false;
  for (let at = quote; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (!isQuoted && text[at] === mark) return at;
  }
  // A quote that is never closed means nothing, as in vCard 2.1.
  return isQuoted ? text.indexOf(mark, from) : -1;
}

function splitOutsideQuotes(text: string, mark: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = outsideQuotes(text, mark, 0); at >= 0; at = outsideQuotes(text, mark, from)) {
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  parts.push(text.slice(from));
  return parts;
}

function splitUnescaped(text: string, mark: string): string[] {
  if (!text.includes('\\')) return text.split(mark);
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === mark) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}
