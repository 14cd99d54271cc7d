import { fold } from '../model/fold.ts';
import { chineseCity, chineseProvince } from './chinese-divisions.ts';
import { companyKey } from './company-key.ts';
import { foldHan } from './han-fold.ts';
import { formsAgree } from './legal-forms.ts';
import { normalizeLine } from './line.ts';
import type { Normalized } from './normalizer.ts';
import { type OrganisationName, parseOrganisation } from './organisation-parts.ts';
import { onlySigns } from './place.ts';

const HAN = /\p{Script=Han}/u;
const BRACKETED = /[(（][^()（）]*[)）]/g;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
/** Names are not longer; a document in a cell keeps its brackets. */
const MAX_NAME_LENGTH = 300;

/**
 * Canonical name of an organisation: one clean line, letters as written (`SAP`), the legal form left in it. Brackets in a
 * name in Han characters are full-width without blanks around, as the Chinese register has them (`华为（深圳）`); elsewhere
 * half-width. Always understood.
 */
export function normalizeOrganisation(raw: string): Normalized {
  const line = normalizeLine(raw);
  if (line === '') return onlySigns(raw);
  if (!line.includes('(') && !line.includes('（')) return { value: line, understood: true };
  const outside = line.length > MAX_NAME_LENGTH ? '' : line.replace(BRACKETED, '');
  if (!HAN.test(outside)) return { value: line, understood: true };
  const value = line
    .replace(/\(/g, '（')
    .replace(/\)/g, '）')
    .replace(/ ?（ ?/g, '（')
    .replace(/ ?） ?/g, '）');
  return { value: normalizeLine(value), understood: true };
}

/**
 * Whether two names may be of one company: the same key, and places, branches and legal forms that do not contradict each
 * other. A part that one name does not have contradicts nothing, but a branch is not its head office. A province and a
 * city in it agree; `中国` agrees with every place of China.
 */
export function companiesMayBeOne(a: string, b: string): boolean {
  const key = companyKey(a);
  if (key === null || key !== companyKey(b)) return false;
  const first = parseOrganisation(a);
  const second = parseOrganisation(b);
  return formsAgree(first.legalForm, second.legalForm) && regionsAgree(first.region, second.region) && branchOf(first) === branchOf(second);
}

function branchOf({ branch }: OrganisationName): string {
  return branch === null ? '' : foldHan(fold(branch)).replace(SIGNS, '');
}

function regionsAgree(a: string | null, b: string | null): boolean {
  if (a === null || b === null || a === b) return true;
  return holds(a, b) || holds(b, a);
}

function holds(region: string, place: string): boolean {
  if (region === '中国') return chineseProvince(place) !== undefined || chineseCity(place) !== undefined;
  return chineseCity(place)?.province.short === region;
}
