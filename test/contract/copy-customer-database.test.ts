import { existsSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import type { Engine } from '../../src/engines/connection.ts';
import { copyCustomerDatabase } from '../../src/migrate/copy-customer-database.ts';
import { OWN_TABLES } from '../../src/repository/own-tables.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { countsOf, importText, inconsistencies } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine, type EngineTarget } from '../support/engines.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { schemaText } from '../support/schema-text.ts';
import { tempDir } from '../support/temp-dir.ts';

const NOW = '2026-01-31T10:00:00.000Z';
const PEOPLE = `id,name,email,phone,city,company,tags,Lead source
1,Ada Lovelace,ada@example.com,+442079460000,London,Engines,vip,fair
2,王小明,wang@example.cn,+8613800138000,上海,远大有限公司,,展会
3,Max Müller,max@example.de,,Berlin,Stone,"a;b",web \\ 😀
4,M. Müller,mm@example.de,,Berlin,Stone,vip,
5,Gone Soon,gone@example.com,,Rome,,,
`;
const ORDERS = `order number,customer id,ordered at,total,currency,colour
A-1,1,2025-01-02,49.90,EUR,red
A-2,4,2025-03-04,10.00,EUR,blue
`;

/** Imports, edits, a merge, an undo, and a row of whatever else there is; the last customer and the last run are gone again. */
async function fill(target: EngineTarget): Promise<string> {
  const url = target.freshUrl();
  const engine = await target.open(url);
  const repository = await openRepository(url, { create: true, actor: 'tester', busyTimeoutMs: 2000 });
  const database = { repository, folder: tempDir() };
  await importText(database, PEOPLE, { source: 'shop' });
  await importText(database, ORDERS, { source: 'shop', type: 'orders', name: 'orders.csv' });
  const note = { kind: 'call', occurred_at: NOW, body: 'two\nlines\tand a \\ tab', source_key: 'shop:1' };
  await repository.addChild(1, { table: 'interactions', row: note });
  await repository.addChild(4, { table: 'consents', row: { channel: 'email', status: 'out', decided_at: NOW } });
  await repository.edit(1, { values: { city: 'Oxford' } } as never);
  await setClusters(engine, [[3, 4]]);
  await mergeClusters(repository, { clusters: 'auto' });
  await repository.remove([5]);
  const last = await repository.add({ name: 'Taken Back' });
  await repository.undo(last.run as number);
  await repository.saveSegment('berlin', 'city = Berlin');
  await engine.transaction(async (connection) => {
    const decision = { decision: 'distinct', ground: 'review', decided_by: 'tester', decided_at: NOW };
    await connection.upsert('duplicate_decisions', ['left_id', 'right_id'], [{ left_id: 1, right_id: 2, ...decision }]);
    await connection.upsert('settings', ['name'], [{ name: 'colour', value: 'blue' }]);
    await connection.reserveIds('duplicate_models', 3);
    await connection.upsert('duplicate_models', ['id'], [{ id: 2, made_at: NOW, last_run: 1, model: '{"b":1,"a":0.1}', summary: '{}' }]);
    const bytes = { data: Buffer.from([0, 1, 92, 255]) };
    await connection.insert('duplicate_arrays', {
      columns: ['name', 'first_key', 'piece', 'data'],
      rows: [['x', -5, 0, target.name === 'postgres' ? `\\x${bytes.data.toString('hex')}` : bytes.data]],
    });
    const archived = { id: 99, archived_at: NOW, run_id: 1, kind: 'person', birthday: '1990-02-03', row_hash: 2 ** 52 };
    await connection.upsert('archived_customers', ['id'], [archived]);
    await connection.upsert('archived_old_ids', ['old_id'], [{ old_id: 98, customer_id: 99 }]);
  });
  await repository.close();
  return url;
}

/** Everything that the tables hold, but the record of schema versions. */
async function allRows(engine: Pick<Engine, 'all'>): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const { name } of OWN_TABLES) {
    const rows = (await engine.all(`SELECT * FROM ${name}`)).map(({ search: _, ...row }) => JSON.stringify(Object.entries(row).map(meant)));
    tables[name] = rows.sort();
  }
  return tables;
}

