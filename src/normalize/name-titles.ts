/** Titles before a name as they are written, without full stops, `|` between: form of address, academic, clerical, military. */
const BEFORE =
  'Mr|Mrs|Ms|Miss|Mx|Dr|Drs|Prof|Professor|Doctor|Rev|Reverend|Fr|Father|Sir|Dame|Lord|Lady|Hon|Capt|Captain|Col|Colonel|Maj|Gen|Lt|Sgt|' +
  'Master|Madam|Herr|Frau|Hr|Fru|Dott|Ing|Dipl|Mag|Sra|Srta|Señor|Señora|Señorita|Don|Doña|Dom|Dona|Mme|Mlle|Mgr|Monsieur|Madame|' +
  'Mademoiselle|Maître|Sig|Signor|Signora|Signorina|Dhr|Mevr|Mw|Pan|Pani|Shri|Smt|Kumari|Sheikh|Haji|Datuk|Dato|med|dent|vet|rer|nat|phil|jur|iur|oec|pol|habil|theol';

/** Titles after a name as they are written, without full stops: generation, degree, profession, order. */
const AFTER =
  'Jr|Sr|II|III|IV|VII|VIII|IX|2nd|3rd|4th|PhD|DPhil|EdD|MD|DDS|DMD|DVM|JD|LLB|LLM|LLD|MBA|BA|BSc|MSc|MEng|BEng|MPhil|' +
  'CPA|CFA|CFP|CEng|PMP|PE|RN|Esq|Esquire|OBE|MBE|CBE|KBE|FRCS|FRS|QC|KC|SJ|Junior|Senior|Filho|Neto|MPH|MRCP|PharmD|PsyD';

/**
 * Titles in Han that follow a name. Those of one character follow a family name only; so that no given name is taken for
 * a title, the others need a name before them too.
 */
const HAN_AFTER =
  '先生|女士|小姐|太太|夫人|老师|教授|副教授|博士|医生|大夫|律师|总经理|副总经理|经理|总监|副总监|董事长|副董事长|董事|总裁|副总裁|' +
  '副总|主任|副主任|老板|老板娘|主管|部长|科长|处长|局长|院长|校长|书记|店长|厂长|工程师|会计师|会计|秘书|助理|主席|师傅|同学|同志|' +
  '阿姨|叔叔|大哥|大姐|护士|法师|总|董|工|總經理|經理|總監|董事長|總裁|老師|醫生|律師|小姐|老闆|副總|處長|局長|院長|校長|總|先生様|様';

/** Titles that no one bears as a name: match keys go without them. Not those that tell father from son, nor degrees like MD and MBA, which are names too. */
const NEVER_NAMES = 'mr|mrs|ms|miss|mx|dr|drs|prof|professor|phd|dphil|herr|frau|mme|mlle|monsieur|madame|mademoiselle|senora|senorita|esq';
const HAN_NEVER_NAMES =
  '先生|女士|小姐|太太|夫人|老师|教授|副教授|博士|医生|大夫|律师|总经理|副总经理|经理|总监|董事长|总裁|副总裁|副总|主任|副主任|工程师|老板';

/** Titles before a name that are also names or parts of names, and so count as titles only with a full stop or before two words. */
const ALSO_NAMES = new Set(
  'master|don|dom|dona|dona|pan|lady|lord|father|mag|gen|col|hon|rev|fr|sig|dame|haji|sheikh|drs|maj|ing|kumari|hr|fru|doctor|miss'.split(
    '|',
  ),
);

/** Titles after a name that are also names: `Md`, `Ba`, `Pe`. In upper case or with full stops only. */
const ALSO_NAMES_AFTER = new Set('ba|pe|md|jd|sj|qc|kc|rn|mba|cpa|neto|filho|junior|senior|frs'.split('|'));

/** Letters with a full stop after each. */
const INITIALS = /^\p{L}\.\p{L}\.?(?:\p{L}\.?)*$/u;
/** Titles that are written with a full stop after each letter. */
const DOTTED = new Set('md|dds|dmd|dvm|jd|llb|llm|lld|mba|ba|cpa|cfa|pe|rn|obe|mbe|cbe|kbe|qc|kc|sj|edd|phd'.split('|'));

/** Subjects of German doctorates (Dr. rer. nat.), which are names (Phil) without their full stop. */
const SUBJECTS = new Set('med|dent|vet|rer|nat|phil|jur|iur|oec|pol|habil|theol'.split('|'));

const before = table(BEFORE);
const after = table(AFTER);

/** Titles in Han, longest first. */
export const HAN_TITLES: readonly string[] = [...new Set(HAN_AFTER.split('|'))].sort((a, b) => b.length - a.length);

/** Titles in simplified Han that match keys go without, longest first. */
export const HAN_KEY_TITLES: readonly string[] = HAN_NEVER_NAMES.split('|').sort((a, b) => b.length - a.length);

/** Folded words that are a title and never a name: what match keys go without. */
export const KEY_TITLES: ReadonlySet<string> = new Set(NEVER_NAMES.split('|'));

/** Letters of a title as they are written (`phd` → `PhD`), whatever case and full stops the word has; null when it is none. */
export function titleCase(word: string): string | null {
  const key = titleLetters(word);
  return before.get(key) ?? after.get(key) ?? null;
}

/** Whether a word is a title that stands before a name (`Dr.`, `Herr`). */
export function isPrefixTitle(word: string): boolean {
  return before.has(titleLetters(word));
}

/** Whether a word at the head of a name is the Spanish Sr. (señor) and not Senior, which only follows a name. */
export function isSpanishSir(word: string): boolean {
  return titleLetters(word) === 'sr';
}

/** Whether a word may be a name as well as a title before a name (`Don`, `Miss`); with a full stop it is a title. */
export function isDoubtfulPrefix(word: string): boolean {
  return !word.endsWith('.') && ALSO_NAMES.has(titleLetters(word));
}

/** Whether a word is a title that stands after a name (`Jr.`, `PhD`, `III`). */
export function isSuffixTitle(word: string): boolean {
  const letters = titleLetters(word);
  if (!after.has(letters)) return false;
  if (!ALSO_NAMES_AFTER.has(letters)) return true;
  return word.includes('.') || (word.length < 4 && word === word.toUpperCase());
}

/** The letters of a word in lower case; '' when it can be no title, as `J.R.`, whose full stops make it initials. */
function titleLetters(word: string): string {
  if (word.length > 16) return '';
  const letters = word.replaceAll('.', '').replace(/,$/, '').toLowerCase();
  if (SUBJECTS.has(letters) && !word.endsWith('.')) return '';
  return INITIALS.test(word) && !DOTTED.has(letters) ? '' : letters;
}

function table(words: string): ReadonlyMap<string, string> {
  return new Map(words.split('|').map((word) => [word.toLowerCase(), word]));
}
