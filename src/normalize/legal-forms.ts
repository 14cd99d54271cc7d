/**
 * Legal forms of companies: code → spellings as their letters and digits, folded, without blanks and signs (`S.A. de C.V.`
 * is `sadecv`). Legal forms of ISO 20275 (Entity Legal Form) that customer files have most.
 */
const SPELLINGS: Readonly<Record<string, string>> = {
  INC: 'inc|incorporated',
  CORP: 'corp|corporation',
  CO: 'co|company|andco|andcompany|undco|etcie|cie|cia|ycia|ecia',
  LTD: 'ltd|limited|coltd|companylimited|companyltd|colimited|ltdco|ltda|limitada|cialtda|ltee|incltd',
  LLC: 'llc|limitedliabilitycompany|pllc',
  PLC: 'plc|publiclimitedcompany|pcl|publiccompanylimited|pclc',
  LLP: 'llp|limitedliabilitypartnership|lllp',
  LP: 'lp|limitedpartnership',
  PTY_LTD: 'ptyltd|proprietarylimited|ptylimited|pty',
  PTE_LTD: 'pteltd|privatelimited|ptelimited|pvtltd|pvtlimited|privateltd|coptelimited|copteltd|pte',
  SDN_BHD: 'sdnbhd|sendirianberhad',
  BHD: 'bhd|berhad',
  PT: 'tbk|perserotbk|persero',
  GMBH: 'gmbh|ggmbh|mbh|gesellschaftmitbeschrankterhaftung|gesmbh|gesellschaftmbh',
  GMBH_CO_KG:
    'gmbhcokg|gmbhundcokg|gmbhandcokg|gmbhcokommanditgesellschaft|gmbhcokgaa|gmbhcoohg|ugcokg|ughaftungsbeschranktcokg|agcokg|secokg',
  AG: 'ag|aktiengesellschaft',
  KG: 'kg|kommanditgesellschaft|cokg|undcokg|kgaa',
  OHG: 'ohg|offenehandelsgesellschaft|cohg',
  GBR: 'gbr|gesellschaftburgerlichenrechts',
  EK: 'ek|ekfm|ekfr|eingetragenerkaufmann|eingetragenekauffrau',
  EV: 'ev|eingetragenerverein',
  EG: 'eg|eingetragenegenossenschaft',
  UG: 'ug|ughaftungsbeschrankt|unternehmergesellschaft|unternehmergesellschafthaftungsbeschrankt',
  SE: 'se|societaseuropaea',
  SA: 'sa|societeanonyme|sociedadanonima|sau',
  SAS: 'sas|sasu|societeparactionssimplifiee',
  SARL: 'sarl|sarlu|eurl|suarl|societearesponsabilitelimitee',
  SNC: 'snc',
  SCI: 'sci',
  SRL: 'srl|srls|societaaresponsabilitalimitata|sderl|sderldecv',
  SPA: 'spa|societaperazioni',
  SL: 'sl|slu|slne|sociedadlimitada',
  SA_DE_CV: 'sadecv|sociedadanonimadecapitalvariable|sapidecv|sabdecv',
  LDA: 'lda|unipessoallda',
  EIRELI: 'eireli',
  BV: 'bv|bvba|beslotenvennootschap',
  NV: 'nv|naamlozevennootschap',
  VOF: 'vof',
  APS: 'aps|anpartsselskab',
  AS: 'as|aksjeselskap|aktieselskab|asa|anonimsirketi',
  AB: 'ab|aktiebolag|publab|abpubl',
  OY: 'oy|oyj|osakeyhtio|oyab',
  HF: 'ehf|hf',
  KFT: 'kft',
  ZRT: 'zrt|nyrt',
  SRO: 'sro|spolsro|spolecnostsrucenimomezenym',
  SP_ZOO: 'spzoo|spolkazoo|spzooo|spolkazograniczonaodpowiedzialnoscia|spzooandspk|spzoospk|spzoospolkakomandytowa',
  SP_KOM: 'spk|spj|spp',
  DOO: 'doo|dooel',
  OOD: 'ood|eood|оод|еоод',
  LTD_STI: 'ltdsti|limitedsirketi|sti',
  OOO: 'ooo|ооо|obschestvosogranichennojotvetstvennostyu',
  AO: 'зао|оао|пао|ао|zao|oao|pao|нао',
  IP: 'ип',
  TOV: 'тов|tov',
  KK: 'kk|kabushikikaisha|kabushikigaisha',
  GK: 'godokaisha',
  YK: 'yugenkaisha',
  UAB: 'uab',
  SIA: 'sia',
  FZE: 'fze|fzco|fzllc|dmcc|wll|fzc',
};

