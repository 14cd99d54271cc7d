import { slotOf } from '../model/customer.ts';
import { FIELDS } from '../model/fields.ts';
import { phoneWords, WordBuffer } from '../model/search-words.ts';
import { type KeyedValues, type MatchKeys, matchKeys } from '../normalize/match-keys.ts';
import type { RowValues } from './row-values.ts';

const PHONE = slotOf('phone');
/** The name itself goes before them; what stands in it already is not said twice. */
const NAME_PARTS: ReadonlySet<number> = new Set([slotOf('given_name'), slotOf('family_name')]);
const SEARCHED: readonly number[] = FIELDS.filter((field) => field.searchable && field.name !== 'name').map(({ name }) => slotOf(name));

/** The slots that match keys are made of. */
const KEYED = (['company_name', 'email', 'phone', 'street', 'city', 'region', 'postal_code', 'country'] as const).map(
  (field) => [field, slotOf(field)] as const,
);

/** Match keys of a customer to be made of a row, as those of the finished one will be. */
export function rowKeys({ slots }: RowValues, kind: string, name: string | null): MatchKeys {
  const values: Record<string, string | null> = { kind, name };
  for (const [field, slot] of KEYED) values[field] = slots[slot] as string | null;
  return matchKeys(values as unknown as KeyedValues);
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
