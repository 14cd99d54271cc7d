import type { CorpusValues, PeopleSource } from './hard-negative-people.ts';

/** Makes pairs of records that are one person, or one organisation. */
type Maker = (source: PeopleSource) => readonly (readonly [CorpusValues, CorpusValues])[];

const COUNT = 20;
const NICKNAMES: readonly (readonly [string, string])[] = [
  ['Robert', 'Bob'],
  ['William', 'Bill'],
  ['Elizabeth', 'Liz'],
  ['Margaret', 'Peggy'],
  ['Richard', 'Dick'],
  ['Katherine', 'Kate'],
  ['Alexander', 'Alex'],
  ['Edward', 'Ted'],
];
const TRADITIONAL: readonly (readonly [family: string, given: string, oldFamily: string, oldGiven: string])[] = [
  ['陈', '丽华', '陳', '麗華'],
  ['张', '国强', '張', '國強'],
  ['刘', '晓东', '劉', '曉東'],
  ['赵', '云龙', '趙', '雲龍'],
  ['黄', '梦兰', '黃', '夢蘭'],
  ['吴', '庆华', '吳', '慶華'],
];
const PINYIN: readonly (readonly [family: string, given: string, surname: string, name: string])[] = [
  ['陈', '丽华', 'Chen', 'Lihua'],
  ['张', '国强', 'Zhang', 'Guoqiang'],
  ['刘', '晓东', 'Liu', 'Xiaodong'],
  ['赵', '云龙', 'Zhao', 'Yunlong'],
  ['黄', '梦兰', 'Huang', 'Menglan'],
  ['周', '文斌', 'Zhou', 'Wenbin'],
];

function pairs(
  source: PeopleSource,
  change: (one: CorpusValues, index: number) => readonly [CorpusValues, CorpusValues],
  scripts: 'latin' | 'han' | 'both' = 'both',
) {
  return Array.from({ length: COUNT }, (_, index) => {
    const isChinese = scripts === 'han' || (scripts === 'both' && index % 2 === 1);
    return change(source.person(isChinese), index);
  });
}

/** A letter in the middle left out, doubled or swapped with the next. */
function mistyped(text: string, index: number): string {
  const at = 2 + (index % Math.max(1, text.length - 4));
  if (index % 3 === 0) return text.slice(0, at) + text.slice(at + 1);
  if (index % 3 === 1) return text.slice(0, at) + text.charAt(at) + text.slice(at);
  return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
}

const isHan = ({ country }: CorpusValues): boolean => country === 'CN';

/** The kinds of true duplicates. */
export const DUPLICATES: Readonly<Record<string, Maker>> = {
  'typo in the family name': (source) => pairs(source, (one, index) => [one, { ...one, family: mistyped(one.family, index) }], 'latin'),
  'typo in the given name': (source) =>
    pairs(source, (one, index) => [one, { ...one, given: mistyped(one.given, index), email: '' }], 'latin'),
  nickname: (source) =>
    pairs(
      source,
      (one, index) => {
        const [formal, short] = NICKNAMES[index % NICKNAMES.length] as readonly [string, string];
        return [
          { ...one, given: formal },
          { ...one, given: short, street: '', email: index % 2 === 0 ? one.email : '' },
        ];
      },
      'latin',
    ),
  initial: (source) => pairs(source, (one) => [one, { ...one, given: `${one.given.charAt(0)}.`, birthday: '' }], 'latin'),
  'swapped names': (source) => pairs(source, (one) => [one, { ...one, given: one.family, family: one.given, phone: '' }]),
  'traditional characters': (source) =>
    pairs(
      source,
      (one, index) => {
        const [family, given, oldFamily, oldGiven] = TRADITIONAL[index % TRADITIONAL.length] as (typeof TRADITIONAL)[number];
        return [
          { ...one, family, given },
          { ...one, family: oldFamily, given: oldGiven, email: '', street: '' },
        ];
      },
      'han',
    ),
  'pinyin and characters': (source) =>
    pairs(
      source,
      (one, index) => {
        const [family, given, surname, name] = PINYIN[index % PINYIN.length] as (typeof PINYIN)[number];
        return [
          { ...one, family, given },
          { ...one, family: surname, given: name, street: '', email: index % 2 === 0 ? one.email : '' },
        ];
      },
      'han',
    ),
  'changed e-mail': (source) => pairs(source, (one) => [one, { ...one, email: source.email(isHan(one), `${one.given}${one.family}`) }]),
  'changed phone': (source) => pairs(source, (one) => [one, { ...one, phone: source.mobile(one.country), street: '' }]),
  'phone in another notation': (source) =>
    pairs(source, (one) => {
      const digits = one.phone.replaceAll(/\D/g, '');
      const other = isHan(one) ? `+86 ${digits.slice(0, 3)} ${digits.slice(3, 7)} ${digits.slice(7)}` : `00${digits}`;
      return [one, { ...one, phone: other, email: '', birthday: '' }];
    }),
  moved: (source) => pairs(source, (one) => [one, { ...one, ...source.address(isHan(one)), country: one.country, phone: '' }]),
  'married name': (source) => pairs(source, (one) => [one, { ...one, family: source.family(false), email: '' }], 'latin'),
  'missing values': (source) => pairs(source, (one) => [one, { ...one, street: '', city: '', postcode: '', birthday: '', email: '' }]),
  'typo in the e-mail': (source) =>
    pairs(source, (one, index) => {
      const [local = '', domain = ''] = one.email.split('@');
      return [one, { ...one, email: `${mistyped(local, index)}@${domain}`, street: '' }];
    }),
  'mistyped birthday': (source) =>
    pairs(source, (one, index) => {
      const [year = '', month = '', day = ''] = one.birthday.split('-');
      const other =
        index % 2 === 0 && Number(day) <= 12
          ? `${year}-${day}-${month}`
          : `${year.slice(0, 3)}${(Number(year[3]) + 1) % 10}-${month}-${day}`;
      return [one, { ...one, birthday: other, phone: '' }];
    }),
  'capitals and blanks': (source) =>
    pairs(source, (one) => [
      one,
      { ...one, given: one.given.toUpperCase(), family: ` ${one.family.toUpperCase()} `, street: one.street.toUpperCase(), email: '' },
    ]),
  'company with another legal form': (source) =>
    Array.from({ length: COUNT }, (_, index) => {
      const one = source.organisation(index % 2 === 1);
      const company =
        index % 2 === 1 ? one.company.replace('有限公司', '有限责任公司') : one.company.replace(' Ltd', ' Limited').toUpperCase();
      return [one, { ...one, company, email: '' }] as const;
    }),
};