/** Forms that may stand first; the spelling as above. */
const LEADING: Readonly<Record<string, string>> = {
  PT: 'pt',
  OOO: 'ooo|ооо',
  AO: 'зао|оао|пао|ао|zao|oao|нао',
  IP: 'ип',
  TOV: 'тов',
  UAB: 'uab',
  SIA: 'sia',
};

/** Forms in Chinese (all Han simplified), Japanese and Korean writing, brackets half-width; longer ones are tried first. */
const SUFFIXES: Readonly<Record<string, string>> = {
  CN_GROUP_LTD: '集团有限公司|集团有限责任公司|集团股份有限公司|(集团)有限公司|(集团)有限责任公司|(集团)股份有限公司|(集团)股份公司',
  CN_GROUP: '集团|集团公司|(集团)|(集团)公司|企业集团',
  CN_JSC: '股份有限公司|股份公司|股份有限责任公司',
  CN_LTD: '有限公司|有限责任公司|责任有限公司|(有限公司)',
  CN_CO: '公司|总公司',
  CN_PARTNERSHIP:
    '合伙企业|合伙企业(有限合伙)|合伙企业(普通合伙)|(有限合伙)|(普通合伙)|(特殊普通合伙)|有限合伙企业|普通合伙企业|合伙企业(特殊普通合伙)',
  CN_SOLE: '个体工商户|(个体工商户)|(个体户)|个体户|(个人独资)|个人独资企业',
  CN_COOP: '专业合作社|农民专业合作社',
  KK: '株式会社|(株)',
  YK: '有限会社|(有)',
  GK: '合同会社|(同)|(合)',
  JP_GSK: '合资会社|(资)|合名会社|(名)',
  KR_JSC: '주식회사|(주)',
  KR_LTD: '유한회사|(유)',
};
/** Those that may stand first too. */
const PREFIXES: Readonly<Record<string, string>> = {
  KK: '株式会社|(株)',
  YK: '有限会社|(有)',
  GK: '合同会社|(同)|(合)',
  KR_JSC: '주식회사|(주)',
  KR_LTD: '유한회사|(유)',
};

/** What companies of that form may also be called; forms with a common family do not contradict each other. */
const FAMILIES: Readonly<Record<string, string>> = {
  INC: 'corporation',
  CORP: 'corporation',
  CO: 'corporation ltd cn-ltd',
  LTD: 'ltd cn-ltd',
  PTY_LTD: 'ltd',
  PTE_LTD: 'ltd',
  CN_CO: 'ltd cn-ltd cn-jsc corporation',
  CN_LTD: 'cn-ltd',
  CN_JSC: 'cn-jsc',
  CN_GROUP: 'cn-group',
  CN_GROUP_LTD: 'cn-group',
};

const MAX_WORDS = 8;

/** Words that end a name with a branch. */
const BRANCHES = 'branch|zweigniederlassung|niederlassung|filiale|succursale|sucursal|filial';

type Spelling = readonly [text: string, code: string];

interface Forms {
  readonly trailing: ReadonlyMap<string, string>;
  readonly leading: ReadonlyMap<string, string>;
  /** By their last and by their first character; longer ones first. */
  readonly suffixes: ReadonlyMap<string, readonly Spelling[]>;
  readonly prefixes: ReadonlyMap<string, readonly Spelling[]>;
  readonly branches: ReadonlySet<string>;
  /** The last three letters of every spelling and branch word; a shorter spelling whole. */
  readonly ends: ReadonlySet<string>;
}
let forms: Forms | undefined;

