import { beforeAll, describe, expect, test } from 'vitest';
import { runCli, runCliTty } from '../support/cli.ts';
import { resultOf, sampleFolder, withRepository } from '../support/sample-database.ts';
import { terminalAvailable } from '../support/terminal.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await sampleFolder();
  await withRepository(cwd, async (repository) => {
    await repository.addChild(1, {
      table: 'orders',
      row: { number: 'A-1', status: 'paid', ordered_at: '2026-01-02T10:00:00.000Z', total_minor: 123456, total_currency: 'EUR' },
    });
    await repository.addChild(1, {
      table: 'orders',
      row: { number: 'A-2', ordered_at: '2026-02-03T00:00:00.000Z', total_minor: -5000, total_currency: 'JPY' },
    });
    await repository.addChild(1, {
      table: 'interactions',
      row: { kind: 'call', direction: 'in', channel: 'phone', subject: 'about \u001b[31mred', occurred_at: '2026-01-01T09:30:00.000Z' },
    });
    await repository.addChild(1, {
      table: 'consents',
      row: { channel: 'email', status: 'in', ground: 'form', decided_at: '2026-01-01T00:00:00.000Z' },
    });
    await repository.addChild(1, {
      table: 'contact_points',
      row: { kind: 'phone', label: 'home', value: '+442079460001', created_at: '2026-01-01T00:00:00.000Z' },
    });
    await repository.edit(1, { values: { city: 'Paris' } });
    await repository.add({ name: 'Eve Greene', email: 'eve@example.com' });
  });
});

const crm = (...args: string[]) => runCli(args, { cwd });

describe('crm show', () => {
  test('prints a card with everything that is there, and nothing that is not', async () => {
    const { exitCode, stdout, stderr } = await crm('show', 'ada@example.com');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const card = stdout.replace(/20\d\d-\d\d-\d\d \d\d:\d\d(?= {2}(root|tester|\w+) {2})/g, 'NOW');
    expect(card).toContain(
      'Ada Lovelace  #1 · person\n  Company  Analytical Engines\n  E-mail   ada@example.com\n  Phone    +442079460000\n',
    );
    expect(card).toContain('  Notes    first "programmer"\n');
    expect(card).toContain('  Tags     early, vip\n\nCustom fields\n  Lead source  fair\n\nKnown as\n  shop  1\n');
    expect(card).toContain('Contact points\n  phone  home  +442079460001\n\nConsents\n  email  in  2026-01-01  form\n');
    expect(card).toContain('Orders (2)\n  2026-02-03        A-2        -5,000 JPY\n  2026-01-02 10:00  A-1  paid  1,234.56 EUR\n');
    expect(card).toContain('Timeline (1)\n  2026-01-01 09:30  call in  phone  about \\x1b[31mred\n');
    expect(card).toMatch(/History\n {2}run 7 {2}edit {4}.* city {8,}crm undo 7\n/);
    expect(card).toMatch(/ {2}run 1 {2}import .* people\.csv +7 created\n$/);
    expect(card).not.toMatch(/Job title|Birthday|duplicates/);
  });

  test('shows the lines of a value below each other', async () => {
    const { stdout } = await crm('show', '2');
    expect(stdout).toMatch(/ {2}Notes {4}two\n {11}lines\n/);
  });

  test.each([
    [['1'], 1],
    [['#2'], 2],
    [['WANG@example.cn'], 3],
    [['+86 138-0013-8000'], 3],
    [['13800138000', '--country', 'CN'], 3],
    [['030 123456', '--country', 'Germany'], 2],
    [['shop:6'], 6],
  ])('finds %j', async (args, id) => {
    expect(resultOf<{ customer: { id: number } }>((await crm('show', ...args, '--json')).stdout).customer.id).toBe(id);
  });

  test('gives with --json everything, the history with the changes of this customer', async () => {
    const result = resultOf<Record<string, unknown>>((await crm('show', '1', '--json')).stdout);
    expect(Object.keys(result)).toEqual([
      'customer',
      'company',
      'contactPoints',
      'externalIds',
      'tags',
      'consents',
      'interactions',
      'orders',
      'possibleDuplicates',
      'history',
    ]);
    expect(result.history).toContainEqual(
      expect.objectContaining({
        run: 7,
        command: 'edit',
        changes: [{ entity: 'customers', action: 'update', before: { city: 'London' }, after: { city: 'Paris' } }],
      }),
    );
  });

  test('several customers are an error that lists their ids', async () => {
    const { exitCode, stderr } = await crm('show', 'eve@example.com', '--json');
    const { error } = JSON.parse(stderr) as { error: { code: string; hint: string; details: { ids: number[] } } };
    expect({ exitCode, ...error }).toMatchObject({ exitCode: 2, code: 'USAGE', details: { ids: [5, 8] } });
    expect(error.hint).toContain('crm show 5');
  });

  test('nobody is an error without the reference in it', async () => {
    const { exitCode, stderr } = await crm('show', 'nobody@nowhere.example');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'error: there is no customer with that id, e-mail, phone or external id\nhint: look for it with: crm query --search WORDS\n',
    });
    expect((await crm('show', '030 999 888 77')).stderr).toContain('--country');
  });

  test.skipIf(!terminalAvailable)('sets headings off on a terminal, and not with NO_COLOR', async () => {
    expect((await runCliTty(['show', '3'], { cwd })).output).toContain('\u001b[1m王小明\u001b[22m');
    expect((await runCliTty(['show', '3'], { cwd, env: { NO_COLOR: '1' } })).output).not.toContain('\u001b[1m');
  });
});
