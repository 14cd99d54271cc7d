import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { companiesMayBeOne } from '../normalize/organisation.ts';

/** The organisation that a company name means; `several` where it cannot be told which one. */
export type CompanyMatch = number | 'several';

/** A company as it is written, with its match key. */
export interface NamedCompany {
  readonly key: string;
  readonly name: string;
}

/** So many organisations of one key are looked at; with more, only an equal name decides. */
const LIMIT = 50;

/** What organisations there are, by match key. */
export class CompanyIndex {
  readonly #byKey = new Map<string, { id: number; readonly name: string }[]>();

  /** The organisations that have one of these keys. */
  static async load(connection: Connection, keys: Iterable<string>): Promise<CompanyIndex> {
    const index = new CompanyIndex();
    const list = [...new Set(keys)];
    if (list.length === 0) return index;
    const rows = await connection.all<SqlRow & { key: string; id: number; name: string }>(
      `SELECT j.value AS key, c.id, COALESCE(c.name, c.company_name) AS name ${organisationsByKey(connection)} ORDER BY c.id`,
      [JSON.stringify(list)],
    );
    for (const { key, id, name } of rows) index.#add(key, { id, name });
    return index;
  }

  #add(key: string, company: { id: number; readonly name: string }): void {
    const group = this.#byKey.get(key);
    if (group === undefined) this.#byKey.set(key, [company]);
    else group.push(company);
  }

  /**
   * The organisation of each company; those that are missing are made, all at once.
   * @param make makes organisations of these names and returns their ids
   */
  async findOrMake(
    companies: readonly NamedCompany[],
    make: (names: readonly string[]) => Promise<readonly number[]>,
  ): Promise<CompanyMatch[]> {
    const missing: { id: number; readonly name: string }[] = [];
    const found = companies.map((company) => {
      const match = this.find(company);
      if (match !== undefined && (match === 'several' || match > 0)) return () => match;
      const made = missing.find(({ id }) => id === match) ?? { id: -missing.length - 1, name: company.name };
      if (match === undefined) {
        missing.push(made);
        this.#add(company.key, made);
      }
      return () => made.id;
    });
    const ids = await make(missing.map(({ name }) => name));
    for (const [i, company] of missing.entries()) company.id = ids[i] as number;
    return found.map((idOf) => idOf());
  }

  /**
   * The organisation of a company name: the one that is written the same, else the only one of the same key whose legal form
   * and place do not contradict it. Undefined where there is none.
   */
  find({ key, name }: NamedCompany): CompanyMatch | undefined {
    const group = this.#byKey.get(key) ?? [];
    const equal = group.filter((company) => company.name === name);
    const found = equal.length > 0 ? equal : group.filter((company) => companiesMayBeOne(company.name, name));
    if (found.length === 0 && group.length < LIMIT) return undefined;
    return found.length === 1 && (equal.length > 0 || group.length < LIMIT) ? (found[0] as { id: number }).id : 'several';
  }
}

function organisationsByKey({ facts }: Connection): string {
  return `FROM ${facts.jsonRows} j CROSS JOIN customers c WHERE c.kind = 'organisation' AND c.company_key = j.value AND c.id IN (
    SELECT o.id FROM customers o WHERE o.kind = 'organisation' AND o.company_key = j.value ORDER BY o.id LIMIT ${LIMIT})`;
}

/** Whether there is any organisation that has a name. */
export async function hasCompanies(connection: Connection): Promise<boolean> {
  const sql = "SELECT 1 AS found FROM customers WHERE kind = 'organisation' AND company_key IS NOT NULL LIMIT 1";
  return (await connection.all(sql)).length > 0;
}
