import type { Label } from '../quality/measured-fields.ts';

/** What keeps a pair from being merged without asking, in plain words. */
const GUARDS: Readonly<Record<string, Label>> = {
  shared_phone: {
    en: 'the phone number belongs to many customers: a switchboard or a family',
    zh: '该电话号码被多位客户使用：总机或家庭号码',
  },
  shared_email: { en: 'the e-mail address belongs to many customers', zh: '该邮箱被多位客户使用' },
  household: {
    en: 'same family name and address, but another given name: people of one household',
    zh: '同姓同址但名不同：可能是同一家庭的成员',
  },
  twins: {
    en: 'same birthday, family name and address, but another given name: perhaps twins',
    zh: '同姓、同址、同生日但名不同：可能是双胞胎',
  },
  different_ids: {
    en: 'they have different ids in one other system, or different tax numbers',
    zh: '在同一外部系统中编号不同，或税号不同',
  },
  different_birthday: { en: 'their birthdays differ', zh: '生日不同' },
  different_given_name: { en: 'their given names have nothing in common', zh: '名字完全不同' },
  different_family_name: { en: 'their family names differ', zh: '姓氏不同' },
  different_name: {
    en: 'their names differ: perhaps a parent and its subsidiary, or two branches',
    zh: '名称不同：可能是母子公司或分支机构',
  },
  different_place: { en: 'their addresses differ: perhaps two branches', zh: '地址不同：可能是两个分支机构' },
  suffix: { en: 'one is junior, senior or a numbered generation, the other is not', zh: '姓名后缀不同（Jr.、Sr. 等），可能是父子' },
  too_little_evidence: { en: 'too little is known of one of them', zh: '其中一方的信息太少' },
  large_cluster: { en: 'the cluster is large: a person should look first', zh: '所在的组很大，应由人工确认' },
  decided_distinct: { en: 'somebody decided that they are not the same', zh: '已有人判定两者不同' },
  different_kind: { en: 'one is a person, the other an organisation', zh: '一方是个人，另一方是机构' },
  nameless: { en: 'one of them has no name', zh: '其中一方没有姓名' },
};

/** A guard in words; one that is not known stands for itself. */
export function guardLabel(guard: string): Label {
  return GUARDS[guard] ?? { en: guard, zh: guard };
}

/** A weight with its sign: `+3.1`, `-0.4`; what rounds to nothing has none. */
export function signedBits(bits: number): string {
  const text = Math.abs(bits).toFixed(1);
  return text === '0.0' ? '0.0' : `${bits > 0 ? '+' : '-'}${text}`;
}

/** A probability for people, never quite 0 or 100 %: `99.98%`, `<0.01%`. */
export function shownScore(score: number): string {
  const percent = score * 100;
  if (percent > 0 && percent < 0.01) return '<0.01%';
  if (percent < 100 && percent > 99.99) return '>99.99%';
  return percent >= 10 && percent <= 90 ? `${percent.toFixed(0)}%` : `${percent.toFixed(2).replace(/\.?0+$/, '')}%`;
}

/** A level of agreement as people read it: `one_edit` → `one edit`; a missing value is `–`. */
export function shownLevel(level: string | null): string {
  return level === null || level === 'null' ? '–' : level === 'else' ? 'different' : level.replaceAll('_', ' ');
}
