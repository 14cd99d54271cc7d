import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { copyCustomerDatabase } from '../../src/migrate/copy-customer-database.ts';
import { OWN_TABLES } from '../../src/repository/own-tables.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { importText, inconsistencies } from '../support/customer-database.ts';
import { describeEachEngine, type EngineTarget } from '../support/engines.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';
import { wholeDatabase } from '../support/whole-database.ts';

const PEOPLE = `id,name,email,phone,city,company,tags,Lead source
1,Ada Lovelace,ada@example.com,+442079460000,London,Engines,vip,fair
2,王小明,wang@example.cn,+8613800138000,上海,远大有限公司,,展会
3,Max Müller,max@example.de,,Berlin,Stone,"a;b",web \\ t
4,M. Müller,max@example.de,,Berlin,Stone,,
5,Gone Soon,gone@example.com,,Rome,,,
`;
const ORDERS = `order number,customer id,ordered at,total,currency,colour
A-1,1,2025-01-02,49.90,EUR,red
A-2,2,2025-03-04,10.00,EUR,blue
`;
const NOTES = `customer id,kind,occurred at,subject,body
1,call,2025-01-02 10:00,Hello,"two
lines	and a tab"
`;

/** Everything that the tables hold, the record of schema versions excepted. */
async function allRows(engine: Pick<Engine, 'all'>): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const { name } of OWN_TABLES) {
    const rows = (await engine.all(`SELECT * FROM ${name}`)).map(({ search: _, ...row }) => JSON.stringify(Object.entries(row).map(meaning)));
    tables[name] = rows.sort();
  }
  return tables;
}

function meaning([name, value]: readonly [string, unknown]): unknown {
  const isJson = typeof value === 'string' && /^[[{]/.test(value) && !['model', 'summary', 'body'].includes(name);
  return [name, isJson ? sorted(JSON.parse(value)) : value];
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? value.map(sorted) : Object.entries(value).sort().map(([name, member]) => [name, sorted(member)]);
}

async function fill(url: string): Promise<void> {
  const repository = await openRepository(url, { create: true, actor: 'tester', busyTimeoutMs: 2000 });
  const database = { repository, folder: tempDir() };
  await importText(database, PEOPLE, { source: 'shop' });
  await importText(database, ORDERS, { source: 'shop', type: 'orders', name: 'orders.csv' });
  await importText(database, NOTES, { source: 'shop', type: 'interactions', name: 'notes.csv' });
  const edit = await importText(database, 'id,name,city\n1,Ada Lovelace,Oxford\n', { source: 'shop', name: 'edit.csv' });
  await importText(database, 'id,name\n6,Taken Back\n', { source: 'shop', name: 'undone.csv' });
  await repository.undo(5);
  expect(edit.run).toBe(4);
  await repository.close();
}

const open = async (url: string): Promise<Repository> => {
  const repository = await openRepository(url, { actor: 'tester', busyTimeoutMs: 2000 });
  onTestFinished(() => repository.close());
  return repository;
};

async function found(repository: Repository, search: string): Promise<unknown> {
  const { rows } = await repository.query({ search, columns: ['id', 'name'] } as never);
  const all: unknown[] = [];
  for await (const batch of rows as AsyncIterable<unknown[]>) all.push(...batch);
  return all;
}
