import type { SqlRow } from '../engines/engine.ts';
import type { ChildValue, ConsentValue, ContactPointValue } from '../model/child-value.ts';
import type { Customer } from '../model/customer.ts';
import { normalizeInstant } from '../normalize/date.ts';
import { isE164Form } from '../normalize/e164.ts';
import { normalizeEmail } from '../normalize/email.ts';
import { emailKey } from '../normalize/email-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { normalizeText } from '../normalize/text.ts';
import type { CustomerStore } from './customer-store.ts';

/** The customer as far as its primary e-mail and phone are concerned: they are no further contact points. */
export type Primary = Pick<Customer, 'email' | 'phone'>;

/** A row of `contact_points` or `consents` that an import writes, with what stood there before. */
export interface ChildWrite {
  readonly table: 'contact_points' | 'consents';
  readonly before: SqlRow | null;
  /** A contact point has the id 0: it gets its own when it is written. */
  readonly after: SqlRow;
}

/** Warning about a consent that was not taken as a row has it. */
export type ConsentWarning = 'OPT_OUT_KEPT';

/** What two contact points are compared by. */
export type ContactKey = Pick<ContactPointValue, 'kind' | 'key' | 'value'>;

/** Contact points and consents of one customer while rows of an import are applied to it. */
export class CustomerChildren {
  readonly #customerId: number;
  readonly #contacts: ContactKey[];
  readonly #consents = new Map<string, SqlRow>();
  readonly #stored = new Map<string, SqlRow>();
  readonly #added: SqlRow[] = [];

  /** @param rows what is stored, of both tables */
  constructor(customerId: number, rows: { readonly contacts: readonly SqlRow[]; readonly consents: readonly SqlRow[] } = NOTHING) {
    this.#customerId = customerId;
    this.#contacts = rows.contacts.map(({ kind, key, value }) => ({ kind, key, value }) as ContactKey);
    for (const row of rows.consents) this.#stored.set(row.channel as string, row);
    for (const row of rows.consents) this.#consents.set(row.channel as string, row);
  }

  /** Whether a row that says this would leave everything as it is. */
  changesNothing(values: readonly ChildValue[], primary: Primary): boolean {
    return values.every((value) => (value.table === 'consents' ? this.#verdict(value) !== 'taken' : !this.#isNew(value, primary)));
  }

  /**
   * Applies what a row says: contact points are added, an opt-out stays and wins over an opt-in, whatever else an import may change.
   * @param now time of the import, ISO-8601 UTC with milliseconds
   * @param warn told about consents that are not taken as the row has them
   * @returns what this row changes
   */
  apply(values: readonly ChildValue[], primary: Primary, now: string, warn: (code: ConsentWarning) => void): ChildWrite[] {
    return values.flatMap((value) => {
      if (value.table === 'consents') return this.#applyConsent(value, now, warn);
      return this.#isNew(value, primary) ? [this.#addContact(value, now)] : [];
    });
  }

  /** How many there are. */
  get size(): number {
    return this.#contacts.length + this.#consents.size;
  }

  /** What has to be written. */
  get writes(): ChildWrite[] {
    const added = this.#added.map((after): ChildWrite => ({ table: 'contact_points', before: null, after }));
    const decided = [...this.#consents].flatMap(([channel, after]): ChildWrite[] => {
      const before = this.#stored.get(channel) ?? null;
      return before === after ? [] : [{ table: 'consents', before, after }];
    });
    return [...added, ...decided];
  }

  #addContact({ kind, label, value, key }: ContactPointValue, now: string): ChildWrite {
    this.#contacts.push({ kind, key, value });
    const after = { customer_id: this.#customerId, id: 0, kind, label, value, key, created_at: now };
    this.#added.push(after);
    return { table: 'contact_points', before: null, after };
  }

  #isNew(contact: ContactPointValue, primary: Primary): boolean {
    const { kind } = contact;
    const main = kind === 'email' || kind === 'phone' ? primary[kind] : null;
    if (main !== null && isSameContact(contact, { kind, key: kind === 'email' ? emailKey(main) : phoneKey(main), value: main }))
      return false;
    return !this.#contacts.some((known) => isSameContact(contact, known) || isAsSaid(contact, known));
  }

  #applyConsent(value: ConsentValue, now: string, warn: (code: ConsentWarning) => void): ChildWrite[] {
    const verdict = this.#verdict(value);
    if (verdict !== 'taken') {
      if (verdict !== 'same') warn(verdict);
      return [];
    }
    const { channel, status, ground } = value;
    const decided = value.decided_at === null ? null : normalizeInstant(value.decided_at);
    const decided_at = decided?.understood === true ? decided.value : now;
    const before = this.#consents.get(channel) ?? null;
    const after = { customer_id: this.#customerId, channel, status, ground, decided_at };
    this.#consents.set(channel, after);
    return [{ table: 'consents', before, after }];
  }

  #verdict({ channel, status }: ConsentValue): 'taken' | 'same' | ConsentWarning {
    const stored = this.#consents.get(channel)?.status;
    if (stored === status) return 'same';
    return stored === 'out' ? 'OPT_OUT_KEPT' : 'taken';
  }
}

const NOTHING = { contacts: [], consents: [] };

/**
 * Whether two contact points are the same: by what is written, not by the mailbox that it leads to, because no address may
 * get lost. A number whose country is not known is the one of any country whose national number it is, so that it is not
 * added again when its country is known.
 */
export function isSameContact(one: ContactKey, other: ContactKey): boolean {
  if (one.kind !== other.kind) return false;
  if (one.value === other.value || normalizeText(one.value) === normalizeText(other.value)) return true;
  if (one.key === null || one.key !== other.key) return false;
  if (one.kind === 'email') return normalizeEmail(one.value).value === normalizeEmail(other.value).value;
  return one.kind !== 'phone' || !(isE164Form(one.value) && isE164Form(other.value));
}

/** Whether a number is stored as the row has it, not understood. */
function isAsSaid({ kind, said }: ContactPointValue, stored: ContactKey): boolean {
  return said !== undefined && !isE164Form(stored.value) && stored.kind === kind && stored.value === said;
}

/** Contact points and consents of these customers, by id; an entry for each. */
export async function loadChildren(store: CustomerStore, ids: Iterable<number>): Promise<Map<number, CustomerChildren>> {
  const list = [...new Set(ids)];
  if (list.length === 0) return new Map();
  const contacts = groupedByCustomer(await store.children('contact_points', list));
  const consents = groupedByCustomer(await store.children('consents', list));
  return new Map(list.map((id) => [id, new CustomerChildren(id, { contacts: contacts.get(id) ?? [], consents: consents.get(id) ?? [] })]));
}

function groupedByCustomer(rows: readonly SqlRow[]): Map<number, SqlRow[]> {
  const groups = new Map<number, SqlRow[]>();
  for (const row of rows) {
    const id = row.customer_id as number;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return groups;
}
