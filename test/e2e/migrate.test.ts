import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import statusSchema from '../../schemas/results/migrate-status.schema.json' with { type: 'json' };
import downSchema from '../../schemas/results/migrate-down.schema.json' with { type: 'json' };
import planSchema from '../../schemas/results/migrate-plan.schema.json' with { type: 'json' };
import upSchema from '../../schemas/results/migrate-up.schema.json' with { type: 'json' };
import { ROOT, runCli } from '../support/cli.ts';
import { describeEachEngine } from '../support/engines.ts';
import { makeFirstVersion } from '../support/first-version.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { canDump } from '../support/postgres-tools.ts';
import { resultOf } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

const LATEST = readdirSync(join(ROOT, 'schemas/sqlite')).filter((file) => /^\d{4}-[^.]+\.sql$/.test(file)).length;

describeEachEngine('crm migrate', (target) => {
  // What is kept of a database of PostgreSQL before is what pg_dump writes.
  const itKeeping = it.skipIf(target.name === 'postgres' && !canDump);
  const SCHEMAS = { status: statusSchema, plan: planSchema, up: upSchema, down: downSchema };
  const first = async (): Promise<{ db: string; env: Record<string, string>; cwd: string }> => {
    const db = target.freshUrl();
    const engine = await target.open(db);
    await makeFirstVersion(engine);
    return { db, env: { CRM_DB: db }, cwd: tempDir() };
  };

  itKeeping('brings an older database up to date, and says so', async () => {
    const { env, cwd } = await first();
    expect(await runCli(['query'], { env, cwd })).toMatchObject({
      exitCode: 12,
      stdout: '',
      stderr: expect.stringMatching(/^error: the schema of .* is version 1, .*\nhint: upgrade it with: crm migrate up\n$/),
    });

    const status = await runCli(['migrate', 'status'], { env, cwd });
    expect(status).toMatchObject({ exitCode: 0, stderr: '' });
    expect(status.stdout).toMatch(/^ +1 │ initial │ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d │ ok\n +2 │ related │ +│ pending$/m);
    expect(status.stdout).toMatch(/: schema version 1, this program needs \d+\nnext: crm migrate up\n$/);

    const dry = await runCli(['migrate', 'up', '--dry-run'], { env, cwd });
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    expect(dry.stdout).toMatch(
      /^would apply 2 related\nALTER TABLE interactions [\s\S]*;\n.*: schema version 1 → \d+\ndry run: nothing was changed\n$/,
    );
    const plan = await runCli(['migrate', 'plan', '--to', '2'], { env, cwd });
    expect(plan.stdout).toMatch(/^-- 2 related\nALTER TABLE [\s\S]*;\n.*: schema version 1 → 2\nnext: crm migrate up\n$/);
    expect((await runCli(['query'], { env, cwd })).exitCode).toBe(12);

    const up = await runCli(['migrate', 'up'], { env, cwd });
    expect(up).toMatchObject({ exitCode: 0, stderr: '' });
    expect(up.stdout).toMatch(
      /^applied 2 related\n[\s\S]*: schema version 1 → \d+\nwhat was there is kept as .*\.before-v\d+-\d{8}T\d{9}Z\S*\n$/,
    );
    expect((await runCli(['query', '--count'], { env, cwd })).stdout).toBe('3\n');

    const again = await runCli(['migrate', 'up'], { env, cwd });
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/: schema version \d+ already, nothing to apply\n$/) });
    expect((await runCli(['migrate', 'status'], { env, cwd })).stdout).toMatch(/: schema version \d+, up to date\n$/);
  });

  itKeeping('says the same as JSON, and nothing with --quiet', async () => {
    const { env, cwd } = await first();
    const json = async (...args: string[]): Promise<Record<string, unknown>> => {
      const { exitCode, stdout, stderr } = await runCli(['migrate', ...args, '--json'], { env, cwd });
      expect({ args, exitCode, stderr }).toEqual({ args, exitCode: 0, stderr: '' });
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, command: `migrate ${args[0]}`, warnings: [] });
      const result = resultOf(stdout);
      expect(schemaErrors(SCHEMAS[args[0] as keyof typeof SCHEMAS], result)).toEqual([]);
      return result;
    };
    expect(await json('status')).toMatchObject({ current: 1, latest: LATEST, applied: [{ version: 1, name: 'initial', state: 'ok' }] });
    const step = { version: 2, name: 'related', statements: expect.arrayContaining([expect.stringMatching(/^ALTER TABLE /)]) };
    expect(await json('plan', '--to', '2')).toEqual({ from: 1, to: 2, steps: [step] });
    expect(await json('up', '--dry-run', '--to', '2')).toEqual({ from: 1, to: 2, dryRun: true, applied: [step], snapshot: null });
    expect(await runCli(['migrate', 'up', '--quiet'], { env, cwd })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(await json('up')).toEqual({ from: LATEST, to: LATEST, dryRun: false, applied: [], snapshot: null });
    expect(await json('status')).toMatchObject({ current: LATEST, pending: [] });
  });

  it('shows a newer or edited version, and refuses to touch it', async () => {
    const { db, env, cwd } = await first();
    const engine = await target.open(db);
    const set = (sql: string): Promise<void> => engine.transaction((connection) => connection.script(sql));
    await set(`UPDATE schema_migrations SET sha256 = '${'b'.repeat(64)}'`);
    const edited = await runCli(['migrate', 'status'], { env, cwd });
    expect(edited).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^warning: schema version 1 \(initial\) is not the one/) });
    expect(edited.stdout).toMatch(/│ edited$/m);
    const refused = await runCli(['migrate', 'up', '--json'], { env, cwd });
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
    const newer = await runCli(['migrate', 'status'], { env, cwd });
    expect(newer).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('warning: the schema is newer than this program knows') });
    expect(newer.stdout).toMatch(/│ newer$/m);
    expect((await runCli(['migrate', 'up'], { env, cwd })).exitCode).toBe(12);
  });

  itKeeping('keeps the database as it was, and goes back to an older version', async () => {
    const { db, env, cwd } = await first();
    const crm = async (...args: string[]): Promise<Record<string, unknown>> =>
      resultOf((await runCli(['migrate', ...args, '--json'], { env, cwd })).stdout);
    const { snapshot } = (await crm('up')) as { snapshot: string };
    if (target.name === 'sqlite') {
      expect(snapshot).toMatch(new RegExp(`^${db}\\.before-v${LATEST}-`));
      expect(statSync(snapshot).mode & 0o777).toBe(0o600);
      expect(await crm('status', '--db', snapshot)).toMatchObject({ current: 1 });
      expect(await crm('up', '--no-snapshot', '--db', snapshot)).toMatchObject({ from: 1, snapshot: null });
    } else {
      expect(spawnSync('pg_restore', ['--list', join(cwd, snapshot)], { encoding: 'utf8' }).stdout).toMatch(/TABLE DATA \S+ customers /);
      const missing = await runCli(['migrate', 'down'], { env: { ...env, PATH: '/nowhere' }, cwd });
      expect(missing).toMatchObject({ exitCode: 15, stderr: expect.stringMatching(/no snapshot .* pg_dump .*\nhint: .*--no-snapshot/) });
    }
    const kept = (): number =>
      readdirSync(target.name === 'sqlite' ? dirname(db) : cwd).filter((name) => name.includes('.before-v')).length;
    expect(await crm('down', '--to', '3', '--no-snapshot')).toMatchObject({ from: LATEST, to: 3, lost: [], snapshot: null });
    expect(kept()).toBe(1);
    const down = await runCli(['migrate', 'down'], { env, cwd });
    expect(down).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^took back 3 quality\n.*: schema version 3 → 2\nwhat was/) });
    expect(kept()).toBe(2);
    expect(await crm('up')).toMatchObject({ from: 2, to: LATEST });
    expect((await runCli(['query', '--count'], { env })).stdout).toBe('3\n');
  });

  itKeeping('asks before something would be lost', async () => {
    const { db, env, cwd } = await first();
    await runCli(['migrate', 'up', '--no-snapshot'], { env, cwd });
    const engine = await target.open(db);
    const decision = {
      left_id: 1,
      right_id: 2,
      decision: 'distinct',
      ground: 'review',
      decided_by: 'me',
      decided_at: '2026-01-31T10:00:00.000Z',
    };
    await engine.transaction((connection) => connection.upsert('duplicate_decisions', ['left_id', 'right_id'], [decision]));
    const refused = await runCli(['migrate', 'down', '--to', '2'], { env, cwd });
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('version 2 cannot hold 1 decisions of people about dup'),
    });
    const dry = await runCli(['migrate', 'down', '--to', '2', '--dry-run'], { env, cwd });
    expect(dry.stdout).toMatch(/^would take back 6 jobs\nDROP TABLE[\s\S]*would lose 1 decisions of people[\s\S]*nothing was changed\n$/);
    const done = await runCli(['migrate', 'down', '--to', '2', '--yes', '--json'], { env, cwd });
    expect(schemaErrors(downSchema, resultOf(done.stdout))).toEqual([]);
    expect(resultOf(done.stdout)).toMatchObject({ from: LATEST, to: 2, lost: [{ version: 4, count: 1 }] });
  });

  itKeeping('is done by one of several processes; the others find it done', { timeout: 60_000 }, async () => {
    const { env, cwd } = await first();
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => runCli(['migrate', 'up', '--json'], { env: { ...env, CRM_BUSY_TIMEOUT_MS: '20000' }, cwd })),
    );
    for (const { exitCode, stderr } of results) expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const applied = results.map(({ stdout }) => resultOf<{ applied: unknown[] }>(stdout).applied.length);
    expect(applied.sort()).toEqual([0, 0, 0, LATEST - 1]);
    expect((await runCli(['query', '--count'], { env, cwd })).stdout).toBe('3\n');
  });

  itKeeping('is done or not done when the process is killed', { timeout: 60_000 }, async () => {
    const { env, cwd } = await first();
    const current = async (): Promise<number> => {
      const { stdout } = await runCli(['migrate', 'status', '--json'], { env, cwd });
      return resultOf<{ current: number }>(stdout).current;
    };
    for (let delayMs = 60; delayMs <= 160; delayMs += 20) {
      await runCli(['migrate', 'up'], { env, cwd, onStart: (child) => void setTimeout(() => child.kill('SIGKILL'), delayMs) });
      expect(await current()).toBeLessThanOrEqual(LATEST);
    }
    expect((await runCli(['migrate', 'up'], { env, cwd })).exitCode).toBe(0);
    expect(await current()).toBe(LATEST);
    expect((await runCli(['query', '--count'], { env, cwd })).stdout).toBe('3\n');
  });
});

describe('crm migrate without a database', () => {
  it.each([['status'], ['plan'], ['up'], ['down']])('%s makes none', async (name) => {
    const cwd = tempDir();
    expect(await runCli(['migrate', name], { cwd })).toMatchObject({
      exitCode: 10,
      stdout: '',
      stderr: expect.stringMatching(/^error: there is no database at .*\nhint: make one with: crm init/),
    });
    expect(existsSync(join(cwd, 'crm.db'))).toBe(false);
  });
});
