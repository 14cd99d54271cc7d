import { expect, it } from 'vitest';
import { countsOf, dump, importText, inconsistencies, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { CHILDREN_CASES, everyoneWithChildren } from './import-children-cases.ts';

describeEachEngine('import of contact points, consents and companies', (target) => {
  it.each(Object.entries(CHILDREN_CASES))('%s', async (_, { steps, customers }) => {
    const database = await testDatabase(target);
    const states = [await dump(database.engine)];
    const runs: number[] = [];
    for (const [text, counts, options] of steps) {
      const dry = await importText(database, text, { ...options, dryRun: true });
      const report = await importText(database, text, options);
      expect(countsOf(report)).toBe(counts);
      expect(countsOf(dry)).toBe(counts);
      expect(dry.result.companies).toBe(report.result.companies);
      runs.push(report.run as number);
      states.push(await dump(database.engine));
    }
    const shown = await everyoneWithChildren(database);
    expect(shown).toHaveLength(customers.length);
    expect(shown).toMatchObject(customers);
    expect(await inconsistencies(database.engine)).toEqual([]);
    // Everything can be undone, the newest first, and done again.
    for (const [at, run] of [...runs.entries()].reverse()) {
      const undone = await database.repository.undo(run);
      expect(undone.value.kept).toEqual([]);
      expect(await dump(database.engine)).toEqual(states[at]);
      const again = await database.repository.undo(undone.run as number);
      expect(again.value.kept).toEqual([]);
      expect(await dump(database.engine)).toEqual(states[at + 1]);
      await database.repository.undo(again.run as number);
      expect(await inconsistencies(database.engine)).toEqual([]);
    }
  });
});
