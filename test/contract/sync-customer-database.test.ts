import { expect, it, onTestFinished } from 'vitest';
import { mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import type { Engine } from '../../src/engines/connection.ts';
import { copyCustomerDatabase } from '../../src/migrate/copy-customer-database.ts';
import type { SyncOptions, SyncResult } from '../../src/migrate/sync-options.ts';
import { syncTables } from '../../src/migrate/sync-tables.ts';
import { OWN_TABLES } from '../../src/repository/own-tables.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { SYNC_OPTIONS } from '../support/copied-tables.ts';
import { importText, inconsistencies } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine } from '../support/engines.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

const PEOPLE = `id,name,email,phone,city,company,tags
1,Ada Lovelace,ada@example.com,+442079460000,London,Engines,vip
2,王小明,wang@example.cn,+8613800138000,上海,远大有限公司,
3,Max Müller,max@example.de,,Berlin,Stone,"a;b"
4,M. Müller,mm@example.de,,Berlin,Stone,vip
5,Gone Soon,gone@example.com,,Rome,,
`;
const ORDERS = `order number,customer id,ordered at,total,currency
A-1,1,2025-01-02,49.90,EUR
A-2,4,2025-03-04,10.00,EUR
`;
const OPTIONS: SyncOptions = { ...SYNC_OPTIONS, batch: 100 };

async function open(url: string): Promise<Repository> {
  const repository = await openRepository(url, { create: true, actor: 'tester', busyTimeoutMs: 2000 });
  onTestFinished(() => repository.close());
  return repository;
}

/** Everything that the tables hold, with JSON as it is meant. */
async function allRows(engine: Pick<Engine, 'all'>): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const { name } of OWN_TABLES) {
    const rows = await engine.all(`SELECT * FROM ${name}`);
    tables[name] = rows.map(({ search: _, ...row }) => JSON.stringify(Object.entries(row).map(meant))).sort();
  }
  return tables;
}

