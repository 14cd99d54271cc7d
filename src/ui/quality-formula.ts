import type { QualityReport } from '../quality/quality-report.ts';
import { DIMENSION_WEIGHTS, type Dimensions } from '../quality/score.ts';
import { both, html, type Markup } from './quality-markup.ts';
import { DIMENSION_LABELS, WORDS } from './quality-words.ts';

/** How the score follows from the dimensions, in words of both languages. */
export function formulaNote({ freshness }: QualityReport): Markup {
  const parts = (language: 'en' | 'zh'): string =>
    Object.entries(DIMENSION_WEIGHTS)
      .map(([name, weight]) => `${weight} × ${DIMENSION_LABELS[name as keyof Dimensions][language]}`)
      .join(' + ');
  return html`<h2>${both(WORDS.formula)}</h2><p>${both({ en: `Score = ${parts('en')}`, zh: `得分 = ${parts('zh')}` })}</p>
<p>${both({
    en: `Completeness, validity and conformity are means over fields by their weight; fields that are empty everywhere weigh nothing. Uniqueness is the share of customers that are no duplicate of an earlier one (an estimate by shared e-mail, phone and name), consistency that of customers without a contradiction, freshness that of customers touched within ${freshness.freshDays} days. Scores are rounded down: 100 means that nothing is left to do.`,
    zh: `完整性、有效性和规范性按字段权重取平均；从未填写的字段不计入。唯一性为未与更早客户重复的客户比例（按共同的邮箱、电话和姓名估计），一致性为无矛盾的客户比例，时效性为 ${freshness.freshDays} 天内有更新的客户比例。得分向下取整：100 表示无需改进。`,
  })}</p>
<p>${both({ en: 'This page holds no values of customers, only their numbers (#) and counts.', zh: '本页不含客户的任何取值，仅含客户编号（#）和计数。' })}</p>`;
}
