import { expect, test } from 'vitest';
import { LoggedEngine } from '../../src/engines/logged-engine.ts';
import { SlowQueryLog, slowQueryPath } from '../../src/engines/slow-query-log.ts';
import { checkDatabase, type Finding } from '../../src/maintain/check-database.ts';
import { maintainDatabase, type MaintainOptions } from '../../src/maintain/maintain-database.ts';
import { slowQueries } from '../../src/maintain/slow-queries.ts';
import type { MaintenanceStore } from '../../src/repository/maintenance-store.ts';
import { dump, importText, inconsistencies, testDatabase, type TestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const PEOPLE =
  'id,name,email,phone,city\n1,Ada Lovelace,ada@x.org,+442079460001,London\n2,张伟明,wei@x.cn,+8613800138000,北京\n3,Müller GmbH,,,Berlin\n';
const NOTHING: MaintainOptions = { check: false, quick: false, repair: false, reindex: false, vacuum: false };
const noArchive = (): never => {
  throw new Error('there is no archive');
};

describeEachEngine('maintenance', (target) => {
  async function filled(now?: () => Date): Promise<{ database: TestDatabase; store: MaintenanceStore }> {
    const database = await testDatabase(target, now === undefined ? {} : { now });
    await importText(database, PEOPLE, { source: 'shop' });
    return { database, store: await database.repository.maintenance(noArchive) };
  }

  const script = (database: TestDatabase, sql: string): Promise<void> =>
    database.engine.transaction((connection) => connection.script(sql));
  const states = (findings: readonly Finding[]): string =>
    findings
      .filter(({ state }) => state !== 'ok' && state !== 'note')
      .map(({ check, state, count }) => `${check} ${state} ${count}`)
      .join(', ');

  test.each([false, true])('a sound database needs nothing, and stays as it is (quick: %s)', async (quick) => {
    const { database, store } = await filled();
    const before = await dump(database.engine, { exact: true });
    const report = await maintainDatabase(store, { ...NOTHING, quick, repair: true, reindex: true, vacuum: true });
    expect(states(report.findings)).toBe('');
    expect(report.repaired).toBeNull();
    expect(report.steps.map(({ name }) => name)).toEqual(
      target.name === 'sqlite' ? ['reindex', 'statistics', 'search', 'vacuum', 'checkpoint', 'rewrite'] : ['reindex', 'vacuum', 'rewrite'],
    );
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect(await inconsistencies(database.engine)).toEqual([]);
    expect((await database.repository.runs({ limit: 9 })).length).toBe(1);
  });

  test('--check changes nothing and needs no lock', async () => {
    const { database, store } = await filled();
    await script(database, 'DROP INDEX customers_phone_key');
    await database.engine.transaction(async () => {
      const report = await maintainDatabase(store, { ...NOTHING, check: true });
      expect(states(report.findings)).toBe('indexes repairable 1');
      expect(report.steps).toEqual([]);
    });
    expect(await store.missingIndexes()).toEqual(['customers_phone_key']);
  });

  test('what another run writes keeps the writing steps out: busy', async () => {
    const { database, store } = await filled();
    await database.engine.transaction(async () => {
      await expect(store.vacuum()).rejects.toMatchObject({ code: 'BUSY', exitCode: 11 });
      await expect(store.reindex()).rejects.toMatchObject({ code: 'BUSY', exitCode: 11 });
    });
  });

  test('indexes, words, keys, orphans and dead runs are put right, and the second repair finds nothing', async () => {
    const { database, store } = await filled();
    await script(
      database,
      `DROP INDEX customers_phone_key; DROP INDEX customers_name_key;
       UPDATE customers SET email_key = 'other' WHERE id = 1;
       UPDATE settings SET value = '1' WHERE name = 'match_keys';
       INSERT INTO external_ids (source, external_id, customer_id) VALUES ('shop', 'gone', 99);
       UPDATE runs SET status = 'running', started_at = '2001-01-01T00:00:00.000Z' WHERE id = 1;
       ${target.name === 'sqlite' ? "DELETE FROM customer_search WHERE rowid = 2; INSERT INTO customer_search (rowid, words) VALUES (77, 'nobody')" : "UPDATE customers SET search = 'other' WHERE id = 2"}`,
    );
    const words = target.name === 'sqlite' ? 2 : 1;
    const { findings } = await checkDatabase(store, { quick: false });
    expect(states(findings)).toBe(
      `indexes repairable 2, search repairable ${words}, keys repairable 1, orphans repairable 1, runs repairable 1`,
    );
    const report = await maintainDatabase(store, { ...NOTHING, repair: true });
    expect(states(report.findings)).toBe('');
    expect(report.repaired).toEqual({ run: 2, indexes: 2, words, keys: 1, orphans: 1, runs: 1 });
    expect(await inconsistencies(database.engine)).toEqual([]);
    expect(await database.repository.run(1)).toMatchObject({ status: 'failed' });
    expect(await database.repository.changes({ run: 2, limit: 9 })).toMatchObject([
      { entity: 'external_ids', id: 99, action: 'delete', before: { external_id: 'gone' }, after: null },
    ]);
    expect((await maintainDatabase(store, { ...NOTHING, repair: true })).repaired).toBeNull();
  });

  test('a quick look samples the words and finds that all are missing', async () => {
    const { database, store } = await filled();
    await script(
      database,
      target.name === 'sqlite' ? "INSERT INTO customer_search (customer_search) VALUES ('delete-all')" : "UPDATE customers SET search = ''",
    );
    const { findings } = await checkDatabase(store, { quick: true });
    expect(findings.find(({ check }) => check === 'search')).toMatchObject({ state: 'repairable', count: 3 });
  });

  test('a run that began a moment ago is at work', async () => {
    const { database, store } = await filled();
    await script(database, "UPDATE runs SET status = 'running' WHERE id = 1");
    expect((await checkDatabase(store, { quick: true })).findings.find(({ check }) => check === 'runs')).toMatchObject({
      state: 'note',
      count: 1,
    });
  });

  test('sizes add up to what the database takes', async () => {
    const { database, store } = await filled();
    const sizes = await store.sizes();
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sizes.find(({ name }) => name === 'customers')).toMatchObject({ kind: 'table', table: null });
    expect(sizes.find(({ name }) => name === 'customers_email_key')).toMatchObject({ kind: 'index', table: 'customers' });
    const taken = await database.engine.storageBytes();
    // SQLite has a page for the places of pages that belongs to nothing.
    expect(total).toBeLessThanOrEqual(taken);
    expect(total).toBeGreaterThan(taken * 0.98);
  });

  test('slow queries are logged without values, with the index that they lack; what a write reads is not', async () => {
    const database = await testDatabase(target);
    await importText(database, PEOPLE, { source: 'shop' });
    const env = { XDG_STATE_HOME: database.folder };
    const path = slowQueryPath(database.url, env);
    const log = new SlowQueryLog(path);
    const engine = new LoggedEngine(database.engine, log, 0);
    await engine.all('SELECT id FROM customers WHERE city = ? AND tier = ?', ['Secret', 'gold']);
    for await (const rows of engine.stream("SELECT name FROM customers WHERE owner = 'Secret'")) expect(rows).toEqual([]);
    for await (const rows of (await engine.readOnly("SELECT 1 FROM customers WHERE city < ' Secret' -- Secret")).rows)
      expect(rows).toEqual([]);
    await expect(engine.all('SELECT nothing FROM customers')).rejects.toMatchObject({ name: 'CrmError' });
    await engine.transaction((connection) => connection.all("SELECT 1 FROM customers WHERE owner = 'x'"));
    const logged = log.read();
    expect(logged.map(({ statement }) => statement)).toEqual([
      'SELECT id FROM customers WHERE city = ? AND tier = ?',
      'SELECT name FROM customers WHERE owner = ?',
      'SELECT ? FROM customers WHERE city < ?',
    ]);
    expect(JSON.stringify(logged)).not.toMatch(/secret|gold/i);
    for (const { plan } of logged) expect(plan.join()).toMatch(/SCAN customers|Seq Scan on customers/);
    const report = await slowQueries(await database.repository.maintenance(noArchive), database.url, env);
    expect(report.log).toBe(path);
    expect(report.statements.flatMap(({ missingIndexes }) => missingIndexes).sort()).toEqual([
      'CREATE INDEX customers_city ON customers (city)',
      'CREATE INDEX customers_city_tier ON customers (city, tier)',
      'CREATE INDEX customers_owner ON customers (owner)',
    ]);
  });

  test('an interruption stops between two steps', async () => {
    const { store } = await filled();
    const interruption = new AbortController();
    interruption.abort();
    await expect(maintainDatabase(store, { ...NOTHING, signal: interruption.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
