import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { openEngine } from '../../src/engines/index.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { resultOf, sampleFolder } from '../support/sample-database.ts';

/** The sample people, with clusters as a search would find them. */
async function folderWith(clusters: readonly (readonly number[])[], verdict: 'auto' | 'review' = 'auto'): Promise<string> {
  const cwd = await sampleFolder();
  const engine = await openEngine(join(cwd, 'crm.db'), { create: false, busyTimeoutMs: 1000 });
  await setClusters(engine, clusters, verdict);
  await engine.close();
  return cwd;
}

test('crm dedupe merge, undo and split from the command line', async () => {
  const cwd = await folderWith([[4, 5]]);
  const run = (...args: string[]) => runCli(args, { cwd });
  const dry = await run('dedupe', 'merge', '--auto', '--dry-run');
  expect(dry.stdout).toContain('would merge 2 customers into 1');
  expect(dry.stdout).toContain('dry run: nothing was changed');
  const merged = await run('dedupe', 'merge', '--auto');
  expect(merged.stdout).toMatch(/merged 2 customers into 1 in .*; 1 went into another one/);
  expect(merged.stdout).toContain('different values, decided by the rules: ');
  expect(merged.stdout).toContain('run 2 · look: crm history --run 2 · take it back: crm undo 2');
  const [four, five] = [await run('show', '4', '--json'), await run('show', '5', '--json')];
  // Showing a customer notes that it was looked at.
  const unseen = ({ customer, ...rest }: { customer: Record<string, unknown> }) => ({
    ...rest,
    customer: { ...customer, accessed_at: null },
  });
  expect(unseen(resultOf(four.stdout))).toEqual(unseen(resultOf(five.stdout)));
  const { customer } = resultOf<{ customer: { id: number } }>(four.stdout);
  const history = await run('history', '--run', '2');
  expect(history.stdout).toMatch(/name {2}.*\(newest #|name {2}.*\(authority #|name {2}.*\(longest #/);
  const old = customer.id === 4 ? '5' : '4';
  expect((await run('edit', old, 'tier=gold')).stdout).toContain(`#${customer.id}`);
  expect((await run('history', '--customer', old)).stdout).toContain('dedupe merge');
  const split = await run('dedupe', 'split', String(customer.id));
  expect(split.stdout).toContain(`brought back #${old} out of #${customer.id}`);
  expect((await run('query', '--count')).stdout.trim()).toBe('7');
  expect((await run('undo', '4')).exitCode).toBe(0);
  expect((await run('query', '--count')).stdout.trim()).toBe('6');
});

test('what to merge has to be said, once', async () => {
  const cwd = await sampleFolder();
  const exits = async (...args: string[]): Promise<number | null> => (await runCli(['dedupe', 'merge', ...args], { cwd })).exitCode;
  expect(await exits()).toBe(2);
  expect(await exits('--auto', '--reviewed')).toBe(2);
  expect(await exits('--auto', '--cluster', '4')).toBe(2);
  expect(await exits('--cluster', 'x')).toBe(2);
  expect(await exits('--cluster', '4')).toBe(2);
  expect(await exits('--auto', '--dry-run', '--plan', 'p')).toBe(2);
  const none = await runCli(['dedupe', 'merge', '--auto'], { cwd });
  expect(none).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('crm dedupe find') });
});

test('the guard rail ends with 6, a mistake in the config file with 2; a plan is applied', async () => {
  const cwd = await folderWith([
    [1, 6],
    [4, 5],
  ]);
  const run = (...args: string[]) => runCli(args, { cwd });
  expect((await run('dedupe', 'merge', '--auto', '--max-merges', '1')).exitCode).toBe(6);
  expect((await run('dedupe', 'merge', '--auto', '--max-merges', '10%')).exitCode).toBe(6);
  writeFileSync(join(cwd, 'crm.config.json'), '{ "survivorship": { "fields": { "owner": "newst" } } }');
  const wrong = await run('dedupe', 'merge', '--auto');
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('survivorship.fields.owner') });
  writeFileSync(join(cwd, 'crm.config.json'), '{ "survivorship": { "survivor": "oldest", "default": "keep_if_set" } }');
  expect((await run('dedupe', 'merge', '--auto', '--plan', 'merge.plan')).stdout).toContain('crm apply merge.plan');
  expect((await run('query', '--count')).stdout.trim()).toBe('7');
  expect((await run('apply', 'merge.plan')).exitCode).toBe(0);
  expect((await run('query', '--count')).stdout.trim()).toBe('5');
  expect((await run('query', 'id in (1, 4)', '--select', 'name', '--format', 'csv')).stdout).toContain('Ada Lovelace');
  expect((await run('undo', 'last')).exitCode).toBe(0);
  expect((await run('query', '--count')).stdout.trim()).toBe('7');
});
