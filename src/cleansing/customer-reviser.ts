import type { SqlValue } from '../engines/engine.ts';
import { type FieldValue, SCALAR_COLUMNS, slotOf } from '../model/customer.ts';
import { emailDoubts } from '../normalize/email-doubts.ts';
import { CustomerNormalizer, type CustomerNormalizing } from '../normalize/customer-normalizer.ts';
import type { ContactTimes, Reviser, Revision, RevisionLookups } from '../repository/customer-revision.ts';
import type { RevisedContact, StoredContact } from '../repository/revised-contacts.ts';
import { revisedContact } from './contact-revision.ts';
import { FILL_RULES, type FillRule, type FillSource } from './fill-rules.ts';
import type { NormalizeTally } from './normalize-report.ts';

/** What is normalised, and how. */
export interface RevisingOptions extends CustomerNormalizing {
  /** Fields that may change; null for all. */
  readonly fields: ReadonlySet<string> | null;
  /** Whether missing values are filled where they follow from others. */
  readonly fill: boolean;
  /** Called after each batch; a throw rolls everything back. */
  readonly check: () => Promise<void>;
  /** Called when all are examined; a throw rolls everything back. */
  readonly finish: () => void;
}

const EMAIL = slotOf('email');
const COMPANY_ID = slotOf('company_id');
const FIRST_CONTACT = slotOf('first_contacted_at');
const LAST_CONTACT = slotOf('last_contacted_at');

/** Brings stored customers to canonical form and fills what follows from other values; counts what it does. */
export class CustomerReviser implements Reviser {
  readonly #options: RevisingOptions;
  readonly #tally: NormalizeTally;
  readonly #normalizer: CustomerNormalizer;
  readonly #slots: (string | null)[] = SCALAR_COLUMNS.map(() => null);
  readonly #source: FillSource & { contactTimes: ContactTimes | null };
  /** Fields filled in the last round, with their rules. */
  #filled: Record<string, string> | null = null;
  /** Customers of the last batch that change or are flagged, so that none is counted twice. */
  #changedIds = new Set<number>();
  #flaggedIds = new Set<number>();

  constructor(options: RevisingOptions, tally: NormalizeTally) {
    this.#options = options;
    this.#tally = tally;
    this.#normalizer = new CustomerNormalizer(options);
    this.#source = { get: (field) => this.#slots[slotOf(field)] ?? null, contactTimes: null };
  }

  async customers(rows: readonly (readonly SqlValue[])[], lookups: RevisionLookups): Promise<readonly Revision[]> {
    this.#changedIds = new Set();
    this.#flaggedIds = new Set();
    const times = await this.#contactTimes(rows, lookups);
    const revisions: Revision[] = [];
    for (const row of rows) {
      const revision = this.#revised(row, times);
      if (revision !== null) revisions.push(revision);
    }
    this.#tally.examined += rows.length;
    this.#countBatch();
    return revisions;
  }

  contacts(contacts: readonly StoredContact[]): readonly RevisedContact[] {
    if (!this.#isOpen('contact_points')) return [];
    this.#tally.changed -= this.#changedIds.size;
    this.#tally.flagged -= this.#flaggedIds.size;
    const revised = contacts.flatMap((contact) => {
      const { value, key, understood } = revisedContact(contact, this.#options.region);
      const id = contact.customer_id;
      if (!understood) this.#flag('contact_points', id, 'NOT_UNDERSTOOD');
      if (value === contact.value) return [];
      this.#changedIds.add(id);
      this.#tally.change('contact_points', { id, before: contact.value, after: value });
      return [{ contact, value, key }];
    });
    this.#countBatch();
    return revised;
  }

  check(): Promise<void> {
    return this.#options.check();
  }

  finish(): void {
    this.#options.finish();
  }

  counts(): Readonly<Record<string, number>> {
    const { examined, changed, flagged } = this.#tally;
    return { examined, changed, flagged };
  }

  #countBatch(): void {
    this.#tally.changed += this.#changedIds.size;
    this.#tally.flagged += this.#flaggedIds.size;
  }

  #isOpen(field: string): boolean {
    return this.#options.fields === null || this.#options.fields.has(field);
  }

