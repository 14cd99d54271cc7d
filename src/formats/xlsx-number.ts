const INTEGER = /^-?\d+$/;
const CONDITION = /^\[(<=?|>=?|=|<>)(-?\d+(?:\.\d+)?)\]/;
const COLOUR_OR_LANGUAGE = /\[[^\]]*\]?/g;
const PIECE = /"([^"]*)"?|\\(.)|_.|\*.|([0#?])|(.)/g;
/** Digits that a spreadsheet keeps. */
const PRECISION = 15;
const MAX_MASK_DIGITS = 30;

/**
 * A number as text: integers in full, never in exponent form; no digit is rounded away that the spreadsheet knows.
 * @param decimals at least so many stand behind the point
 */
export function numberText(value: string, decimals: number, isPercent: boolean): string {
  const text = value.trim();
  if (INTEGER.test(text) && decimals === 0 && !isPercent) return text;
  const number = Number(text);
  if (text === '' || !Number.isFinite(number)) return text;
  const shown = plainText(isPercent ? number * 100 : number);
  const point = shown.indexOf('.');
  const missing = decimals - (point < 0 ? 0 : shown.length - point - 1);
  const padded = missing > 0 ? `${shown}${point < 0 ? '.' : ''}${'0'.repeat(missing)}` : shown;
  return isPercent ? `${padded}%` : padded;
}

/**
 * The format of numbers that are no quantities: `00000`, `000-0000-0000`, `(000) 000-0000`, `"K-"0000`. Null where the
 * sections of a number format are of another kind; the format answers null for numbers that it is not made for.
 */
export function maskOf(sections: readonly string[]): ((value: string) => string | null) | null {
  const masks = sections.slice(0, 2).map((section) => ({ condition: CONDITION.exec(section), pieces: piecesOf(section) }));
  if (!masks.some(({ pieces }) => pieces !== null)) return null;
  return (value) => {
    const digits = INTEGER.test(value) ? value : integerText(value);
    if (digits === null || digits.startsWith('-')) return null;
    const chosen = masks.find(({ condition }) => condition === null || holds(Number(digits), condition[1] as string, Number(condition[2])));
    return chosen?.pieces == null ? null : fill(chosen.pieces, digits);
  };
}

type Piece = { readonly isDigit: boolean; readonly text: string };

/** Digit places and what stands between them; null where the section shows a quantity. */
function piecesOf(section: string): Piece[] | null {
  const pieces: Piece[] = [];
  if (/\[\$[^-\]]/.test(section)) return null; // a currency
  for (const [, quoted, escaped, digit, other] of section.replace(COLOUR_OR_LANGUAGE, '').matchAll(PIECE)) {
    const literal = quoted ?? escaped ?? other;
    if (digit !== undefined) pieces.push({ isDigit: true, text: digit });
    else if (other !== undefined && !/[-+() /:]/.test(other))
      return null; // a point, thousands, per cent, a currency
    else if (literal !== undefined && literal !== '') pieces.push({ isDigit: false, text: literal });
  }
  const digits = pieces.filter(({ isDigit }) => isDigit).length;
  const zeros = pieces.filter(({ isDigit, text }) => isDigit && text === '0').length;
  const first = pieces.findIndex(({ isDigit }) => isDigit);
  const last = pieces.findLastIndex(({ isDigit }) => isDigit);
  const isSplit = pieces.slice(first, last).some(({ isDigit }) => !isDigit);
  return digits <= MAX_MASK_DIGITS && (zeros > 1 || (isSplit && digits > 1)) ? pieces : null;
}

/** Puts digits into the places from the right; those that are left over go before the first place. */
function fill(pieces: readonly Piece[], digits: string): string {
  let rest = digits;
  let text = '';
  const first = pieces.findIndex(({ isDigit }) => isDigit);
  for (let i = pieces.length - 1; i >= 0; i--) {
    const { isDigit, text: mark } = pieces[i] as Piece;
    if (!isDigit) text = mark + text;
    else if (i === first) {
      text = (rest === '' && mark === '0' ? '0' : rest) + text;
      rest = '';
    } else if (rest !== '') {
      text = rest.slice(-1) + text;
      rest = rest.slice(0, -1);
    } else if (mark === '0') text = `0${text}`;
  }
  return text;
}

function holds(value: number, comparison: string, bound: number): boolean {
  if (comparison === '=') return value === bound;
  if (comparison === '<>') return value !== bound;
  if (comparison.startsWith('<')) return comparison === '<' ? value < bound : value <= bound;
  return comparison === '>' ? value > bound : value >= bound;
}

function integerText(value: string): string | null {
  const number = Number(value);
  return value.trim() !== '' && Number.isInteger(number) ? plainText(number) : null;
}

/** Shortest text of a number without exponent, of as many digits as a spreadsheet keeps. */
function plainText(number: number): string {
  const kept = Number(number.toPrecision(PRECISION));
  const text = String(kept);
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (match === null) return text;
  const [, sign = '', lead = '', fraction = '', power = '0'] = match;
  const digits = lead + fraction;
  const exponent = Number(power);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, '0');
}
