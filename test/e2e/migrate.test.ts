import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import statusSchema from '../../schemas/results/migrate-status.schema.json' with { type: 'json' };
import upSchema from '../../schemas/results/migrate-up.schema.json' with { type: 'json' };
import { ROOT, runCli } from '../support/cli.ts';
import { describeEachEngine } from '../support/engines.ts';
import { makeFirstVersion } from '../support/first-version.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { resultOf } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

const LATEST = readdirSync(join(ROOT, 'schemas/sqlite')).filter((file) => /^\d{4}-[^.]+\.sql$/.test(file)).length;

describeEachEngine('crm migrate', (target) => {
  const first = async (): Promise<{ db: string; env: Record<string, string> }> => {
    const db = target.freshUrl();
    const engine = await target.open(db);
    await makeFirstVersion(engine);
    return { db, env: { CRM_DB: db } };
  };

  it('brings an older database up to date, and says so', async () => {
    const { env } = await first();
    expect(await runCli(['query'], { env })).toMatchObject({
      exitCode: 12,
      stdout: '',
      stderr: expect.stringMatching(/^error: the schema of .* is version 1, .*\nhint: upgrade it with: crm migrate up\n$/),
    });

    const status = await runCli(['migrate', 'status'], { env });
    expect(status).toMatchObject({ exitCode: 0, stderr: '' });
    expect(status.stdout).toMatch(/^ +1 │ initial │ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d │ ok\n +2 │ related │ +│ pending$/m);
    expect(status.stdout).toMatch(/: schema version 1, this program needs \d+\nnext: crm migrate up\n$/);

    const dry = await runCli(['migrate', 'up', '--dry-run'], { env });
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    expect(dry.stdout).toMatch(/^would apply 2 related\n[\s\S]*: schema version 1 → \d+\ndry run: nothing was changed\n$/);
    expect((await runCli(['query'], { env })).exitCode).toBe(12);

    const up = await runCli(['migrate', 'up'], { env });
    expect(up).toMatchObject({ exitCode: 0, stderr: '' });
    expect(up.stdout).toMatch(/^applied 2 related\n[\s\S]*: schema version 1 → \d+\n$/);
    expect((await runCli(['query', '--count'], { env })).stdout).toBe('3\n');

    const again = await runCli(['migrate', 'up'], { env });
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/: schema version \d+ already, nothing to apply\n$/) });
    expect((await runCli(['migrate', 'status'], { env })).stdout).toMatch(/: schema version \d+, up to date\n$/);
  });

  it('says the same as JSON, and nothing with --quiet', async () => {
    const { env } = await first();
    const json = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { exitCode, stdout, stderr } = await runCli(['migrate', ...args, '--json'], { env });
      expect({ args, exitCode, stderr }).toEqual({ args, exitCode: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, command: `migrate ${args[0]}`, warnings: [] });
      const result = resultOf(stdout);
      expect(schemaErrors(args[0] === 'up' ? upSchema : statusSchema, result)).toEqual([]);
      return result;
    };
    expect(await json('status')).toMatchObject({ current: 1, latest: LATEST, applied: [{ version: 1, name: 'initial', state: 'ok' }] });
    expect(await json('up', '--dry-run')).toMatchObject({ from: 1, to: LATEST, dryRun: true });
    expect(await runCli(['migrate', 'up', '--quiet'], { env })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await json('up')).toEqual({ from: LATEST, to: LATEST, dryRun: false, applied: [] });
    expect(await json('status')).toMatchObject({ current: LATEST, pending: [] });
  });

  it('shows a newer or edited version, and refuses to touch it', async () => {
    const { db, env } = await first();
    const engine = await target.open(db);
    const set = (sql: string): Promise<void> => engine.transaction((connection) => connection.script(sql));
    await set(`UPDATE schema_migrations SET sha256 = '${'b'.repeat(64)}'`);
    const edited = await runCli(['migrate', 'status'], { env });
    expect(edited).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^warning: schema version 1 \(initial\) is not the one/) });
    expect(edited.stdout).toMatch(/│ edited$/m);
    const refused = await runCli(['migrate', 'up', '--json'], { env });
    expect({ exitCode: refused.exitCode, ...(JSON.parse(refused.stderr) as object) }).toMatchObject({
      exitCode: 12,
      command: 'migrate up',
      error: { code: 'SCHEMA_EDITED' },
    });
    const later = Array.from(
      { length: LATEST },
      (_, index) => `(${index + 2}, 'later', '${'c'.repeat(64)}', '2030-01-01T00:00:00.000Z', 1)`,
    );
    await set(`INSERT INTO schema_migrations VALUES ${later.join(', ')}`);
    const newer = await runCli(['migrate', 'status'], { env });
    expect(newer).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('warning: the schema is newer than this program knows') });
    expect(newer.stdout).toMatch(/│ newer$/m);
    expect((await runCli(['migrate', 'up'], { env })).exitCode).toBe(12);
  });

  it('is done by one of several processes; the others find it done', { timeout: 60_000 }, async () => {
    const { env } = await first();
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => runCli(['migrate', 'up', '--json'], { env: { ...env, CRM_BUSY_TIMEOUT_MS: '20000' } })),
    );
    for (const { exitCode, stderr } of results) expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const applied = results.map(({ stdout }) => resultOf<{ applied: unknown[] }>(stdout).applied.length);
    expect(applied.sort()).toEqual([0, 0, 0, LATEST - 1]);
    expect((await runCli(['query', '--count'], { env })).stdout).toBe('3\n');
  });

  it('is done or not done when the process is killed', { timeout: 60_000 }, async () => {
    const { env } = await first();
    const current = async (): Promise<number> => {
      const { stdout } = await runCli(['migrate', 'status', '--json'], { env });
      return resultOf<{ current: number }>(stdout).current;
    };
    for (let delayMs = 60; delayMs <= 160; delayMs += 20) {
      await runCli(['migrate', 'up'], { env, onStart: (child) => void setTimeout(() => child.kill('SIGKILL'), delayMs) });
      expect([1, LATEST]).toContain(await current());
    }
    expect((await runCli(['migrate', 'up'], { env })).exitCode).toBe(0);
    expect(await current()).toBe(LATEST);
    expect((await runCli(['query', '--count'], { env })).stdout).toBe('3\n');
  });
});

describe('crm migrate without a database', () => {
  it.each([['status'], ['up']])('%s makes none', async (name) => {
    const cwd = tempDir();
    expect(await runCli(['migrate', name], { cwd })).toMatchObject({
      exitCode: 10,
      stdout: '',
      stderr: expect.stringMatching(/^error: there is no database at .*\nhint: make one with: crm init/),
    });
    expect(existsSync(join(cwd, 'crm.db'))).toBe(false);
  });
});
