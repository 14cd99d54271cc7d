import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Engine } from '../../../src/engines/connection.ts';
import { openEngine } from '../../../src/engines/index.ts';
import { openRepository } from '../../../src/repository/repository.ts';
import { tempDir } from '../../support/temp-dir.ts';

const COUNT = 6000;
const idsTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

/** A database in whose full-text index there are many customers, all with one word, each with one of its own. */
async function indexed(): Promise<{ readonly engine: Engine; readonly again: () => Promise<Engine> }> {
  const path = join(tempDir(), 'crm.db');
  await (await openRepository(path, { create: true, actor: 'tester' })).close();
  const again = async (): Promise<Engine> => {
    const engine = await openEngine(path, { create: false, busyTimeoutMs: 500 });
    onTestFinished(() => engine.close());
    return engine;
  };
  const engine = await again();
  const words = idsTo(COUNT).map((id) => ({ id, words: `everybody n${id} ${id % 97} ${'x'.repeat(id % 50)}` }));
  await engine.transaction((connection) => connection.putWords(words, { fresh: true }));
  return { engine, again };
}

const without = (engine: Engine, last: number, options?: { readonly mergeLater: boolean }): Promise<void> =>
  engine.transaction((connection) =>
    connection.putWords(
      idsTo(last).map((id) => ({ id, words: null })),
      options,
    ),
  );

async function found(engine: Engine, word: string): Promise<number> {
  const [row] = await engine.all<{ n: number }>('SELECT count(*) AS n FROM customer_search WHERE customer_search MATCH ?', [word]);
  return row?.n ?? 0;
}

async function automerge(engine: Engine): Promise<number | undefined> {
  const [row] = await engine.all<{ v: number }>("SELECT v FROM customer_search_config WHERE k = 'automerge'");
  return row?.v;
}

async function bytes(engine: Engine): Promise<number> {
  const [row] = await engine.all<{ n: number }>('SELECT sum(length(block)) AS n FROM customer_search_data');
  return row?.n ?? 0;
}

test('taken out without merges, customers are not found, and the upkeep makes the index smaller', async () => {
  const [merged, later] = [await indexed(), await indexed()];
  const before = await bytes(later.engine);
  await without(merged.engine, COUNT / 2);
  await without(later.engine, COUNT / 2, { mergeLater: true });
  expect(await bytes(merged.engine)).toBeLessThan(before);
  expect(await bytes(later.engine)).toBeGreaterThan(before);
  for (const engine of [later.engine, await later.again()]) {
    expect(await found(engine, 'everybody')).toBe(COUNT / 2);
    expect(await found(engine, 'n1')).toBe(0);
    expect(await found(engine, `n${COUNT}`)).toBe(1);
  }
  await (await later.engine.maintenance()).tidy(async () => {});
  expect(await bytes(later.engine)).toBeLessThan(before * 0.7);
  expect(await found(later.engine, 'everybody')).toBe(COUNT / 2);
});

test('the index goes on merging by itself afterwards', async () => {
  const { engine } = await indexed();
  await without(engine, COUNT / 2, { mergeLater: true });
  const after = await bytes(engine);
  for (let round = 0; round < 80; round++)
    await engine.transaction((connection) => connection.putWords([{ id: COUNT - round, words: `everybody anew${round}` }]));
  expect(await bytes(engine)).toBeLessThan(after);
  expect(await found(engine, 'everybody')).toBe(COUNT / 2);
  expect(await found(engine, 'anew79')).toBe(1);
});

test.each([
  ['nobody has set anything', null, 4],
  ['somebody has set it', 8, 8],
  ['somebody has switched it off', 0, 0],
])('the setting of merges stays, where %s', async (_name, set, expected) => {
  const { engine, again } = await indexed();
  if (set !== null) {
    const sql = `INSERT INTO customer_search (customer_search, rank) VALUES ('automerge', ${set})`;
    await engine.transaction((connection) => connection.script(sql));
  }
  await without(engine, 1000, { mergeLater: true });
  for (const one of [engine, await again()]) expect(await automerge(one)).toBe(expected);
});

test('taken back, or not yet committed, nothing of it is there', async () => {
  const { engine, again } = await indexed();
  const other = await again();
  const broken = engine.transaction(async (connection) => {
    await connection.putWords([{ id: 1, words: null }], { mergeLater: true });
    expect(await automerge(other)).toBeUndefined();
    expect(await found(other, 'n1')).toBe(1);
    throw new Error('broken off');
  });
  await expect(broken).rejects.toThrow('broken off');
  for (const one of [engine, other]) {
    expect(await automerge(one)).toBeUndefined();
    expect(await found(one, 'n1')).toBe(1);
  }
  await without(engine, 10, { mergeLater: true });
  expect(await found(engine, 'everybody')).toBe(COUNT - 10);
});
