import { FIELDS } from '../model/fields.ts';
import { phoneWords, WordBuffer } from '../model/search-words.ts';
import { companyKey, nameKey, phoneKey } from '../normalize/keys.ts';
import { slotOf } from './row-steps.ts';
import type { RowValues } from './row-values.ts';

const COMPANY_NAME = slotOf('company_name');
const EMAIL = slotOf('email');
const PHONE = slotOf('phone');
/** The name itself goes before them; what stands in it already is not said twice. */
const NAME_PARTS: ReadonlySet<number> = new Set([slotOf('given_name'), slotOf('family_name')]);
const SEARCHED: readonly number[] = FIELDS.filter((field) => field.searchable && field.name !== 'name').map(({ name }) => slotOf(name));

/** Match keys of a customer to be made. */
export interface RowKeys {
  readonly email: string | null;
  readonly phone: string | null;
  readonly name: string | null;
  readonly company: string | null;
}

/** Match keys of a customer to be made of a row, as `matchKeysOf` gives them for the finished one. */
export function rowKeys({ slots, emailUnderstood }: RowValues, kind: string, name: string | null): RowKeys {
  const ownCompany = slots[COMPANY_NAME] as string | null;
  const company = kind === 'organisation' ? (name ?? ownCompany) : ownCompany;
  const phone = slots[PHONE] as string | null;
  return {
    email: emailUnderstood ? (slots[EMAIL] as string) : null,
    phone: phone === null ? null : phoneKey(phone),
    name: name === null ? null : nameKey(name),
    company: company === null ? null : companyKey(company),
  };
}

/** Makes the full-text words of customers to be made, as `wordsOf` gives them for the finished ones. */
export class RowWords {
  readonly #words = new WordBuffer();

  /** The words of one row's customer; overwritten by the next row's. */
  of({ slots, hasAttributes, attributes }: RowValues, name: string | null): WordBuffer {
    const words = this.#words;
    words.clear();
    if (name !== null) words.add(name);
    for (const slot of SEARCHED) {
      const value = slots[slot] as string | null;
      if (value === null || (NAME_PARTS.has(slot) && name?.includes(value))) continue;
      words.add(slot === PHONE ? phoneWords(value) : value);
    }
    if (hasAttributes) for (const value of Object.values(attributes)) words.add(value);
    words.cut();
    return words;
  }
}
