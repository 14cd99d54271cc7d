import type { OwnedId } from '../repository/evaluation-rows.ts';
import type { Truth } from './eval-truth.ts';

/** The records that a truth is known of: external ids, in the order of the customers that have them. */
export interface LabelledRecords {
  /** Of each record its person. */
  readonly persons: Int32Array;
  /** Of each record the place of its customer in `customers`. */
  readonly owners: Int32Array;
  /** Of each record the place of its id in `Truth.ids`. */
  readonly ids: Int32Array;
  /** Customers with such a record, by ascending id. */
  readonly customers: Float64Array;
  /** Of each customer its first record; one more than there are customers. */
  readonly starts: Int32Array;
  /** Ids of the truth that nobody has. */
  readonly unknownIds: number;
  /** Ids of the truth that customers of several sources have, so that it is not known whose they are; they are left out. */
  readonly ambiguousIds: number;
  /** External ids in the database that the truth does not name; they are left out. */
  readonly unlabelledIds: number;
}

/** Finds the customers of the ids that a truth names, by `source:id` or else by `id`. */
export async function labelRecords(truth: Truth, batches: AsyncIterable<readonly OwnedId[]>): Promise<LabelledRecords> {
  const numbers = new Map(truth.ids.map((id, number) => [id, number]));
  const owned: { readonly customer: number; readonly id: number }[] = [];
  /** Customer of each id of the truth: −1 nobody yet, NaN several. */
  const ownerOf = new Float64Array(truth.ids.length).fill(-1);
  let unlabelledIds = 0;
  for await (const batch of batches) {
    for (const { source, externalId, customer } of batch) {
      const id = numbers.get(`${source}:${externalId}`) ?? numbers.get(externalId);
      if (id === undefined) unlabelledIds++;
      else if (ownerOf[id] === -1) {
        ownerOf[id] = customer;
        owned.push({ customer, id });
      } else if (ownerOf[id] !== customer) ownerOf[id] = Number.NaN;
    }
  }
  const records = owned.filter(({ id }) => !Number.isNaN(ownerOf[id]));
  let unknownIds = 0;
  for (const owner of ownerOf) if (owner === -1) unknownIds++;
  return { ...columnsOf(records, truth), unknownIds, ambiguousIds: owned.length - records.length, unlabelledIds };
}

type Columns = Pick<LabelledRecords, 'persons' | 'owners' | 'ids' | 'customers' | 'starts'>;

/** @param records by ascending customer */
function columnsOf(records: readonly { readonly customer: number; readonly id: number }[], truth: Truth): Columns {
  const owners = new Int32Array(records.length);
  const customers: number[] = [];
  const starts: number[] = [];
  for (const [index, { customer }] of records.entries()) {
    if (customers.at(-1) !== customer) {
      customers.push(customer);
      starts.push(index);
    }
    owners[index] = customers.length - 1;
  }
  return {
    persons: Int32Array.from(records, ({ id }) => truth.persons[id] as number),
    owners,
    ids: Int32Array.from(records, ({ id }) => id),
    customers: Float64Array.from(customers),
    starts: Int32Array.from([...starts, records.length]),
  };
}

/** How many pairs of records two customers make, and how many of them are one person; within itself where both are one. */
export function recordPairs(records: LabelledRecords, left: number, right: number): { readonly all: number; readonly same: number } {
  const { persons, starts } = records;
  const sizes = new Map<number, number>();
  const [leftFrom, leftTo] = [starts[left] as number, starts[left + 1] as number];
  let same = 0;
  for (let i = leftFrom; i < leftTo; i++) {
    const before = sizes.get(persons[i] as number) ?? 0;
    if (left === right) same += before;
    sizes.set(persons[i] as number, before + 1);
  }
  const size = leftTo - leftFrom;
  if (left === right) return { all: (size * (size - 1)) / 2, same };
  const [from, to] = [starts[right] as number, starts[right + 1] as number];
  for (let i = from; i < to; i++) same += sizes.get(persons[i] as number) ?? 0;
  return { all: size * (to - from), same };
}
