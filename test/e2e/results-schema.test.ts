import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { ROOT, runCli } from '../support/cli.ts';
import { COMMAND_NAMES, schemaFileOf } from '../support/command-names.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { sampleFolder, withRepository } from '../support/sample-database.ts';

/** Adds a row of every kind that hangs on a customer, and a file with rows that are rejected. */
async function fillFolder(cwd: string, database: string): Promise<void> {
  await withRepository(
    cwd,
    async (repository) => {
      await repository.addChild(1, {
        table: 'orders',
        row: { number: null, status: 'paid', ordered_at: '2026-01-02T10:00:00.000Z', total_minor: 100, total_currency: 'EUR' },
      });
      await repository.addChild(1, {
        table: 'interactions',
        row: { kind: 'call', direction: 'in', occurred_at: '2026-01-01T09:30:00.000Z' },
      });
      await repository.addChild(1, { table: 'consents', row: { channel: 'email', status: 'in', decided_at: '2026-01-01T00:00:00.000Z' } });
      await repository.addChild(1, {
        table: 'contact_points',
        row: { kind: 'phone', value: '+442079460001', created_at: '2026-01-01T00:00:00.000Z' },
      });
    },
    database,
  );
  writeFileSync(join(cwd, 'truth.csv'), 'external_id,cluster\n1,a\n2,a\n3,b\n99,b\n');
  mkdirSync(join(cwd, 'drops'));
  writeFileSync(join(cwd, 'drops/new.csv'), 'name,email\nEve,eve@example.com\n');
  writeFileSync(join(cwd, 'decisions.csv'), 'left_id,right_id,decision\n3,4,same\n3,5,no\n4,5,\n3,99,y\n');
  writeFileSync(
    join(cwd, 'crm.config.json'),
    '{ "jobs": { "tidy": { "schedule": "30 2 * * 1-5", "timezone": "Asia/Shanghai", "steps": [{ "run": "normalize" }, { "run": "query --count" }] } } }',
  );
  const engine = await openEngine(database, { create: false, busyTimeoutMs: 5000 });
  await setClusters(engine, [
    [4, 5],
    [7, 99],
  ]);
  await engine.close();
  writeFileSync(join(cwd, 'bad.csv'), 'name,birthday,x\nA,soon,1\nB,2024-01-01\n');
}

/** Calls of every command, run one after another in one folder, each with `--json`. */
const CALLS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  init: [['--db', 'other.db']],
  inspect: [['people.csv'], ['bad.csv', '--to-csv', 'clean.csv'], ['people.csv', '--header-row', 'none']],
  import: [
    ['people.csv', '--source', 'shop'],
    ['bad.csv'],
    ['people.csv', '--dry-run', '--match', 'none'],
    ['people.csv', '--plan', 'plan.ndjson'],
  ],
  apply: [['plan.ndjson', '--dry-run'], ['plan.ndjson']],
  query: [
    [],
    ['--limit', '1', '--select', '*'],
    ['--count'],
    ['--group-by', 'tag', '--sum', 'orders.total'],
    ['--sql', 'SELECT 1'],
    ['id = 99'],
    ['tag = vip', '--save', 'v'],
    ['--segments'],
  ],
  show: [['1'], ['7'], ['8']],
  add: [['name=X', 'birthday=soon', '--tag', 'a']],
  edit: [
    ['1', 'city=Rome', '--tag', 'b'],
    ['1', 'city=Rome'],
  ],
  delete: [['2', '--dry-run'], ['2']],
  export: [['out.csv'], ['out.ndjson', 'id = 1'], ['out.json']],
  'archive run': [
    ['--where', 'id = 4', '--dry-run'],
    ['--where', 'id in (4, 6)'],
    ['--where', 'id = 5', '--plan', 'archive.ndjson'],
  ],
  'archive list': [[], ['--select', 'id,name', '--limit', '1']],
  'archive search': [['a']],
  'archive show': [['4']],
  'archive restore': [
    ['4', '--dry-run'],
    ['4', '6'],
  ],
  normalize: [
    ['--dry-run', '--fill'],
    ['--fill', '--field', 'name'],
    ['--plan', 'normal.ndjson'],
    ['--check', '--where', 'id = 1'],
    ['--keys'],
  ],
  'dedupe merge': [['--auto', '--dry-run'], ['--auto'], ['--reviewed']],
  'dedupe split': [['5', '--dry-run'], ['5']],
  quality: [[], ['--by', 'tag'], ['kind = person', '--no-save'], ['id = 99'], ['--trend'], ['--trend', '1']],
  'dedupe eval': [
    ['--truth', 'truth.csv'],
    ['--sample', '5', '--out', 'sample.csv'],
    ['--sample-decisions', 'sample.csv'],
    ['--sample-decisions'],
  ],
  'dedupe review': [
    ['--export', 'pairs.csv', '--all'],
    ['--decisions', 'decisions.csv'],
  ],
  'dedupe find': [[], ['--new'], ['--where', 'id < 4', '--no-keep'], ['--kept-model']],
  'dedupe explain': [['3', '4']],
  'dedupe report': [[], ['--html', 'duplicates.html']],
  'dedupe train': [],
  history: [[], ['--limit', '0'], ['--customer', '1'], ['--run', '1'], ['--run', 'last']],
  undo: [['last', '--dry-run'], ['last'], ['1']],
  'backup create': [[], ['--no-verify']],
  'backup list': [[]],
  'backup verify': [[], ['latest', '--sample', '50%']],
  'backup drill': [[]],
  'backup diff': [['latest', 'live']],
  'backup prune': [['--keep-last', '1', '--dry-run'], ['--keep-daily', '1'], ['--drop-damaged']],
  restore: [
    ['latest', '--to', 'restored.db'],
    ['--id', '1', '--dry-run'],
  ],
  'migrate map': [['crm.db'], ['crm.db', '--out', 'mapping.yaml']],
  'migrate status': [[]],
  'migrate plan': [[]],
  'migrate up': [['--dry-run'], []],
  'migrate down': [['--dry-run', '--to', '2']],
  'migrate copy': [
    ['crm.db', 'segments.db', '--tables', 'segments'],
    ['crm.db', 'whole.db', '--only-crm'],
  ],
  'migrate verify': [['crm.db', 'crm.db', '--sample', '50%']],
  'migrate diff': [['crm.db', 'segments.db', '--tables', 'segments', '--show-values']],
  'migrate sync': [['crm.db', 'segments.db', '--tables', 'segments', '--delete']],
  'job run': [['tidy', '--dry-run'], ['tidy'], ['tidy', '--only', '2']],
  'job list': [[]],
  'job history': [[], ['tidy', '--limit', '1']],
  'job show': [['last'], ['1']],
  'job status': [[], ['tidy', '--max-age', '1h']],
  'job next': [[], ['tidy', '--count', '3']],
  'job crontab': [[], ['tidy', '--systemd']],
  watch: [['drops', '--once', '--settle', '1ms']],
  maintain: [['--check', '--quick'], ['--repair', '--reindex'], ['--vacuum'], ['--sizes'], ['--slow'], []],
  doctor: [[]],
  completion: [['bash']],
};
const schemaOf = (name: string): JsonSchema =>
  JSON.parse(readFileSync(`${ROOT}schemas/results/${schemaFileOf(name)}`, 'utf8')) as JsonSchema;

