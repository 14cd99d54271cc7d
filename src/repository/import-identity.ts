import type { SqlRow } from '../engines/engine.ts';
import { isPlaceholderAddress } from '../normalize/email-placeholder.ts';
import { isRoleAddress } from '../normalize/email-role.ts';
import type { MatchKeys } from '../normalize/match-keys.ts';
import { sameNamePossible } from '../normalize/same-name.ts';
import { contradicts, type PersonFacts } from '../normalize/same-person.ts';
import type { ImportRow } from './import-batch.ts';

/** So much is remembered of rows that went to customers, and so many rows of one customer are looked at. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_OF_ONE = 50;
/** Bytes before the text of a remembered row. */
const HEAD = 8;

/** What a row says of who its customer is. */
export interface RowIdentity extends PersonFacts {
  readonly phoneKey: string | null;
  /** The row names a company only: a new customer would be that, but it may as well be about a person there. */
  readonly isCompany: boolean;
}

/** A stored customer that a row may be about. */
export interface Known extends PersonFacts {
  readonly id: number;
  readonly phoneKey: string | null;
  readonly kind: string;
  /** Hash of the row that it is equal to. */
  readonly rowHash: number | null;
}

/** Columns of customers `c` that make a `Known`. */
export const KNOWN_COLUMNS = 'c.id, c.name_key, c.phone_key, c.kind, c.birthday, c.tax_id, c.row_hash';

/** The customer of a database row that holds `KNOWN_COLUMNS`. */
export function knownOf(row: SqlRow): Known {
  return {
    id: row.id as number,
    nameKey: row.name_key as string | null,
    phoneKey: row.phone_key as string | null,
    kind: row.kind as string,
    birthday: row.birthday as string | null,
    taxId: row.tax_id as string | null,
    rowHash: row.row_hash as number | null,
  };
}

/** What a row put aside says of who its customer is. */
export function identityOf({ values, derived }: ImportRow, keys: MatchKeys): RowIdentity {
  return {
    nameKey: keys.name_key,
    phoneKey: keys.phone_key,
    birthday: (values.birthday ?? null) as string | null,
    taxId: (values.tax_id ?? null) as string | null,
    isCompany: derived.kind === 'organisation' && derived.name !== undefined,
  };
}

/** Whether a row that has the id of a stored customer may be about it, by their names. */
export function mayBeNamed(row: Pick<RowIdentity, 'nameKey' | 'isCompany'>, known: Pick<Known, 'nameKey' | 'kind'>): boolean {
  return (row.isCompany && known.kind === 'person') || sameNamePossible(row.nameKey, known.nameKey);
}

/**
 * Whether a row that shares a key with a stored customer may be about it, by all that tells them apart. At the address of a
 * task (`info@`) and at one that stands for none (`none@none.com`) anybody may be: there the names must be equal, and so must phones.
 * @param email the key, where it is one of an e-mail; null for a phone
 */
export function mayBeAbout(row: RowIdentity, known: Omit<Known, 'id' | 'rowHash'>, email: string | null): boolean {
  if (contradicts(row, known)) return false;
  if (email === null || !(isRoleAddress(email) || isPlaceholderAddress(email))) return mayBeNamed(row, known);
  if (row.phoneKey !== null && known.phoneKey !== null && row.phoneKey !== known.phoneKey) return false;
  return row.nameKey === known.nameKey || known.nameKey === null || (row.nameKey === null && known.kind === 'organisation');
}

/**
 * The customer that a row is about of those that it may be about: the first, where they may all be one person. Where two of
 * them are two people, the phone decides, or nothing: null.
 */
export function onlyOne(candidates: readonly Known[], row: RowIdentity): Known | null {
  const [first, ...others] = candidates;
  if (first === undefined) return null;
  const isClear = others.every((other) => !contradicts(first, other) && sameNamePossible(first.nameKey, other.nameKey));
  if (isClear) return first;
  return candidates.find(({ phoneKey }) => phoneKey !== null && phoneKey === row.phoneKey) ?? null;
}

/**
 * What rows of this import said of the customers that they went to. A customer gets their values at the end only, and is
 * not to be two people until then: a row must fit those before it. They may be many, so they are kept as bytes: the place of
 * the row before it of the same customer (from 1), its length, and its text.
 */
export class JoinedRows {
  readonly #last = new Map<number, number>();
  #bytes = Buffer.alloc(1 << 16);
  #end = 1;

  /** Remembers a row that went to a customer. */
  add(id: number, { nameKey, birthday, taxId }: PersonFacts): void {
    const text = Buffer.from(JSON.stringify({ nameKey, birthday, taxId } satisfies PersonFacts));
    const next = this.#end + HEAD + text.length;
    if (next > MAX_BYTES) return;
    if (next > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], Math.max(2 * this.#bytes.length, next));
    this.#bytes.writeUInt32LE(this.#last.get(id) ?? 0, this.#end);
    this.#bytes.writeUInt32LE(text.length, this.#end + 4);
    text.copy(this.#bytes, this.#end + HEAD);
    this.#last.set(id, this.#end);
    this.#end = next;
  }

  /** Whether a row may be about the same person as the last rows that went to the customer. */
  admits(id: number, row: RowIdentity): boolean {
    let at = this.#last.get(id) ?? 0;
    for (let looked = 0; at > 0 && looked < MAX_OF_ONE; looked++) {
      const from = at + HEAD;
      const text = this.#bytes.toString('utf8', from, from + this.#bytes.readUInt32LE(at + 4));
      if (!mayFollow(row, JSON.parse(text) as PersonFacts)) return false;
      at = this.#bytes.readUInt32LE(at);
    }
    return true;
  }
}

function mayFollow(row: RowIdentity, earlier: PersonFacts): boolean {
  return !contradicts(row, earlier) && mayBeNamed(row, { nameKey: earlier.nameKey, kind: 'person' });
}
