import type { ComparedContact, ComparedRow } from '../repository/duplicate-records.ts';
import type { Model } from './model/model.ts';
import { type Column, ColumnBuilder, type Population } from './population.ts';
import { customText, recordTexts } from './record-columns.ts';
import { growShared, sharedUints } from './text/shared-array.ts';
import { hashText, TextPool } from './text/text-pool.ts';

/** Columns by the pool that their texts share; each of the others has its own. */
const SHARED_POOL: Readonly<Record<string, string>> = { given: 'names', family: 'names' };
const NAMES = [
  'given',
  'family',
  'generation',
  'email',
  'phone',
  'birthday',
  'street',
  'city',
  'postal',
  'region',
  'country',
  'company',
  'website',
  'tax',
  'gender',
  'job',
] as const;
const HASHED = ['name', 'alt', 'address'] as const;
/** So many custom fields are looked at. */
const MAX_CUSTOM = 60;
/** Prefix of the columns of custom fields. */
export const CUSTOM_PREFIX = 'attributes.';

/** Reads customers of one kind into columns. */
export class PopulationReader {
  readonly #kind: Population['kind'];
  readonly #model: Model | null;
  readonly #pools = new Map<string, TextPool>();
  readonly #known: readonly ColumnBuilder[];
  readonly #columns = new Map<string, ColumnBuilder>();
  readonly #hashes = { name: sharedUints(1 << 10), alt: sharedUints(1 << 10), address: sharedUints(1 << 10) };
  #customers = new Float64Array(new SharedArrayBuffer(1 << 13));
  #size = 0;

  /** @param model the model that is used again; its columns are made even where nobody has them */
  constructor(kind: Population['kind'], model: Model | null = null) {
    this.#kind = kind;
    this.#model = model;
    this.#known = NAMES.map((name) => this.#column(name));
    for (const { name } of model?.comparisons ?? []) if (name.startsWith(CUSTOM_PREFIX)) this.#column(name);
  }

  /** Takes the next customer; they come in the order of their ids. */
  add(row: ComparedRow): void {
    const record = this.#size++;
    if (record >= this.#customers.length) {
      const grown = new Float64Array(new SharedArrayBuffer(this.#customers.byteLength * 2));
      grown.set(this.#customers);
      this.#customers = grown;
    }
    this.#customers[record] = row.id;
    const texts = recordTexts(row);
    for (let i = 0; i < NAMES.length; i++) {
      const text = texts[NAMES[i] as (typeof NAMES)[number]];
      if (text !== null) (this.#known[i] as ColumnBuilder).set(record, text);
    }
    for (const name of HASHED) {
      const text = texts[name];
      if (text === null || text === '') continue;
      this.#hashes[name] = growShared(this.#hashes[name], record + 1);
      this.#hashes[name][record] = hashText(text);
    }
    if (row.attributes !== null) this.#addCustom(record, row.attributes);
  }

  #addCustom(record: number, json: string): void {
    const attributes = JSON.parse(json) as Record<string, string>;
    for (const header in attributes) {
      const name = CUSTOM_PREFIX + header;
      if (!this.#columns.has(name) && this.#columns.size >= NAMES.length + MAX_CUSTOM) continue;
      this.#column(name).set(record, customText(attributes[header] as string));
    }
  }

  /** Takes further addresses of the customers that were read, in the order of their ids. */
  addContacts(contacts: readonly ComparedContact[]): void {
    for (const { customer, kind, key } of contacts) {
      const record = placeOf(this.#customers, this.#size, customer);
      if (record >= 0) this.#column(kind).add(record, key);
    }
  }

  /** The population; nothing may be added afterwards. */
  build(): Population {
    const columns: Record<string, Column> = {};
    for (const [name, column] of this.#columns) columns[name] = column.build(this.#size, column.pool.freeze());
    const hashes = Object.fromEntries(HASHED.map((name) => [name, growShared(this.#hashes[name], this.#size).subarray(0, this.#size)]));
    return {
      hashes: hashes as Population['hashes'],
      kind: this.#kind,
      size: this.#size,
      customers: this.#customers.subarray(0, this.#size),
      columns,
      derived: {},
      known: this.#model?.filled ?? null,
    };
  }

  #column(name: string): ColumnBuilder {
    let column = this.#columns.get(name);
    if (column === undefined) {
      const poolName = SHARED_POOL[name] ?? name;
      const pool = this.#pools.get(poolName) ?? new TextPool();
      this.#pools.set(poolName, pool);
      column = new ColumnBuilder(name, pool);
      this.#columns.set(name, column);
    }
    return column;
  }
}

/** The place of a customer among ascending ids, -1 where it is not among them. */
export function placeOf(customers: Float64Array, size: number, id: number): number {
  let [low, high] = [0, size - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = customers[middle] as number;
    if (found === id) return middle;
    if (found < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
