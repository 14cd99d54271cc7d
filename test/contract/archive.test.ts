import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyArchivePlan } from '../../src/archive/apply-archive-plan.ts';
import { openedArchive, queryArchived } from '../../src/archive/archived-query.ts';
import { mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import { openPlan } from '../../src/import/plan-file.ts';
import { ARCHIVE_STEPS } from '../../src/repository/archive-move.ts';
import type { Repository } from '../../src/repository/repository.ts';
import { STORED_COLUMNS } from '../../src/repository/whole-customers.ts';
import { addOfEveryKind, type ArchiveDatabase, archiveDatabase, archiveFaults, ids } from '../support/archive-database.ts';
import { dump, importText, inconsistencies } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine, type EngineTarget } from '../support/engines.ts';
import { postgresAvailable } from '../support/postgres.ts';
import { wholeDatabase } from '../support/whole-database.ts';

const ALL = [1, 2, 3, 4];

/** Three persons and the organisation (4) that the first two belong to, with a row of every kind. */
async function fill(database: ArchiveDatabase): Promise<void> {
  const { repository } = database;
  const rows = ['id,name,email,phone,city,Colour', 'A1,Ada Lovelace,ada@x.org,+4930111111,Berlin,red'];
  rows.push('A2,Bob Müller,bob@x.org,,Ulm,', 'A3,王小明,wang@x.org,+8613800138000,上海,');
  await importText(database, `${rows.join('\n')}\n`, { source: 'shop', tags: ['vip'] });
  await repository.add({ name: 'Analytical Ltd', kind: 'organisation' });
  for (const id of [1, 2]) await repository.edit(id, { values: { company_id: 4, notes: `note ${id}` } });
  for (const id of [1, 3]) {
    await addOfEveryKind(repository, id);
  }
}

async function filled(target: EngineTarget, other?: EngineTarget): Promise<ArchiveDatabase> {
  const database = await archiveDatabase(target, other);
  await fill(database);
  return database;
}

const noteOf = async ({ engine }: ArchiveDatabase, id: number): Promise<unknown> =>
  (await engine.all('SELECT company_id FROM customers WHERE id = ?', [id]))[0]?.company_id;

