import { nameAltKey } from './name-alt-key.ts';
import { isGivenName, sameNickname } from './nicknames.ts';

const HAN = /\p{Script=Han}/u;
/** From this length on a word may have one typing error, from the second on two. */
const ONE_ERROR_LENGTH = 4;
const TWO_ERRORS_LENGTH = 8;

/**
 * Whether two records that share a mailbox or a phone may be one person, by their `nameKey`s: every word of the shorter
 * name pairs with a word of the other that is equal, its initial, its nickname, or differs by a typing error. A Chinese name
 * must be equal, or the other be its pinyin. Without one of the names: true. Symmetric.
 */
export function sameNamePossible(keyA: string | null, keyB: string | null): boolean {
  if (keyA === null || keyB === null || keyA === keyB) return true;
  if (HAN.test(keyA) !== HAN.test(keyB)) return HAN.test(keyA) ? isTranscription(keyA, keyB) : isTranscription(keyB, keyA);
  const a = keyA.split(' ');
  const b = keyB.split(' ');
  return a.length <= b.length ? pairsAll(a, b) : pairsAll(b, a);
}

/** Whether a name in Latin letters is the Pinyin of one in Han; the key has lost the order of the syllables of its given name. */
function isTranscription(han: string, latin: string): boolean {
  const spoken = nameAltKey(han);
  if (spoken === null || spoken === nameAltKey(latin)) return spoken !== null;
  const [first, second, third, ...more] = latin.split(' ');
  if (first === undefined || second === undefined || third === undefined || more.length > 0) return false;
  const orders = [
    [first, second + third],
    [first, third + second],
    [second, first + third],
    [second, third + first],
    [third, first + second],
    [third, second + first],
  ];
  return orders.some((words) => words.sort().join(' ') === spoken);
}

/** Whether each of the fewer words finds a word of its own: a bipartite matching by augmenting paths (Kuhn 1955). */
function pairsAll(fewer: readonly string[], more: readonly string[]): boolean {
  const partnerOf: number[] = new Array(more.length).fill(-1);
  const assign = (word: number, tried: Set<number>): boolean => {
    for (let other = 0; other < more.length; other++) {
      if (tried.has(other) || !mayBeSameWord(fewer[word] as string, more[other] as string)) continue;
      tried.add(other);
      if (partnerOf[other] === -1 || assign(partnerOf[other] as number, tried)) {
        partnerOf[other] = word;
        return true;
      }
    }
    return false;
  };
  return fewer.every((_, word) => assign(word, new Set()));
}

function mayBeSameWord(a: string, b: string): boolean {
  if (a === b) return true;
  if (HAN.test(a) || HAN.test(b)) return false;
  if (isInitial(a, b) || isInitial(b, a) || sameNickname(a, b)) return true;
  // Mary and Mark, Paul and Paula are two people.
  if (isGivenName(a) && isGivenName(b)) return spelling(a) === spelling(b);
  const shorter = Math.min(a.length, b.length);
  if (shorter < ONE_ERROR_LENGTH) return false;
  const errors = shorter < TWO_ERRORS_LENGTH ? 1 : 2;
  return Math.abs(a.length - b.length) <= errors && editDistance(a, b) <= errors;
}

/** One spelling for the ways in which a given name is written: Eric and Erik, Ann and Anne, Sophia and Sofia. */
function spelling(name: string): string {
  return name
    .replace(/^ann$/, 'anne')
    .replaceAll('ph', 'f')
    .replaceAll(/th|ht/g, 't')
    .replaceAll('c', 'k')
    .replaceAll('z', 's')
    .replaceAll('y', 'i')
    .replaceAll(/(.)\1/g, '$1')
    .replace(/h$/, '');
}

function isInitial(letter: string, word: string): boolean {
  return letter.length === 1 && word.startsWith(letter);
}

/** Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}