  #contactTimes(
    rows: readonly (readonly SqlValue[])[],
    lookups: RevisionLookups,
  ): Promise<ReadonlyMap<number, ContactTimes>> | ReadonlyMap<number, ContactTimes> {
    if (!this.#options.fill) return new Map();
    // The id stands before the columns.
    const open = rows.filter((row) => row[FIRST_CONTACT + 1] === null || row[LAST_CONTACT + 1] === null);
    return lookups.contactTimes(open.map(([id]) => id as number));
  }

  #revised(row: readonly SqlValue[], times: ReadonlyMap<number, ContactTimes>): Revision | null {
    const slots = this.#slots;
    const id = row[0] as number;
    for (let i = 0; i < slots.length; i++) slots[i] = i === COMPANY_ID ? null : (row[i + 1] as string | null);
    this.#source.contactTimes = times.get(id) ?? null;
    let rules: Record<string, string> | null = null;
    // What is filled may say how another value is read: a country its postal code.
    do {
      this.#normalizer.normalize(slots);
      for (const [at, name] of this.#options.rules?.changedBy ?? []) rules = { ...(rules ?? {}), [SCALAR_COLUMNS[at] as string]: name };
      this.#filled = null;
      if (this.#options.fill) this.#fill();
      if (this.#filled !== null) rules = { ...(rules ?? {}), ...(this.#filled as Record<string, string>) };
    } while (this.#filled !== null);
    this.#flagAll(id);
    let values: Record<string, FieldValue> | null = null;
    for (let i = 0; i < slots.length; i++) {
      const value = slots[i] as string | null;
      if (i === COMPANY_ID || value === row[i + 1]) continue;
      const field = SCALAR_COLUMNS[i] as string;
      if (!this.#isOpen(field) && !(field === 'phone_ext' && this.#isOpen('phone'))) continue;
      values ??= {};
      values[field] = value;
      const rule = rules?.[field];
      this.#tally.change(field, { id, before: row[i + 1] as FieldValue, after: value, ...(rule === undefined ? {} : { rule }) });
    }
    if (values === null) return null;
    this.#changedIds.add(id);
    return { row, values, rules: rules === null ? undefined : only(rules, values) };
  }

  #flagAll(id: number): void {
    for (const at of this.#normalizer.notUnderstood) this.#flag(SCALAR_COLUMNS[at] as string, id, 'NOT_UNDERSTOOD');
    const email = this.#slots[EMAIL] as string | null;
    if (email === null || this.#normalizer.notUnderstood.includes(EMAIL)) return;
    for (const { code, suggestion } of emailDoubts(email)) this.#flag('email', id, code, suggestion);
  }

  #flag(field: string, id: number, code: string, suggestion?: string): void {
    if (!this.#isOpen(field)) return;
    this.#flaggedIds.add(id);
    this.#tally.flag(field, { id, code, ...(suggestion === undefined ? {} : { suggestion }) });
  }

  /** Fills what is missing, once. */
  #fill(): void {
    for (const [name, { fills, derive }] of Object.entries<FillRule>(FILL_RULES)) {
      if (!fills.some((field) => this.#slots[slotOf(field)] === null && this.#isOpen(field))) continue;
      for (const [field, value] of Object.entries(derive(this.#source) ?? {})) {
        if (value === null || this.#slots[slotOf(field)] !== null || !this.#isOpen(field)) continue;
        this.#slots[slotOf(field)] = value;
        this.#filled = { ...(this.#filled ?? {}), [field]: name };
      }
    }
  }
}

function only(rules: Readonly<Record<string, string>>, values: Readonly<Record<string, FieldValue>>): Record<string, string> | undefined {
  const entries = Object.entries(rules).filter(([field]) => Object.hasOwn(values, field));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