function meant([name, value]: readonly [string, unknown]): unknown {
  return [name, typeof value === 'string' && /^[[{]/.test(value) && name !== 'model' ? sorted(JSON.parse(value)) : value];
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value)
    ? value.map(sorted)
    : Object.entries(value)
        .sort()
        .map(([name, member]) => [name, sorted(member)]);
}

const changesOf = ({ tables }: SyncResult): number => tables.reduce((sum, one) => sum + one.missing + one.different + one.extra, 0);

describeEachEngine('a customer database brought to another', (target) => {
  const kinds = ['the same engine', 'another engine'] as const;

  it.each(kinds)('is the same, history and what comes next included, and can be again: %s', { timeout: 60_000 }, async (kind) => {
    if (kind === 'another engine' && !postgresAvailable) return;
    const from = target.freshUrl();
    const to = kind === 'the same engine' ? target.freshUrl() : target.name === 'sqlite' ? freshSchemaUrl() : `${tempDir()}/other.db`;
    const a = await open(from);
    await importText({ repository: a, folder: tempDir() }, PEOPLE, { source: 'shop' });
    await copyCustomerDatabase({ from, to });
    const [engineA, engineB] = [await target.open(from), await target.open(to)];
    const steps: readonly (() => Promise<unknown>)[] = [
      () => importText({ repository: a, folder: tempDir() }, ORDERS, { source: 'shop', type: 'orders', name: 'orders.csv' }),
      () => a.edit(1, { values: { city: 'Oxford', name: 'Ada King' } } as never),
      async () => {
        await setClusters(engineA, [[3, 4]]);
        await mergeClusters(a, { clusters: 'auto' });
      },
      () => a.remove([5]),
      () => a.saveSegment('berlin', 'city = Berlin'),
      async () => a.undo((await a.add({ name: 'Taken Back' })).run as number),
      () => importText({ repository: a, folder: tempDir() }, PEOPLE.replace('Rome', 'Roma'), { source: 'shop', name: 'again.csv' }),
    ];
    const ways: string[] = [];
    for (const step of steps) {
      await step();
      const planned = await syncTables(from, to, { ...OPTIONS, dryRun: true });
      expect(await allRows(engineB)).not.toEqual(await allRows(engineA));
      const result = await syncTables(from, to, OPTIONS);
      expect(changesOf(result)).toBe(changesOf(planned));
      ways.push(result.way);
      expect(await allRows(engineB)).toEqual(await allRows(engineA));
      expect(await inconsistencies(engineB)).toEqual([]);
      expect(changesOf(await syncTables(from, to, OPTIONS))).toBe(0);
    }
    // What was taken back is compared whole.
    expect(ways).toEqual(['change log', 'change log', 'change log', 'change log', 'change log', 'database', 'change log']);
    const b = await open(to);
    const next = async (repository: Repository): Promise<unknown> => {
      const added = await repository.add({ name: 'Next' });
      return [added.run, added.value.id, (await repository.query({ search: 'king', select: ['id'] })).columns.length];
    };
    expect(await next(b)).toEqual(await next(a));
  });

  it('is the same, too, where the change log does not tell of all', async () => {
    const [from, to] = [target.freshUrl(), target.freshUrl()];
    const a = await open(from);
    await importText({ repository: a, folder: tempDir() }, PEOPLE, { source: 'shop' });
    await copyCustomerDatabase({ from, to });
    const [engineA, engineB] = [await target.open(from), await target.open(to)];
    await a.edit(1, { values: { city: 'Oxford' } } as never);
    await engineA.transaction((connection) => connection.run("UPDATE tags SET tag = 'other' WHERE customer_id = 4"));
    expect(await syncTables(from, to, { ...OPTIONS, verify: false })).toMatchObject({ way: 'change log' });
    expect(await allRows(engineB)).not.toEqual(await allRows(engineA));
    expect(await syncTables(from, to, OPTIONS)).toMatchObject({ way: 'database' });
    expect(await allRows(engineB)).toEqual(await allRows(engineA));
    await engineA.transaction((connection) => connection.run('DELETE FROM tags WHERE customer_id = 4'));
    expect(await syncTables(from, to, { ...OPTIONS, verify: false })).toMatchObject({ way: 'database' });
    expect(await allRows(engineB)).toEqual(await allRows(engineA));
  });

  it('is not overwritten where it has changes of its own', async () => {
    const [from, to] = [target.freshUrl(), target.freshUrl()];
    const a = await open(from);
    await importText({ repository: a, folder: tempDir() }, PEOPLE, { source: 'shop' });
    await copyCustomerDatabase({ from, to });
    const b = await open(to);
    await b.add({ name: 'Only here' });
    await a.add({ name: 'Only there' });
    const engine = await target.open(to);
    const before = await allRows(engine);
    await expect(syncTables(from, to, OPTIONS)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/^run 2 of the second/),
    });
    expect(await allRows(engine)).toEqual(before);
    await expect(syncTables(from, to, { ...OPTIONS, tables: ['customers'] })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is left as it was by a guard, and by an interruption', async () => {
    const [from, to] = [target.freshUrl(), target.freshUrl()];
    const a = await open(from);
    await importText({ repository: a, folder: tempDir() }, PEOPLE, { source: 'shop' });
    await copyCustomerDatabase({ from, to });
    await a.remove([5]);
    const engine = await target.open(to);
    const before = await allRows(engine);
    await expect(syncTables(from, to, { ...OPTIONS, delete: false })).rejects.toMatchObject({ code: 'GUARD_RAIL' });
    await expect(syncTables(from, to, { ...OPTIONS, maxChanges: { rows: 2 } })).rejects.toMatchObject({ code: 'GUARD_RAIL' });
    const stop = new AbortController();
    const onProgress = (_: string, __: string, rows: number): void => {
      if (rows > 20) stop.abort();
    };
    await expect(syncTables(from, to, { ...OPTIONS, signal: stop.signal, onProgress })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await allRows(engine)).toEqual(before);
    await syncTables(from, to, OPTIONS);
    expect(await allRows(engine)).toEqual(await allRows(await target.open(from)));
  });
});