function meant([name, value]: readonly [string, unknown]): unknown {
  const isJson = typeof value === 'string' && /^[[{]/.test(value) && name !== 'model';
  return [name, isJson ? sorted(JSON.parse(value)) : value];
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const isList = Array.isArray(value);
  return isList
    ? value.map(sorted)
    : Object.entries(value)
        .sort()
        .map(([name, member]) => [name, sorted(member)]);
}

async function open(url: string): Promise<Repository> {
  const repository = await openRepository(url, { actor: 'tester', busyTimeoutMs: 2000 });
  onTestFinished(() => repository.close());
  return repository;
}

/** Answers of the program to questions of all kinds. */
async function answers(repository: Repository): Promise<unknown> {
  const found = async (options: Parameters<Repository['query']>[0]): Promise<unknown[]> => {
    const rows: unknown[] = [];
    for await (const batch of (await repository.query({ sort: ['id'], ...options })).rows) rows.push(...batch);
    return rows;
  };
  const searches = [];
  for (const search of ['muller', '小明', '上海', 'oxf', 'web']) searches.push(await found({ search, select: ['id', 'name', 'city'] }));
  expect(searches.map((rows) => rows.length)).toEqual([1, 1, 1, 1, 1]);
  return {
    searches,
    everything: await found({ select: ['*'] }),
    vip: await found({ filter: 'tag = vip and orders.count > 0' }),
    cards: await Promise.all([1, 2, 3].map((id) => repository.get(id))),
    runs: await repository.runs({ limit: 100 }),
    changes: sorted(await repository.changes({ customer: 1, limit: 100 })),
    merged: await repository.find('4'),
    segments: await repository.segments(),
  };
}

describeEachEngine('a customer database copied to another engine and back', (target) => {
  const other = (): string => (target.name === 'sqlite' ? freshSchemaUrl() : `${tempDir()}/copy.db`);

  it.skipIf(!postgresAvailable)('is the same: rows, answers, history, what comes next', { timeout: 60_000 }, async () => {
    const from = await fill(target);
    const [there, back] = [other(), target.freshUrl()];
    const seen: number[] = [];
    const copied = await copyCustomerDatabase({ from, to: there, onProgress: (rows) => seen.push(rows) });
    expect(copied.conversions).toEqual([]);
    expect(copied.tables.map(({ name }) => name)).toEqual(OWN_TABLES.map(({ name }) => name));
    for (const { name, read, written, verified } of copied.tables)
      expect({ name, written, verified }).toEqual({ name, written: read, verified: true });
    expect(seen.at(-1)).toBe(copied.tables.reduce((sum, { read }) => sum + 2 * read, 0));
    await copyCustomerDatabase({ from: there, to: back });

    const engines = await Promise.all([from, there, back].map((url) => target.open(url)));
    const [rows, ...others] = await Promise.all(engines.map(allRows));
    for (const copy of others) expect(copy).toEqual(rows);
    for (const engine of engines) expect(await inconsistencies(engine)).toEqual([]);
    expect(await schemaText(engines[2] as Engine)).toEqual(await schemaText(engines[0] as Engine));

    const repositories = await Promise.all([from, there, back].map(open));
    const [said, ...saidOthers] = await Promise.all(repositories.map(answers));
    for (const one of saidOthers) expect(one).toEqual(said);
    const next: unknown[] = [];
    for (const repository of repositories) {
      const added = await repository.add({ name: 'Next' });
      const order = await repository.addChild(added.value.id, {
        table: 'orders',
        row: { ordered_at: NOW, total_minor: 1, total_currency: 'EUR' },
      });
      const undone = await repository.undo(7); // the merge
      const again = await importText({ repository, folder: tempDir() }, PEOPLE, { source: 'shop' });
      next.push([added.run, added.value.id, order.value, undone.value, countsOf(again), await repository.count()]);
    }
    expect(next[1]).toEqual(next[0]);
    expect(next[2]).toEqual(next[0]);
    expect((next[0] as unknown[]).slice(0, 3)).toEqual([10, 7, 3]);
    for (const engine of engines) expect(await inconsistencies(engine)).toEqual([]);
  });

  it.skipIf(!postgresAvailable)('leaves nothing when it is broken off', async () => {
    const from = await fill(target);
    const to = other();
    const stop = new AbortController();
    const onProgress = (rows: number): void => {
      if (rows > 20) stop.abort();
    };
    await expect(copyCustomerDatabase({ from, to, signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    await expect(openRepository(to)).rejects.toMatchObject({ code: 'NO_DATABASE' });
    expect((await copyCustomerDatabase({ from, to })).tables.every(({ verified }) => verified)).toBe(true);
  });

  it('is only made where there is nothing, of a schema that is this program’s', async () => {
    const from = await fill(target);
    await expect(copyCustomerDatabase({ from, to: from })).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
    const used = target.freshUrl();
    await (await openRepository(used, { create: true })).close();
    await expect(copyCustomerDatabase({ from, to: used })).rejects.toMatchObject({ code: 'USAGE' });
    const missing = target.freshUrl();
    await expect(copyCustomerDatabase({ from: missing, to: target.freshUrl() })).rejects.toMatchObject({ code: 'NO_DATABASE' });
    const engine = await target.open(from);
    await engine.transaction((connection) => connection.run('DELETE FROM schema_migrations WHERE version = 6'));
    const to = target.freshUrl();
    await expect(copyCustomerDatabase({ from, to })).rejects.toMatchObject({ code: 'SCHEMA_OLDER', exitCode: 12 });
    if (target.name === 'sqlite') expect(existsSync(to)).toBe(false);
  });

  it('copies every table that there is', async () => {
    const engine = await target.open(await fill(target));
    const names = (await engine.all<{ name: string }>(engine.facts.tableNamesSql)).map(({ name }) => name);
    const own = names.filter((name) => name !== 'schema_migrations' && !name.startsWith('customer_search'));
    expect(own.sort()).toEqual(OWN_TABLES.map(({ name }) => name).sort());
  });

  const itFromSqlite = target.name === 'sqlite' ? it.skipIf(!postgresAvailable) : () => undefined;
  itFromSqlite('says which texts PostgreSQL cannot hold', async () => {
    const from = await fill(target);
    const engine = await target.open(from);
    await engine.transaction(async (connection) => {
      await connection.run('UPDATE customers SET notes = ? WHERE id = 1', ['a\0b']);
      await connection.run('UPDATE customers SET attributes = ? WHERE id = 2', ['{"x":"\\u0000","y":"\\ud800 \\\\u0000"}']);
    });
    const to = other();
    const { conversions, tables } = await copyCustomerDatabase({ from, to });
    expect(conversions).toEqual([
      { table: 'customers', column: 'notes', rule: 'nul-removed', count: 1 },
      { table: 'customers', column: 'attributes', rule: 'nul-removed', count: 1 },
      { table: 'customers', column: 'attributes', rule: 'half-character-replaced', count: 1 },
    ]);
    expect(tables.every(({ verified }) => verified)).toBe(true);
    const copy = await target.open(to);
    const [first, second] = await copy.all('SELECT notes, attributes FROM customers WHERE id < 3 ORDER BY id');
    expect(first?.notes).toBe('ab');
    expect(JSON.parse(second?.attributes as string)).toEqual({ x: '', y: '\ufffd \\u0000' });
  });
});
