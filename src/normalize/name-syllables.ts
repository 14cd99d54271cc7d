/** Syllables of Hanyu Pinyin (ISO 7098) without tones: initial, then its finals. `ü` is `u` or `v` after l and n. */
const FINALS: Readonly<Record<string, string>> = {
  '': 'a o e ai ei ao ou an en ang er',
  b: 'a o ai ei ao an en ang eng i ie iao ian in ing u',
  p: 'a o ai ei ao ou an en ang eng i ie iao ian in ing u',
  m: 'a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u',
  f: 'a o ei ou an en ang eng u',
  d: 'a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un',
  t: 'a e ai ao ou an ang eng ong i ie iao ian ing u uo ui uan un',
  n: 'a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan v ve ue',
  l: 'a e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue yu',
  g: 'a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang',
  k: 'a e ai ao ou an en ang eng ong u ua uo uai ui uan un uang',
  h: 'a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang',
  j: 'i ia ie iao iu ian in iang ing iong u ue uan un',
  q: 'i ia ie iao iu ian in iang ing iong u ue uan un',
  x: 'i ia ie iao iu ian in iang ing iong u ue uan un',
  zh: 'a e i ai ao ou an en ang eng ong u ua uo uai ui uan un uang',
  ch: 'a e i ai ao ou an en ang eng ong u ua uo uai ui uan un uang',
  sh: 'a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang',
  r: 'e i ao ou an en ang eng ong u uo ui uan un',
  z: 'a e i ai ei ao ou an en ang eng ong u uo ui uan un',
  c: 'a e i ai ao ou an en ang eng ong u uo ui uan un',
  s: 'a e i ai ao ou an en ang eng ong u uo ui uan un',
  y: 'a e i ao ou an in ang ing ong u ue uan un',
  w: 'a o ai ei an en ang eng u',
};

const LONGEST = 6;
/** A given name has two syllables as a rule, with a compound family name written together three or four. */
const MAX_WORD_LENGTH = 24;

let syllables: ReadonlySet<string> | undefined;

/** Whether a lower-case word is one syllable of Hanyu Pinyin without a tone (`zhang`, `lv`). */
export function isPinyinSyllable(word: string): boolean {
  syllables ??= new Set(Object.entries(FINALS).flatMap(([initial, finals]) => finals.split(' ').map((final) => initial + final)));
  return syllables.has(word);
}

/** The fewest syllables of Hanyu Pinyin that a lower-case word consists of; 0 when it consists of none (`smith`). */
export function countPinyinSyllables(word: string): number {
  if (word.length > MAX_WORD_LENGTH) return 0;
  const fewest: number[] = [0];
  for (let end = 1; end <= word.length; end++) {
    let best = 0;
    for (let start = Math.max(0, end - LONGEST); start < end; start++) {
      const before = fewest[start] as number;
      if ((start > 0 && before === 0) || !isPinyinSyllable(word.slice(start, end))) continue;
      if (best === 0 || before + 1 < best) best = before + 1;
    }
    fewest.push(best);
  }
  return fewest[word.length] as number;
}
