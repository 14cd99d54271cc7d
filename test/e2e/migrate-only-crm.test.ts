import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import copySchema from '../../schemas/results/migrate-copy.schema.json' with { type: 'json' };
import { runCli } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { resultOf } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

describe('crm migrate copy --only-crm', { timeout: 60_000 }, () => {
  const KEY = { CRM_KEY: 'correct horse' };
  const filled = async (env: Record<string, string> = {}): Promise<string> => {
    const cwd = tempDir();
    const people = 'id,name,city\n1,Max Müller,Berlin\n2,王小明,上海\n';
    expect(await runCli(['import', '-', '--source', 'shop'], { cwd, env, input: people })).toMatchObject({ exitCode: 0 });
    expect(await runCli(['edit', '1', 'city=Rome'], { cwd, env })).toMatchObject({ exitCode: 0 });
    return cwd;
  };

  it.skipIf(!postgresAvailable)('brings a database to PostgreSQL and back: found, shown, undone there as here', async () => {
    const cwd = await filled();
    const there = freshSchemaUrl();
    const copy = await runCli(['migrate', 'copy', 'crm.db', there, '--only-crm', '--json'], { cwd });
    expect(copy).toMatchObject({ exitCode: 0, stderr: '' });
    expect(schemaErrors(copySchema, resultOf(copy.stdout))).toEqual([]);
    expect(resultOf<{ tables: unknown[] }>(copy.stdout).tables).toContainEqual({
      ...{ name: 'customers', read: 2, written: 2, rejected: 0, verified: true },
    });
    const back = await runCli(['migrate', 'copy', there, 'back.db', '--only-crm'], { cwd });
    expect(back).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/ customers .* identical[\s\S]*: verified\n$/) });
    for (const command of [
      ['query', '--search', 'muller'],
      ['query', '--search', '小明'],
      ['show', '1'],
      ['history'],
      ['undo', 'last'],
      ['show', '1'],
    ]) {
      const said = [];
      for (const db of ['crm.db', there, 'back.db']) {
        const { exitCode, stdout } = await runCli([...command, '--json', '--db', db], { cwd });
        said.push({ exitCode, result: JSON.parse(stdout.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')) as unknown });
      }
      expect(said[0]).toMatchObject({ exitCode: 0 });
      expect(said[1]).toEqual(said[0]);
      expect(said[2]).toEqual(said[0]);
    }
  });

  it('keeps an encrypted database encrypted', async () => {
    const cwd = await filled(KEY);
    expect(await runCli(['migrate', 'copy', 'crm.db', 'copy.db', '--only-crm'], { cwd, env: KEY })).toMatchObject({ exitCode: 0 });
    expect(await runCli(['query', '--count', '--db', 'copy.db'], { cwd })).toMatchObject({ exitCode: 16 });
    expect(await runCli(['query', '--count', '--db', 'copy.db'], { cwd, env: KEY })).toMatchObject({ exitCode: 0, stdout: '2\n' });
  });

  it('refuses a target that holds something, and options for other tables', async () => {
    const cwd = await filled();
    for (const more of [[], ['--tables', 'customers'], ['--mode', 'append'], ['--no-verify']]) {
      const { exitCode, stderr } = await runCli(['migrate', 'copy', 'crm.db', join('.', 'crm.db'), '--only-crm', ...more], { cwd });
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(/holds tables already|cannot be used with/) });
    }
  });
});
