/**
 * Particles of family names that are written in lower case between two names: Dutch, German, Romance, Arabic, Nordic.
 * Not those that are usually written with a capital (Italian Di, Della; French Le, La).
 */
const PARTICLES = new Set(
  'van|von|der|den|de|del|da|das|do|dos|du|des|zu|zum|zur|vom|ter|ten|te|op|aan|af|av|bin|bint|binti|ibn|abu|ben'.split('|'),
);

/** Words that belong to the name after them, whatever their case. */
const BOUND = new Set(
  "van|von|der|den|de|del|della|dello|di|da|das|do|dos|du|des|zu|zum|zur|vom|ter|ten|te|la|las|los|le|lo|bin|bint|binti|ibn|al|el|af|av|abu|'t|st|st.|mac|mc".split(
    '|',
  ),
);

/** Articles that are lower case after `de` only: de la Cruz, de los Santos. */
const ARTICLES = new Set(['la', 'las', 'los']);

/** First word and second word of particles that begin a family name standing alone. */
const PAIRS = new Set(
  'van der|van den|van de|van het|von der|von den|von dem|von und|de la|de las|de los|op de|op den|aan de|in der|auf der'.split('|'),
);

/** Family names in Mac with a capital after it; all others (Macy, Macek, Machado, Mackenzie) are not sure. */
const MAC = new Set(
  (
    'alister|allister|arthur|askill|aulay|bride|callum|cormack|donald|donell|donnell|dougal|dougall|dowell|duff|farlane|fadyen|gill|gillivray|' +
    'gowan|gregor|guire|innes|intosh|intyre|iver|kinnon|laren|laughlin|lean|lellan|lennan|leod|mahon|manus|millan|nab|naughton|neil|neill|' +
    'niven|pherson|phail|quarrie|queen|taggart|tavish|vicar'
  ).split('|'),
);

/** Common Vietnamese family names without their marks that are no names elsewhere: after them `Van` is a name. */
const VIETNAMESE = new Set(
  'nguyen|tran|pham|hoang|huynh|phan|vo|vu|dang|bui|ngo|duong|truong|dinh|trinh|doan|luong|thai|cao|luu'.split('|'),
);

/** Whether a lower-case word is a particle that stays in lower case inside a name, after `previous` (lower case). */
export function isLowerParticle(word: string, previous: string): boolean {
  return PARTICLES.has(word) || (ARTICLES.has(word) && previous === 'de');
}

/** Whether two lower-case words begin a family name that is written alone: `van der` Berg. */
export function isParticlePair(first: string, second: string): boolean {
  return PAIRS.has(`${first} ${second}`);
}

/** Whether a word in any case belongs to the name that follows it: `van`, `de`, `al`. */
export function isBoundParticle(word: string): boolean {
  return BOUND.has(word.toLowerCase());
}

/** Whether the lower-case letters after `mac` begin with a capital: `donald`, not `ek`. */
export function isMacName(rest: string): boolean {
  return MAC.has(rest);
}

/** Whether a folded word is a Vietnamese family name that is hardly a name elsewhere. */
export function isVietnameseSurname(folded: string): boolean {
  return VIETNAMESE.has(folded);
}
