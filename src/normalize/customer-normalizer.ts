import { composeName, slotOf } from '../model/customer.ts';
import { FIELDS, type Field } from '../model/fields.ts';
import { regionOfAddress } from './address-region.ts';
import type { CustomRules } from './custom-rules.ts';
import { NORMALIZERS } from './index.ts';
import type { NormalizeContext, Normalizer } from './normalizer.ts';
import { normalizePhone } from './phone.ts';

const KIND = slotOf('kind');
const NAME = slotOf('name');
const GIVEN_NAME = slotOf('given_name');
const FAMILY_NAME = slotOf('family_name');
const COUNTRY = slotOf('country');
const REGION = slotOf('region');
const CITY = slotOf('city');
const STREET = slotOf('street');
const PHONE = slotOf('phone');
const PHONE_EXT = slotOf('phone_ext');

type NormalizerName = NonNullable<Field['normalizer']>;

/** Normalisers of fields that need nothing but the value, or (phones) something that an import knows better. */
const BY_CELL: ReadonlySet<NormalizerName> = new Set(['kind', 'gender', 'country', 'email', 'phone', 'date', 'instant']);

/** Whether an import reads a field by its cell alone; the others are read when the whole row is known. */
export function isReadByCell(normalizer: NormalizerName): boolean {
  return BY_CELL.has(normalizer);
}

/** One field, its slot and what brings it to canonical form. */
interface Step {
  readonly slot: number;
  readonly normalize: Normalizer;
}

function steps(wanted: (normalizer: NormalizerName) => boolean): readonly Step[] {
  return FIELDS.flatMap(({ name, normalizer }) => {
    const isPart = name === 'name' || normalizer === undefined || normalizer === 'phone';
    return isPart || !wanted(normalizer) ? [] : [{ slot: slotOf(name), normalize: NORMALIZERS[normalizer] }];
  });
}

/** Names stand for themselves: they depend on their parts. */
const CELL_STEPS = steps(isReadByCell);
const TEXT_STEPS = steps((normalizer) => !isReadByCell(normalizer));

/** What a customer's fields are brought to canonical form with. */
export interface CustomerNormalizing {
  /** ISO 3166-1 alpha-2 region of national phone numbers of customers without a country; null when unknown. */
  readonly region: string | null;
  /** Rules of the user, applied after the built-in ones; none when absent. */
  readonly rules?: CustomRules | undefined;
}

/**
 * Brings the fields of whole customers to canonical form: what an import does with a row and `crm normalize` with what is
 * stored, by the same code. One object serves all customers, because a million of them must not make a million objects.
 */
export class CustomerNormalizer {
  /** Slots of the last customer whose value was not understood, in no order. */
  readonly notUnderstood: number[] = [];
  readonly #region: string | null;
  readonly #rules: CustomRules | null;
  readonly #context: { region: string | null; country: string | null; kind: string | null };

  constructor({ region, rules }: CustomerNormalizing) {
    this.#region = region;
    this.#rules = rules ?? null;
    this.#context = { region, country: null, kind: null };
  }

  /**
   * Normalises every field in place. Idempotent.
   * @param slots values in the order of `SCALAR_COLUMNS`
   */
  normalize(slots: (string | null)[]): void {
    this.notUnderstood.length = 0;
    for (const step of CELL_STEPS) this.#apply(step, slots);
    this.#setContext(slots, slots[KIND] ?? null, null);
    this.#phone(slots);
    this.#texts(slots);
  }

  /**
   * Normalises the fields that are plain text of some kind: names, companies, places and so on. Those that `isReadByCell`
   * were read before.
   * @param kind what the customer is, or will be
   * @param country ISO 3166-1 alpha-2 code where the slots name none; null when unknown
   */
  texts(slots: (string | null)[], kind: string | null, country: string | null): void {
    this.notUnderstood.length = 0;
    this.#setContext(slots, kind, country);
    this.#texts(slots);
  }

  #setContext(slots: readonly (string | null)[], kind: string | null, known: string | null): void {
    const country = slots[COUNTRY] ?? known;
    this.#context.kind = kind;
    this.#context.country = country?.length === 2 ? country : null;
    this.#context.region = this.#context.country ?? this.#region;
  }

  #texts(slots: (string | null)[]): void {
    const name = slots[NAME] as string | null;
    const isComposed = name !== null && name === composeName(slots[GIVEN_NAME] as string | null, slots[FAMILY_NAME] as string | null);
    for (const step of TEXT_STEPS) this.#apply(step, slots);
    // A name that was made of its parts goes with them; judged by itself, its case may be another.
    if (isComposed) slots[NAME] = composeName(slots[GIVEN_NAME] as string | null, slots[FAMILY_NAME] as string | null);
    else this.#apply(NAME_STEP, slots);
    this.#rules?.apply(slots);
  }

  #apply({ slot: at, normalize }: Step, slots: (string | null)[]): void {
    const raw = slots[at] as string | null;
    if (raw === null) return;
    const { value, understood } = normalize(raw, this.#context as NormalizeContext);
    if (value !== raw && value !== '') slots[at] = value;
    if (!understood) this.notUnderstood.push(at);
  }

  /** The country of a number that names none: that of the customer, of its address, or the usual one. */
  #phoneRegion(slots: readonly (string | null)[]): string | null {
    return this.#context.country ?? regionOfAddress(slots[REGION] ?? null, slots[CITY] ?? null, slots[STREET] ?? null) ?? this.#region;
  }

  /** A number with an extension, where another extension is stored, stays as it is: one of the two would be lost. */
  #phone(slots: (string | null)[]): void {
    const raw = slots[PHONE] as string | null;
    if (raw === null) return;
    const { value, extension, understood } = normalizePhone(raw, this.#phoneRegion(slots));
    if (!understood) this.notUnderstood.push(PHONE);
    const stored = slots[PHONE_EXT] as string | null;
    if (value === '' || (extension !== null && stored !== null && stored !== extension)) return;
    slots[PHONE] = value;
    if (extension !== null) slots[PHONE_EXT] = extension;
  }
}

const NAME_STEP: Step = { slot: NAME, normalize: NORMALIZERS.name };
