import { FREE_PROVIDERS } from './email-free-providers.ts';

/** Providers whose names are long and strange enough that one letter more, less or other is a slip and no other company. */
const NAMES: ReadonlySet<string> = new Set(
  (
    'gmail|googlemail|yahoo|hotmail|outlook|icloud|foxmail|aliyun|protonmail|fastmail|tutanota|rediffmail|comcast|verizon|sbcglobal|' +
    'bellsouth|btinternet|laposte|wanadoo|rocketmail|netvigator|hanmail|yandex|t-online|freenet|virgilio|optonline|earthlink'
  ).split('|'),
);
/** Domains that exist and are one letter from such a name. */
const REAL: ReadonlySet<string> = new Set(
  (
    'mail.com|email.com|ymail.com|gmali.com|zmail.com|gmaile.com|fmail.com|hmail.com|xmail.com|cloud.com|lcloud.com|icloud.cn|ahoo.com|' +
    'yahoo.cn|mailbox.org|foxmail.cn|aliyun.cn|hotmail.cn|outlook.cn|freenet.com|freenet.org|verizon.com|comcast.com|earthlink.com|' +
    'laposte.fr|aliyun-inc.com|fatmail.com|postmail.com|rocketmail.net|hushmail.com|hotmail.net|protonmail.ch'
  ).split('|'),
);
/** What slips make of the ends of domains that exist; none of these exists as a top-level domain. */
const ENDS: ReadonlyMap<string, string> = new Map(
  ['com:con|cmo|ocm|comm|coom|ccom|vom|xom|cpm|conm|cok|cim|c0m|copm|coml', 'net:nte|ent|nett|neet|nrt|met', 'org:ogr|rog|orgg|prg']
    .map((line) => line.split(':') as [string, string])
    .flatMap(([end, slips]) => slips.split('|').map((slip) => [slip, end] as const)),
);
/** Ends that exist, of small countries, but not for providers whose domain ends in `.com`. */
const SHORT_ENDS: ReadonlySet<string> = new Set(['co', 'cm', 'om']);

/**
 * The domain that was probably meant by a canonical one, null where it is known, or near to nothing well known. One slip
 * (Damerau-Levenshtein distance 1) in the name of a large provider, or in the top-level domain. Never in names of less
 * than five letters or in figures, whose neighbours are other providers: `126.com`, `163.com`.
 */
export function likelyDomain(domain: string): string | null {
  if (FREE_PROVIDERS.has(domain) || REAL.has(domain)) return null;
  const lastDot = domain.lastIndexOf('.');
  const rest = domain.slice(0, lastDot);
  const end = domain.slice(lastDot + 1);
  const meant = ENDS.get(end);
  if (meant !== undefined) return `${rest}.${meant}`;
  if (SHORT_ENDS.has(end) && FREE_PROVIDERS.has(`${rest}.com`)) return `${rest}.com`;
  const dot = domain.indexOf('.');
  const name = domain.slice(0, dot);
  for (const known of NAMES) {
    const corrected = `${known}${domain.slice(dot)}`;
    if (isOneSlip(name, known) && FREE_PROVIDERS.has(corrected)) return corrected;
  }
  return null;
}

/**
 * Whether a name is another one with two neighbours exchanged, or one letter missing, too many or other. The first letter
 * is not taken for another: `qmail` is rather itself than `gmail`.
 */
function isOneSlip(name: string, known: string): boolean {
  const difference = name.length - known.length;
  if (difference < -1 || difference > 1 || name === known) return false;
  let i = 0;
  while (i < name.length && name[i] === known[i]) i++;
  if (difference === 1) return name.slice(i + 1) === known.slice(i);
  if (difference === -1) return name.slice(i) === known.slice(i + 1);
  if (i > 0 && name.slice(i + 1) === known.slice(i + 1)) return true;
  return name[i] === known[i + 1] && name[i + 1] === known[i] && name.slice(i + 2) === known.slice(i + 2);
}
