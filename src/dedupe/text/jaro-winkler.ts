const WORD = 32;
const MAX = 256;
const MATCHED = new Uint8Array(MAX);
const PREFIX_SCALE = 0.1;
const MAX_PREFIX = 4;

/**
 * Jaro–Winkler similarity of `a[aStart .. aEnd)` and `b[bStart .. bEnd)`, in [0, 1]: 1 for equal texts, symmetric (Winkler
 * 1990, prefix scale 0.1 for up to 4 code units). Matches are kept as bits for texts of at most 32 code units; longer ones
 * are compared by their first 256.
 */
export function jaroWinkler(a: Uint16Array, aStart: number, aEnd: number, b: Uint16Array, bStart: number, bEnd: number): number {
  const aLength = Math.min(aEnd - aStart, MAX);
  const bLength = Math.min(bEnd - bStart, MAX);
  if (aLength === 0 || bLength === 0) return aLength === bLength ? 1 : 0;
  // The greedy search is not symmetric by itself: the shorter text, or the smaller one, always comes first.
  const first = aLength !== bLength ? aLength < bLength : comesFirst(a, aStart, b, bStart, aLength);
  const jaro = first ? jaroOf(a, aStart, aLength, b, bStart, bLength) : jaroOf(b, bStart, bLength, a, aStart, aLength);
  let prefix = 0;
  while (prefix < MAX_PREFIX && prefix < aLength && prefix < bLength && a[aStart + prefix] === b[bStart + prefix]) prefix++;
  return jaro + prefix * PREFIX_SCALE * (1 - jaro);
}

function comesFirst(a: Uint16Array, aStart: number, b: Uint16Array, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

function jaroOf(s: Uint16Array, sAt: number, m: number, t: Uint16Array, tAt: number, n: number): number {
  const reach = Math.max(0, (n >> 1) - 1);
  return n <= WORD ? jaroBits(s, sAt, m, t, tAt, n, reach) : jaroLong(s, sAt, m, t, tAt, n, reach);
}

function jaroBits(s: Uint16Array, sAt: number, m: number, t: Uint16Array, tAt: number, n: number, reach: number): number {
  let inS = 0;
  let inT = 0;
  let matches = 0;
  for (let i = 0; i < m; i++) {
    const code = s[sAt + i];
    const to = Math.min(n - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= to; j++) {
      if ((inT & (1 << j)) === 0 && t[tAt + j] === code) {
        inS |= 1 << i;
        inT |= 1 << j;
        matches++;
        break;
      }
    }
  }
  if (matches === 0) return 0;
  let moved = 0;
  for (let i = 0, j = 0; i < m; i++) {
    if ((inS & (1 << i)) === 0) continue;
    while ((inT & (1 << j)) === 0) j++;
    if (s[sAt + i] !== t[tAt + j]) moved++;
    j++;
  }
  return (matches / m + matches / n + (matches - moved / 2) / matches) / 3;
}

function jaroLong(s: Uint16Array, sAt: number, m: number, t: Uint16Array, tAt: number, n: number, reach: number): number {
  MATCHED.fill(0, 0, n);
  const found: number[] = [];
  for (let i = 0; i < m; i++) {
    const to = Math.min(n - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= to; j++) {
      if (MATCHED[j] === 0 && t[tAt + j] === s[sAt + i]) {
        MATCHED[j] = 1;
        found.push(s[sAt + i] as number);
        break;
      }
    }
  }
  const matches = found.length;
  if (matches === 0) return 0;
  let moved = 0;
  for (let j = 0, k = 0; j < n; j++) if (MATCHED[j] === 1 && t[tAt + j] !== found[k++]) moved++;
  return (matches / m + matches / n + (matches - moved / 2) / matches) / 3;
}
