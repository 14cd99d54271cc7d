import type { DuplicateVerdict } from '../model/duplicates.ts';
import type { Label } from '../quality/measured-fields.ts';
import { shownLevel } from './guard-words.ts';

/** What becomes of pairs. */
export const VERDICT_LABELS: Readonly<Record<DuplicateVerdict, Label>> = {
  auto: { en: 'merged without asking', zh: '自动合并' },
  review: { en: 'for a person', zh: '人工审核' },
  distinct: { en: 'left apart', zh: '不合并' },
};

/** The colour of each verdict, a class of the page. */
export const VERDICT_LEVELS = { auto: 'good', review: 'fair', distinct: 'none' } as const;

/** All other words of the report. */
export const DEDUPE_WORDS = {
  title: { en: 'Duplicates', zh: '重复客户报告' },
  customers: { en: 'customers', zh: '位客户' },
  compared: { en: 'pairs compared', zh: '已比较的客户对' },
  clusters: { en: 'clusters', zh: '重复组' },
  open: { en: 'pairs wait for a person', zh: '对待人工审核' },
  precision: { en: 'expected precision', zh: '预计精确率' },
  precisionNote: { en: 'of what is merged without asking, so much is right', zh: '自动合并中正确的比例' },
  recall: { en: 'estimated recall', zh: '估计召回率' },
  recallNote: { en: 'of all duplicates, so many are found', zh: '全部重复中被找到的比例' },
  histogram: { en: 'pairs by weight', zh: '按权重分布的客户对' },
  histogramNote: {
    en: 'Weight in bits: 0 is even odds, each bit more doubles them. The height is on a logarithmic scale.',
    zh: '权重以比特计：0 表示可能性各半，每增加 1 比特，几率翻倍。高度为对数刻度。',
  },
  levels: { en: 'what each comparison says', zh: '各项比较的依据' },
  levelsNote: {
    en: 'm: how often pairs of one customer agree like this; u: how often different customers do, by chance. Bits are log2(m / u).',
    zh: 'm：同一客户的两条记录出现该结果的概率；u：不同客户偶然出现该结果的概率。比特数为 log2(m / u)。',
  },
  level: { en: 'agreement', zh: '比较结果' },
  scale: { en: 'u ○ — ● m, from 0.000001 to 1', zh: 'u ○ — ● m，从 0.000001 到 1' },
  bits: { en: 'bits', zh: '比特' },
  rules: { en: 'how pairs are found', zh: '候选对的来源' },
  rulesNote: {
    en: 'Only customers that have a key of one rule in common are compared. Purged: customers whose keys are so common that they say nothing.',
    zh: '仅比较在某条规则下键值相同的客户。已排除：键值过于常见、没有区分意义的客户。',
  },
  rule: { en: 'rule', zh: '规则' },
  pairs: { en: 'pairs', zh: '客户对' },
  keys: { en: 'keys', zh: '键值' },
  purged: { en: 'purged customers', zh: '已排除客户' },
  largest: { en: 'largest clusters', zh: '最大的重复组' },
  noClusters: { en: 'No customer seems to be there twice.', zh: '未发现重复客户。' },
  members: { en: 'members', zh: '成员' },
  more: { en: 'more', zh: '位未列出' },
  samples: { en: 'samples at each weight', zh: '各权重区间的样例' },
  noSamples: { en: 'There are no pairs to show.', zh: '没有可展示的客户对。' },
  field: { en: 'field', zh: '字段' },
  prior: { en: 'prior', zh: '先验' },
  sum: { en: 'sum', zh: '合计' },
  probability: { en: 'probability', zh: '概率' },
  common: { en: 'of all customers have it', zh: '的客户有此值' },
  noName: { en: '(no name)', zh: '（无姓名）' },
  decisions: { en: 'decided by people', zh: '人工判定' },
  same: { en: 'the same', zh: '同一客户' },
  distinct: { en: 'different', zh: '不同客户' },
  stillOpen: { en: 'open', zh: '待定' },
  next: { en: 'next', zh: '下一步' },
  review: { en: 'review from', zh: '人工审核起点' },
  auto: { en: 'merged from', zh: '自动合并起点' },
} as const satisfies Readonly<Record<string, Label>>;

const LEVELS: Readonly<Record<string, string>> = {
  exact: '完全一致',
  nickname: '昵称对应',
  initial: '首字母一致',
  one_edit: '差一个字符',
  two_edits: '差两个字符',
  swapped: '姓名互换',
  similar: '相似',
  close: '相近',
  pinyin: '拼音一致',
  same_domain: '同一域名',
  transposed: '日月互换',
  year_month: '年月一致',
  else: '不同',
};

/** A level of agreement in words; one that is not known stands for itself. */
export function levelLabel(level: string): Label {
  const en = shownLevel(level);
  return { en, zh: LEVELS[level] ?? en };
}
