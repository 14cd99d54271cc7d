import { describe, expect, it } from 'vitest';
import { countsOf, dump, importText, inconsistencies, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { APART_CASES } from './import-apart-cases.ts';
import { everyone, IMPORT_CASES } from './import-cases.ts';

describeEachEngine('import finds customers', (target) => {
  it.each(Object.entries({ ...IMPORT_CASES, ...APART_CASES }))('%s', async (_, { steps, customers }) => {
    const database = await testDatabase(target);
    for (const [text, counts, options] of steps) expect(countsOf(await importText(database, text, options))).toBe(counts);
    const shown = await everyone(database);
    expect(shown).toHaveLength(customers.length);
    expect(shown).toMatchObject(customers);
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  describe('and keeps the rest', () => {
    it('of a customer that the second import does not mention', async () => {
      const database = await testDatabase(target);
      await importText(database, 'id,email,name,city,Lead source\n1,a@x.org,Ada,Rome,web\n', { source: 'shop', tags: ['x'] });
      const before = await dump(database.engine);
      await importText(database, 'email,name\nz@x.org,Zoe\n');
      await database.repository.undo(2);
      expect(await dump(database.engine)).toEqual(before);
    });

    it('across the pages of rows put aside', async () => {
      const database = await testDatabase(target);
      await importText(database, 'email,name\na@x.org,Ada\n');
      // Row 1 hangs the id on Ada, the last one names her by it; a thousand others stand between.
      const others = Array.from({ length: 1100 }, (_, i) => `${i + 100},p${i}@x.org,P${i}\n${i + 100},p${i}@x.org,Q${i}\n`).join('');
      const file = `id,email,name\n7,a@x.org,Ada\n${others}7,,Ada L\n`;
      expect(countsOf(await importText(database, file, { source: 'shop' }))).toBe('2202 = 1100 + 1102 + 0 + 0 + 0');
      expect(await database.repository.get(1)).toMatchObject({
        customer: { name: 'Ada L' },
        externalIds: [{ source: 'shop', external_id: '7' }],
      });
      expect(countsOf(await importText(database, file, { source: 'shop' }))).toBe('2202 = 0 + 0 + 2202 + 0 + 0');
      expect(await inconsistencies(database.engine)).toEqual([]);
    });
  });
});
