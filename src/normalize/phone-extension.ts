/** Labels that can only mean an extension; up to 20 digits follow, as in RFC 3966. */
const EXPLICIT = /[\s,;(-]*(?:;\s*ext=|extension|extn?|转接|转|轉|分机号?|分機|内线|內線|доб|anexo)\s*[.:#]?\s*-?\s*(\d{1,20})\s*#?\)?$/iu;
/** Signs that may mean one; no extension is longer than nine digits then. */
const LIKELY = /[\s,(]*(?:x|#|int\.?)\s*[.:]?\s*(\d{1,9})\s*#?\)?$/iu;

/**
 * Separates the extension at the end of a phone number: `ext. 5`, `x5`, `#5`, `转801`, `分机 801`, `;ext=5`.
 * The text must already be ASCII as far as digits and signs go. Without an extension the head is the text itself.
 */
export function splitExtension(text: string): { readonly head: string; readonly extension: string | null } {
  const match = EXPLICIT.exec(text) ?? LIKELY.exec(text);
  if (match === null || match.index === 0) return { head: text, extension: null };
  return { head: text.slice(0, match.index), extension: match[1] as string };
}
