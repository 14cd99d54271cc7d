import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { applyPlan } from '../../src/import/apply-plan.ts';
import { openPlan } from '../../src/import/plan-file.ts';
import { countsOf, importText, inconsistencies, openTestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { randomImport } from '../support/random-files.ts';
import { wholeDatabase } from '../support/whole-database.ts';

const NOW = '2026-03-04T05:06:07.000Z';

afterEach(() => {
  vi.useRealTimers();
});

describeEachEngine('a plan', (target) => {
  it('applied leaves what the import leaves', { timeout: 120_000 }, async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOW) });
    const property = fc.asyncProperty(fc.array(randomImport, { maxLength: 2 }), randomImport, async (before, { text, options }) => {
      const [direct, planned] = [await openTestDatabase(target), await openTestDatabase(target)];
      try {
        for (const { text: earlier, options: how } of before) {
          for (const { database } of [direct, planned]) await importText(database, earlier, how);
        }
        // PostgreSQL gives the ids of a dry run to nobody else: so there is one on either side.
        await importText(direct.database, text, { ...options, dryRun: true });
        const report = await importText(direct.database, text, options);
        const path = join(planned.database.folder, 'plan.ndjson');
        writeFileSync(path, '');
        const untouched = await wholeDatabase(planned.database.engine);
        const dry = await importText(planned.database, text, { ...options, plan: (part) => appendFileSync(path, part) });
        expect(countsOf(dry)).toBe(countsOf(report));
        expect(await wholeDatabase(planned.database.engine)).toEqual(untouched);
        const applied = await applyPlan(planned.database.repository, await openPlan(path), { rejectsPath: `${path}.rejects.csv` });
        expect(applied.run).toBe(report.run);
        expect(await wholeDatabase(planned.database.engine)).toEqual(await wholeDatabase(direct.database.engine));
        expect(await inconsistencies(planned.database.engine)).toEqual([]);
        const again = await importText(planned.database, text, options);
        expect([again.result.created, again.result.updated]).toEqual([0, 0]);
      } finally {
        await direct.close();
        await planned.close();
      }
    });
    await fc.assert(property, { numRuns: target.name === 'sqlite' ? 40 : 6, interruptAfterTimeLimit: 20_000 });
  });
});
