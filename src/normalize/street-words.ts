/** Token → words that it stands for in match keys of addresses, folded. `st` is Saint too: nobody writes which. */
const WORDS: Readonly<Record<string, string>> = {
  st: 'street|str|strasse|straat|strt|saint|sankt|sainte|ste|sta',
  ave: 'avenue|av|aven|avn|avenida|avda|avd',
  rd: 'road',
  blvd: 'boulevard|boul|bd|bvd|blv|bld|bulevar',
  dr: 'drive|drv',
  ln: 'lane',
  ct: 'court|crt',
  pl: 'place|platz|plaza|plz|plac|plein|piazza|pza',
  sq: 'square|sqr',
  ter: 'terrace|terr|tce',
  hwy: 'highway|hway|hiway',
  pkwy: 'parkway|pky|pkway',
  cir: 'circle|circ',
  cres: 'crescent|cresc',
  trl: 'trail',
  expy: 'expressway|expwy',
  way: 'wy',
  al: 'allee|alley|aly',
  r: 'rue|rua',
  ch: 'chemin|che',
  imp: 'impasse',
  c: 'calle|cl|carrer',
  ctra: 'carretera|carr',
  v: 'via',
  ul: 'ulica|ulice|ulitsa|улица|ул',
  n: 'north|nord|norte',
  s: 'south|sud|sur|sul',
  e: 'east|est|este',
  w: 'west|ouest|oeste',
  ne: 'northeast',
  nw: 'northwest',
  se: 'southeast',
  sw: 'southwest',
  unit: 'apt|apartment|suite|flat|appartement|apto|apartamento|#|wohnung|whg|unt',
  fl: 'floor|flr|etage',
  rm: 'room',
  bldg: 'building|bldng',
  box: 'bx',
  pobox: 'postfach|apartado|postbus',
  mt: 'mount',
  ft: 'fort',
};
/** Words that only announce the house number. */
const NOTHING: ReadonlySet<string> = new Set(['no', 'nr', 'num', 'number', 'nummer', 'numero', 'hausnummer']);
let tokens: ReadonlyMap<string, string> | undefined;

/**
 * The one token for all spellings of a word of a street (`street`, `str` → `st`; `hauptstrasse` → `hauptstr`); the word
 * itself where it has none, empty where it says nothing. The word must be folded.
 */
export function streetToken(word: string): string {
  tokens ??= new Map(Object.entries(WORDS).flatMap(([token, list]) => list.split('|').map((text) => [text, token] as const)));
  if (NOTHING.has(word)) return '';
  const known = tokens.get(word);
  if (known !== undefined) return known;
  return word.length > 7 && (word.endsWith('strasse') || word.endsWith('straat')) ? `${word.slice(0, word.lastIndexOf('stra'))}str` : word;
}
