import type { ImportType } from '../import/related-request.ts';
import { isRelatedType } from '../model/related-fields.ts';
import { draftColumns } from './draft-columns.ts';
import { type DraftField, type DraftJoin, type DraftLink, type DraftTable, LEAST, type SeenTable } from './draft-form.ts';
import { lookupsOf } from './draft-lookups.ts';
import { plainName, tableKind } from './draft-names.ts';

const BY_NAME = 0.9;
const BY_COLUMNS = 0.6;
const DECLARED = 0.95;
const BY_LINK_NAME = 0.8;
const KEY = 0.9;
/** Fields of which a table of people has two at least. */
const OF_PEOPLE = ['name', 'given_name', 'family_name', 'email', 'phone'];

/** What each table seems to hold, with how sure that is, and why. */
export interface Guess {
  readonly as: ImportType;
  readonly confidence: number;
  readonly why: string;
}

/** What a table seems to hold: by its name, else by columns that people have; null: nothing that can be brought in. */
export function guessOf(seen: SeenTable): Guess | null {
  const kind = tableKind(seen.schema.name);
  if (kind === 'staff') return null;
  if (kind !== null) return { as: kind, confidence: BY_NAME, why: 'by its name' };
  const { fields } = draftColumns('customers', seen, { targets: new Set(), columns: new Set() });
  const found = OF_PEOPLE.filter((name) => fields.some(({ target, confidence }) => target === name && confidence >= LEAST));
  const isReachable = found.includes('email') || found.includes('phone');
  return isReachable && found.length > 1 ? { as: 'customers', confidence: BY_COLUMNS, why: `it has ${found.join(', ')}` } : null;
}

/** Drafts tables one after another, those first that others refer to. */
export class TableDrafter {
  readonly #seen: ReadonlyMap<string, SeenTable>;
  readonly #guesses: ReadonlyMap<string, Guess>;
  readonly #source: string;
  readonly #drafted = new Map<string, DraftTable>();

  constructor(seen: ReadonlyMap<string, SeenTable>, guesses: ReadonlyMap<string, Guess>, source: string) {
    this.#seen = seen;
    this.#guesses = guesses;
    this.#source = source;
  }

