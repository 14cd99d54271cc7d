import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ImportFilesOptions, ImportReport } from '../../src/import/import-files.ts';
import { type ArchiveDatabase, archiveDatabase, archiveFaults, ids } from '../support/archive-database.ts';
import { countsOf, importText } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const PEOPLE = 'id,name,email,phone\nA1,Ada Lovelace,ada@x.org,+4930111111\nA2,Bob Stone,,+4930222222\n,Cleo Park,,\n';

type What = NonNullable<ImportFilesOptions['onArchived']>['what'];

describeEachEngine('rows about archived customers', (target) => {
  const archived = async (): Promise<ArchiveDatabase> => {
    const database = await archiveDatabase(target);
    await importText(database, PEOPLE, { source: 'shop' });
    await database.archive('id <= 3');
    return database;
  };
  const imported = (
    database: ArchiveDatabase,
    text: string,
    what: What,
    options: Partial<ImportFilesOptions> = {},
  ): Promise<ImportReport> =>
    importText(database, text, { source: 'shop', onArchived: { what, openArchive: database.openArchive }, ...options });
  const codes = ({ warnings }: ImportReport): string[] => warnings.map(({ code, count }) => `${code} ${count}`);

  it('bring them back, and change them', async () => {
    const database = await archived();
    const report = await imported(database, 'id,name,city\nA1,Ada Lovelace,Berlin\nA9,New One,Ulm\n', 'restore');
    expect([countsOf(report), codes(report)]).toEqual(['2 = 1 + 1 + 0 + 0 + 0', ['ARCHIVED_RESTORED 1']]);
    expect((await database.repository.get(1))?.customer).toMatchObject({ city: 'Berlin', email: 'ada@x.org' });
    expect(await archiveFaults(database, [1, 2, 3, 4])).toEqual([]);
    expect((await database.repository.run(report.run as number)).counts).toMatchObject({ restored: 1, updated: 1 });
    await database.repository.undo(report.run as number);
    expect((await database.repository.get(1))?.customer.city).toBeNull();
  });

  it('find them by e-mail, phone, and as the very row that made them', async () => {
    const database = await archived();
    const rows = 'name,email,phone\nAda Lovelace,ADA@x.org,\nBob Stone,,+49 30 222222\n';
    const report = await imported(database, rows, 'restore', { source: 'erp', match: ['email', 'phone'], region: 'DE' });
    expect([countsOf(report), codes(report)]).toEqual(['2 = 0 + 0 + 2 + 0 + 0', ['ARCHIVED_RESTORED 2']]);
    const again = await imported(database, PEOPLE, 'restore');
    expect([countsOf(again), codes(again)]).toEqual(['3 = 0 + 0 + 3 + 0 + 0', ['ARCHIVED_RESTORED 1']]);
    expect(await ids(database.engine)).toEqual([1, 2, 3]);
  });

  it('are not about others who share a key', async () => {
    const database = await archived();
    const report = await imported(database, 'name,email\nZoe Quite-Different,ada@x.org\n', 'restore', { source: 'erp' });
    expect([countsOf(report), codes(report)]).toEqual(['1 = 1 + 0 + 0 + 0 + 0', []]);
  });

  it('do nothing where they are to be skipped, and make customers where that is asked for', async () => {
    const database = await archived();
    const skipped = await imported(database, PEOPLE, 'skip');
    expect([countsOf(skipped), codes(skipped)]).toEqual(['3 = 0 + 0 + 0 + 3 + 0', ['ARCHIVED_SKIPPED 3']]);
    expect(await ids(database.engine)).toEqual([]);
    const created = await imported(database, PEOPLE, 'create');
    expect([countsOf(created), codes(created)]).toEqual(['3 = 3 + 0 + 0 + 0 + 0', ['ARCHIVED_CREATED 3']]);
    expect((await database.restore({ ids: [1, 2, 3] })).result).toMatchObject({ restored: 1, collisions: [{ id: 1 }, { id: 2 }] });
  });

  it('change nothing in a dry run, and have no plan', async () => {
    const database = await archived();
    const dry = await imported(database, PEOPLE, 'restore', { dryRun: true });
    expect([countsOf(dry), codes(dry)]).toEqual(['3 = 0 + 0 + 3 + 0 + 0', ['ARCHIVED_RESTORED 3']]);
    expect(await ids(database.engine)).toEqual([]);
    const plan = join(database.folder, 'plan.ndjson');
    await expect(imported(database, PEOPLE, 'restore', { plan })).rejects.toMatchObject({ code: 'USAGE' });
    expect(await archiveFaults(database, [1, 2, 3])).toEqual([]);
  });

  it('of orders bring them back too', async () => {
    const database = await archived();
    const orders = 'customer_id,number,ordered_at,total\nA2,O1,2026-01-01,10 EUR\nZ9,O2,2026-01-01,10 EUR\n';
    const options = { type: 'orders', name: 'orders.csv' } as const;
    const skipped = await imported(database, orders, 'skip', options);
    expect([countsOf(skipped), codes(skipped)]).toEqual(['2 = 0 + 0 + 0 + 1 + 1', ['ARCHIVED_SKIPPED 1']]);
    const report = await imported(database, orders, 'restore', options);
    expect([countsOf(report), codes(report)]).toEqual(['2 = 1 + 0 + 0 + 0 + 1', ['ARCHIVED_RESTORED 1']]);
    expect((await database.repository.get(2))?.orders).toMatchObject([{ number: 'O1' }]);
    expect(await archiveFaults(database, [1, 2, 3])).toEqual([]);
  });
});
