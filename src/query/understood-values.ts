import type { Filter } from '../model/filter.ts';
import { NORMALIZERS } from '../normalize/index.ts';
import { normalizePhone } from '../normalize/phone.ts';

/** Fields whose values have one canonical form that people rarely type. */
const NORMALIZED = new Map([
  ['country', NORMALIZERS.country],
  ['kind', NORMALIZERS.kind],
  ['gender', NORMALIZERS.gender],
]);

/**
 * The filter with its values as they are stored: `country = Germany` means `DE`, `kind = 公司` an organisation, a phone
 * number of `region` its E.164 form. Only values compared with `=`, `!=` and `in`; what is not understood stays.
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
      return { ...filter, value: understood(filter.field, filter.value) };
    case 'in':
      return { ...filter, values: filter.values.map((value) => (value === null ? null : understood(filter.field, value))) };
    default:
      return filter;
  }
}

function canonical(field: string, value: string, region: string | null): string {
  if (field === 'phone') {
    const phone = normalizePhone(value, region);
    return phone.understood && phone.extension === null ? phone.value : value;
  }
  const normalized = NORMALIZED.get(field)?.(value);
  return normalized?.understood === true ? normalized.value : value;
}
