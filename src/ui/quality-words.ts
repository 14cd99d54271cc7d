import type { Severity } from '../quality/consistency-rules.ts';
import type { Label } from '../quality/measured-fields.ts';
import type { Dimensions } from '../quality/score.ts';
import type { Environment } from './io.ts';
import { formatCount, plural } from './number.ts';

/** Languages of quality reports. */
export const REPORT_LANGUAGES = ['en', 'zh'] as const;

/** Language of a report. */
export type ReportLanguage = (typeof REPORT_LANGUAGES)[number];

/** Names of the dimensions of quality, in the order in which they are shown. */
export const DIMENSION_LABELS: Readonly<Record<keyof Dimensions, Label>> = {
  completeness: { en: 'completeness', zh: '完整性' },
  validity: { en: 'validity', zh: '有效性' },
  conformity: { en: 'conformity', zh: '规范性' },
  uniqueness: { en: 'uniqueness', zh: '唯一性' },
  consistency: { en: 'consistency', zh: '一致性' },
  freshness: { en: 'freshness', zh: '时效性' },
};

/** What each dimension measures. */
export const DIMENSION_MEANINGS: Readonly<Record<keyof Dimensions, Label>> = {
  completeness: { en: 'fields that have a value', zh: '字段已填写的比例' },
  validity: { en: 'values that can be right', zh: '取值有效的比例' },
  conformity: { en: 'values in canonical form', zh: '格式规范的比例' },
  uniqueness: { en: 'customers that are there once', zh: '未重复的客户比例' },
  consistency: { en: 'customers without contradiction', zh: '无矛盾的客户比例' },
  freshness: { en: 'customers touched lately', zh: '近期有更新的客户比例' },
};

/** Names of the severities. */
export const SEVERITY_LABELS: Readonly<Record<Severity, Label>> = {
  error: { en: 'error', zh: '错误' },
  warning: { en: 'warning', zh: '警告' },
  info: { en: 'note', zh: '提示' },
};

/** All other words of the reports. */
export const WORDS = {
  title: { en: 'Data quality', zh: '数据质量报告' },
  field: { en: 'field', zh: '字段' },
  filled: { en: 'filled', zh: '完整' },
  valid: { en: 'valid', zh: '有效' },
  canonical: { en: 'canonical', zh: '规范' },
  unique: { en: 'unique', zh: '唯一' },
  consistent: { en: 'consistent', zh: '一致' },
  fresh: { en: 'fresh', zh: '时效' },
  customers: { en: 'customers', zh: '客户' },
  allCustomers: { en: 'all customers', zh: '全部客户' },
  score: { en: 'score', zh: '得分' },
  of100: { en: 'of 100', zh: '满分 100' },
  measured: { en: 'measured', zh: '测量时间' },
  findings: { en: 'findings', zh: '发现的问题' },
  noFindings: { en: 'nothing was found', zh: '未发现问题' },
  emptyEverywhere: { en: 'empty everywhere', zh: '从未填写' },
  noValue: { en: '(none)', zh: '（无）' },
  duplicates: { en: 'duplicates (estimate)', zh: '疑似重复（估计）' },
  dimensions: { en: 'dimensions', zh: '质量维度' },
  fields: { en: 'fields', zh: '字段质量' },
  worstFirst: { en: 'what costs the score most comes first', zh: '按对得分的影响排序' },
  ages: { en: 'last touched', zh: '最近更新时间' },
  trend: { en: 'trend', zh: '趋势' },
  groups: { en: 'by', zh: '分组' },
  severity: { en: 'severity', zh: '级别' },
  what: { en: 'what, and how to list or fix it', zh: '内容，及查看或修复的命令' },
  count: { en: 'customers', zh: '客户数' },
  examples: { en: 'examples', zh: '示例' },
  notCanonical: { en: 'valid, not canonical', zh: '有效但不规范' },
  invalid: { en: 'not valid', zh: '无效' },
  empty: { en: 'empty', zh: '空缺' },
  nothing: { en: 'There are no customers to measure.', zh: '没有可测量的客户。' },
  next: { en: 'next', zh: '下一步' },
  more: { en: 'more', zh: '项未列出' },
  weight: { en: 'weight', zh: '权重' },
  formula: { en: 'How the score is made', zh: '得分如何计算' },
} as const satisfies Readonly<Record<string, Label>>;

/** That smaller groups are not shown. */
export function otherGroupsLabel(count: number): Label {
  return { en: `${plural(count, 'smaller group')} left out`, zh: `另有 ${formatCount(count)} 个较小的分组未列出` };
}

/** The language of a report where none is asked for: Chinese where the locale is (POSIX: LC_ALL, LC_MESSAGES, LANG). */
export function reportLanguage(env: Environment): ReportLanguage {
  const locale = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  return /^zh\b/i.test(locale?.replace(/[_.].*/, '') ?? '') ? 'zh' : 'en';
}

/** A share in [0, 1] with one decimal, rounded down, so that 100% means all: `0.9999` → `99.9%`; null is `–`. */
export function shownShare(share: number | null): string {
  if (share === null) return '–';
  const tenths = Math.floor(share * 1000 + 1e-9);
  if (tenths === 0 && share > 0) return '<0.1%';
  return tenths % 1000 === 0 ? `${tenths / 10}%` : `${(tenths / 10).toFixed(1)}%`;
}
