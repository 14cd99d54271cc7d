import type { SqlValue } from '../engines/engine.ts';
import { pause } from '../interruption.ts';
import { fold } from '../model/fold.ts';
import { sameNamePossible } from '../normalize/same-name.ts';
import { CANDIDATE_COLUMNS, type SharedKey } from '../repository/quality-keys.ts';
import type { QualityScope, QualityStore } from '../repository/quality-store.ts';
import { DuplicateGroups } from './duplicate-groups.ts';

/** A customer that shares a key with another one. */
export type Candidate = { readonly id: number } & Readonly<Record<Exclude<(typeof CANDIDATE_COLUMNS)[number], 'id'>, string | null>>;

/** So many customers before it are compared with a customer of the same e-mail or phone; a shared mailbox may have thousands. */
const MAX_COMPARED = 20;

/**
 * An estimate of the duplicates among customers: groups of the same kind that share
 * an e-mail address, with names that may be one (or one of them without a name);
 * a phone number, with names that may be one;
 * or the loose key of their name, and a birthday, company, tax number or address.
 * Different tax numbers or birthdays keep two customers apart. It misses spellings that share no key.
 * @throws {CrmError} INTERRUPTED
 */
export async function findDuplicates(store: QualityStore, scope: QualityScope, signal?: AbortSignal): Promise<DuplicateGroups> {
  const groups = new DuplicateGroups();
  for (const key of ['email', 'phone', 'name'] as const) {
    let block: Candidate[] = [];
    let value: SqlValue = null;
    for await (const batch of await store.candidates(scope, key)) {
      for (const [shared = null, ...columns] of batch) {
        if (shared !== value) {
          linkBlock(key, block, groups);
          block = [];
          value = shared;
        }
        block.push(candidateOf(columns));
      }
      await pause(signal);
    }
    linkBlock(key, block, groups);
  }
  return groups;
}

/** Links the customers of one key. */
export function linkBlock(key: SharedKey, block: readonly Candidate[], groups: DuplicateGroups): void {
  if (block.length < 2) return;
  if (key === 'name') linkByFacts(block, groups);
  else linkByNames(block, groups, key === 'email');
}

function linkByNames(block: readonly Candidate[], groups: DuplicateGroups, mayLackName: boolean): void {
  const named = block.filter(({ name_key }) => name_key !== null);
  const firstOfName = new Map<string, Candidate>();
  named.forEach((candidate, index) => {
    const name = `${candidate.kind} ${candidate.name_key}`;
    const twin = firstOfName.get(name);
    if (twin === undefined) firstOfName.set(name, candidate);
    const others = twin === undefined ? named.slice(Math.max(0, index - MAX_COMPARED), index) : [twin];
    for (const other of others) {
      if (mayBeOne(candidate, other) && sameNamePossible(candidate.name_key, other.name_key)) groups.link(candidate.id, other.id);
    }
  });
  if (!mayLackName) return;
  // Each with one customer only: through one without a name, two different names would become one group.
  const ordered = [...named, ...block.filter(({ name_key }) => name_key === null)];
  for (const nameless of ordered.slice(named.length)) {
    const other = ordered.slice(0, MAX_COMPARED).find((one) => mayBeOne(one, nameless));
    if (other !== undefined) groups.link(nameless.id, other.id);
  }
}

function linkByFacts(block: readonly Candidate[], groups: DuplicateGroups): void {
  const firstOfFact = new Map<string, Candidate>();
  for (const candidate of block) {
    for (const fact of factsOf(candidate)) {
      const known = `${candidate.kind} ${fact}`;
      const other = firstOfFact.get(known);
      if (other === undefined) firstOfFact.set(known, candidate);
      else if (mayBeOne(candidate, other)) groups.link(candidate.id, other.id);
    }
  }
}

/** What beside the name speaks for one customer. */
function factsOf({ birthday, tax_id, company_key, address_key, street, postal_code }: Candidate): string[] {
  const facts: string[] = [];
  if (birthday !== null) facts.push(`birthday ${birthday}`);
  if (tax_id !== null) facts.push(`tax ${tax_id}`);
  if (company_key !== null) facts.push(`company ${company_key}`);
  if (address_key !== null) facts.push(`address ${address_key}`);
  else if (street !== null && postal_code !== null) facts.push(`street ${fold(street)} ${fold(postal_code)}`);
  return facts;
}

/** Whether nothing keeps two customers apart. */
function mayBeOne(a: Candidate, b: Candidate): boolean {
  const differ = (left: string | null, right: string | null): boolean => left !== null && right !== null && left !== right;
  return a.kind === b.kind && !differ(a.birthday, b.birthday) && !differ(a.tax_id, b.tax_id);
}

function candidateOf(columns: readonly SqlValue[]): Candidate {
  return Object.fromEntries(CANDIDATE_COLUMNS.map((name, i) => [name, columns[i] ?? null])) as unknown as Candidate;
}
