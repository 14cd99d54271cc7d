import type { SqlRow } from '../engines/engine.ts';
import { type Customer, type FieldValue, type FieldValues, differences, fieldOf, withValues } from '../model/customer.ts';
import type { PlannedChild } from '../model/plan.ts';
import { companyKey } from '../normalize/company-key.ts';
import type { ImportRow } from './import-batch.ts';
import type { ChildWrite, ConsentWarning, CustomerChildren } from './import-children.ts';
import { withPhoneOfCountry } from './phone-of-country.ts';
import type { RowStep } from './row-outcomes.ts';

/** How rows change what is stored. */
interface FoldRules {
  /** fill: a field that has a value is never changed. */
  readonly mode: 'update' | 'fill';
  /** Time of the import, ISO-8601 UTC with milliseconds. */
  readonly now: string;
}

/** A row that is about an existing customer. */
export interface Matched {
  readonly target: number;
  /** Its place among the rows put aside. */
  readonly seq: number;
  readonly row: ImportRow;
  /** External ids that the customer has by this row for the first time; they are stored already. */
  readonly attached: ImportRow['ids'];
}

/** A tag or external id that a row brings. */
export interface BroughtRow {
  readonly table: 'tags' | 'external_ids';
  readonly row: SqlRow;
}

/** What is stored beside the fields of a customer, and how rows are applied to it. */
export interface FoldBase {
  readonly tags: Set<string>;
  readonly children: CustomerChildren;
  readonly rules: FoldRules;
  readonly warn: (code: ConsentWarning, line: number) => void;
}

/** One existing customer while the rows about it are applied, in file order. */
export class CustomerFold {
  readonly stored: Customer;
  readonly brought: BroughtRow[] = [];
  readonly #base: FoldBase;
  #state: Customer;
  #steps: RowStep[] = [];
  /** The last row that names a company. */
  #naming: { readonly step: number; readonly line: number } | null = null;

  constructor(stored: Customer, base: FoldBase) {
    this.stored = stored;
    this.#base = base;
    this.#state = stored;
  }

  /** Applies the next row. */
  apply({ row, attached }: Pick<Matched, 'row' | 'attached'>): void {
    const { tags, children, rules, warn } = this.#base;
    const { id } = this.stored;
    const next = applyRow(this.#state, row, rules.mode);
    const brought: BroughtRow[] = [];
    for (const tag of row.tags) {
      if (tags.has(tag)) continue;
      tags.add(tag);
      brought.push({ table: 'tags', row: { customer_id: id, tag } });
    }
    for (const external of attached)
      brought.push({ table: 'external_ids', row: { source: external.source, external_id: external.id, customer_id: id } });
    const writes = row.children.length === 0 ? [] : children.apply(row.children, next, rules.now, (code) => warn(code, row.line));
    if (typeof row.values.company_name === 'string') this.#naming = { step: this.#steps.length, line: row.line };
    this.brought.push(...brought);
    this.#steps.push({ row, from: this.#state, to: next, children: [...brought.map(broughtChild), ...writes.map(writtenChild)] });
    this.#state = next;
  }

  /** Says that all rows are applied. */
  end(): void {
    if (this.#state !== this.stored) this.#state = withPhoneOfCountry(this.#state);
  }

  /** The customer after the rows. */
  get state(): Customer {
    return this.#state;
  }

  /** Whether the rows give the customer another company name. */
  get isRenamed(): boolean {
    return this.#state.company_name !== this.stored.company_name;
  }

  /** Line of the last row that names the company of a person; null where none does. */
  get namedAt(): number | null {
    if (this.#naming === null || this.#state.kind !== 'person') return null;
    return companyKey(this.#state.company_name ?? '') === null ? null : this.#naming.line;
  }

  /** Links the customer to a company, by the row that named it. */
  link(companyId: number | null): void {
    if (this.#state.company_id === companyId) return;
    const linked = (customer: Customer): Customer => ({ ...customer, company_id: companyId });
    const at = this.#naming?.step ?? this.#steps.length - 1;
    this.#steps = this.#steps.map((step, i) => {
      if (i < at) return step;
      const from = i === at ? step.from : linked(step.from);
      return { ...step, from, to: i > at && step.from === step.to ? from : linked(step.to) };
    });
    this.#state = linked(this.#state);
  }

  /** What the rows change of the fields, null where nothing. */
  get changed(): ReturnType<typeof differences> {
    return differences(this.stored, this.#state);
  }

  /** Contact points and consents to be written. */
  get writes(): readonly ChildWrite[] {
    return this.#base.children.writes;
  }

  /** How many of the rows change anything by themselves. */
  get changingRows(): number {
    return this.#steps.filter(({ from, to, children }) => from !== to || children.length > 0).length;
  }

  /** The rows one by one. */
  get steps(): readonly RowStep[] {
    return this.#steps;
  }
}

function broughtChild({ table, row }: BroughtRow): PlannedChild {
  return { table, before: null, after: row as FieldValues };
}

/** A new contact point has no id yet. */
function writtenChild({ table, before, after }: ChildWrite): PlannedChild {
  const { id: _, ...rest } = after;
  return { table, before: before as FieldValues | null, after: rest as FieldValues };
}

/** The customer with the row applied; the same object when the row changes nothing. */
function applyRow(customer: Customer, row: Pick<ImportRow, 'values'>, mode: 'update' | 'fill'): Customer {
  const values: Record<string, FieldValue> = {};
  for (const [field, value] of Object.entries(row.values)) if (changes(customer, field, value, mode)) values[field] = value;
  return Object.keys(values).length === 0 ? customer : withValues(customer, values);
}

/** Whether the fields of the row, applied, would leave the customer as it is. */
export function changesNothing(customer: Customer, { values }: Pick<ImportRow, 'values'>, mode: 'update' | 'fill'): boolean {
  for (const field in values) if (changes(customer, field, values[field] as FieldValue, mode)) return false;
  return true;
}

function changes(customer: Customer, field: string, value: FieldValue, mode: 'update' | 'fill'): boolean {
  const stored = fieldOf(customer, field);
  return stored !== value && (mode === 'update' || (stored === null && value !== null));
}
