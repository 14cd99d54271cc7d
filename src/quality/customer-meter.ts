import type { SqlValue } from '../engines/engine.ts';
import { SCALAR_COLUMNS, slotOf } from '../model/customer.ts';
import { type CustomerNormalizing, CustomerNormalizer } from '../normalize/customer-normalizer.ts';
import { emailDoubts } from '../normalize/email-doubts.ts';
import { QUALITY_EXTRAS, type QualityExtra, UNIT_SEPARATOR } from '../repository/quality-rows.ts';
import { AgeHistogram, latest } from './age-histogram.ts';
import { type Calendar, CONSISTENCY_RULES, type Subject } from './consistency-rules.ts';
import { isMissed } from './field-findings.ts';
import { CaseCounter } from './finding-list.ts';
import { MEASURED_FIELDS } from './measured-fields.ts';
import type { Consent } from './opt-out.ts';
import { residentIdOf } from './resident-id.ts';
import { CANONICAL, FILLED, type Marks, Tally, VALID } from './tally.ts';

/** How customers are measured. */
export interface MeterOptions {
  readonly now: Date;
  readonly freshDays: number;
  /** How many ids are kept of each finding. */
  readonly examples: number;
  readonly normalizing: CustomerNormalizing;
  /** Whether a customer seems to be in the database already, under a lower id. */
  readonly isSurplus: (id: number) => boolean;
  /** Values of the field to group by that are measured on their own; null: the customers without a value. */
  readonly groups: readonly (string | null)[];
}

const WIDTH = SCALAR_COLUMNS.length;
const KIND = slotOf('kind');
const EMAIL = slotOf('email');
const TAX_ID = slotOf('tax_id');
const TOUCHED = ['updated_at', 'last_contacted_at', 'accessed_at'].map(slotOf);
const EMAIL_FIELD = MEASURED_FIELDS.findIndex(({ name }) => name === 'email');
const placeOf = (extra: QualityExtra): number => 1 + WIDTH + QUALITY_EXTRAS.indexOf(extra);
const AT = {
  contacts: placeOf('contacts'),
  companyKind: placeOf('companyKind'),
  consents: placeOf('consents'),
  tags: placeOf('tags'),
  attributes: placeOf('attributes'),
  groups: placeOf('groups'),
};
const MAX_AGE_YEARS = 120;
const DOUBT_FINDINGS = { LIKELY_TYPO: 'email_typo', ROLE_ADDRESS: 'email_role', DISPOSABLE_ADDRESS: 'email_disposable' } as const;
const NO_CONSENTS: readonly Consent[] = [];
const NO_TAGS: readonly string[] = [];