function loadForms(): Forms {
  const branches = new Set(BRANCHES.split('|'));
  const trailing = new Map(pairs(SPELLINGS));
  forms = {
    trailing,
    branches,
    ends: new Set([...trailing.keys(), ...branches].map((spelling) => spelling.slice(-3))),
    leading: new Map(pairs(LEADING)),
    suffixes: byCharacter(SUFFIXES, -1),
    prefixes: byCharacter(PREFIXES, 0),
  };
  return forms;
}

function byCharacter(table: Readonly<Record<string, string>>, at: 0 | -1): ReadonlyMap<string, readonly Spelling[]> {
  const groups = new Map<string, Spelling[]>();
  for (const pair of pairs(table).sort((a, b) => b[0].length - a[0].length)) {
    const sign = pair[0].at(at) as string;
    groups.set(sign, [...(groups.get(sign) ?? []), pair]);
  }
  return groups;
}

function pairs(table: Readonly<Record<string, string>>): Spelling[] {
  return Object.entries(table).flatMap(([code, list]) => list.split('|').map((text) => [text, code] as const));
}

/** A word of a name: folded, and where it stands in the text. */
export interface NameWord {
  readonly folded: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The longest legal form that the last words of a name are, and the number of its words; undefined when they are none.
 * Two single letters are a form only with a sign between them (`S.A.`, `A/S`): `Plan B V` is a name.
 */
export function trailingForm(words: readonly NameWord[], text: string): { readonly code: string; readonly words: number } | undefined {
  const { trailing } = forms ?? loadForms();
  let joined = '';
  let found: { code: string; words: number } | undefined;
  for (let count = 1; count <= Math.min(MAX_WORDS, words.length); count++) {
    joined = (words[words.length - count] as NameWord).folded + joined;
    const code = trailing.get(joined);
    if (code !== undefined && !(count === 2 && joined.length === 2 && isSpaced(words, text))) found = { code, words: count };
  }
  return found;
}

function isSpaced(words: readonly NameWord[], text: string): boolean {
  const [first, second] = words.slice(-2) as [NameWord, NameWord];
  return !/[./]/.test(text.slice(first.end, second.start));
}

/** Whether a name ends with a word for a branch (`Branch`, `Niederlassung`), folded. */
export function isBranchWord(word: string): boolean {
  return (forms ?? loadForms()).branches.has(word);
}

/**
 * Whether a name of lower-case ASCII words may have a legal form or branch; false is certain, true is only a reason to look.
 */
export function mayEndInForm(lower: string): boolean {
  const space = lower.lastIndexOf(' ');
  if (space < 0) return false;
  const { ends, leading } = forms ?? loadForms();
  if (leading.has(lower.slice(0, lower.indexOf(' ')))) return true;
  if (lower.length - space > 3) return ends.has(lower.slice(-3));
  // A short last word may be a form, or the end of one that is written in single letters.
  return ends.has(lower.slice(space + 1)) || ends.has(lower.slice(-8).replaceAll(' ', '').slice(-3));
}

/** Legal form that the first word of a name is: `PT`, `ООО`. */
export function leadingForm(word: string): string | undefined {
  return (forms ?? loadForms()).leading.get(word);
}

/** Legal form in Han, kana or Hangul that the text ends with, brackets half-width; the length of its spelling. */
export function formSuffix(text: string): { readonly code: string; readonly length: number } | undefined {
  for (const [suffix, code] of (forms ?? loadForms()).suffixes.get(text.charAt(text.length - 1)) ?? []) {
    if (text.endsWith(suffix)) return { code, length: suffix.length };
  }
  return undefined;
}

/** Legal form in Han or Hangul that the text begins with, brackets half-width. */
export function formPrefix(text: string): { readonly code: string; readonly length: number } | undefined {
  for (const [prefix, code] of (forms ?? loadForms()).prefixes.get(text.charAt(0)) ?? []) {
    if (text.startsWith(prefix)) return { code, length: prefix.length };
  }
  return undefined;
}

/**
 * Whether a company may be written with both legal forms (codes; null when none was written). `Inc.`, `Corp.` and `Co.` are
 * interchangeable: American states hold names that differ only in them to be the same name.
 */
export function formsAgree(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return true;
  const families = FAMILIES[a]?.split(' ') ?? [];
  return (FAMILIES[b]?.split(' ') ?? []).some((family) => families.includes(family));
}
