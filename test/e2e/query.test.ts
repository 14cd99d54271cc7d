import { beforeAll, describe, expect, test } from 'vitest';
import { CRM, runCli, runCliTty } from '../support/cli.ts';
import { runProgram } from '../support/run-program.ts';
import { resultOf, sampleFolder, withRepository } from '../support/sample-database.ts';
import { terminalAvailable } from '../support/terminal.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await sampleFolder();
});

interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly Record<string, unknown>[];
  readonly total: number;
}

const crm = (...args: string[]) => runCli(args, { cwd });
const names = async (...args: string[]): Promise<unknown[]> => {
  const { stdout } = await crm('query', ...args, '--select', 'name', '--json');
  return resultOf<QueryResult>(stdout).rows.map((row) => row.name);
};

describe('crm query', () => {
  test('prints a table of those who fit, and all of them in a pipe', async () => {
    const { exitCode, stdout, stderr } = await crm(
      'query',
      'country',
      '=',
      'DE',
      '--sort',
      '-name',
      '--select',
      'id,name',
      '--select',
      'city',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe(
      ' id │ name       │ city\n────┼────────────┼────────\n  2 │ Max Müller │ Berlin\n  5 │ Eve Green  │ Berlin\n  4 │ Bob Stone  │ Berlin\n',
    );
    expect(await crm('query', '--count')).toMatchObject({ stdout: '7\n' });
    expect(await crm('query', 'city = Rome')).toMatchObject({ exitCode: 0, stdout: 'no rows\n' });
  });

  test.each<[filter: string[], found: string[]]>([
    [['country = Germany and city = Berlin', '--limit', '1'], ['Max Müller']],
    [['国家 = 中国'], ['王小明']],
    [['country in (Schweden, "United Kingdom")'], ['Ada Lovelace', 'Zoë Ångström']],
    [['phone = 13800138000', '--country', 'CN'], ['王小明']],
    [['phone = "020 7946 0000"', '--country', 'GB'], ['Ada Lovelace']],
    [
      ['not phone = "0138 0013 8000"', '--country', 'CN', '--limit', '2'],
      ['Ada Lovelace', 'Max Müller'],
    ],
    [['"Lead source" = fair'], ['Ada Lovelace', 'Zoë Ångström']],
    [['attributes."Lead source" = 展会'], ['王小明']],
    [['tag = vip and tag != early'], ['Max Müller']],
    [['external_ids = shop:3'], ['王小明']],
    [['--search', 'angstrom'], ['Zoë Ångström']],
    [['--search', '小明'], ['王小明']],
    [['--search', 'berlin', 'tag = cold'], ['Eve Green']],
    [['kind = 公司'], []],
  ])('%j', async (args, found) => {
    expect(await names(...args)).toEqual(found);
  });

  test('counts without the limit, and with it only what is asked', async () => {
    const { rows, total, columns } = resultOf<QueryResult>(
      (await crm('query', 'country = DE', '--limit', '2', '--offset', '1', '--json')).stdout,
    );
    expect({ ids: rows.map((row) => row.id), total, columns: columns.slice(0, 2) }).toEqual({
      ids: [4, 5],
      total: 3,
      columns: ['id', 'name'],
    });
    const beyond = resultOf<QueryResult>((await crm('query', 'country = DE', '--offset', '9', '--json')).stdout);
    expect(beyond).toMatchObject({ rows: [], total: 3 });
    expect(resultOf((await crm('query', '--count', '--limit', '2', '--json')).stdout)).toEqual({ columns: [], rows: [], total: 7 });
  });

  test('gives custom fields by their name, and their JSON as JSON', async () => {
    const { stdout } = await crm('query', 'id = 3', '--select', 'Lead source,attributes,tag', '--json');
    expect(resultOf<QueryResult>(stdout).rows).toEqual([{ 'Lead source': '展会', attributes: { 'Lead source': '展会' }, tag: null }]);
  });

  test('groups and sums', async () => {
    const { stdout } = await crm('query', '--group-by', 'country', '--format', 'csv');
    expect(stdout).toBe('country,count\nDE,3\nCN,1\nGB,1\nSE,1\n,1\n');
    const { rows } = resultOf<QueryResult>((await crm('query', '--sum', 'orders.total', '--json')).stdout);
    expect(rows).toEqual([{ count: 7, 'sum(orders.total)': '0' }]);
  });

  test.each([
    ['csv', 'id,name\n2,Max Müller\n'],
    ['ndjson', '{"id":2,"name":"Max Müller"}\n'],
    ['json', '[\n{"id":2,"name":"Max Müller"}\n]\n'],
  ])('--format %s', async (format, text) => {
    expect(await crm('query', 'id = 2', '--select', 'id,name', '--format', format)).toMatchObject({
      exitCode: 0,
      stdout: text,
      stderr: '',
    });
  });
});

describe('segments', () => {
  test('are saved, listed, and combined with a filter', async () => {
    const saved = await crm('query', 'country = Germany', '--save', 'german', '--count');
    expect(saved).toMatchObject({ exitCode: 0, stdout: '3\n', stderr: 'saved as segment “german” · use it: crm query --segment german\n' });
    expect(await names('tag is not empty', '--segment', 'german')).toEqual(['Max Müller', 'Eve Green']);
    await crm('query', 'tag = vip', '--segment', 'german', '--save', 'german vips', '--quiet');
    const { rows } = resultOf<QueryResult>((await crm('query', '--segments', '--json')).stdout);
    expect(rows.map(({ name, filter }) => [name, filter])).toEqual([
      ['german', 'country = Germany'],
      ['german vips', 'country = Germany and tag = vip'],
    ]);
    expect(await names('--segment', 'german vips')).toEqual(['Max Müller']);
  });

  test.each([
    [['--segment', 'germna'], 'NOT_FOUND', /no segment “germna”/, /german/],
    [['--save', 'x'], 'USAGE', /nothing to save/, /--save vip/],
    [['--save', 'x', '--search', 'ada'], 'USAGE', /not a search/, /--segment/],
  ])('%j is an error', async (args, code, message, hint) => {
    const { exitCode, stderr } = await crm('query', ...args, '--json');
    const { error } = JSON.parse(stderr) as { error: { code: string; message: string; hint: string } };
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 2, code });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

describe('mistakes', () => {
  test('a filter error shows the place', async () => {
    expect(await crm('query', 'cty = Berlin')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('the filter, at character 1: there is no field cty; did you mean city?\n  cty = Berlin\n  ^\nhint: '),
    });
    const { stderr } = await crm('query', '国家 = 中国 or (city = Berlin');
    expect(stderr).toContain('  国家 = 中国 or (city = Berlin\n                               ^\n');
  });

  test.each([
    [['--limit', '-1']],
    [['--limit', 'x']],
    [['--select', 'nmae']],
    [['--sort', 'id,', '--group-by', 'nope']],
    [['--format', 'xml']],
    [['--sql', 'SELECT 1', 'id = 1']],
    [['--sql', 'SELECT 1', '--count']],
    [['--sql', 'SELEC 1']],
    [['--country', 'Nowhere']],
    [['--group-by', 'city', '--select', 'name']],
  ])('%j is a usage error of two lines', async (args) => {
    const { exitCode, stdout, stderr } = await crm('query', ...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .+\n(hint: .+\n)?$/);
  });

  test('--json and another format exclude each other', async () => {
    expect(await crm('query', '--json', '--format', 'csv')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('cannot go with --format csv'),
    });
  });

  test('without a database the hint says how to make one', async () => {
    expect(await crm('query', '--db', 'none.db')).toMatchObject({ exitCode: 10, stderr: expect.stringContaining('crm init') });
  });
});

describe('--sql', () => {
  test('reads', async () => {
    const { stdout } = await crm(
      'query',
      '--sql',
      'SELECT country, count(*) AS n FROM customers GROUP BY country ORDER BY n DESC LIMIT 1',
      '--json',
    );
    expect(resultOf(stdout)).toEqual({ columns: ['country', 'n'], rows: [{ country: 'DE', n: 3 }], total: 1 });
    expect(await crm('query', '--sql', 'SELECT id, id FROM customers', '--limit', '1', '--json')).toMatchObject({
      stdout: expect.stringContaining('"columns":["id","id (2)"],"rows":[{"id":1,"id (2)":1}],"total":1'),
    });
  });

  test.each(['DELETE FROM customers', "UPDATE customers SET name = 'x' RETURNING id", 'DROP TABLE customers'])(
    '%s is refused by the database',
    async (sql) => {
      expect(await crm('query', '--sql', sql)).toMatchObject({ exitCode: 16, stdout: '' });
      expect(await crm('query', '--count')).toMatchObject({ stdout: '7\n' });
    },
  );
});

describe('pipes and terminals', () => {
  test('a reader that goes away is no error', async () => {
    const line = `"${process.execPath}" "${CRM}" query --sql "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n" --format csv | head -1; echo "\${PIPESTATUS[0]}"`;
    expect(await runProgram('bash', ['-c', line], { cwd })).toMatchObject({ stdout: 'i\n0\n', stderr: '' });
  });

  test('Ctrl-C stops between batches with exit 130', async () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n';
    const { exitCode, stderr } = await runCli(['query', '--sql', endless, '--format', 'csv'], {
      cwd,
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: expect.stringContaining('error: interrupted') });
  });

  test.skipIf(!terminalAvailable)('a terminal shows 50 rows and says how many there are', async () => {
    const many = await sampleFolder();
    await withRepository(many, async (repository) => {
      for (let i = 0; i < 60; i++) await repository.add({ name: `N${i}`, city: 'Many' });
    });
    const { output } = await runCliTty(['query', 'city = Many', '--no-color'], { cwd: many });
    expect(output.match(/ │ N\d+ /g)).toHaveLength(50);
    expect(output).toContain('50 of 60 shown · --limit N for more');
    const all = await runCliTty(['query', 'city = Many', '--limit', '60', '--no-color'], { cwd: many });
    expect(all.output.match(/ │ N\d+ /g)).toHaveLength(60);
    expect(all.output).not.toContain('shown');
  });
});
