import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, runCli } from '../support/cli.ts';
import { tempDir } from '../support/temp-dir.ts';

/** A folder with the fixtures and a database of their customers. */
async function folder(): Promise<string> {
  const cwd = tempDir();
  cpSync(join(ROOT, 'fixtures'), join(cwd, 'fixtures'), { recursive: true });
  const { exitCode } = await runCli(['import', 'fixtures/contacts.csv', '--source', 'shop', '--quiet'], { cwd });
  expect(exitCode).toBe(0);
  return cwd;
}

describe('crm import --type', () => {
  it.each([
    ['companies', 0, { read: 3, created: 3, rejected: 0, skipped: 0 }],
    ['products', 0, { read: 4, created: 4, rejected: 0, skipped: 0 }],
    ['orders', 3, { read: 5, created: 3, rejected: 2, skipped: 0 }],
    ['interactions', 3, { read: 4, created: 3, rejected: 1, skipped: 0 }],
    ['consents', 0, { read: 5, created: 4, rejected: 0, skipped: 1 }],
  ])('%s ends with %i and the result of every import', async (type, exitCode, counts) => {
    const cwd = await folder();
    const result = await runCli(['import', `fixtures/${type}.csv`, '--type', type, '--source', 'shop', '--json'], { cwd });
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode, stderr: '' });
    const { result: report, run } = JSON.parse(result.stdout) as { result: Record<string, unknown>; run: number };
    expect(run).toBe(2);
    expect(report).toMatchObject({
      ...counts,
      updated: 0,
      unchanged: 0,
      files: [`fixtures/${type}.csv`],
      detected: { format: 'csv', headerRow: 1 },
    });
    expect(report.mapping).toContainEqual({ header: expect.any(String), field: expect.any(String), how: 'alias' });
    const again = await runCli(['import', `fixtures/${type}.csv`, '--type', type, '--source', 'shop', '--json'], { cwd });
    expect(JSON.parse(again.stdout)).toMatchObject({ result: { created: 0, updated: 0, rejected: counts.rejected } });
  });

  it('reads standard input, in its thread', async () => {
    const cwd = await folder();
    const input = 'email;date;total\nada@example.com;2026-01-31;1.234,50\n';
    const result = await runCli(['import', '-', '--type', 'orders', '--currency', 'eur', '--json'], { cwd, input });
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { stdout } = await runCli(['query', 'orders.total = 1234.5', '--count'], { cwd });
    expect(stdout.trim()).toBe('1');
  });

  it.each([
    [['--type', 'orders', '--tag', 'vip'], /--tag has no meaning for orders/],
    [['--type', 'orders', '--match', 'email'], /--match has no meaning/],
    [['--type', 'consents', '--on-match', 'create'], /--on-match create/],
    [['--type', 'orders', '--currency', 'gold'], /no such currency/],
    [['--currency', 'EUR'], /--currency has no meaning for customers/],
    [['--type', 'companies', '--decimal', 'comma'], /--decimal has no meaning for companies/],
    [['--type', 'cats'], /cats/],
  ])('refuses %j', async (flags, says) => {
    const cwd = tempDir();
    const result = await runCli(['import', join(ROOT, 'fixtures/orders.csv'), ...flags], { cwd });
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(says) });
  });

  it('says which columns a file lacks', async () => {
    const cwd = await folder();
    const result = await runCli(['import', 'fixtures/products.csv', '--type', 'orders'], { cwd });
    expect(result).toMatchObject({ exitCode: 4, stdout: '', stderr: expect.stringMatching(/needs a column for ordered_at/) });
  });
});
