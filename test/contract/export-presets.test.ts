import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportCustomers } from '../../src/query/export-customers.ts';
import { ROOT } from '../support/cli.ts';
import { countsOf, dump, importText, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const SAMPLES = join(ROOT, 'fixtures', 'presets');
/** Files of data that hang on customers: those are not exported. */
const RELATED = /-(?:orders|order-items|payments|calls|activities)\./;

describeEachEngine('an export of what came in the layouts of other programs', (target) => {
  it('imported again changes nothing', async () => {
    const database = await testDatabase(target);
    for (const name of readdirSync(SAMPLES).filter((each) => !RELATED.test(each))) {
      await importText(database, readFileSync(join(SAMPLES, name)), { name, region: 'CN', createCompanies: true });
    }
    for (const name of ['out.csv', 'out.ndjson']) {
      const path = join(database.folder, name);
      const { rows } = await exportCustomers(database.repository, { path, selection: {} });
      expect(rows).toBeGreaterThan(50);
      const before = await dump(database.engine);
      const again = await importText(database, readFileSync(path), { name, region: 'CN' });
      expect(countsOf(again)).toBe(`${rows} = 0 + 0 + ${rows} + 0 + 0`);
      expect(again.result.detected.preset).toBeNull();
      expect(await dump(database.engine)).toEqual(before);
    }
  });
});
