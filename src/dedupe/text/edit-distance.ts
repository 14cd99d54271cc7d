/** A text as UTF-16 code units: `codes[start .. end)`. */
type Codes = Uint16Array;

const WORD = 32;
/** Bits of each code unit in the pattern; code units share places by their low byte, see `PEQ_CODE`. */
const PEQ = new Int32Array(1024);
const PEQ_CODE = new Uint16Array(1024);
const PEQ_USED = new Int32Array(64);

/**
 * Edit distance of two texts: insertions, deletions, substitutions, and with `swaps` transpositions of neighbours (optimal
 * string alignment), each at cost 1. Never more than `bound + 1`: what is farther apart is just too far.
 * Bit-parallel (Myers 1999; Hyyrö 2003 for transpositions) where the shorter text has at most 32 code units.
 */
export function editDistance(
  a: Codes,
  aStart: number,
  aEnd: number,
  b: Codes,
  bStart: number,
  bEnd: number,
  bound: number,
  swaps = true,
): number {
  let [s, sAt, sEnd, t, tAt, tEnd] =
    aEnd - aStart <= bEnd - bStart ? [a, aStart, aEnd, b, bStart, bEnd] : [b, bStart, bEnd, a, aStart, aEnd];
  while (sAt < sEnd && s[sAt] === t[tAt]) {
    sAt++;
    tAt++;
  }
  while (sAt < sEnd && s[sEnd - 1] === t[tEnd - 1]) {
    sEnd--;
    tEnd--;
  }
  const shorter = sEnd - sAt;
  const longer = tEnd - tAt;
  if (longer - shorter > bound) return bound + 1;
  if (shorter === 0) return longer;
  const distance =
    shorter <= WORD ? bitParallel(s, sAt, shorter, t, tAt, longer, bound, swaps) : banded(s, sAt, shorter, t, tAt, longer, bound, swaps);
  return distance > bound ? bound + 1 : distance;
}

function bitParallel(s: Codes, sAt: number, m: number, t: Codes, tAt: number, n: number, bound: number, swaps: boolean): number {
  let used = 0;
  for (let i = 0; i < m; i++) {
    const place = placeOf(s[sAt + i] as number);
    if (PEQ[place] === 0) {
      PEQ_CODE[place] = s[sAt + i] as number;
      PEQ_USED[used++] = place;
    }
    PEQ[place] = (PEQ[place] as number) | (1 << i);
  }
  const last = 1 << (m - 1);
  let vp = -1;
  let vn = 0;
  let d0 = 0;
  let before = 0;
  let score = m;
  for (let j = 0; j < n; j++) {
    const code = t[tAt + j] as number;
    const eq = PEQ[placeOf(code)] as number;
    const swapped = swaps ? ((~d0 & eq) << 1) & before : 0;
    d0 = (((eq & vp) + vp) ^ vp) | eq | vn | swapped;
    const hp = vn | ~(d0 | vp);
    const hn = d0 & vp;
    if ((hp & last) !== 0) score++;
    else if ((hn & last) !== 0) score--;
    // Each further column can lower the score by one at most.
    if (score - (n - 1 - j) > bound) {
      score = bound + 1;
      break;
    }
    const shifted = (hp << 1) | 1;
    vp = (hn << 1) | ~(d0 | shifted);
    vn = d0 & shifted;
    before = eq;
  }
  for (let i = 0; i < used; i++) PEQ[PEQ_USED[i] as number] = 0;
  return score;
}

/** The place of a code unit: its own, or a free one found by looking on from its low bits. */
function placeOf(code: number): number {
  for (let place = (code ^ (code >>> 7)) & 1023; ; place = (place + 1) & 1023)
    if (PEQ[place] === 0 || PEQ_CODE[place] === code) return place;
}

/** Rows of the distance table, only the cells that can be within the bound. */
let ROWS: [Int32Array, Int32Array, Int32Array] = [new Int32Array(64), new Int32Array(64), new Int32Array(64)];

function banded(s: Codes, sAt: number, m: number, t: Codes, tAt: number, n: number, bound: number, swaps: boolean): number {
  if (ROWS[0].length < n + 2) ROWS = [new Int32Array(n * 2), new Int32Array(n * 2), new Int32Array(n * 2)];
  let [beforeLast, last, row] = ROWS;
  const far = bound + 1;
  for (let j = 0; j <= n; j++) last[j] = Math.min(j, far);
  for (let i = 1; i <= m; i++) {
    const from = Math.max(1, i - bound);
    const to = Math.min(n, i + bound);
    row[from - 1] = from === 1 ? Math.min(i, far) : far;
    let least = row[from - 1] as number;
    for (let j = from; j <= to; j++) {
      const same = s[sAt + i - 1] === t[tAt + j - 1];
      let cost = Math.min((last[j - 1] as number) + (same ? 0 : 1), (row[j - 1] as number) + 1, (last[j] as number) + 1);
      if (swaps && i > 1 && j > 1 && s[sAt + i - 1] === t[tAt + j - 2] && s[sAt + i - 2] === t[tAt + j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      }
      row[j] = Math.min(cost, far);
      if (cost < least) least = cost;
    }
    if (to < n) row[to + 1] = far;
    if (least > bound) return far;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return last[n] as number;
}