describe('results', () => {
  test('every command has a schema, and every schema a command', () => {
    expect(readdirSync(`${ROOT}schemas/results`).sort()).toEqual(COMMAND_NAMES.map(schemaFileOf).sort());
  });

  test('every command is called below', () => {
    expect(Object.keys(CALLS).sort()).toEqual([...COMMAND_NAMES].sort());
  });

  test.each(COMMAND_NAMES)('no object in the schema of %s takes members that it does not name', (name) => {
    const open: string[] = [];
    const visit = (schema: JsonSchema, path: string): void => {
      if (schema.properties !== undefined && schema.additionalProperties !== false) open.push(path);
      for (const [key, value] of Object.entries(schema))
        if (typeof value === 'object' && value !== null) visit(value as JsonSchema, `${path}.${key}`);
    };
    visit(schemaOf(name), name);
    expect(open).toEqual([]);
  });

  test('a failure is one object on standard error', async () => {
    const { stdout, stderr, exitCode } = await runCli(['show', 'nobody@nowhere.example', '--json'], { cwd: await sampleFolder() });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(JSON.parse(stderr)).toEqual({
      ok: false,
      command: 'show',
      error: { code: 'NOT_FOUND', message: expect.any(String), hint: expect.any(String), exitCode: 2 },
    });
  });
});

describe.each(['sqlite', 'postgres'])('results on %s', (engine) => {
  const isAvailable = engine === 'sqlite' || postgresAvailable;

  test.skipIf(!isAvailable).sequential('are as their schemas say', { timeout: 300_000 }, async () => {
    const cwd = await sampleFolder();
    const database = engine === 'sqlite' ? join(cwd, 'crm.db') : freshSchemaUrl();
    const env = { CRM_DB: database };
    await runCli(['import', 'people.csv', '--source', 'shop', '--quiet'], { cwd, env });
    await fillFolder(cwd, database);
    const isHere = (name: string): boolean => engine === 'sqlite' || !/^(backup|restore|migrate (copy|verify|diff|sync))\b/.test(name);
    for (const [name, calls] of Object.entries(CALLS).filter(([name]) => isHere(name))) {
      const schema = schemaOf(name);
      for (const args of calls) {
        const { stdout, stderr, exitCode } = await runCli([...name.split(' '), ...args, '--json'], { cwd, env });
        const call = [name, ...args];
        expect({ call, stderr, exitCode: exitCode === 3 ? 0 : exitCode }).toEqual({ call, stderr: '', exitCode: 0 });
        const { result, ...envelope } = JSON.parse(stdout) as Record<string, unknown>;
        expect({ call, errors: schemaErrors(schema, result) }).toEqual({ call, errors: [] });
        expect(envelope).toMatchObject({ ok: true, command: name, warnings: expect.any(Array) });
      }
    }
  });
});