  /** What a table that has a guess becomes. */
  draft(table: string): DraftTable {
    const seen = this.#seen.get(table) as SeenTable;
    const guess = this.#guesses.get(table) as Guess;
    const joins = new Map<string, DraftJoin>();
    const keys = this.#keyFields(guess.as, seen, joins);
    const linked = new Set([...seen.links.map(({ column }) => column), ...keys.flatMap(({ from }) => from)]);
    const targets = new Set(keys.map(({ target }) => target));
    const own = draftColumns(guess.as, seen, { targets, columns: linked });
    const fields = [...keys, ...own.fields];
    const unused = seen.links.filter(({ column }) => !keys.some(({ from }) => from.includes(column)));
    const lookups = lookupsOf(
      guess.as,
      unused.filter(({ table: to }) => !this.#guesses.has(to)),
      this.#seen,
      fields,
    );
    for (const join of lookups.joins) joins.set(join.as, join);
    const all = [...fields, ...lookups.fields, ...this.#ownNumber(guess.as, seen, fields)];
    const used = new Set([...all.flatMap(({ from }) => from), ...[...joins.values()].flatMap(({ on }) => Object.keys(on))]);
    const left = unused.filter(({ column }) => !used.has(column)).map(({ column, table: to }) => ({ column, why: `points to ${to}` }));
    const drafted: DraftTable = {
      ...{ table, ...guess, source: this.#sourceOf(guess.as, seen), joins: [...joins.values()], where: whereOf(seen), fields: all },
      left: [...left, ...own.left].filter(({ column }) => !used.has(column)),
    };
    this.#drafted.set(table, drafted);
    return drafted;
  }

  #keyFields(as: ImportType, seen: SeenTable, joins: Map<string, DraftJoin>): DraftField[] {
    const { primaryKey } = seen.schema;
    if (!isRelatedType(as)) {
      const company = seen.links.find(({ table }) => this.#guesses.get(table)?.as === 'companies');
      const name = as === 'customers' && company !== undefined ? this.#through(seen, company, 'company_name', 'company_name', joins) : [];
      if (primaryKey.length === 0) return name;
      return [{ target: 'external_id', from: primaryKey, confidence: KEY, why: 'the key of the table' }, ...name];
    }
    const fields: DraftField[] = [];
    for (const link of seen.links) {
      const to = this.#guesses.get(link.table)?.as;
      if (to === undefined || fields.some(({ target }) => target === WANTED[to]?.[1])) continue;
      const [theirs, mine] = WANTED[to] ?? [];
      if (theirs === undefined || mine === undefined || (as !== 'order-items' && mine !== 'customer.external_id')) continue;
      fields.push(...this.#through(seen, link, theirs, mine, joins));
      if (to === 'orders') fields.push(...this.#customerOfOrder(link, joins));
    }
    if (as === 'interactions' && primaryKey.length > 0)
      fields.push({ target: 'external_id', from: primaryKey, confidence: KEY, why: 'the key of the table' });
    return fields;
  }

  /** A field of another table: by the column itself where that holds it, else by a join. */
  #through(seen: SeenTable, link: DraftLink, theirs: string, mine: string, joins: Map<string, DraftJoin>): DraftField[] {
    const field = this.#drafted.get(link.table)?.fields.find(({ target }) => target === theirs);
    if (field === undefined || field.from.some((name) => name.includes('.'))) return [];
    const confidence = link.isDeclared ? DECLARED : BY_LINK_NAME;
    const why = `${link.column} ${link.isDeclared ? 'refers' : 'by its name refers'} to ${link.table}`;
    if (field.from.length === 1 && field.from[0] === link.references) return [{ target: mine, from: [link.column], confidence, why }];
    const join = joinOf(link, seen.schema.name, joins);
    return [{ target: mine, from: field.from.map((name) => `${join.as}.${name}`), confidence, why }];
  }

  #customerOfOrder(link: DraftLink, joins: Map<string, DraftJoin>): DraftField[] {
    const field = this.#drafted.get(link.table)?.fields.find(({ target }) => target === 'customer.external_id');
    const [column, ...further] = field?.from ?? [];
    if (column === undefined || further.length > 0 || column.includes('.')) return [];
    const join = joinOf(link, '', joins);
    return [
      {
        target: 'customer.external_id',
        from: [`${join.as}.${column}`],
        confidence: DECLARED,
        why: `the customer of its order in ${link.table}`,
      },
    ];
  }

  /** What orders and products are called by where they have no number of their own. */
  #ownNumber(as: ImportType, { schema: { primaryKey } }: SeenTable, fields: readonly DraftField[]): DraftField[] {
    const target = as === 'orders' ? 'number' : as === 'products' ? 'sku' : null;
    if (target === null || primaryKey.length === 0 || fields.some((field) => field.target === target)) return [];
    return [{ target, from: primaryKey, confidence: KEY, why: 'the key of the table' }];
  }

  /** Ids of several tables of customers must not be taken for each other; what refers to one of them has its source. */
  #sourceOf(as: ImportType, seen: SeenTable): string | null {
    if (!isRelatedType(as)) {
      const several = [...this.#guesses.values()].filter((guess) => !isRelatedType(guess.as)).length > 1;
      return several ? `${this.#source}.${seen.schema.name}` : null;
    }
    for (const { table } of seen.links) {
      const to = this.#drafted.get(table);
      if (to !== undefined && (to.as !== 'products' || as === 'products') && to.source !== null) return to.source;
    }
    return null;
  }
}

/** What of another table is wanted, and which field it fills. */
const WANTED: Readonly<Partial<Record<ImportType, readonly [string, string]>>> = {
  customers: ['external_id', 'customer.external_id'],
  companies: ['external_id', 'customer.external_id'],
  orders: ['number', 'number'],
  products: ['sku', 'sku'],
};

function joinOf({ column, table, references }: DraftLink, own: string, joins: Map<string, DraftJoin>): DraftJoin {
  const known = [...joins.values()].find((join) => join.table === table && join.on[column] === references);
  const base = plainName(table)
    .replaceAll(' ', '_')
    .replace(/(?<=[a-z]{3})s$/, '');
  let as = base;
  for (let n = 2; known === undefined && (joins.has(as) || as === own); n++) as = `${base}_${n}`;
  const join = known ?? { table, as, on: { [column]: references } };
  joins.set(join.as, join);
  return join;
}

/** Rows that are marked as deleted stay where they are. */
function whereOf({ schema }: SeenTable): DraftTable['where'] {
  for (const { name, type } of schema.columns) {
    const plain = plainName(name);
    if (/^(?:deleted at|deleted on|date deleted|删除时间)$/.test(plain)) return { column: name, is: 'empty' };
    if (/^(?:is deleted|deleted|是否删除|已删除)$/.test(plain)) {
      return type.kind === 'date' || type.kind === 'timestamp' ? { column: name, is: 'empty' } : { column: name, not_equals: '1' };
    }
  }
  return null;
}
