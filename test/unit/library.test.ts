import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CrmError, EXIT_CODES, FIELDS, importFiles, openRepository, type Repository } from '../../src/index.ts';
import * as library from '../../src/index.ts';
import { ROOT } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { readSourceTree, resolveImport } from '../support/source-tree.ts';
import { tempDir } from '../support/temp-dir.ts';
import importSchema from '../../schemas/results/import.schema.json' with { type: 'json' };

const FIXTURES = join(ROOT, 'fixtures');

async function withRepository<T>(work: (repository: Repository, folder: string) => Promise<T>): Promise<T> {
  const folder = tempDir();
  const repository = await openRepository(join(folder, 'crm.db'), { create: true, actor: 'tester' });
  try {
    return await work(repository, folder);
  } finally {
    await repository.close();
  }
}

describe('the library', () => {
  test('exports what the documentation names', () => {
    expect(Object.keys(library).sort()).toEqual([
      'CrmError',
      'DEFAULT_SURVIVORSHIP',
      'DecisionLines',
      'EXIT_CODES',
      'EXPORT_FORMATS',
      'FIELDS',
      'ReviewSession',
      'STATE_TABLES',
      'SampleDecisions',
      'TruthLines',
      'addCustomer',
      'applyArchivePlan',
      'applyPlan',
      'archiveCustomers',
      'archiveSettings',
      'archiveTarget',
      'checkColumns',
      'checkDatabase',
      'checkPresetName',
      'comparedFields',
      'copyTables',
      'countCustomers',
      'createBackup',
      'customRules',
      'diffBackups',
      'diffTables',
      'draftAsYaml',
      'draftMapping',
      'drawSample',
      'drawSampleToFile',
      'drillBackup',
      'duplicateReport',
      'editCustomer',
      'estimateByStoredDecisions',
      'evaluateDuplicates',
      'explainPairs',
      'exportCustomers',
      'exportFormatOf',
      'exportPairs',
      'exportPairsToFile',
      'findCustomer',
      'findCustomers',
      'findDuplicates',
      'findNew',
      'importFiles',
      'importMapped',
      'inputFile',
      'inspectFile',
      'isTaken',
      'keepMeasured',
      'keptModels',
      'listBackups',
      'loadModelSummary',
      'maintainDatabase',
      'measureQuality',
      'mergeClusters',
      'normalizeCustomers',
      'openPlan',
      'openRepository',
      'openSchema',
      'openStore',
      'openedArchive',
      'policiesNamed',
      'presetOfColumns',
      'pruneBackups',
      'queryArchived',
      'queryCustomers',
      'queryOptions',
      'querySql',
      'readAssignments',
      'readTableFile',
      'readTags',
      'rebuildKeys',
      'rekeyDatabase',
      'restoreArchived',
      'restoreBackup',
      'restoreCustomers',
      'runDetails',
      'runNumber',
      'salvageFile',
      'saveSegment',
      'slowQueries',
      'splitCustomer',
      'survivorshipOf',
      'syncTables',
      'takeDecisions',
      'trainModels',
      'trendOf',
      'verifyBackups',
      'verifyTables',
      'writeClusters',
      'writeClustersFile',
      'writePairs',
      'writePairsFile',
    ]);
    expect(FIELDS.map((field) => field.name)).toContain('email');
  });

  test('adds, finds, edits, queries, and takes it back', () =>
    withRepository(async (repository) => {
      expect(repository.created).toBe(true);
      const added = await repository.add({ name: '王小明', email: 'wang@example.cn', city: '上海' }, { tags: ['vip'] });
      const id = added.value.id;
      expect(await repository.find('wang@example.cn')).toEqual([id]);
      const edited = await repository.edit(id, { values: { city: '杭州' } });
      expect(edited.value.changed).toEqual(['city']);
      const { columns, rows } = await repository.query({ filter: '城市 = 杭州 and tag = vip', select: ['name', 'city'] });
      const found = [];
      for await (const batch of rows) found.push(...batch);
      expect(columns.map((column) => column.name)).toEqual(['name', 'city']);
      expect(found).toEqual([['王小明', '杭州']]);
      const undone = await repository.undo(edited.run as number);
      expect(undone.value).toEqual({ reverted: 1, kept: [] });
      expect((await repository.get(id))?.customer.city).toBe('上海');
      expect((await repository.runs({ limit: 10 })).map((run) => [run.command, run.actor, run.status])).toEqual([
        ['undo', 'tester', 'done'],
        ['edit', 'tester', 'undone'],
        ['add', 'tester', 'done'],
      ]);
    }));

  test('fails with errors that have a code, a hint and an exit status', async () => {
    const missing = openRepository(join(tempDir(), 'none.db'));
    await expect(missing).rejects.toBeInstanceOf(CrmError);
    await expect(missing).rejects.toMatchObject({
      code: 'NO_DATABASE',
      exitCode: EXIT_CODES.NO_DATABASE,
      hint: expect.stringContaining('crm init'),
    });
    await withRepository(async (repository) => {
      await expect(repository.query({ filter: 'citty = Berlin' })).rejects.toMatchObject({
        code: 'UNKNOWN_FIELD',
        message: expect.stringContaining('did you mean city'),
      });
    });
  });

  test.each([
    ['contacts.csv', {}, { read: 20, created: 18, updated: 1, unchanged: 1, rejected: 0 }, ['NOT_UNDERSTOOD birthday 19']],
    ['contacts-zh.csv', { region: 'CN' }, { read: 5, created: 5, rejected: 0 }, []],
    ['contacts-gb18030.csv', { region: 'CN' }, { read: 5, created: 5, rejected: 0 }, []],
    ['contacts.ndjson', {}, { read: 4, created: 4, rejected: 0 }, []],
    ['broken-rows.csv', {}, { read: 6, created: 4, rejected: 2 }, ['STRAY_QUOTE null 6']],
  ] as const)('imports fixtures/%s, and finds nothing new in it afterwards', (file, options, counts, warnings) =>
    withRepository(async (repository, folder) => {
      const request = { paths: [join(FIXTURES, file)], rejectsPath: join(folder, 'rejects.csv'), ...options };
      const report = await importFiles(repository, request);
      expect(report.result).toMatchObject(counts);
      expect(report.warnings.map(({ code, field, lines }) => `${code} ${field} ${lines.join(' ')}`)).toEqual(warnings);
      expect(schemaErrors(importSchema, JSON.parse(JSON.stringify(report.result)))).toEqual([]);
      const again = await importFiles(repository, request);
      const { read, unchanged, rejected } = again.result;
      expect({ unchanged, rejected }).toEqual({ unchanged: read - counts.rejected, rejected: counts.rejected });
    }),
  );

  test('the same table in UTF-8 and in GB18030 is the same', async () => {
    const read = (file: string): Promise<unknown[]> =>
      withRepository(async (repository) => {
        await importFiles(repository, { paths: [join(FIXTURES, file)], region: 'CN' });
        const found = [];
        for await (const batch of (await repository.query({ select: ['name', 'phone', 'birthday', 'notes', '微信号'] })).rows)
          found.push(...batch);
        return found;
      });
    const rows = await read('contacts-zh.csv');
    expect(rows).toContainEqual(['王㛃', '+862885330000', null, '“㛃”字只有 GB18030 才有', null]);
    expect(await read('contacts-gb18030.csv')).toEqual(rows);
  });
});

describe('the commands', () => {
  test('use nothing but modules of the library', () => {
    const known = new Set(
      readSourceTree()
        .filter((file) => file.path === 'src/index.ts')
        .flatMap((file) => file.imports.map((name) => resolveImport(file, name))),
    );
    const used = readSourceTree()
      .filter((file) => file.path.startsWith('src/commands/'))
      .flatMap((file) => file.imports.map((name) => resolveImport(file, name)))
      .filter((path) => path !== null && /^src\/(engines|repository|import|query|cleansing|quality|dedupe|formats)\//.test(path));
    expect(used.filter((path) => !known.has(path))).toEqual([]);
  });
});
