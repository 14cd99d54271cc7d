import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Connection, Engine } from '../../src/engines/connection.ts';
import { readDownScripts } from '../../src/engines/down-scripts.ts';
import { migrateUp, readMigrations } from '../../src/engines/migrator.ts';
import { type DatabaseSchema, openSchema } from '../../src/repository/database-schema.ts';
import { ROOT } from '../support/cli.ts';
import { dump, inconsistencies } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { makeFirstVersion } from '../support/first-version.ts';
import { schemaText } from '../support/schema-text.ts';
import { tempDir } from '../support/temp-dir.ts';

const NOW = '2026-01-31T10:00:00.000Z';

/** One row of everything that a version holds and the one below it cannot. */
const ROWS: Readonly<Record<number, (connection: Connection) => Promise<void>>> = {
  2: async (connection) => {
    await connection.update('orders', ['customer_id', 'id'], [{ customer_id: 1, id: 1, attributes: '{"colour":"red"}' }]);
    const note = { customer_id: 1, id: 1, kind: 'note', occurred_at: NOW, source_key: 'shop:7', attributes: '{"mood":"good"}' };
    await connection.upsert('interactions', ['customer_id', 'id'], [note]);
  },
  3: async (connection) => {
    await connection.run("INSERT INTO settings (name, value) VALUES ('colour', 'blue')");
    await connection.reserveIds('quality_reports', 1);
    await connection.upsert('quality_reports', ['id'], [{ id: 1, measured_at: NOW, customers: 3, score: 0.5, report: '{}' }]);
  },
  4: async (connection) => {
    const decision = { left_id: 1, right_id: 2, decision: 'distinct', ground: 'review', decided_by: 'tester', decided_at: NOW };
    await connection.upsert('duplicate_decisions', ['left_id', 'right_id'], [decision]);
  },
  5: async (connection) => {
    await connection.upsert('archived_customers', ['id'], [{ id: 9, archived_at: NOW, run_id: 1, kind: 'person' }]);
    await connection.upsert('archived_old_ids', ['old_id'], [{ old_id: 8, customer_id: 9 }]);
  },
  6: async (connection) => {
    await connection.run(
      `INSERT INTO job_runs (job, status, atomic, actor, host, started_at) VALUES ('nightly', 'done', 0, 'me', 'here', '2026-01-31T02:00:00.000Z')`,
    );
  },
};
const LOST: Readonly<Record<number, readonly (readonly [count: number, what: RegExp])[]>> = {
  2: [
    [1, /with the key of the system/],
    [1, /^interactions with custom fields/],
    [1, /^orders with custom fields/],
  ],
  3: [
    [1, /^measurements/],
    [1, /^settings/],
  ],
  4: [[1, /^decisions of people/]],
  5: [[1, /^customers that are in the archive/]],
  6: [[1, /^records of jobs/]],
};

