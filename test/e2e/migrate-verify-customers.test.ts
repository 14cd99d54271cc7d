import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DiffResult, VerifyResult } from '../../src/index.ts';
import { runCli } from '../support/cli.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

const cwd = tempDir();
const TARGETS = ['copy.db', ...(postgresAvailable ? [freshSchemaUrl()] : [])];

async function compared<T>(exitCode: number, ...args: string[]): Promise<T & { readonly as: string }> {
  const run = await runCli(['migrate', ...args, '--json'], { cwd, timeoutMs: 60_000 });
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode, stderr: '' });
  return (JSON.parse(run.stdout) as { result: T & { readonly as: string } }).result;
}

beforeAll(async () => {
  writeFileSync(join(cwd, 'people.csv'), 'id,name,email,tags\n1,Ann,ann@example.com,vip\n2,陈伟,chen@example.com,\n3,Cy,cy@example.com,\n');
  await runCli(['--db', 'crm.db', 'import', 'people.csv'], { cwd });
  for (const to of TARGETS) expect(await runCli(['migrate', 'copy', 'crm.db', to, '--only-crm'], { cwd })).toMatchObject({ exitCode: 0 });
  const db = new Database(join(cwd, 'crm.db'));
  db.prepare('VACUUM INTO ?').run(join(cwd, 'changed.db'));
  db.close();
  const changed = new Database(join(cwd, 'changed.db'));
  changed.exec(`UPDATE customers SET attributes = '{"b":1}' WHERE id = 2; DELETE FROM tags WHERE customer_id = 1`);
  changed.close();
}, 120_000);

describe('two customer databases', { timeout: 60_000 }, () => {
  it.each(TARGETS.map((to, at) => [['SQLite', 'PostgreSQL'][at], to] as const))(
    'are the same where one was copied to %s',
    async (_, to) => {
      for (const [a, b] of [
        ['crm.db', to],
        [to, 'crm.db'],
      ] as const) {
        expect(await compared<VerifyResult>(0, 'verify', a, b, '--strict')).toMatchObject({
          as: 'customer databases',
          identical: true,
          differences: [],
        });
        expect(await compared<DiffResult>(0, 'diff', a, b)).toMatchObject({ as: 'customer databases', identical: true, total: 0 });
      }
    },
  );

  it.each(TARGETS.map((to, at) => [['SQLite', 'PostgreSQL'][at], to] as const))(
    'differ in rows that are named by table, key and column: %s',
    async (_, to) => {
      const { differences, identical } = await compared<VerifyResult>(5, 'verify', 'changed.db', to, '--show-values');
      expect(identical).toBe(false);
      expect(differences).toMatchObject([
        { table: 'customers', kind: 'different', key: { id: 2 }, column: 'attributes' },
        { table: 'tags', kind: 'extra', key: { customer_id: 1 }, column: null },
      ]);
      const { differences: lines, tables } = await compared<DiffResult>(5, 'diff', 'changed.db', to, '--tables', 'tags,customers');
      expect(lines).toMatchObject([
        { table: 'customers', kind: 'different', key: { id: 2 }, columns: ['attributes'] },
        { table: 'tags', kind: 'extra', key: { customer_id: 1 }, columns: null },
      ]);
      expect(tables.map(({ name, missing, extra, different }) => [name, missing, extra, different])).toEqual([
        ['customers', 0, 0, 1],
        ['tags', 0, 1, 0],
      ]);
    },
  );

  it('are compared as any other tables on demand, or when other tables are asked for', async () => {
    expect(await compared<VerifyResult>(0, 'verify', 'crm.db', 'crm.db', '--as-tables')).toMatchObject({ as: 'tables', identical: true });
    expect(await compared<VerifyResult>(0, 'verify', 'crm.db', 'crm.db', '--tables', 'schema_migrations')).toMatchObject({ as: 'tables' });
    const said = await runCli(['migrate', 'verify', 'crm.db', 'copy.db'], { cwd });
    expect(said.stdout).toMatch(/^both are customer databases of crm: /);
  });
});
