import { csvLine } from '../../src/formats/csv-writer.ts';
import { type CorpusRow, type CorpusValues, PeopleSource } from './hard-negative-people.ts';
import { NEGATIVES } from './hard-negative-kinds.ts';
import { DUPLICATES } from './true-duplicate-kinds.ts';

export type { CorpusRow } from './hard-negative-people.ts';

/** Records with the truth about them. */
export interface Corpus {
  readonly rows: readonly CorpusRow[];
  /** Person of each record id. */
  readonly personOf: ReadonlyMap<string, string>;
  /** What makes each record hard, by its id; background records are `background`. */
  readonly kindOf: ReadonlyMap<string, string>;
  /** Pairs of records that are one person, with their kind. */
  readonly duplicates: readonly { readonly kind: string; readonly left: string; readonly right: string }[];
}

const SEED = 20240229;

/**
 * Customers that must never be merged without asking (families, twins, offices, namesakes, branches, placeholders) and true
 * duplicates of many kinds, Latin and Chinese, among others that have nothing in common. The same each time.
 * @param background how many of those others there are
 */
export function hardNegativeCorpus(background: number): Corpus {
  const source = new PeopleSource(SEED);
  const rows: CorpusRow[] = [];
  const personOf = new Map<string, string>();
  const kindOf = new Map<string, string>();
  const duplicates: { kind: string; left: string; right: string }[] = [];
  const add = (values: CorpusValues, person: string, kind: string): string => {
    const id = `C${String(rows.length + 1).padStart(5, '0')}`;
    rows.push({ id, ...values });
    personOf.set(id, person);
    kindOf.set(id, kind);
    return id;
  };
  for (const [kind, make] of Object.entries(NEGATIVES)) {
    for (const [group, values] of make(source).entries())
      for (const [index, one] of values.entries()) add(one, `${kind} ${group}.${index}`, kind);
  }
  for (const [kind, make] of Object.entries(DUPLICATES)) {
    for (const [group, [left, right]] of make(source).entries()) {
      const person = `${kind} ${group}`;
      duplicates.push({ kind, left: add(left, person, kind), right: add(right, person, kind) });
    }
  }
  for (let i = 0; i < background; i++) {
    const isChinese = i % 3 === 0;
    add(i % 10 === 9 ? source.organisation(isChinese) : source.person(isChinese), `background ${i}`, 'background');
  }
  return { rows: shuffled(rows, source), personOf, kindOf, duplicates };
}

const HEADER = 'id,kind,first_name,last_name,company,email,phone,street,city,postal_code,country,birthday,tax_id';

/** The corpus as CSV. */
export function corpusCsv({ rows }: Corpus): string {
  const lines = rows.map((row) =>
    csvLine([
      ...[row.id, row.kind, row.given, row.family, row.company, row.email, row.phone],
      ...[row.street, row.city, row.postcode, row.country, row.birthday, row.taxId],
    ]),
  );
  return `${HEADER}\n${lines.join('')}`;
}

/** Its truth: `external_id,cluster`. */
export function corpusTruth({ rows, personOf }: Corpus): string {
  return `external_id,cluster\n${rows.map(({ id }) => csvLine([id, personOf.get(id) as string])).join('')}`;
}

function shuffled(rows: readonly CorpusRow[], source: PeopleSource): CorpusRow[] {
  const mixed = [...rows];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = source.int(i + 1);
    [mixed[i], mixed[j]] = [mixed[j] as CorpusRow, mixed[i] as CorpusRow];
  }
  return mixed;
}
