import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Connection, Engine } from '../../src/engines/connection.ts';
import { openEngine } from '../../src/engines/index.ts';
import { CrmError } from '../../src/errors.ts';
import { applyPlan } from '../../src/import/apply-plan.ts';
import { importFiles } from '../../src/import/import-files.ts';
import { openPlan } from '../../src/import/plan-file.ts';
import { Repository } from '../../src/repository/repository.ts';
import { dump, importText, inconsistencies, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';

/** Lets the n-th call of a database fail, whatever it is. */
class Failing {
  calls = 0;
  readonly #failAt: number;

  constructor(failAt: number) {
    this.#failAt = failAt;
  }

  call(): void {
    if (++this.calls === this.#failAt) throw new CrmError('ENGINE', 'the disk was pulled out');
  }

  engine(inner: Engine): Engine {
    return this.#wrap(inner, {
      transaction: (work: Parameters<Engine['transaction']>[0], options: Parameters<Engine['transaction']>[1]) => {
        this.call();
        return inner.transaction(async (connection) => {
          const result = await work(this.#wrap(connection, {}));
          this.call(); // as if the commit failed
          return result;
        }, options);
      },
    });
  }

  #wrap<T extends Engine | Connection>(inner: T, own: Partial<Record<keyof Engine, unknown>>): T {
    return new Proxy(inner, {
      get: (target, name) => {
        if (Object.hasOwn(own, name)) return own[name as keyof Engine];
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => {
          this.call();
          return (member as (...all: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  }
}

const FIRST = 'id,name,email,city\n1,Ada,a@x.org,Rome\n2,Bob,b@x.org,\n,Keyless,,Kiel\n';
const SECOND = 'id,name,email,city\n1,Ada,a@x.org,Oslo\n3,Eve,e@x.org,\n3,Eve,e@x.org,Bern\n,Keyless,,Kiel\n,New,,\nshort\n';

/** What is done while calls fail: with the repository whose calls fail. */
type Work = (repository: Repository, database: TestDatabase) => Promise<unknown>;

const WORKS: Readonly<Record<string, Work>> = {
  'an import that creates and updates': (repository, { folder }) => {
    const path = join(folder, 'second.csv');
    writeFileSync(path, SECOND);
    return importFiles(repository, { paths: [path], source: 'shop', tags: ['x'], rejectsPath: join(folder, 'rejects.csv') });
  },
  'a plan, and doing what it says': async (repository, { folder }) => {
    const [path, plan] = [join(folder, 'second.csv'), join(folder, 'plan.ndjson')];
    writeFileSync(path, SECOND);
    await importFiles(repository, { paths: [path], source: 'shop', tags: ['x'], plan });
    await applyPlan(repository, await openPlan(plan), { rejectsPath: join(folder, 'rejects.csv') });
  },
  'an edit': (repository) => repository.edit(1, { values: { city: 'Kiel', 'attributes.x': 'y' }, addTags: ['x'], removeTags: ['first'] }),
  'an added customer': (repository) => repository.add({ name: 'New', city: 'Rome' }, { tags: ['x'] }),
  'an added order': (repository) =>
    repository.addChild(1, {
      table: 'orders',
      row: { number: 'A', ordered_at: '2026-01-01T00:00:00.000Z', total_minor: 1, total_currency: 'EUR' },
    }),
  'a delete': (repository) => repository.remove([1, 2]),
  'an undo of an import': (repository) => repository.undo(1),
  'an undo of an edit': (repository) => repository.undo(2),
};

describeEachEngine('when the n-th call of the database fails', (target) => {
  for (const [name, work] of Object.entries(WORKS)) {
    it(`${name} leaves the old state, for every n, and works afterwards`, { timeout: 60_000 }, async () => {
      const database = await testDatabase(target);
      await importText(database, FIRST, { source: 'shop', tags: ['first'] });
      await database.repository.edit(2, { values: { city: 'Bonn' }, addTags: ['edited'] });
      const before = await dump(database.engine, { exact: true });
      const runs = await database.repository.runs({ limit: 10 });
      let failures = 0;
      for (let n = 1; ; n++) {
        const failing = new Failing(n);
        const repository = new Repository(failing.engine(database.engine), { actor: 'tester' }, false);
        const outcome = await work(repository, database).then(
          () => null,
          (error: unknown) => error,
        );
        if (failing.calls < n) {
          expect(outcome).toBeNull();
          break;
        }
        failures++;
        expect(outcome).toMatchObject({ code: 'ENGINE', message: 'the disk was pulled out' });
        expect(await dump(database.engine, { exact: true })).toEqual(before);
        expect(await database.repository.runs({ limit: 10 })).toEqual(runs);
        expect(readdirSync(database.folder).filter((file) => file.includes('rejects'))).toEqual([]);
      }
      expect(failures).toBeGreaterThan(5);
      expect(await dump(database.engine, { exact: true })).not.toEqual(before);
      expect(await inconsistencies(database.engine)).toEqual([]);
    });
  }
});

describe.skipIf(!postgresAvailable)('when the server ends the connection in the middle', () => {
  it('nothing is changed, and the error says so', async () => {
    const database = await testDatabase({
      name: 'postgres',
      freshUrl: freshSchemaUrl,
      open: (url) => openEngine(url as string, { create: true, busyTimeoutMs: 1000 }),
    });
    await importText(database, FIRST);
    const before = await dump(database.engine, { exact: true });
    const cut: Pick<Repository, 'import'> = {
      import: (plan, feed) =>
        database.repository.import(plan, async (session) => {
          const done = await feed(session);
          const [schema] = await database.engine.all<{ name: string }>('SELECT current_schema() AS name');
          await database.engine.all(
            `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
             AND classid = CAST(hashtext('crm writer') AS oid) AND objid = CAST(hashtext(?) AS oid)`,
            [schema?.name as string],
          );
          return done;
        }),
    };
    const path = join(database.folder, 'second.csv');
    writeFileSync(path, SECOND);
    await expect(importFiles(cut as Repository, { paths: [path], rejectsPath: join(database.folder, 'r.csv') })).rejects.toMatchObject({
      code: 'CONNECTION',
      exitCode: 15,
    });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
  });
});