/** Measures customers one after another, in the order of their ids; one object for a million of them. */
export class CustomerMeter {
  readonly total = new Tally();
  readonly groups: ReadonlyMap<string | null, Tally>;
  readonly cases: CaseCounter;
  readonly ages: AgeHistogram;
  readonly #options: MeterOptions;
  readonly #normalizer: CustomerNormalizer;
  readonly #calendar: Calendar;
  readonly #slots: (string | null)[] = new Array<string | null>(WIDTH).fill(null);
  readonly #notUnderstood = new Uint8Array(WIDTH);
  readonly #marks: Marks = {
    fields: new Uint8Array(MEASURED_FIELDS.length),
    isPerson: true,
    isFresh: false,
    isInconsistent: false,
    isSurplus: false,
  };

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#normalizer = new CustomerNormalizer(options.normalizing);
    this.cases = new CaseCounter(options.examples);
    this.ages = new AgeHistogram(options.now, options.freshDays);
    this.groups = new Map(options.groups.map((value) => [value, new Tally()]));
    this.#calendar = calendarOf(options.now);
  }

  /** Measures the customer of a row of `compileQualityRows`. */
  add(row: readonly SqlValue[]): void {
    const id = row[0] as number;
    const marks = this.#marks;
    marks.isPerson = row[1 + KIND] === 'person';
    const [updated, contacted, accessed] = TOUCHED.map((slot) => row[1 + slot] as string | null) as [string, string | null, string | null];
    marks.isFresh = this.ages.add(latest(updated, contacted, accessed));
    marks.isSurplus = this.#options.isSurplus(id);
    this.#markFields(id, row);
    marks.isInconsistent = this.#checkRules(id, row);
    this.total.add(marks);
    if (this.groups.size > 0) this.#addToGroups(row[AT.groups] ?? null);
  }

  #markFields(id: number, row: readonly SqlValue[]): void {
    const { fields, isPerson } = this.#marks;
    const slots = this.#slots;
    for (let i = 0; i < WIDTH; i++) slots[i] = row[1 + i] as string | null;
    this.#normalizer.normalize(slots);
    for (const slot of this.#normalizer.notUnderstood) this.#notUnderstood[slot] = 1;
    for (let i = 0; i < MEASURED_FIELDS.length; i++) {
      const field = MEASURED_FIELDS[i] as (typeof MEASURED_FIELDS)[number];
      const stored = row[1 + field.slot];
      if (stored === null || stored === '') {
        fields[i] = 0;
        if (isMissed(field) && (isPerson || !field.ofPersons)) this.cases.add(`empty.${field.name}`, id);
        continue;
      }
      let bits = FILLED;
      if (this.#notUnderstood[field.slot] === 0) bits |= VALID;
      else this.cases.add(`invalid.${field.name}`, id);
      if (slots[field.slot] === stored) bits |= CANONICAL;
      else this.cases.add(`not_canonical.${field.name}`, id);
      fields[i] = bits;
    }
    for (const slot of this.#normalizer.notUnderstood) this.#notUnderstood[slot] = 0;
    if (((fields[EMAIL_FIELD] as number) & VALID) !== 0) this.#doubtEmail(id, slots[EMAIL] as string);
  }

  #doubtEmail(id: number, address: string): void {
    const { fields } = this.#marks;
    for (const { code } of emailDoubts(address)) {
      this.cases.add(DOUBT_FINDINGS[code], id);
      if (code === 'LIKELY_TYPO') fields[EMAIL_FIELD] = (fields[EMAIL_FIELD] as number) & ~VALID;
    }
  }

  #checkRules(id: number, row: readonly SqlValue[]): boolean {
    const consents = row[AT.consents] as string | null;
    const tags = row[AT.tags] as string | null;
    const subject: Subject = {
      id,
      values: row.slice(1, 1 + WIDTH) as (string | number | null)[],
      hasContactPoint: row[AT.contacts] === 1,
      companyKind: row[AT.companyKind] as string | null,
      consents: consents === null ? NO_CONSENTS : consents.split(UNIT_SEPARATOR).map(consentOf),
      tags: tags === null ? NO_TAGS : tags.split(UNIT_SEPARATOR),
      residentId: residentIdOf(row[1 + TAX_ID] as string | null, row[AT.attributes] as string | null),
    };
    let isInconsistent = false;
    for (const rule of CONSISTENCY_RULES) {
      if (!rule.breaks(subject, this.#calendar)) continue;
      this.cases.add(rule.id, id);
      isInconsistent = true;
    }
    return isInconsistent;
  }

  #addToGroups(value: SqlValue): void {
    const values = value === null ? [null] : String(value).split(UNIT_SEPARATOR);
    for (const one of values) this.groups.get(one)?.add(this.#marks);
  }
}

function consentOf(text: string): Consent {
  const [channel = '', status = '', ...instant] = text.split(':');
  return { channel, status, decidedAt: instant.join(':') };
}

function calendarOf(now: Date): Calendar {
  const oldest = new Date(now);
  oldest.setUTCFullYear(oldest.getUTCFullYear() - MAX_AGE_YEARS);
  return { today: now.toISOString().slice(0, 10), oldest: oldest.toISOString().slice(0, 10) };
}
