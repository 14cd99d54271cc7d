import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Customer } from '../model/customer.ts';
import type { TextFilter } from './bloom.ts';
import { CompanyIndex } from './company-index.ts';
import { newCustomer } from './new-customer.ts';

const PAGE = 1000;
/** Persons of a run that are to be linked. */
const OPEN = "customers.id >= ? AND customers.kind = 'person' AND customers.company_id IS NULL AND customers.company_key IS NOT NULL";
/** The name of a person's company and a row of the names that were gathered. */
const SAME_NAME = 'k.company_key = customers.company_key AND k.company_name = customers.company_name';

/** How new persons are linked. */
export interface LinkOptions {
  /** Company keys that are left out, null for none. */
  readonly excluded: TextFilter | null;
  /** Whether organisations can be looked up by their key. */
  readonly isIndexed: boolean;
  /** Whether companies that are missing are made. */
  readonly creates: boolean;
}

/** Links many new persons to their companies by a few statements, whatever their number. */
export class CompanyLinks {
  readonly #connection: Connection;
  readonly #make: (names: readonly string[]) => Promise<readonly number[]>;

  /** @param make makes organisations of these names and returns their ids */
  constructor(connection: Connection, make: (names: readonly string[]) => Promise<readonly number[]>) {
    this.#connection = connection;
    this.#make = make;
  }

  /**
   * Links the persons with this or a higher id that have a company name and no company.
   * @returns how many persons have a company name that several organisations have
   */
  async link(fromId: number, { excluded, isIndexed, creates }: LinkOptions): Promise<number> {
    const connection = this.#connection;
    if (!isIndexed) await connection.script("CREATE INDEX import_company_key ON customers (company_key) WHERE kind = 'organisation'");
    await this.#gather(fromId, creates);
    await this.#assign(excluded, creates);
    const ambiguous = await this.#countAmbiguous(fromId);
    await connection.run(
      `UPDATE customers SET company_id = k.company_id FROM import_companies k WHERE ${SAME_NAME} AND k.company_id IS NOT NULL AND ${OPEN}`,
      [fromId],
    );
    await connection.script('DROP TABLE import_companies');
    if (!isIndexed) await connection.script('DROP INDEX import_company_key');
    return ambiguous;
  }

  /** One row for each company name of these persons that may lead to an organisation: the first of them stands for all. */
  async #gather(fromId: number, creates: boolean): Promise<void> {
    await this.#connection.script(
      'CREATE TEMPORARY TABLE import_companies (first_id bigint PRIMARY KEY, company_key text NOT NULL, company_name text NOT NULL, company_id bigint, is_ambiguous bigint NOT NULL, UNIQUE (company_key, company_name))',
    );
    const known = creates ? '' : `WHERE EXISTS (SELECT 1 FROM customers o WHERE o.kind = 'organisation' AND o.company_key = k.company_key)`;
    await this.#connection.run(
      `INSERT INTO import_companies (first_id, company_key, company_name, is_ambiguous)
       SELECT k.first_id, k.company_key, k.company_name, 0 FROM (SELECT min(customers.id) AS first_id, customers.company_key, customers.company_name
         FROM customers WHERE ${OPEN} GROUP BY customers.company_key, customers.company_name) k ${known}`,
      [fromId],
    );
  }

  /** Finds the organisation of each name, makes it where that was asked for, and drops the names that have none. */
  async #assign(excluded: TextFilter | null, creates: boolean): Promise<void> {
    for await (const page of this.#pages()) {
      const companies = await CompanyIndex.load(
        this.#connection,
        page.map(({ company_key }) => company_key),
      );
      const wanted = page.filter(({ company_key }) => excluded?.mayHave(company_key) !== true);
      const named = wanted.map(({ company_key: key, company_name: name }) => ({ key, name }));
      const matches = creates ? await companies.findOrMake(named, this.#make) : named.map((company) => companies.find(company));
      const rows = wanted.map(({ first_id }, i): SqlRow => {
        const match = matches[i];
        return { first_id, company_id: typeof match === 'number' ? match : null, is_ambiguous: match === 'several' ? 1 : 0 };
      });
      await this.#connection.update('import_companies', ['first_id'], rows);
    }
  }

  async *#pages(): AsyncGenerator<readonly { first_id: number; company_key: string; company_name: string }[]> {
    const sql = 'SELECT first_id, company_key, company_name FROM import_companies WHERE first_id > ? ORDER BY first_id LIMIT ?';
    for (let after = 0; ; ) {
      const page = await this.#connection.all<{ first_id: number; company_key: string; company_name: string }>(sql, [after, PAGE]);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.first_id;
    }
  }

  async #countAmbiguous(fromId: number): Promise<number> {
    const names = await this.#connection.all('SELECT 1 AS found FROM import_companies WHERE is_ambiguous = 1 LIMIT 1');
    if (names.length === 0) return 0;
    const [row] = await this.#connection.all<{ n: number }>(
      `SELECT count(*) AS n FROM import_companies k JOIN customers ON ${SAME_NAME} WHERE k.is_ambiguous = 1 AND ${OPEN}`,
      [fromId],
    );
    return row?.n ?? 0;
  }
}

/** An organisation of which only the name is known. */
export function newCompany(name: string, id: number, now: string): Customer {
  return { ...newCustomer({ values: { company_name: name }, derived: { kind: 'organisation', name } }, now), id };
}
