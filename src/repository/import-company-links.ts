import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Customer } from '../model/customer.ts';
import type { TextFilter } from './bloom.ts';
import { newCustomer } from './new-customer.ts';

const PAGE = 1000;
/** Persons of a run that are to be linked. */
const OPEN = "customers.id >= ? AND customers.kind = 'person' AND customers.company_id IS NULL AND customers.company_key IS NOT NULL";
const ORGANISATIONS = "FROM customers o WHERE o.kind = 'organisation' AND o.company_key = k.company_key";

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
    await this.#gather(fromId);
    if (excluded !== null && !excluded.isEmpty) await this.#leaveOut(excluded);
    if (creates) await this.#makeMissing();
    const ambiguous = await this.#countAmbiguous(fromId);
    await connection.run('DELETE FROM import_companies WHERE lowest IS NULL OR lowest <> highest');
    await connection.run(
      `UPDATE customers SET company_id = k.lowest FROM import_companies k WHERE k.company_key = customers.company_key AND ${OPEN}`,
      [fromId],
    );
    await connection.script('DROP TABLE import_companies');
    if (!isIndexed) await connection.script('DROP INDEX import_company_key');
    return ambiguous;
  }

  /** One row for each company key of these persons: the first of them, and the organisations of that key. */
  async #gather(fromId: number): Promise<void> {
    await this.#connection.script(
      'CREATE TEMPORARY TABLE import_companies (first_id bigint PRIMARY KEY, company_key text NOT NULL UNIQUE, lowest bigint, highest bigint)',
    );
    await this.#connection.run(
      `INSERT INTO import_companies (first_id, company_key, lowest, highest)
       SELECT k.first_id, k.company_key, (SELECT min(o.id) ${ORGANISATIONS}), (SELECT max(o.id) ${ORGANISATIONS})
       FROM (SELECT min(customers.id) AS first_id, customers.company_key FROM customers WHERE ${OPEN} GROUP BY customers.company_key) k`,
      [fromId],
    );
  }

  async #leaveOut(excluded: TextFilter): Promise<void> {
    for await (const page of this.#pages<{ first_id: number; company_key: string }>(
      'SELECT k.first_id, k.company_key FROM import_companies k WHERE',
    )) {
      const ids = page.filter(({ company_key }) => excluded.mayHave(company_key)).map(({ first_id }) => first_id);
      const condition = this.#connection.facts.inJsonArray('first_id', 'integer');
      if (ids.length > 0) await this.#connection.run(`DELETE FROM import_companies WHERE ${condition}`, [JSON.stringify(ids)]);
    }
  }

  async #makeMissing(): Promise<void> {
    const sql = `SELECT k.first_id, c.company_name FROM import_companies k JOIN customers c ON c.id = k.first_id WHERE k.lowest IS NULL AND`;
    for await (const page of this.#pages<{ first_id: number; company_name: string }>(sql)) {
      const ids = await this.#make(page.map(({ company_name }) => company_name));
      const rows = page.map(({ first_id }, i) => ({ first_id, lowest: ids[i] as number, highest: ids[i] as number }));
      await this.#connection.update('import_companies', ['first_id'], rows);
    }
  }

  async *#pages<T extends SqlRow & { readonly first_id: number }>(select: string): AsyncGenerator<T[]> {
    for (let after = 0; ; ) {
      const page = await this.#connection.all<T>(`${select} k.first_id > ? ORDER BY k.first_id LIMIT ?`, [after, PAGE]);
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      after = last.first_id;
    }
  }

  async #countAmbiguous(fromId: number): Promise<number> {
    const keys = await this.#connection.all('SELECT 1 AS found FROM import_companies WHERE lowest <> highest LIMIT 1');
    if (keys.length === 0) return 0;
    const [row] = await this.#connection.all<{ n: number }>(
      `SELECT count(*) AS n FROM import_companies k JOIN customers ON customers.company_key = k.company_key
       WHERE k.lowest <> k.highest AND ${OPEN}`,
      [fromId],
    );
    return row?.n ?? 0;
  }
}

/** An organisation of which only the name is known. */
export function newCompany(name: string, id: number, now: string): Customer {
  return { ...newCustomer({ values: { company_name: name }, derived: { kind: 'organisation', name } }, now), id };
}
