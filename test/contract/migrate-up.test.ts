import { expect, it, onTestFinished } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { readMigrations, schemaStatus } from '../../src/engines/migrator.ts';
import { CrmError } from '../../src/errors.ts';
import { type DatabaseSchema, openSchema } from '../../src/repository/database-schema.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { countsOf, dump, importText, inconsistencies } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { FIRST_PEOPLE, makeFirstVersion } from '../support/first-version.ts';
import { tempDir } from '../support/temp-dir.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Match keys are made again by the rules of this version. */
const withoutKeys = (tables: Awaited<ReturnType<typeof dump>>): typeof tables => ({
  ...tables,
  customers: (tables.customers ?? []).map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith('_key')))),
});

describeEachEngine('a database of an older version', (target) => {
  const first = async (): Promise<{ url: string; engine: Engine; schema: DatabaseSchema }> => {
    const url = target.freshUrl();
    const engine = await target.open(url);
    await makeFirstVersion(engine);
    const schema = await openSchema(url, { busyTimeoutMs: 100 });
    onTestFinished(() => schema.close());
    return { url, engine, schema };
  };
  const laterOf = (engine: Engine) =>
    readMigrations(engine)
      .slice(1)
      .map(({ version, name }) => ({ version, name }));
  const set = (engine: Engine, sql: string): Promise<void> => engine.transaction((connection) => connection.script(sql));

  it('is refused by everything else, with the command that helps', async () => {
    const { url, engine } = await first();
    for (const create of [true, false]) {
      await expect(openRepository(url, { create })).rejects.toMatchObject({
        code: 'SCHEMA_OLDER',
        exitCode: 12,
        hint: 'upgrade it with: crm migrate up',
      });
    }
    expect((await schemaStatus(engine)).current).toBe(1);
  });

  it('has a status that names what it has and what it lacks', async () => {
    const { engine, schema } = await first();
    expect(await schema.status()).toEqual({
      current: 1,
      latest: readMigrations(engine).length,
      applied: [{ version: 1, name: 'initial', appliedAt: expect.stringMatching(INSTANT), state: 'ok' }],
      pending: laterOf(engine),
    });
  });

  it('is upgraded once; a second time there is nothing to do', async () => {
    const { engine, schema } = await first();
    const later = laterOf(engine);
    const latest = later.length + 1;
    const steps = later.map((step) => ({ ...step, statements: expect.arrayContaining([expect.stringMatching(/^[A-Z]+ /)]) }));
    expect(await schema.planUpgrade()).toEqual({ from: 1, to: latest, steps });
    expect((await schema.status()).current).toBe(1);
    expect(await schema.upgrade()).toEqual({ from: 1, to: latest, steps, snapshot: null });
    expect(await schema.upgrade()).toEqual({ from: latest, to: latest, steps: [], snapshot: null });
    const { current, applied, pending } = await schema.status();
    expect({ current, pending, states: applied.map(({ state }) => state) }).toEqual({
      current: latest,
      pending: [],
      states: later.map(() => 'ok').concat('ok'),
    });
  });

  it('keeps its customers and runs, which can be imported again, changed and taken back', async () => {
    const { url, engine, schema } = await first();
    const before = withoutKeys(await dump(engine));
    await schema.upgrade();
    expect(withoutKeys(await dump(engine))).toMatchObject(before);
    expect((await inconsistencies(engine)).filter((found) => found.includes('match keys'))).toEqual([]);

    const repository = await openRepository(url, { busyTimeoutMs: 500, actor: 'tester' });
    onTestFinished(() => repository.close());
    const database = { repository, folder: tempDir() };
    const again = await importText(database, FIRST_PEOPLE, { source: 'shop' });
    // The customer that was edited since gets the file's city again; the others are found by their row hashes.
    expect(countsOf(again)).toBe('3 = 0 + 1 + 2 + 0 + 0');
    expect((await repository.undo(again.run as number)).value).toMatchObject({ reverted: 1, kept: [] });
    expect(await repository.get(1)).toMatchObject({ customer: { city: 'Oxford' } });
    const orders =
      'order number,customer id,ordered at,total,currency,colour\nA-1,1,2025-01-02,49.90,EUR,red\nA-2,2,2025-03-04,10.00,EUR,blue\n';
    const related = await importText(database, orders, { source: 'shop', type: 'orders', name: 'orders.csv' });
    expect(countsOf(related)).toBe('2 = 1 + 1 + 0 + 0 + 0');
    await repository.undo(related.run as number);
    expect((await dump(engine)).orders).toMatchObject(before.orders as object);
    expect((await repository.undo(2)).value).toMatchObject({ kept: [] });
    expect(await repository.get(1)).toMatchObject({ customer: { city: 'London' } });
    expect((await repository.undo(1)).value.reverted).toBeGreaterThan(0);
    expect(await repository.count()).toBe(0);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('stays as it was when the upgrade is interrupted', async () => {
    const { engine, schema } = await first();
    const before = await dump(engine);
    const check = async (): Promise<void> => {
      throw new CrmError('INTERRUPTED', 'interrupted; nothing was changed');
    };
    await expect(schema.upgrade({ check })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await schema.status()).current).toBe(1);
    expect(await dump(engine)).toEqual(before);
    expect((await schema.upgrade()).from).toBe(1);
  });

  it('is of the version before when the upgrade is interrupted later', async () => {
    const { engine, schema } = await first();
    let files = 0;
    const check = async (): Promise<void> => {
      if (++files === 3) throw new CrmError('INTERRUPTED', 'interrupted');
    };
    await expect(schema.upgrade({ check })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect((await schema.status()).applied).toHaveLength(3);
    expect((await schema.upgrade()).from).toBe(3);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('is not upgraded while another run writes, but can be looked at', async () => {
    const { engine, schema } = await first();
    await engine.transaction(async () => {
      await expect(schema.upgrade()).rejects.toMatchObject({ code: 'BUSY', exitCode: 11 });
      expect((await schema.planUpgrade()).from).toBe(1);
      expect((await schema.status()).current).toBe(1);
    });
    expect((await schema.upgrade()).from).toBe(1);
  });

  it.each([
    ['an edited version', `UPDATE schema_migrations SET sha256 = '${'b'.repeat(64)}'`, ['edited'], 'SCHEMA_EDITED', 12],
    ['a gap', "INSERT INTO schema_migrations SELECT 9, 'far', sha256, applied_at, 1 FROM schema_migrations", null, 'INTEGRITY', 14],
    ['no version', 'DELETE FROM schema_migrations', null, 'INTEGRITY', 14],
    ['no record of versions', 'DROP TABLE schema_migrations', null, 'NO_DATABASE', 10],
  ])('is left alone where it has %s', async (_, sql, states, code, exitCode) => {
    const { engine, schema } = await first();
    await set(engine, sql);
    if (states === null) await expect(schema.status()).rejects.toMatchObject({ code, exitCode });
    else expect((await schema.status()).applied.map(({ state }) => state)).toEqual(states);
    for (const work of [schema.planUpgrade(), schema.upgrade(), schema.planDowngrade(), schema.downgrade()])
      await expect(work).rejects.toMatchObject({ code, exitCode });
    const columns = Object.keys((await engine.all('SELECT * FROM orders'))[0] ?? {});
    expect(columns).toContain('number');
    expect(columns).not.toContain('attributes');
  });

  it('is told apart from one of a newer program', async () => {
    const { engine, schema } = await first();
    const { to } = await schema.upgrade();
    await set(
      engine,
      `INSERT INTO schema_migrations SELECT ${to + 1}, 'future', sha256, applied_at, 1 FROM schema_migrations WHERE version = 1`,
    );
    const { current, latest, applied } = await schema.status();
    expect({ current, latest, last: applied.at(-1) }).toMatchObject({
      current: to + 1,
      latest: to,
      last: { name: 'future', state: 'newer' },
    });
    await expect(schema.upgrade()).rejects.toMatchObject({ code: 'SCHEMA_NEWER', exitCode: 12 });
  });

  it('is not made where there is none', async () => {
    const url = target.freshUrl();
    const status = openSchema(url).then(async (schema) => {
      onTestFinished(() => schema.close());
      return schema.status();
    });
    await expect(status).rejects.toMatchObject({ code: 'NO_DATABASE', exitCode: 10 });
  });
});