describeEachEngine('schema versions taken back', (target) => {
  const first = async (): Promise<{ url: string; engine: Engine; schema: DatabaseSchema }> => {
    const url = target.freshUrl();
    const engine = await target.open(url);
    await makeFirstVersion(engine);
    const schema = await openSchema(url, { busyTimeoutMs: 500 });
    onTestFinished(() => schema.close());
    return { url, engine, schema };
  };
  const versions = readMigrations({ schemaFolder: target.name } as Engine).map(({ version }) => version);
  const latest = versions.length;

  it('make the schema of each version, and the way up makes the newest again, with the same data', async () => {
    const { engine, schema } = await first();
    const texts = new Map([[1, await schemaText(engine)]]);
    for (const version of versions.slice(1)) {
      expect(await schema.upgrade({ to: version })).toMatchObject({ from: version - 1, to: version });
      texts.set(version, await schemaText(engine));
    }
    const before = await dump(engine, { exact: true });
    for (const version of versions.slice(0, -1).reverse()) {
      expect(await schema.downgrade()).toMatchObject({ from: version + 1, to: version, lost: [] });
      expect(await schemaText(engine)).toEqual(texts.get(version));
    }
    expect(await schema.upgrade()).toMatchObject({ from: 1, to: latest });
    expect(await schemaText(engine)).toEqual(texts.get(latest));
    expect(await dump(engine, { exact: true })).toEqual(before);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it.each(versions.slice(1, -1))('version %i with data of its own is brought to the newest', async (version) => {
    const { engine, schema } = await first();
    await schema.upgrade({ to: version });
    for (let at = 2; at <= version; at++) await engine.transaction((connection) => ROWS[at]?.(connection) ?? Promise.resolve());
    const before = await dump(engine);
    expect(await schema.upgrade()).toMatchObject({ from: version, to: latest });
    const after = await dump(engine);
    for (const table of ['orders', 'interactions', 'products', 'tags', 'external_ids']) expect(after[table]).toEqual(before[table]);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it.each(versions.slice(1))('version %i is not left where something would be lost, unless that is wanted', async (version) => {
    const { engine, schema } = await first();
    await schema.upgrade({ to: version });
    await engine.transaction((connection) => ROWS[version]?.(connection) ?? Promise.resolve());
    const before = await dump(engine, { exact: true }).catch(() => null);
    const lost = LOST[version]?.map(([count, what]) => ({ version, count, what: expect.stringMatching(what) }));
    expect((await schema.planDowngrade()).lost).toEqual(lost);
    await expect(schema.downgrade()).rejects.toMatchObject({ code: 'GUARD_RAIL', exitCode: 6, details: { lost } });
    expect((await schema.status()).current).toBe(version);
    expect(await dump(engine, { exact: true }).catch(() => null)).toEqual(before);
    expect(await schema.downgrade({ mayLose: true })).toMatchObject({ from: version, to: version - 1, lost });
    expect((await schema.status()).current).toBe(version - 1);
    expect((await schema.upgrade()).from).toBe(version - 1);
  });

  it('are refused where there is none', async () => {
    const { schema } = await first();
    await expect(schema.downgrade()).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
    await schema.upgrade();
    for (const to of [0, latest + 1]) await expect(schema.downgrade({ to })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(schema.upgrade({ to: latest + 1 })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(schema.upgrade({ to: 1 })).rejects.toMatchObject({ code: 'USAGE', hint: expect.stringContaining('migrate down --to 1') });
    expect(await schema.downgrade({ to: latest })).toMatchObject({ from: latest, to: latest, steps: [] });
  });

  it('are refused with an edited or a missing script', async () => {
    const engine = await target.open();
    await migrateUp(engine);
    const folder = join(tempDir(), 'schema');
    cpSync(join(ROOT, 'schemas', target.name), folder, { recursive: true });
    const read = (): unknown => readDownScripts(engine, readMigrations(engine).slice(1), folder);
    expect(read()).toHaveLength(latest - 1);
    const file = join(folder, '0003-quality.down.sql');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    expect(read()).toHaveLength(latest - 1);
    writeFileSync(file, `${readFileSync(file, 'utf8')} `);
    expect(read).toThrowError(expect.objectContaining({ code: 'SCHEMA_EDITED', exitCode: 12 }));
    expect(() => readDownScripts(engine, readMigrations(engine).slice(0, 1), folder)).toThrowError(
      expect.objectContaining({ code: 'SCHEMA_EDITED' }),
    );
  });

  it('stop at the version before when they are interrupted', async () => {
    const { schema } = await first();
    await schema.upgrade();
    let scripts = 0;
    const check = async (): Promise<void> => {
      if (++scripts === 2) throw new Error('stop');
    };
    await expect(schema.downgrade({ to: 1, check })).rejects.toThrow('stop');
    expect((await schema.status()).current).toBe(latest - 1);
    expect(await schema.downgrade({ to: 1 })).toMatchObject({ from: latest - 1, to: 1 });
  });

  it('wait for another process that changes the schema', async () => {
    const { engine, schema } = await first();
    const release = await engine.tryLock('migrate');
    await expect(schema.upgrade()).rejects.toMatchObject({ code: 'BUSY', exitCode: 11 });
    const waiting = schema.upgrade();
    await release?.();
    expect((await waiting).steps).toHaveLength(latest - 1);
  });
});
