import { beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../../src/engines/connection.ts';
import type { QueryOptions } from '../../../src/repository/query-options.ts';
import { compileQuery } from '../../../src/repository/query-sql.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { CUSTOM_FIELDS, loadCustomers, NOW } from './query-sql-customers.ts';

const ROW_ID = { sqlite: 'INTEGER PRIMARY KEY', postgres: 'customers_pkey' };
const WORDS = { sqlite: 'VIRTUAL TABLE INDEX', postgres: 'customers_search' };

/** Options of a query and the index that its plan must name. */
const CASES: readonly (readonly [options: QueryOptions, index: string | Readonly<Record<'sqlite' | 'postgres', string>>])[] = [
  [{ filter: 'email = max@example.com' }, 'customers_email_key'],
  [{ filter: 'email = max@example.com and city = Berlin', sort: ['-name'], limit: 10 }, 'customers_email_key'],
  [{ filter: 'email in (max@example.com, jean@example.fr)' }, 'customers_email_key'],
  [{ filter: 'email = max@example.com or phone = +491712345678' }, 'customers_phone_key'],
  [{ filter: 'phone = +491712345678' }, 'customers_phone_key'],
  [{ filter: 'id = 3' }, ROW_ID],
  [{ ids: [1, 2, 3] }, ROW_ID],
  [{ filter: 'tag = vip' }, 'tags_tag'],
  [{ search: 'muller' }, WORDS],
];

describeEachEngine('indexes', (target) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await target.open();
    await loadCustomers(engine);
    // A table of fifteen rows would be read whole; the question is whether an index can be used at all.
    if (target.name === 'postgres') await engine.all('SET enable_seqscan = off');
  });

  const planOf = async (sql: string, parameters: CompiledParameters): Promise<string> => {
    const rows = await engine.all(`${target.name === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'} ${sql}`, parameters);
    return rows.map((row) => String(row.detail ?? row['QUERY PLAN'])).join('\n');
  };

  it.each(CASES)('%o', async (options, index) => {
    const query = compileQuery(options, engine.facts, { now: NOW, customFields: CUSTOM_FIELDS });
    const name = typeof index === 'string' ? index : index[target.name];
    for (const plan of [await planOf(query.sql, query.parameters), await planOf(query.countSql, query.countParameters)]) {
      expect(plan).toContain(name);
      expect(plan).not.toMatch(/SCAN customers|Seq Scan on customers/);
    }
  });
});

type CompiledParameters = ReturnType<typeof compileQuery>['parameters'];
