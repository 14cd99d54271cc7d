import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countsOf, dump, importText, inconsistencies, openTestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { randomImport } from '../support/random-files.ts';

describeEachEngine('an import', (target) => {
  it('does the same twice as once', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(fc.array(randomImport, { maxLength: 2 }), randomImport, async (before, { text, options }) => {
      const { database, close } = await openTestDatabase(target);
      try {
        for (const earlier of before) await importText(database, earlier.text, earlier.options);
        const report = await importText(database, text, options);
        const { read, created, updated, unchanged, skipped, rejected } = report.result;
        expect(created + updated + unchanged + skipped + rejected).toBe(read);
        expect(await inconsistencies(database.engine)).toEqual([]);
        const once = await dump(database.engine, { exact: true });
        const again = (await importText(database, text, options)).result;
        expect(`${again.created} created, ${again.updated} updated`, countsOf(report)).toBe('0 created, 0 updated');
        expect(await dump(database.engine, { exact: true })).toEqual(once);
      } finally {
        await close();
      }
    });
    await fc.assert(property, { numRuns: target.name === 'sqlite' ? 100 : 15, interruptAfterTimeLimit: 10_000 });
  });
});
