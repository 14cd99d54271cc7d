import { fold } from '../model/fold.ts';

/** ZIP codes begin with a zero in these only; `00` in those of the second line (and of one place in New York) only. */
const ZERO_STATES: ReadonlySet<string> = new Set(
  'ct|connecticut|ma|massachusetts|me|maine|nh|new hampshire|nj|new jersey|ri|rhode island|vt|vermont|ae|ny|new york|pr|puerto rico|vi|virgin islands|us virgin islands'.split(
    '|',
  ),
);
const DOUBLE_ZERO_STATES: ReadonlySet<string> = new Set('ny|new york|pr|puerto rico|vi|virgin islands|us virgin islands'.split('|'));
/** Those of the above that are no place elsewhere with postal codes of three or four digits (NH is in the Netherlands, CT in South Africa). */
const TELLING_STATES: ReadonlySet<string> = new Set(
  'ma|nj|ri|vt|pr|connecticut|massachusetts|maine|new hampshire|new jersey|rhode island|vermont|puerto rico'.split('|'),
);
/** ZIP code, or ZIP+4, without the zeros that a spreadsheet took for those of a number. */
const SHORT_ZIP = /^(\d{3,4})(-\d{4})?$/;
/** The lowest ZIP code with two zeros, and with one, that is in use. */
const LOWEST = { 3: 501, 4: 1001 };

/**
 * A US postal code whose leading zeros were lost, with them: `2138` in Massachusetts is `02138`. Null when the code is
 * whole, when the row says another country or a state without such codes, or when nothing says that it is the US.
 * @param country ISO 3166-1 alpha-2 code; null when unknown: then the state must tell
 */
export function withLostZeros(code: string, country: string | null, region: string | null): string | null {
  const match = SHORT_ZIP.exec(code);
  if (match === null || (country !== null && country !== 'US')) return null;
  const digits = match[1] as string;
  if (Number(digits) < LOWEST[digits.length as 3 | 4]) return null;
  const state = region === null ? null : fold(region).replaceAll('.', '').trim();
  if (country === null && (state === null || !TELLING_STATES.has(state))) return null;
  if (state !== null && !statesOf(digits).has(state)) return null;
  return `${digits.padStart(5, '0')}${match[2] ?? ''}`;
}

function statesOf(digits: string): ReadonlySet<string> {
  return digits.length === 3 ? DOUBLE_ZERO_STATES : ZERO_STATES;
}
