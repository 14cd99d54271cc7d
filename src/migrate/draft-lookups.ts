import type { ImportType } from '../import/related-request.ts';
import { isRelatedType } from '../model/related-fields.ts';
import { draftColumns } from './draft-columns.ts';
import type { DraftField, DraftJoin, DraftLink, SeenTable } from './draft-form.ts';
import { headersOf, plainName, tableKind } from './draft-names.ts';
import { knownTarget, targetName } from '../model/header-target.ts';

const DECLARED = 0.8;
const BY_NAME = 0.6;
/** What a customer may have in a table of its own. */
const OF_PLACES: ReadonlySet<string> = new Set(['street', 'city', 'region', 'postal_code', 'country', 'phone']);
/** What a table of words calls them. */
const LABELS = ['name', 'title', 'label', 'description', 'bezeichnung', '名称', '名字'];
/** Tables behind tables: an address has a city, which has a country. */
const MAX_DEPTH = 3;

/** What joins bring. */
export interface DraftedLookups {
  readonly joins: readonly DraftJoin[];
  readonly fields: readonly DraftField[];
}

/** What tables say that rows point to and that are not brought in themselves: who looks after a customer, parts of addresses, words. */
export function lookupsOf(
  as: ImportType,
  links: readonly DraftLink[],
  seen: ReadonlyMap<string, SeenTable>,
  fields: readonly DraftField[],
): DraftedLookups {
  const finder = new LookupFinder(seen, new Set(fields.map(({ target }) => target)));
  if (as === 'order-items') for (const link of links) finder.describe(link);
  else if (!isRelatedType(as)) for (const link of links) finder.follow(link, null, 1);
  return { joins: finder.joins, fields: finder.fields };
}

class LookupFinder {
  readonly fields: DraftField[] = [];
  joins: DraftJoin[] = [];
  readonly #seen: ReadonlyMap<string, SeenTable>;
  readonly #taken: Set<string>;

  constructor(seen: ReadonlyMap<string, SeenTable>, taken: Set<string>) {
    this.#seen = seen;
    this.#taken = taken;
  }

  /** @param from alias of the table that has the link; null: the table of the customers itself */
  follow(link: DraftLink, from: string | null, depth: number): void {
    const seen = this.#seen.get(link.table);
    if (seen === undefined || depth > MAX_DEPTH || this.joins.some(({ table }) => table === link.table)) return;
    const as = plainName(link.table).replaceAll(' ', '_');
    const join: DraftJoin = { table: link.table, as, on: { [from === null ? link.column : `${from}.${link.column}`]: link.references } };
    const [before, found] = [this.joins, this.fields.length];
    this.joins = [...before, join];
    if (tableKind(link.table) === 'staff') this.#owner(seen, link, as);
    else {
      this.#place(seen, link, as);
      this.#word(seen, link, as);
      for (const further of seen.links) this.follow(further, as, depth + 1);
    }
    if (this.fields.length === found) this.joins = before;
  }

  /** What an item is of: the name in the table that it points to. */
  describe(link: DraftLink): void {
    const seen = this.#seen.get(link.table);
    const label = seen === undefined ? undefined : labelOf(seen);
    if (label === undefined || this.#taken.has('description')) return;
    const as = plainName(link.table).replaceAll(' ', '_');
    this.joins.push({ table: link.table, as, on: { [link.column]: link.references } });
    this.#add('description', [`${as}.${label}`], link, `of ${link.table}`);
  }

  #owner(seen: SeenTable, link: DraftLink, as: string): void {
    const { fields } = draftColumns('customers', seen, { targets: new Set(), columns: new Set() });
    const columnOf = (target: string): readonly string[] => fields.find((field) => field.target === target)?.from ?? [];
    const whole = columnOf('name');
    const from = whole.length > 0 ? whole : [...columnOf('given_name'), ...columnOf('family_name')];
    this.#add(
      'owner',
      from.map((name) => `${as}.${name}`),
      link,
      `${link.table} are people of the house`,
    );
  }

  #place(seen: SeenTable, link: DraftLink, as: string): void {
    const linked = new Set(seen.links.map(({ column }) => column));
    const { fields } = draftColumns('customers', seen, { targets: new Set(), columns: linked });
    for (const { target, from } of fields) {
      if (OF_PLACES.has(target))
        this.#add(
          target,
          from.map((name) => `${as}.${name}`),
          link,
          `of ${link.table}`,
        );
    }
  }

  /** A table of words fills the field that it is named like. */
  #word(seen: SeenTable, link: DraftLink, as: string): void {
    const target = knownTarget(plainName(seen.schema.name).replace(/(?<=[a-z]{3})s$/, ''), false);
    const label = labelOf(seen);
    const name = target === null ? null : targetName(target);
    if (name !== null && label !== undefined) this.#add(name, [`${as}.${label}`], link, `of ${link.table}`);
  }

  #add(target: string, from: readonly string[], { isDeclared }: DraftLink, why: string): void {
    if (from.length === 0 || this.#taken.has(target)) return;
    this.#taken.add(target);
    this.fields.push({ target, from, confidence: isDeclared ? DECLARED : BY_NAME, why });
  }
}

/** The column that says what a row is called. */
function labelOf({ schema }: SeenTable): string | undefined {
  return schema.columns.find(({ name }) => headersOf(name, schema.name).some((header) => LABELS.includes(header.toLowerCase())))?.name;
}
