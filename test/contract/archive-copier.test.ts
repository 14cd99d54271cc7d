import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { archiveCustomers } from '../../src/archive/archive-customers.ts';
import { restoreArchived } from '../../src/archive/restore-archived.ts';
import type { Engine, JoinableFile } from '../../src/engines/connection.ts';
import { openEngine, openJoined } from '../../src/engines/index.ts';
import { type Repository, openRepository } from '../../src/repository/repository.ts';
import { choose, copyChosen, differingChosen, dropColliding } from '../../src/repository/whole-joined.ts';
import { addOfEveryKind } from '../support/archive-database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { wholeDatabase } from '../support/whole-database.ts';

const KEY = Buffer.from('ein “Schlüssel”');
const OTHER_KEY = Buffer.from('another');

async function opened(path: string, key?: Uint8Array): Promise<Repository> {
  const repository = await openRepository(path, { create: true, actor: 'tester', ...(key === undefined ? {} : { key }) });
  onTestFinished(() => repository.close());
  return repository;
}

async function looked(path: string, key?: Uint8Array): Promise<Engine> {
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 500, ...(key === undefined ? {} : { key }) });
  onTestFinished(() => engine.close());
  return engine;
}

/** Two persons with a row of every kind, text with a NUL among them, and the organisation that both belong to. */
async function fill(repository: Repository): Promise<void> {
  await repository.add({ name: 'Ada', email: 'ada@x.org', notes: 'a\u0000b', colour: 'rot' });
  await repository.add({ name: '王小明', phone: '+8613800138000' });
  await repository.add({ name: 'Analytical Ltd', kind: 'organisation' });
  for (const id of [1, 2]) {
    await repository.edit(id, { values: { company_id: 3 }, addTags: ['vip'] });
    await addOfEveryKind(repository, id);
  }
}

describe('moving between two SQLite files', () => {
  it.each<[string, Uint8Array | undefined, Uint8Array | undefined]>([
    ['neither is encrypted', undefined, undefined],
    ['both are, with one key', KEY, KEY],
    ['both are, each with its key', KEY, OTHER_KEY],
    ['only the database is', KEY, undefined],
    ['only the archive is', undefined, KEY],
  ])('works where %s', async (_name, key, archiveKey) => {
    const folder = tempDir();
    const [path, archivePath] = [join(folder, "it's crm.db"), join(folder, 'archive ü.db')];
    const main = await opened(path, key);
    await fill(main);
    const engine = await looked(path, key);
    const before = await wholeDatabase(engine);
    const openArchive = (): Promise<Repository> => opened(archivePath, archiveKey);
    const { run, result } = await archiveCustomers(main, { policies: [{ name: null, selection: { filter: 'id <= 3' } }], openArchive });
    expect(result).toMatchObject({ archived: 3, changed: 0, collisions: [] });
    expect(await engine.all('SELECT id FROM customers')).toEqual([]);
    const archive = await looked(archivePath, archiveKey);
    expect(archive.isEncrypted).toBe(archiveKey !== undefined);
    expect(await archive.all('SELECT id, company_id FROM customers ORDER BY id')).toEqual([
      { id: 1, company_id: 3 },
      { id: 2, company_id: 3 },
      { id: 3, company_id: null },
    ]);
    expect(await archive.all("SELECT rowid AS id FROM customer_search WHERE customer_search MATCH 'ada'")).toEqual([{ id: 1 }]);
    expect((await restoreArchived(main, { run: run as number }, { openArchive })).result).toMatchObject({ restored: 3 });
    expect(await wholeDatabase(engine)).toEqual(before);
  });
});

describe('copies that are read back', () => {
  /** A database whose customers are copied to another one, and what is changed in a copy afterwards. */
  async function copied(): Promise<{ readonly joined: Engine; readonly archive: Engine }> {
    const folder = tempDir();
    const [path, archivePath] = [join(folder, 'crm.db'), join(folder, 'archive.db')];
    await fill(await opened(path));
    await opened(archivePath);
    const [main, archive] = [await looked(path), await looked(archivePath)];
    const joined = await openJoined(archive.joinable() as JoinableFile, main.joinable() as JoinableFile);
    onTestFinished(() => joined.close());
    const runs = await main.all('SELECT * FROM runs');
    await joined.transaction(async (connection) => {
      await connection.upsert('runs', ['id'], runs);
      await choose(connection, [1, 2, 3]);
      expect(await dropColliding(connection)).toEqual([]);
      await copyChosen(connection, [1, 2, 3]);
    });
    return { joined, archive };
  }

  it('are the same, and nothing was written into the database', async () => {
    const { joined } = await copied();
    expect(await differingChosen(joined)).toEqual([]);
  });

  it.each([
    "UPDATE customers SET notes = 'a' WHERE id = 1",
    'UPDATE customers SET email = NULL WHERE id = 1',
    'UPDATE customers SET row_hash = 7 WHERE id = 1',
    'UPDATE customers SET company_id = NULL WHERE id = 1',
    'INSERT INTO away_companies SELECT id, 9 FROM customers WHERE id = 1; UPDATE customers SET company_id = NULL WHERE id = 1',
    'DELETE FROM customers WHERE id = 1',
    'DELETE FROM tags WHERE customer_id = 1',
    "INSERT INTO tags VALUES (1, 'other')",
    'UPDATE orders SET total_minor = 4991 WHERE customer_id = 1',
    "UPDATE interactions SET subject = 'Hello' WHERE customer_id = 1",
    'DELETE FROM order_items WHERE customer_id = 1',
    'UPDATE contact_points SET id = id + 100 WHERE customer_id = 1',
    "UPDATE consents SET status = 'in' WHERE customer_id = 1",
    "INSERT INTO external_ids VALUES ('shop', 'x', 1)",
    "UPDATE changes SET after = '{}' WHERE entity_id = 1 AND seq = (SELECT min(seq) FROM changes WHERE entity_id = 1)",
    'INSERT INTO redirects SELECT 99, 1, min(id), started_at FROM runs',
  ])('are told apart after: %s', async (change) => {
    const { joined, archive } = await copied();
    await archive.transaction((connection) => connection.script(change));
    expect(await differingChosen(joined)).toEqual([1]);
  });
});
