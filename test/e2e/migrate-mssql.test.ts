import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { makeShop } from '../support/foreign-shops.ts';
import { dumpSqlite, makeHostile } from '../support/hostile-tables.ts';
import { startTdsServer } from '../support/mssql.ts';
import type { RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ServerError } from '../support/tsql-session.ts';

/** `crm migrate …` with what it printed, in which no password may stand. */
async function migrate(cwd: string, ...args: readonly string[]): Promise<RunResult> {
  const run = await runCli(['migrate', ...args], { cwd, timeoutMs: 90_000 });
  const password = /crm:(\w+)@/.exec(args.join(' '))?.[1];
  if (password !== undefined) expect(run.stdout + run.stderr).not.toContain(password);
  return run;
}

describe('crm migrate with SQL Server', { timeout: 180_000 }, () => {
  it('copies there and back, and finds both sides the same', async () => {
    const cwd = tempDir();
    makeHostile(join(cwd, 'from.db'), { rows: 300 });
    const url = (await startTdsServer()).freshUrl();
    const there = await migrate(cwd, 'copy', 'from.db', url, '--batch', '70', '--json');
    expect([there.exitCode, there.stderr]).toEqual([0, '']);
    const { result } = JSON.parse(there.stdout);
    expect(
      result.tables.every((one: { verified: boolean; read: number; written: number }) => one.verified && one.read === one.written),
    ).toBe(true);
    const back = await migrate(cwd, 'copy', url, 'back.db', '--json');
    expect([back.exitCode, back.stderr]).toEqual([0, '']);
    // Texts of a key have a length now; no cell differs, and no row is missing.
    const verified = await migrate(cwd, 'verify', 'from.db', 'back.db');
    expect(verified.stdout).not.toMatch(/^(different|missing|extra|key)/m);
    expect(verified.stdout).toMatch(/^schema composite\.a: type text\(255\) instead of text$/m);
    expect((await migrate(cwd, 'verify', 'from.db', url)).exitCode).toBe(0);
    const composite = (path: string): unknown => dumpSqlite(join(cwd, path)).composite?.filter((line) => line.startsWith('text'));
    expect(composite('back.db')).toEqual(composite('from.db'));
  });

  it('goes on where it was broken off, and isolates rows that are refused', async () => {
    const cwd = tempDir();
    makeHostile(join(cwd, 'from.db'), { rows: 300 });
    let parts = 0;
    const server = await startTdsServer({
      disturb: (sql) => (sql.startsWith('INSERT INTO [dbo].[_crm_copy]') && ++parts === 12 ? 'hang up' : null),
    });
    const url = server.freshUrl();
    expect((await migrate(cwd, 'copy', 'from.db', url, '--batch', '50')).exitCode).toBe(15);
    expect((await migrate(cwd, 'copy', 'from.db', url, '--batch', '50')).exitCode).toBe(2);
    const resumed = await migrate(cwd, 'copy', 'from.db', url, '--batch', '50', '--resume');
    expect(resumed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/verified\n$/) });
    expect((await migrate(cwd, 'verify', 'from.db', url)).exitCode).toBe(0);
    // The same rows again are there already: each one is rejected by itself, and the new one gets in.
    copyFileSync(join(cwd, 'from.db'), join(cwd, 'more.db'));
    const again = await migrate(cwd, 'copy', 'more.db', url, '--mode', 'append', '--tables', 'dept', '--no-verify', '--json');
    expect(again.exitCode).toBe(3);
    expect(JSON.parse(again.stdout).result.tables).toMatchObject([{ name: 'dept', written: 0, rejected: 10 }]);
    expect(server.unknown).toEqual([]);
  });

  it('tells of logins that are refused, and of what the user may not do', async () => {
    const cwd = tempDir();
    makeHostile(join(cwd, 'from.db'), { rows: 5 });
    const server = await startTdsServer({
      disturb: (sql) => (sql.startsWith('CREATE TABLE') ? new ServerError(262, "CREATE TABLE permission denied in database 'x'.") : null),
    });
    const url = server.freshUrl();
    const wrong = await migrate(cwd, 'copy', url.replace(/:\w+@/, ':wr0ng@'), 'to.db');
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      15,
      expect.stringMatching(/^error: mssql:.* refused the login\nhint: check user and password in the URL\n$/),
    ]);
    const denied = await migrate(cwd, 'copy', 'from.db', url);
    expect([denied.exitCode, denied.stderr]).toEqual([16, expect.stringMatching(/did not permit this\nhint: /)]);
    const refused = await migrate(cwd, 'copy', 'mssql://crm:secret@127.0.0.1:1/x', 'to.db');
    expect([refused.exitCode, refused.stderr]).toEqual([15, expect.stringMatching(/connection refused\nhint: is the server running/)]);
  });

  it('refuses a table of a type that no other place knows before anything is written', async () => {
    const cwd = tempDir();
    const server = await startTdsServer();
    const url = server.freshUrl();
    const key = '[id] int NOT NULL, PRIMARY KEY ([id])';
    server.run(
      url,
      `CREATE TABLE [dbo].[a] (${key})`,
      'INSERT INTO [dbo].[a] ([id]) VALUES (1)',
      `CREATE TABLE [dbo].[b] ([g] geometry NULL, ${key})`,
    );
    const run = await migrate(cwd, 'copy', url, 'to.db');
    expect([run.exitCode, run.stderr]).toEqual([
      2,
      expect.stringMatching(/^error: b\.g is of the type geometry, which is not copied\nhint: name the other tables/),
    ]);
    expect((await migrate(cwd, 'copy', url, 'to.db', '--tables', 'a')).exitCode).toBe(0); // nothing of the first is in the way
  });

  it('is mapped like any other place', async () => {
    const cwd = tempDir();
    makeShop(join(cwd, 'shop.db'));
    const url = (await startTdsServer()).freshUrl();
    expect((await migrate(cwd, 'copy', 'shop.db', url)).exitCode).toBe(0);
    const mapped = await migrate(cwd, 'map', url, '--currency', 'GBP');
    expect([mapped.exitCode, mapped.stderr]).toEqual([0, expect.anything()]);
    expect(
      mapped.stdout +
        readdirSync(cwd)
          .filter((name) => name.endsWith('.yaml'))
          .map((name) => readFileSync(join(cwd, name), 'utf8'))
          .join(''),
    ).toContain('Customer');
  });

  it('says how to get its driver where that is not installed', async () => {
    const hook =
      "export function resolve(name, context, next) { if (name === 'tedious') throw new Error('absent'); return next(name, context); }";
    const program = `import { register } from 'node:module'; register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
    const run = await runCli(['migrate', 'copy', 'mssql://crm@127.0.0.1:1/x', 'to.db'], { cwd: tempDir(), env });
    expect([run.exitCode, run.stderr]).toEqual([15, 'error: the driver tedious is not installed\nhint: npm install tedious\n']);
  });
});
