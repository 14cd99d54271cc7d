import { oldTaxNumberCheck, residentIdCheck, uscCheck } from './chinese-ids.ts';
import { normalizeLine } from './line.ts';
import type { Normalized } from './normalizer.ts';
import { TAX_ID_VALIDATORS, VAT_RULES } from './tax-id-countries.ts';
import { judgeTaxId } from './tax-id-library.ts';
import { normalizeText } from './text.ts';

/** A tax or identity number, and what kind it is. */
export interface TaxId extends Normalized {
  /**
   * `CN_USCC` (统一社会信用代码), `CN_TAX_15` (15-digit 税号), `CN_RESIDENT_ID`, `CN_RESIDENT_ID_15` (身份证), `DE_VAT` (VAT number
   * with prefix), else country and name of the rule (`US_EIN`); null where none was recognised.
   */
  readonly kind: string | null;
}

/** What is known of the number beside its text. */
export interface TaxIdContext {
  /** ISO 3166-1 alpha-2 code of the holder's country; null when unknown. */
  readonly country: string | null;
}

type Recognised = { readonly value: string; readonly kind: string } | { readonly value: null; readonly kind: string };

/** No number of any country is longer, signs and blanks included. */
const MAX_LENGTH = 60;
const SIGNS = /[\s.\-/_()\u2010-\u2015\u2212]/g;
const CHINESE_18 = /^[0-9A-Z]{18}$/;
const CHINESE_15 = /^\d{6}[0-9A-Z]{9}$/;

/**
 * A tax or identity number, compact and upper case where its check digit proves it: 统一社会信用代码 (GB 32100), 税号 of 15
 * characters, 身份证 (GB 11643), VAT numbers with their prefix, numbers of 70 countries. With a wrong check digit it is kept
 * as it came and not understood; where no kind is recognised it is a cleaned line that cannot be checked, kind null.
 */
export function normalizeTaxId(raw: string, { country }: TaxIdContext): TaxId {
  const line = normalizeLine(raw);
  const found = line.length === 0 || line.length > MAX_LENGTH ? null : recognise(line, country);
  if (found === null) return { value: line, understood: true, kind: null };
  if (found.value === null) return { value: normalizeText(raw), understood: false, kind: found.kind };
  // A form that its own rules read otherwise is none.
  const again = found.value === line ? found : recognise(found.value, country);
  if (again?.value !== found.value) return { value: line, understood: true, kind: null };
  return { value: found.value, understood: true, kind: again.kind };
}

/** The compact value and its kind; a null value where the check digit is wrong; null where it is no number of a known kind. */
function recognise(line: string, country: string | null): Recognised | null {
  const compact = line.replace(SIGNS, '').toUpperCase();
  return chinese(compact, country) ?? vat(compact, country) ?? national(line, compact, country);
}

/** Chinese numbers, wherever the holder is: 18 characters with a right check are no accident. Wrong ones only of China. */
function chinese(compact: string, country: string | null): Recognised | null {
  if (compact.length === 18) {
    // One resident number in 31 passes as a credit code by accident; hardly any credit code holds a day of birth.
    const isResident = residentIdCheck(compact) && !(compact.startsWith('9') && uscCheck(compact));
    if (isResident) return { value: compact, kind: 'CN_RESIDENT_ID' };
    if (uscCheck(compact)) return { value: compact, kind: 'CN_USCC' };
    const isChinese = country === 'CN' || (country === null && /^\d{8}/.test(compact));
    if (!isChinese || !CHINESE_18.test(compact)) return null;
    return { value: null, kind: /^[1-8]\d{16}[\dX]$/.test(compact) ? 'CN_RESIDENT_ID' : 'CN_USCC' };
  }
  if (country !== 'CN' || compact.length !== 15 || !CHINESE_15.test(compact)) return null;
  if (oldTaxNumberCheck(compact)) return { value: compact, kind: 'CN_TAX_15' };
  return residentIdCheck(compact) ? { value: compact, kind: 'CN_RESIDENT_ID_15' } : { value: null, kind: 'CN_TAX_15' };
}

/** A VAT number with its prefix; of another country than the holder's only where its check is right. */
function vat(compact: string, country: string | null): Recognised | null {
  const prefix = compact.startsWith('GR') ? 'EL' : compact.slice(0, 2);
  const rules = VAT_RULES.get(prefix);
  const body = compact.slice(2);
  if (rules === undefined || !rules.body.test(body)) return null;
  const kind = `${rules.country}_VAT`;
  const verdict = judgeTaxId(rules.country.toLowerCase(), rules.validator, body);
  if (typeof verdict === 'object') return { value: `${prefix}${body}`, kind };
  return verdict === 'WRONG_CHECK' && rules.country === country ? { value: null, kind } : null;
}

/** A number by the rules of the holder's country; its first rule that finds it right decides. */
function national(line: string, compact: string, country: string | null): Recognised | null {
  let wrong: string | null = null;
  for (const name of TAX_ID_VALIDATORS.get(country ?? '') ?? []) {
    const kind = `${country}_${name.toUpperCase()}`;
    // Some rules know signs of their own, which the compact form no longer has.
    for (const text of compact === line ? [line] : [compact, line]) {
      const verdict = judgeTaxId((country as string).toLowerCase(), name, text);
      if (typeof verdict === 'object') return { value: keepsContent(verdict.compact, compact) ? verdict.compact : compact, kind };
      if (verdict === 'WRONG_CHECK') wrong ??= kind;
    }
  }
  return wrong === null ? null : { value: null, kind: wrong };
}

/** Whether a rule's compact form has all letters and digits: some drop the prefix. */
function keepsContent(rule: string, compact: string): boolean {
  return rule.replace(SIGNS, '').toUpperCase() === compact;
}
