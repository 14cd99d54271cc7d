import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import { importFiles } from '../../src/import/import-files.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { countsOf, dump, importText, inconsistencies, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const COUNT = 'SELECT count(*) AS n FROM customers';

/** A transaction of another connection that stays open until it is told to end. */
async function openTransaction(engine: Engine, sql: string): Promise<{ commit(): Promise<void> }> {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = (): void => {};
  const isOpen = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const done = engine.transaction(async (connection) => {
    await connection.run(sql);
    begun();
    await held;
  });
  await isOpen;
  return {
    commit: async () => {
      release();
      await done;
    },
  };
}

describeEachEngine('two at once', (target) => {
  const INSERT =
    "INSERT INTO customers (name, created_at, updated_at) VALUES ('Other', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')";

  it('lets a second writer wait for the busy timeout and then says that it is busy', async () => {
    const { repository, engine } = await testDatabase(target, { busyTimeoutMs: 300 });
    await repository.add({ name: 'Ada' });
    const other = await openTransaction(engine, INSERT);
    const start = performance.now();
    await expect(repository.add({ name: 'Bob' })).rejects.toMatchObject({ code: 'BUSY', exitCode: 11 });
    expect(performance.now() - start).toBeGreaterThan(250);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(await repository.count()).toBe(1);
    await other.commit();
    expect(await repository.add({ name: 'Bob' })).toMatchObject({ value: { name: 'Bob' } });
    expect(await repository.count()).toBe(3);
  });

  it('does not wait at all with a busy timeout of zero', async () => {
    const { repository, engine } = await testDatabase(target, { busyTimeoutMs: 0 });
    const other = await openTransaction(engine, INSERT);
    const start = performance.now();
    await expect(repository.add({ name: 'Bob' })).rejects.toMatchObject({ code: 'BUSY' });
    expect(performance.now() - start).toBeLessThan(1000);
    await other.commit();
  }, 5000);

  it('shows readers the old state while an import is open, and the new one after it', async () => {
    const database = await testDatabase(target);
    await importText(database, 'email,name\na@x.org,Ada\n');
    const reader = await openRepository(database.url);
    const path = join(database.folder, 'more.csv');
    writeFileSync(path, `email,name\n${Array.from({ length: 3000 }, (_, i) => `p${i}@x.org,P${i}`).join('\n')}\n`);
    const seen: unknown[] = [];
    const look = async (): Promise<void> =>
      void seen.push([await reader.count(), (await reader.get(1))?.customer.name, (await reader.runs({ limit: 5 })).length]);
    // The repository with a pause before the end of each import.
    const paused: Pick<Repository, 'import'> = {
      import: (plan, feed) =>
        database.repository.import(plan, async (session) => {
          const done = await feed(session);
          await look();
          return done;
        }),
    };
    await importFiles(paused as Repository, { paths: [path] });
    await look();
    expect(seen).toEqual([
      [1, 'Ada', 1],
      [3001, 'Ada', 2],
    ]);
    expect(await reader.count()).toBe(3001);
    await reader.close();
  });

  it('never lets a reader wait for a writer', async () => {
    const database = await testDatabase(target, { busyTimeoutMs: 300 });
    await importText(database, 'email,name\na@x.org,Ada\n');
    const other = await openTransaction(database.engine, 'DELETE FROM customers');
    expect(await database.repository.count()).toBe(1);
    const { rows } = await database.repository.query({ search: 'ada' });
    const all: unknown[] = [];
    for await (const batch of rows) all.push(...batch);
    expect(all).toHaveLength(1);
    expect((await database.repository.get(1))?.customer.email).toBe('a@x.org');
    await other.commit();
    expect(await database.repository.count()).toBe(0);
  });

  it('streams one snapshot while a writer commits', async () => {
    const database = await testDatabase(target);
    const rows = Array.from({ length: 4000 }, (_, i) => `p${i}@x.org,P${i}`).join('\n');
    await importText(database, `email,name\n${rows}\n`);
    const names: unknown[] = [];
    const batches = (await database.repository.query({ select: ['name'], sort: ['id'] })).rows[Symbol.asyncIterator]();
    names.push(...((await batches.next()).value as unknown[][]).flat());
    await database.repository.remove(Array.from({ length: 1000 }, (_, i) => i + 3001));
    await database.repository.edit(3000, { values: { name: 'Changed' } });
    await database.repository.add({ name: 'Late' });
    for (let next = await batches.next(); next.done !== true; next = await batches.next()) names.push(...next.value.flat());
    expect(names).toEqual(Array.from({ length: 4000 }, (_, i) => `P${i}`));
    expect(await database.engine.all(COUNT)).toEqual([{ n: 3001 }]);
  });

  it('gives up its resources when a stream is not read to its end', async () => {
    const database = await testDatabase(target);
    await importText(database, `email,name\n${Array.from({ length: 4000 }, (_, i) => `p${i}@x.org,P${i}`).join('\n')}\n`);
    for (let i = 0; i < 30; i++) {
      for await (const batch of (await database.repository.query({ select: ['name'] })).rows) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
    }
    await database.repository.add({ name: 'Still writable' });
    expect(await database.repository.count()).toBe(4001);
  });

  it('changes nothing in a dry run of an import, but counts exactly what the real one does', async () => {
    const database = await testDatabase(target);
    await importText(database, 'email,name,city\na@x.org,Ada,Rome\nb@x.org,Bob,\n');
    const file = 'email,name,city\na@x.org,Ada,Oslo\nb@x.org,Bob,\nc@x.org,Cleo,\nc@x.org,Cleo,Bern\n,Dan,\nshort\n';
    const before = await dump(database.engine, { exact: true });
    const dry = await importText(database, file, { dryRun: true, tags: ['x'] });
    expect(dry.run).toBeNull();
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect(await inconsistencies(database.engine)).toEqual([]);
    const real = await importText(database, file, { tags: ['x'] });
    expect(countsOf(dry)).toBe(countsOf(real));
    expect({ ...dry.result, elapsedMs: 0 }).toEqual({ ...real.result, elapsedMs: 0 });
  });

  it('refuses to be used from inside its own transaction', async () => {
    const { engine } = await testDatabase(target);
    await expect(engine.transaction(() => engine.all(COUNT))).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await engine.all(COUNT)).toEqual([{ n: 0 }]);
  });

  it('rolls back what threw, and goes on', async () => {
    const { engine } = await testDatabase(target);
    const failing = engine.transaction(async (connection) => {
      await connection.run(INSERT);
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await engine.all(COUNT)).toEqual([{ n: 0 }]);
    await engine.transaction((connection) => connection.run(INSERT));
    expect(await engine.all(COUNT)).toEqual([{ n: 1 }]);
  });
});
