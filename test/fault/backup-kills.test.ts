import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { peopleCsv, randomNumbers } from '../support/people-file.ts';
import { resultOf } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

/** 8 kills in all unless the environment asks for more; the seed is printed with every failure. */
const ROUNDS = Math.ceil(Number(process.env.CRM_FAULT_ROUNDS ?? 8) / 2);
const SEED = Number(process.env.CRM_FAULT_SEED ?? Date.now() % 1_000_000);

interface Listed {
  readonly snapshots: readonly { readonly snapshot: string }[];
  readonly damaged: readonly string[];
}

async function crm(
  folder: string,
  args: readonly string[],
  killAfterMs?: number,
): Promise<{ stdout: string; stderr: string; exitCode: number | null }> {
  const onStart = (child: { kill(signal: NodeJS.Signals): boolean }): void => {
    if (killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  };
  return runCli(args, { cwd: folder, env: { TMPDIR: folder }, timeoutMs: 90_000, onStart });
}

async function snapshotsOf(folder: string): Promise<string[]> {
  const { snapshots, damaged } = resultOf<Listed>((await crm(folder, ['backup', 'list', '--json'])).stdout);
  expect(damaged).toEqual([]);
  return snapshots.map(({ snapshot }) => snapshot);
}

test(`kills of backups and prunes damage no snapshot, and what they leave is removed (${ROUNDS} each)`, {
  timeout: 120_000 + ROUNDS * 20_000,
}, async () => {
  const random = randomNumbers(SEED);
  const folder = tempDir();
  writeFileSync(join(folder, 'people.csv'), peopleCsv(9000));
  await crm(folder, ['import', 'people.csv', '--quiet']);
  expect((await crm(folder, ['backup', '--quiet'])).exitCode).toBe(0);
  const started = performance.now();
  expect((await crm(folder, ['backup', '--quiet', '--repo', 'timed'])).exitCode).toBe(0);
  const fullMs = Math.ceil(performance.now() - started);
  let known = await snapshotsOf(folder);
  for (let round = 0; round < ROUNDS; round++) {
    const where = `seed ${SEED}, round ${round}`;
    // Much of the file is new each time, so that there is something to write.
    writeFileSync(join(folder, 'more.csv'), peopleCsv(1500, { seed: round + 2, city: `City ${round}` }));
    await crm(folder, ['import', 'more.csv', '--quiet']);
    await crm(folder, ['backup', '--quiet'], random(fullMs));
    const after = await snapshotsOf(folder);
    expect(after.slice(0, known.length), where).toEqual(known);
    expect(after.length - known.length, where).toBeLessThanOrEqual(1);
    expect(await crm(folder, ['backup', 'verify']), where).toMatchObject({ exitCode: 0 });
    await crm(folder, ['backup', 'prune', '--keep-last', '2', '--quiet'], 60 + random(Math.ceil(fullMs / 2)));
    expect(await crm(folder, ['backup', 'verify']), where).toMatchObject({ exitCode: 0 });
    expect((await snapshotsOf(folder)).at(-1), where).toBe(after.at(-1));
    known = await snapshotsOf(folder);
  }
  expect(await crm(folder, ['backup', '--quiet'])).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await crm(folder, ['backup', 'prune', '--keep-last', '1'])).toMatchObject({ exitCode: 0 });
  const left = readdirSync(join(folder, 'crm-backups'), { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => !/^(config\.json|chain|packs|snapshots)$|^packs.[0-9a-f]{64}\.pack$|\.snapshot$/.test(name))).toEqual([]);
  expect(left.filter((name) => name.endsWith('.snapshot'))).toHaveLength(1);
  expect(readdirSync(folder).filter((name) => name.startsWith('crm-verify'))).toEqual([]);
  expect(await crm(folder, ['restore', '--to', 'back.db'])).toMatchObject({ exitCode: 0 });
  for (const name of ['back', 'crm'])
    expect(await crm(folder, ['export', `${name}.ndjson`, '--db', `${name}.db`, '--quiet'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(folder, 'back.ndjson')).equals(readFileSync(join(folder, 'crm.ndjson')))).toBe(true);
});