describeEachEngine('the archive', (target) => {
  it('knows every column of customers', async () => {
    const { engine } = await archiveDatabase(target);
    const columns = (await engine.table('SELECT * FROM customers')).columns.filter((name) => name !== engine.facts.wordsColumn);
    expect([...STORED_COLUMNS].sort()).toEqual([...columns].sort());
  });

  it('takes customers with everything that belongs to them, and gives them back as they were', async () => {
    const database = await filled(target);
    const before = await wholeDatabase(database.engine);
    const { run, result } = await database.archive('id <= 4');
    expect(result).toMatchObject({ examined: 4, archived: 4, held: 0, linked: 0, changed: 0, collisions: [], dryRun: false });
    expect(await archiveFaults(database, ALL)).toEqual([]);
    expect(await ids(database.engine)).toEqual([]);
    for (const table of ['external_ids', 'contact_points', 'interactions', 'orders', 'order_items', 'consents', 'tags', 'changes'])
      expect(await database.engine.all(`SELECT * FROM ${table}`), table).toEqual([]);
    const archive = await database.openArchive();
    expect((await archive.get(1))?.runs.map(({ command }) => command)).toEqual([...new Array(5).fill('add'), 'edit', 'import']);
    expect(await database.repository.run(run as number)).toMatchObject({ command: 'archive run', status: 'done', counts: { archived: 4 } });
    expect((await database.restore({ run: run as number })).result).toMatchObject({ restored: 4, collisions: [], missing: [] });
    expect(await archiveFaults(database, ALL)).toEqual([]);
    expect(await wholeDatabase(database.engine)).toEqual(before);
    expect((await database.repository.get(1))?.runs.map(({ command }) => command).slice(0, 2)).toEqual(['archive restore', 'archive run']);
    expect(await archive.count()).toBe(0);
  });

  it('does nothing, and makes nothing, where nobody is meant or it is only asked', async () => {
    const database = await filled(target);
    const before = await database.repository.runs({ limit: 99 });
    const refuse = (): Promise<Repository> => Promise.reject(new Error('the archive was opened'));
    expect((await database.archive('id > 4', { openArchive: refuse })).result.archived).toBe(0);
    const dry = await database.archive('id <= 3', { openArchive: refuse, dryRun: true });
    expect(dry).toMatchObject({ run: null, result: { archived: 3, dryRun: true, bytes: null } });
    expect(await database.repository.runs({ limit: 99 })).toEqual(before);
  });

  it('never takes customers on hold, however the tag is written', async () => {
    const database = await filled(target);
    await database.repository.edit(2, { values: {}, addTags: ['Hold'] });
    expect((await database.archive('id <= 3')).result).toMatchObject({ archived: 2, held: 1 });
    expect(await ids(database.engine)).toEqual([2, 4]);
  });

  it('keeps organisations that customers who stay belong to, and takes them with the last of them', async () => {
    const database = await filled(target);
    expect((await database.archive('id in (1, 4)', { dryRun: true })).result).toMatchObject({ archived: 1, linked: 1 });
    expect((await database.archive('id in (1, 4)')).result).toMatchObject({ archived: 1, linked: 1 });
    expect(await archiveFaults(database, ALL)).toEqual([]);
    expect((await database.archive('id in (2, 4)')).result).toMatchObject({ archived: 2, linked: 0 });
    expect(await archiveFaults(database, ALL)).toEqual([]);
    // Each alone: the link is there as soon as both are.
    await database.restore({ ids: [1] });
    expect([await noteOf(database, 1), await archiveFaults(database, ALL)]).toEqual([null, []]);
    await database.restore({ ids: [4] });
    expect(await noteOf(database, 1)).toBe(4);
    await database.restore({ ids: [2] });
    expect([await noteOf(database, 2), await archiveFaults(database, ALL)]).toEqual([4, []]);
  });

  it('takes organisations that belong to one another, whatever their order', async () => {
    const database = await archiveDatabase(target);
    for (const name of ['Top', 'Middle', 'Low']) await database.repository.add({ name, kind: 'organisation' });
    await database.repository.edit(2, { values: { company_id: 1 } });
    await database.repository.edit(3, { values: { company_id: 2 } });
    expect((await database.archive('id <= 3')).result).toMatchObject({ archived: 3, linked: 0, changed: 0 });
    await database.restore({ ids: [1, 2, 3] });
    expect([await noteOf(database, 2), await noteOf(database, 3)]).toEqual([1, 2]);
  });

  it('makes the database smaller, all the more when it is written anew', async () => {
    const database = await archiveDatabase(target);
    const rows = Array.from({ length: 3000 }, (_, i) => `Somebody ${i},s${i}@x.org,${i % 2 === 0 ? 'Ulm' : 'Bonn'},${'note '.repeat(40)}`);
    await importText(database, `name,email,city,notes\n${rows.join('\n')}\n`);
    const { result, warnings } = await database.archive('city = Ulm', { vacuum: true });
    expect([result.archived, warnings]).toEqual([1500, []]);
    // On a shared server somebody else's transaction may still see removed rows: they stay until it ends.
    const share = target.name === 'sqlite' ? 0.85 : 1.5;
    expect(result.bytes?.after).toBeLessThan((result.bytes?.before as number) * share);
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  it('counts a customer for the first policy that it falls under', async () => {
    const database = await filled(target);
    const policies = [
      { name: 'south', selection: { filter: 'city = Ulm' } },
      { name: 'known', selection: { filter: 'email is not empty' } },
      { name: 'none', selection: { filter: 'city = Rome' } },
    ];
    const { result } = await database.archive('', { policies });
    expect(result).toMatchObject({ archived: 3, byPolicy: { south: 1, known: 2, none: 0 } });
    const opened = await openedArchive(database.repository, database.openArchive);
    const answer = await queryArchived(opened, { search: 'mull' });
    const rows = [];
    for await (const batch of answer.rows) rows.push(...batch);
    expect(rows.map((row) => [row[0], row.at(-1)])).toEqual([[2, 'south']]);
  });

  it('is stopped by the guard rail before anything is written', async () => {
    const database = await filled(target);
    for (const max of [{ customers: 2 }, { share: 0.74 }])
      await expect(database.archive('id <= 3', { max })).rejects.toMatchObject({ code: 'GUARD_RAIL', exitCode: 6 });
    expect((await database.archive('id <= 3', { max: { share: 0.75 } })).result.archived).toBe(3);
  });

  it('does exactly what a plan says, or nothing', async () => {
    const database = await filled(target);
    const path = join(database.folder, 'plan.ndjson');
    const planned = await database.archive('id <= 3', { plan: path, arguments: { where: 'id <= 3' } });
    expect(planned).toMatchObject({ run: null, result: { archived: 3, dryRun: true } });
    const apply = async (): ReturnType<typeof applyArchivePlan> => {
      const plan = await openPlan(path);
      const parts = { label: 'plan', header: plan.header, sha256: plan.end.sha256, lines: plan.lines };
      return applyArchivePlan(database.repository, parts, { openArchive: database.openArchive }).finally(() => plan.dispose());
    };
    const { value, run } = await database.repository.edit(2, { values: { city: 'Bonn' } });
    expect(value.changed).toEqual(['city']);
    await expect(apply()).rejects.toMatchObject({ code: 'GUARD_RAIL', details: { places: 1, first: [2] } });
    await database.repository.undo(run as number);
    await expect(apply()).rejects.toMatchObject({ code: 'GUARD_RAIL' });
    await database.archive('id <= 3', { plan: path });
    const applied = await apply();
    expect(applied.archived).toBe(3);
    expect(await archiveFaults(database, ALL)).toEqual([]);
    await database.repository.undo(applied.run as number, { openArchive: database.openArchive });
    expect(await ids(database.engine)).toEqual(ALL);
  });
});

describeEachEngine('undoing what the archive did', (target) => {
  it('brings customers back, moves them again, and so on', async () => {
    const database = await filled(target);
    const before = await dump(database.engine, { exact: true });
    const options = { openArchive: database.openArchive };
    const { run } = await database.archive('id <= 3');
    expect(await database.repository.undo(run as number, { ...options, commit: false })).toMatchObject({
      run: null,
      value: { reverted: 3, kept: [] },
    });
    expect(await ids(database.engine)).toEqual([4]);
    const undone = await database.repository.undo(run as number, options);
    expect(undone.value).toEqual({ reverted: 3, kept: [] });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    await expect(database.repository.undo(run as number, options)).rejects.toMatchObject({ code: 'USAGE' });
    await database.repository.edit(3, { values: {}, addTags: ['hold'] });
    const redone = await database.repository.undo(undone.run as number, options);
    expect(redone.value).toEqual({ reverted: 2, kept: [{ entity: 'customers', id: 3, field: '*', reason: 'it is on hold' }] });
    expect((await database.repository.run(run as number)).status).toBe('done');
    await database.repository.undo(redone.run as number, options);
    expect(await archiveFaults(database, ALL)).toEqual([]);
    expect(await ids(database.engine)).toEqual(ALL);
  });

  it('moves those again that were brought back', async () => {
    const database = await filled(target);
    await database.archive('id <= 3');
    const { run } = await database.restore({ ids: [1, 3] });
    await database.repository.undo(run as number, { openArchive: database.openArchive });
    expect(await archiveFaults(database, ALL)).toEqual([]);
    expect(await ids(database.engine)).toEqual([4]);
  });

  it('must come before undoing what was done to them earlier', async () => {
    const database = await filled(target);
    const { run } = await database.archive('id = 2');
    for (const earlier of [1, 4])
      await expect(database.repository.undo(earlier)).rejects.toMatchObject({
        code: 'USAGE',
        message: `a customer of run ${earlier} is archived`,
        hint: `bring it back first: crm archive restore --run ${run}`,
      });
    // Run 3 is about somebody else.
    expect((await database.repository.undo(3)).value.reverted).toBe(1);
  });
});

describeEachEngine('what stands in the way of coming back', (target) => {
  it('is reported, and nothing is overwritten', async () => {
    const database = await filled(target);
    await setClusters(database.engine, [[1, 3]]);
    await mergeClusters(database.repository, { clusters: 'auto' });
    await database.archive('id <= 3');
    const { value: other } = await database.repository.add({ name: 'Other' }, { externalIds: [{ source: 'shop', id: 'A2' }] });
    const before = await dump(database.engine, { exact: true });
    const { result } = await database.restore({ ids: [1, 2, 77] }, { dryRun: true });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect((await database.restore({ ids: [1, 2, 77] })).result).toMatchObject({ ...result, dryRun: false, elapsedMs: expect.any(Number) });
    expect(result).toMatchObject({
      restored: 1,
      missing: [77],
      collisions: [{ id: 2, reason: 'an external id belongs to another customer', other: other.id }],
    });
    expect(await database.repository.find('3')).toEqual([1]);
    await database.repository.remove([other.id]);
    expect((await database.restore({ filter: 'city = Ulm', region: null })).result).toMatchObject({ restored: 1, collisions: [] });
    expect(await archiveFaults(database, [1, 2, 4])).toEqual([]);
  });

  it('is found when customers go as well: the archive loses nothing', async () => {
    const database = await filled(target);
    await database.archive('id = 2');
    const { value: other } = await database.repository.add({ name: 'Other' }, { externalIds: [{ source: 'shop', id: 'A2' }] });
    const { result } = await database.archive(`id in (3, ${other.id})`);
    expect(result).toMatchObject({ archived: 1, collisions: [{ id: other.id, other: 2 }] });
    expect(await archiveFaults(database, [...ALL, other.id])).toEqual([]);
  });

  it('does not let one archive serve two databases, or be changed by itself', async () => {
    const database = await filled(target);
    await database.archive('id = 2');
    const second = await filled(target);
    await expect(second.archive('id = 3', { openArchive: database.openArchive })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(database.archive('id = 3', { openArchive: second.openArchive })).rejects.toMatchObject({ code: 'USAGE' });
    expect(await ids(second.engine)).toEqual(ALL);
    const archive = await database.openArchive();
    await expect(archive.edit(2, { values: { city: 'Bonn' } })).rejects.toMatchObject({ code: 'PERMISSION', exitCode: 16 });
    await expect(database.archive('id = 3', { openArchive: async () => database.repository })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describeEachEngine('archiving that is broken off', (target) => {
  /** Like the end of the process: nothing can be put right any more, as the archive is gone. */
  const breakAt = (step: string): Parameters<ArchiveDatabase['archive']>[1] & { archive?: Repository } => {
    const options: { archive?: Repository } = {};
    return Object.assign(options, {
      onStep: async (at: string): Promise<void> => {
        if (at !== step) return;
        await options.archive?.close();
        throw new Error(`broken off: ${step}`);
      },
    });
  };

  it.each(ARCHIVE_STEPS)('after “%s” leaves everybody in one place, and the next command puts it right', async (step) => {
    const database = await filled(target);
    const before = await dump(database.engine, { exact: true });
    const options = breakAt(step);
    options.archive = await database.openArchive();
    await expect(database.archive('id <= 3', { ...options, openArchive: async () => options.archive as Repository })).rejects.toThrow(
      `broken off: ${step}`,
    );
    const wasMoved = step === 'moved';
    expect(await ids(database.engine)).toEqual(wasMoved ? [4] : ALL);
    expect(await inconsistencies(database.engine)).toEqual([]);
    const opened = await openedArchive(database.repository, database.openArchive);
    expect(await opened.store.pending()).toEqual([]);
    expect(await archiveFaults(database, ALL)).toEqual([]);
    if (!wasMoved) expect(await dump(database.engine, { exact: true })).toEqual(before);
    await database.archive('id <= 3');
    expect(await ids(database.engine)).toEqual([4]);
    expect(await archiveFaults(database, ALL)).toEqual([]);
    await database.restore({ ids: [1, 2, 3] });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
  });

  it('hides from readers what does not count', async () => {
    const database = await filled(target);
    const options = breakAt('verified');
    options.archive = await database.openArchive();
    await database.archive('id <= 3', { ...options, openArchive: async () => options.archive as Repository }).catch(() => {});
    const archive = await database.openArchive();
    expect(await archive.count()).toBe(3);
    const store = await database.repository.archive(async () => archive);
    const { rows } = await queryArchived({ store, archive }, {});
    for await (const batch of rows) expect(batch).toEqual([]);
    expect((await store.archivedOf(ALL)).size).toBe(0);
  });

  it('is begun again by those who come after: customers brought back are in one place', async () => {
    const database = await filled(target);
    await database.archive('id <= 3');
    const archive = await database.openArchive();
    const onStep = async (step: string): Promise<void> => {
      if (step !== 'moved') return;
      await archive.close();
      throw new Error('broken off');
    };
    await expect(database.restore({ ids: [1, 2] }, { onStep, openArchive: async () => archive })).rejects.toThrow('broken off');
    expect(await ids(database.engine)).toEqual([1, 2, 4]);
    const opened = await openedArchive(database.repository, database.openArchive);
    expect(await opened.archive.count()).toBe(1);
    expect(await archiveFaults(database, ALL)).toEqual([]);
  });

  it('by the user says what was done, and goes on when it is called again', async () => {
    const database = await filled(target);
    const stop = new AbortController();
    const onStep = (step: string): void => {
      if (step === 'moved') stop.abort();
    };
    const broken = await database.archive('id <= 4', { onStep, signal: stop.signal }).catch((error: unknown) => error);
    expect(broken).toMatchObject({
      code: 'INTERRUPTED',
      message: expect.stringMatching(/^interrupted; 3 customers were archived before, as run \d+$/),
    });
    const { run } = (broken as { details: { run: number } }).details;
    expect((await database.repository.run(run)).status).toBe('failed');
    expect(await archiveFaults(database, ALL)).toEqual([]);
    expect((await database.archive('id <= 4')).result.archived).toBe(1);
    await database.repository.undo(run, { openArchive: database.openArchive });
    expect(await ids(database.engine)).toEqual([1, 2, 3]);
  });

  it('is refused while another process moves customers, and who was changed meanwhile stays', async () => {
    const database = await filled(target);
    const archive = await database.archiveEngine();
    const release = await archive.tryLock('archive');
    await database.openArchive();
    await expect(database.archive('id <= 3')).rejects.toMatchObject({ code: 'BUSY', exitCode: 11 });
    expect(await ids(database.engine)).toEqual(ALL);
    await release?.();
    const onStep = async (step: string): Promise<void> => {
      if (step === 'noted') await database.repository.edit(2, { values: { city: 'Rome' } });
    };
    expect((await database.archive('id <= 3 and city != Rome', { onStep })).result).toMatchObject({ archived: 2, changed: 1 });
    expect(await archiveFaults(database, ALL)).toEqual([]);
  });
});

describeEachEngine('looking at a customer', (target) => {
  it('is noted once a day, and is no change', async () => {
    const { repository, engine } = await filled(target);
    const state = async (): Promise<unknown> =>
      (await engine.all('SELECT version, updated_at, row_hash, accessed_at FROM customers WHERE id = 3'))[0];
    const before = (await state()) as object;
    const runs = await repository.runs({ limit: 99 });
    await repository.noteAccess({ id: 3, accessed_at: null });
    const [noted] = await engine.all<{ accessed_at: string }>('SELECT accessed_at FROM customers WHERE id = 3');
    expect(await state()).toEqual({ ...before, accessed_at: expect.stringMatching(/^20\d\d-/) });
    await repository.noteAccess({ id: 3, accessed_at: noted?.accessed_at ?? null });
    expect((await state()) as object).toMatchObject({ accessed_at: noted?.accessed_at });
    expect(await repository.runs({ limit: 99 })).toEqual(runs);
  });

  it('waits for nobody, and does not fail where it cannot be noted', async () => {
    const { repository, engine } = await filled(target);
    await engine.transaction(async () => repository.noteAccess({ id: 3, accessed_at: null }));
    expect((await engine.all('SELECT accessed_at FROM customers WHERE id = 3'))[0]?.accessed_at).toBeNull();
  });
});

describe.skipIf(!postgresAvailable)('an archive of another engine', () => {
  const targets: EngineTarget[] = [];
  describeEachEngine('is paired', (target) => {
    targets.push(target);
    it('with a database, and gives back what it got', async () => {
      const other = targets.find(({ name }) => name !== target.name) as EngineTarget;
      const database = await filled(target, other);
      const before = await dump(database.engine, { exact: true });
      await database.archive('id <= 4');
      expect(await archiveFaults(database, ALL)).toEqual([]);
      await database.restore({ filter: 'id > 0', region: null });
      expect(await dump(database.engine, { exact: true })).toEqual(before);
    });
  });
});
