import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { runCli } from '../support/cli.ts';
import { dump } from '../support/customer-database.ts';
import { postgresUrl } from '../support/postgres.ts';
import { canDump } from '../support/postgres-tools.ts';
import type { RunResult } from '../support/run-program.ts';
import { resultOf } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';

interface Created {
  readonly snapshot: string;
  readonly totalBytes: number;
  readonly addedBytes: number;
  readonly chunks: number;
  readonly addedChunks: number;
  readonly verified: boolean;
}

const databases: string[] = [];
const roles: string[] = [];

/** A database of its own: nobody else's sessions are in it. */
async function freshDatabase(): Promise<string> {
  const name = `crm_test_${randomBytes(6).toString('hex')}`;
  databases.push(name);
  await onServer(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  const url = new URL(postgresUrl as string);
  url.pathname = `/${name}`;
  return url.toString();
}

async function onServer(sql: string, url = postgresUrl as string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

afterAll(async () => {
  for (const name of databases.splice(0)) await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  for (const name of roles.splice(0)) await onServer(`DROP ROLE IF EXISTS ${name}`);
});

/** A database of many people, and a folder for its backups. */
async function filled(): Promise<{ readonly cwd: string; readonly url: string }> {
  const [cwd, url] = [tempDir(), await freshDatabase()];
  const rows = Array.from({ length: 3000 }, (_, n) => `${n},Person ${n} 王,person${n}@example.com,Town ${n % 97},"line\none ""${n}"""`);
  writeFileSync(join(cwd, 'people.csv'), `id,name,email,city,notes\n${rows.join('\n')}\n`);
  expect(await crm(cwd, url, ['import', 'people.csv', '--source', 'shop', '--quiet'])).toMatchObject({ exitCode: 0 });
  return { cwd, url };
}

const crm = (cwd: string, url: string, args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> =>
  runCli(args, { cwd, env: { CRM_DB: url, ...env } });
const create = async (cwd: string, url: string, ...args: readonly string[]): Promise<Created> =>
  resultOf<Created>((await crm(cwd, url, ['backup', 'create', ...args, '--json'])).stdout);

async function everything(url: string): Promise<unknown> {
  const engine = await openEngine(url, { create: false, busyTimeoutMs: 5000 });
  try {
    return await dump(engine, { exact: true });
  } finally {
    await engine.close();
  }
}

async function edit(url: string, city: string): Promise<void> {
  const repository = await openRepository(url, { actor: 'tester' });
  try {
    await repository.edit(1, { values: { city } });
  } finally {
    await repository.close();
  }
}

const scratchDatabases = (): Promise<Record<string, unknown>[]> =>
  onServer("SELECT datname FROM pg_database WHERE datname LIKE 'crm\\_scratch\\_%'");
const schemasOf = async (url: string): Promise<unknown[]> =>
  (await onServer("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)' ORDER BY 1", url)).map(
    ({ nspname }) => nspname,
  );
const withSchema = (url: string, schema: string): string => `${url}?schema=${schema}`;

describe.skipIf(!canDump)('backups of PostgreSQL', () => {
  test('are verified, share what did not change, and come back over the database, beside it and as single customers', {
    timeout: 120_000,
  }, async () => {
    const { cwd, url } = await filled();
    const then = await everything(url);
    const first = await create(cwd, url);
    expect(first).toMatchObject({ verified: true });
    await edit(url, 'Turin');
    const now = await everything(url);
    const second = await create(cwd, url, '--no-verify');
    expect(second.addedBytes).toBeLessThan(first.addedBytes / 4);
    expect(second.addedChunks).toBeLessThan(second.chunks / 4);

    const { snapshots } = resultOf<{ snapshots: { snapshot: string; customers: number; verified: boolean }[] }>(
      (await crm(cwd, url, ['backup', 'list', '--json'])).stdout,
    );
    expect(snapshots.map(({ snapshot, customers, verified }) => [snapshot, customers, verified])).toEqual([
      [first.snapshot, 3000, true],
      [second.snapshot, 3000, false],
    ]);
    expect(await crm(cwd, url, ['backup', 'verify'])).toMatchObject({ exitCode: 0 });
    const drill = resultOf<{ customers: number; hashedTables: number }>(
      (await crm(cwd, url, ['backup', 'drill', first.snapshot, '--json'])).stdout,
    );
    expect(drill.customers).toBe(3000);
    expect(drill.hashedTables).toBeGreaterThan(20);
    expect(await scratchDatabases()).toEqual([]);
    const diff = await crm(cwd, url, ['backup', 'diff', first.snapshot, 'live', '--json']);
    expect(resultOf(diff.stdout)).toMatchObject({
      added: 0,
      removed: 0,
      changed: 1,
      customers: [{ id: 1, kind: 'changed', fields: ['city'] }],
    });

    // Into an empty database, and into a schema of another name.
    const other = await freshDatabase();
    expect(await crm(cwd, url, ['restore', first.snapshot, '--to', other])).toMatchObject({ exitCode: 0 });
    expect(await everything(other)).toEqual(then);
    const beside = withSchema(await freshDatabase(), 'restored');
    expect(await crm(cwd, url, ['restore', '--to', beside])).toMatchObject({ exitCode: 0 });
    expect(await everything(beside)).toEqual(now);
    expect(await everything(url)).toEqual(now);

    // Single customers, as a run; then the whole.
    const single = await crm(cwd, url, ['restore', first.snapshot, '--id', '1', '2', '--json']);
    expect(resultOf(single.stdout)).toMatchObject({ updated: 1, unchanged: 1, conflicts: [] });
    expect(await crm(cwd, url, ['undo', 'last'])).toMatchObject({ exitCode: 0 });
    await edit(url, 'Rome');
    const last = await everything(url);
    expect(await crm(cwd, url, ['restore', first.snapshot])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    const { setAside } = resultOf<{ setAside: string }>((await crm(cwd, url, ['restore', first.snapshot, '--yes', '--json'])).stdout);
    expect(setAside).toMatch(/^public_before_restore_/);
    expect(await everything(url)).toEqual(then);
    expect(await everything(withSchema(url, setAside))).toEqual(last);
    expect(await schemasOf(url)).toEqual(['public', setAside]);
    // The restored one goes on from where it was: the sequences, too.
    expect(await crm(cwd, url, ['add', 'name=Next'])).toMatchObject({ exitCode: 0 });
    expect(await create(cwd, url)).toMatchObject({ verified: true });
  });

  test('come back as they were at a moment, over a schema that is in use by nobody', { timeout: 60_000 }, async () => {
    const cwd = tempDir();
    const url = withSchema(await freshDatabase(), 'sales');
    const repository = await openRepository(url, { create: true, actor: 'tester' });
    await repository.add({ name: 'Ada', city: 'London' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [moment, then] = [new Date().toISOString(), await everything(url)];
    await new Promise((resolve) => setTimeout(resolve, 5));
    await repository.edit(1, { values: { city: 'Turin' } });
    await create(cwd, url, '--no-verify');
    await repository.edit(1, { values: { city: 'Rome' } });
    const now = await everything(url);
    const busy = await crm(cwd, url, ['restore', '--yes'], { CRM_BUSY_TIMEOUT_MS: '50' });
    expect(busy).toMatchObject({ exitCode: 11 });
    await repository.close();
    expect(await everything(url)).toEqual(now);
    expect(await schemasOf(url)).toEqual(['public', 'sales']);
    const restored = resultOf<{ setAside: string }>((await crm(cwd, url, ['restore', '--at', moment, '--yes', '--json'])).stdout);
    expect(restored).toMatchObject({ customers: 1, at: { exact: true, undone: [2] } });
    expect(await withoutVersions(url)).toEqual(versionless(then));
    expect(await everything(url.replace('sales', restored.setAside))).toEqual(now);
    expect(await scratchDatabases()).toEqual([]);
  });

  test('that are damaged are named, and nothing is replaced', { timeout: 60_000 }, async () => {
    const [cwd, url] = [tempDir(), await freshDatabase()];
    const repository = await openRepository(url, { create: true, actor: 'tester' });
    await repository.add({ name: 'Ada', notes: randomBytes(3000).toString('hex') });
    await repository.close();
    const { snapshot } = await create(cwd, url, '--no-verify');
    const packs = readdirSync(join(cwd, 'crm-backups/packs')).map((name) => join(cwd, 'crm-backups/packs', name));
    const largest = packs.sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
    const bytes = readFileSync(largest);
    bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] as number) ^ 1;
    writeFileSync(largest, bytes);
    const before = await everything(url);
    for (const args of [
      ['backup', 'verify'],
      ['backup', 'drill'],
      ['restore', '--yes'],
      ['restore', '--id', '1'],
    ]) {
      expect(await crm(cwd, url, args), args.join(' ')).toMatchObject({ exitCode: 14, stderr: expect.stringContaining(snapshot) });
    }
    expect(await everything(url)).toEqual(before);
    expect(await schemasOf(url)).toEqual(['public']);
    expect(await scratchDatabases()).toEqual([]);
  });

  test('need the programs of PostgreSQL, a right for the trial, and a place that is free', { timeout: 60_000 }, async () => {
    const [cwd, url] = [tempDir(), await freshDatabase()];
    const repository = await openRepository(url, { create: true, actor: 'tester' });
    await repository.add({ name: 'Ada' });
    await repository.close();
    const nowhere = await crm(cwd, url, ['backup'], { PATH: '' });
    expect(nowhere).toMatchObject({
      exitCode: 15,
      stderr: expect.stringMatching(/pg_dump was not found on the PATH(.|\n)*postgresql-client-\d+/),
    });
    // An older program is refused before anything is written.
    const old = tempDir();
    writeFileSync(join(old, 'pg_dump'), '#!/bin/sh\necho "pg_dump (PostgreSQL) 9.6.1"\n', { mode: 0o755 });
    expect(await crm(cwd, url, ['backup'], { PATH: old })).toMatchObject({
      exitCode: 15,
      stderr: expect.stringContaining('older than the server'),
    });

    const [role, password] = [`crm_test_${randomBytes(6).toString('hex')}`, randomBytes(6).toString('hex')];
    roles.push(role);
    await onServer(`CREATE ROLE ${role} LOGIN NOCREATEDB PASSWORD '${password}'`);
    await onServer(
      `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
      url,
    );
    const limited = new URL(url);
    [limited.username, limited.password] = [role, password];
    const refused = await crm(cwd, limited.toString(), ['backup']);
    expect(refused).toMatchObject({ exitCode: 16, stderr: expect.stringContaining('CREATEDB') });
    expect(refused.stderr).not.toContain(password);
    expect(await crm(cwd, limited.toString(), ['backup', '--no-verify'])).toMatchObject({ exitCode: 0 });

    expect(await crm(cwd, url, ['restore', '--to', 'file.db'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('PostgreSQL'),
    });
    expect(readdirSync(cwd)).toEqual(['crm-backups']);
    await onServer(`DROP OWNED BY ${role}`, url);
  });
});

/** Undoing counts versions up: what they say is compared without them. */
function versionless(tables: unknown): unknown {
  return JSON.parse(JSON.stringify(tables), (name, value) => (['version', 'updated_at'].includes(name) ? undefined : value));
}

async function withoutVersions(url: string): Promise<unknown> {
  return versionless(await everything(url));
}
