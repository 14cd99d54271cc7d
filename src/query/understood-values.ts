import type { Filter } from '../model/filter.ts';
import { normalizeRegion } from '../normalize/region.ts';
import { NORMALIZERS } from '../normalize/index.ts';
import { normalizePhone } from '../normalize/phone.ts';

/** Fields whose values have one canonical form that people rarely type. */
const NORMALIZED = new Map([
  ['country', NORMALIZERS.country],
  ['kind', NORMALIZERS.kind],
  ['gender', NORMALIZERS.gender],
]);

/** Countries whose regions have a canonical form. */
const COUNTRIES_WITH_REGIONS = ['US', 'CA', 'AU', 'CN'];

/**
 * The filter with its values as they are stored: `country = Germany` means `DE`, `kind = 公司` an organisation, a phone
 * number of `region` its E.164 form, `region = 广东` also `广东省`. Only values compared with `=`, `!=` and `in`; what is not understood stays.
 * @param region ISO 3166-1 alpha-2 region of phone numbers without a calling code; null when unknown
 */
export function withUnderstoodValues(filter: Filter, region: string | null): Filter {
  const understood = (field: string, value: string): string => canonical(field, value, region);
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { ...filter, operands: filter.operands.map((operand) => withUnderstoodValues(operand, region)) };
    case 'not':
      return { ...filter, operand: withUnderstoodValues(filter.operand, region) };
    case 'compare':
      if (filter.operator !== '=' && filter.operator !== '!=') return filter;
      if (filter.field === 'region') return regionFilter(filter);
      return { ...filter, value: understood(filter.field, filter.value) };
    case 'in':
      return {
        ...filter,
        values: filter.values.flatMap((value): readonly (string | null)[] =>
          value === null ? [null] : filter.field === 'region' ? regionForms(value) : [understood(filter.field, value)],
        ),
      };
    default:
      return filter;
  }
}

function regionFilter(filter: Extract<Filter, { kind: 'compare' }>): Filter {
  const values = regionForms(filter.value);
  return values.length === 1 ? filter : { kind: 'in', field: filter.field, negated: filter.operator === '!=', values };
}

/** A region is stored in canonical form only where its country is known: both forms are meant. */
function regionForms(value: string): readonly string[] {
  const forms = new Set([value, ...COUNTRIES_WITH_REGIONS.map((country) => normalizeRegion(value, { country }).value)]);
  // A name of two countries means none of them for sure.
  return forms.size > 2 ? [value] : [...forms];
}

function canonical(field: string, value: string, region: string | null): string {
  if (field === 'phone') {
    const phone = normalizePhone(value, region);
    return phone.understood && phone.extension === null ? phone.value : value;
  }
  const normalized = NORMALIZED.get(field)?.(value);
  return normalized?.understood === true ? normalized.value : value;
}
