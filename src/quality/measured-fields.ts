import { slotOf } from '../model/customer.ts';
import { FIELDS } from '../model/fields.ts';

/** A text in the two languages of reports. */
export interface Label {
  readonly en: string;
  readonly zh: string;
}

/** A field whose quality is measured. */
export interface MeasuredField {
  readonly name: string;
  readonly label: Label;
  /** Its place among `SCALAR_COLUMNS`. */
  readonly slot: number;
  /** How much it counts in the score; 0: it is shown and counts for nothing. */
  readonly weight: number;
  /** Its values can be wrong: addresses, numbers, codes. Free text never is. */
  readonly isChecked: boolean;
  /** Organisations have no such thing, so they are not incomplete without it. */
  readonly ofPersons: boolean;
}

/** Kept by the program, or never empty. */
const NOT_MEASURED = 'id|kind|accessed_at|created_at|updated_at|attributes|version';
/** What identifies and reaches a customer weighs most; what is rightly empty of most customers weighs nothing. */
const WEIGHTS = 'name:5|email:5|phone:5|company_name:3|country:3|city:2|street:2|postal_code:2|tax_id:2|owner:2|phone_ext:0|notes:0';
const CHECKED = 'email|phone|website|postal_code|country|gender|language|tax_id|birthday';
const OF_PERSONS = 'given_name|family_name|job_title|birthday|gender';

const listed = (names: string): ReadonlySet<string> => new Set(names.split('|'));
const weights = new Map(WEIGHTS.split('|').map((entry) => [entry.split(':')[0] as string, Number(entry.split(':')[1])]));

/** The measured fields in the order of the catalogue; every field without a weight of its own weighs 1. */
export const MEASURED_FIELDS: readonly MeasuredField[] = FIELDS.filter(({ name }) => !listed(NOT_MEASURED).has(name)).map(
  ({ name, label }) => ({
    name,
    label,
    slot: slotOf(name),
    weight: weights.get(name) ?? 1,
    isChecked: listed(CHECKED).has(name),
    ofPersons: listed(OF_PERSONS).has(name),
  }),
);
