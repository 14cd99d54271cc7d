import { expect, test } from 'vitest';
import { describeEachEngine } from '../../support/engines.ts';

describeEachEngine('a database of each engine', ({ name, freshUrl, open }) => {
  test('opens empty, on its own', async () => {
    const [first, second] = [await open(), await open()];
    await first.transaction((connection) => connection.script('CREATE TABLE only_here (id integer)'));
    expect(await first.all('SELECT count(*) AS rows FROM only_here')).toEqual([{ rows: 0 }]);
    await expect(second.all('SELECT 1 FROM only_here')).rejects.toThrow();
    expect(first.facts.name).toBe(name);
  });

  test('gives another URL each time', () => {
    expect(freshUrl()).not.toBe(freshUrl());
  });
});
