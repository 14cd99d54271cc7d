import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { runCli } from '../support/cli.ts';
import { expectFailure, type Failure, type FailureSetUp, MARKER } from '../support/failing-program.ts';
import { randomNumbers } from '../support/people-file.ts';
import { freshSchemaUrl, passwordCheckingUrl, postgresAvailable, postgresUrl } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROWS = 600;
const PEOPLE = `id,name,email,city,Colour\n${Array.from({ length: ROWS }, (_, i) => `${i},${MARKER} ${i},p${i}@x.org,City ${i % 9},red\n`).join('')}`;
const READERS = [['query'], ['query', '--count'], ['show', '1'], ['history'], ['export', 'out.csv']];
const WRITERS = [
  ['undo', '1'],
  ['edit', '1', 'city=Rome'],
  ['delete', '1', '--yes'],
];

/** A good database to be spoilt: one import, all of it in the main file. */
let sample = '';

beforeAll(async () => {
  sample = join(tempDir(), 'crm.db');
  const folder = tempDir();
  writeFileSync(join(folder, 'people.csv'), PEOPLE);
  const made = await runCli(['import', 'people.csv', '--source', 'shop', '--db', sample], { cwd: folder });
  expect(made.exitCode).toBe(0);
});

const failure = (exit: number, code: string, says: RegExp, hints?: RegExp): Failure => ({
  exit,
  code,
  says,
  ...(hints === undefined ? {} : { hints }),
});
const people = (folder: string): void => writeFileSync(join(folder, 'people.csv'), PEOPLE);

function spoilt(spoil: (path: string) => void | Promise<void>): Pick<FailureSetUp, 'prepare'> {
  return {
    prepare: async (folder) => {
      people(folder);
      copyFileSync(sample, join(folder, 'crm.db'));
      await spoil(join(folder, 'crm.db'));
    },
  };
}

async function withSql(path: string, sql: string): Promise<void> {
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 1000 });
  await engine.transaction((connection) => connection.script(sql));
  await engine.close();
}

describe('no database', () => {
  it.each([...READERS, ...WRITERS].map((args) => [args.join(' '), args] as const))('crm %s', async (_, args) => {
    await expectFailure(args, failure(10, 'NO_DATABASE', /no database at \.\/crm\.db/, /crm init/));
  });

  it('an empty file', async () => {
    await expectFailure(['query'], failure(10, 'NO_DATABASE', /no database/), {
      prepare: (folder) => writeFileSync(join(folder, 'crm.db'), ''),
    });
  });
});

describe('something else than a database', () => {
  it.each([
    ['a folder', (path: string) => mkdirSync(path), /crm\.db is a folder/, /crm\.db\/crm\.db/],
    ['a text file', (path: string) => writeFileSync(path, `${MARKER} is no database. `.repeat(100)), /not a crm database/, /--db/],
    ['a short text file', (path: string) => writeFileSync(path, MARKER), /not a crm database/, /--db/],
  ])('%s', async (_, make, says, hints) => {
    const setUp = {
      prepare: (folder: string) => {
        people(folder);
        make(join(folder, 'crm.db'));
      },
    };
    for (const args of [['query'], ['import', 'people.csv']])
      await expectFailure(args, failure(10, 'NOT_OUR_DATABASE', says, hints), setUp);
  });

  it('a SQLite database of another program', async () => {
    const foreign = spoilt(async (path) => {
      rmSync(path);
      const engine = await openEngine(path, { create: true, busyTimeoutMs: 1000 });
      await engine.transaction((connection) =>
        connection.script(`CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('${MARKER}')`),
      );
      await engine.close();
      const bytes = readFileSync(path);
      bytes.fill(0, 68, 72); // the application id
      writeFileSync(path, bytes);
    });
    for (const args of [['query'], ['import', 'people.csv'], ['init', '--yes']]) {
      await expectFailure(args, failure(10, 'NOT_OUR_DATABASE', /SQLite database, but not one of crm/, /--db/), foreign);
    }
  });
});

describe('a schema that does not fit', () => {
  const record =
    "INSERT INTO schema_migrations SELECT version + 1, 'next', sha256, applied_at, 1 FROM schema_migrations ORDER BY version DESC LIMIT 1";

  it.each([
    ['newer', 'SCHEMA_NEWER', record, /newer than this program/, /newer crm/],
    ['edited', 'SCHEMA_EDITED', `UPDATE schema_migrations SET sha256 = '${'0'.repeat(64)}'`, /not the one this program has/, /restore/],
    ['without a record', 'INTEGRITY', 'DELETE FROM schema_migrations', /record of schema versions .* damaged/, /restore/],
  ])('%s', async (_, code, sql, says, hints) => {
    for (const args of [['query'], ['import', 'people.csv'], ['undo', '1']]) {
      await expectFailure(
        args,
        failure(code === 'INTEGRITY' ? 14 : 12, code, says, hints),
        spoilt((path) => withSql(path, sql)),
      );
    }
  });
});

describe('a damaged database', () => {
  it('cut in half', async () => {
    for (const args of [['query'], ['import', 'people.csv'], ['undo', '1'], ['export', 'out.csv']]) {
      await expectFailure(
        args,
        failure(14, 'INTEGRITY', /crm\.db is damaged/, /restore a backup/),
        spoilt((path) => truncateSync(path, 100_000)),
      );
    }
  });

  it('with bytes changed in the middle: the answer is whole, or exit 14 says why not', { timeout: 120_000 }, async () => {
    const seed = Number(process.env.CRM_FAULT_SEED ?? 7);
    const random = randomNumbers(seed);
    const whole = readFileSync(sample);
    const commands = [
      ['query', '--count'],
      ['query', '--search', 'marker', '--json'],
      ['query', 'Colour = red', '--count'],
      ['show', '7', '--json'],
      ['export', 'out.csv'],
      ['history'],
      ['undo', '1'],
      ['import', 'people.csv', '--source', 'shop'],
    ];
    for (let round = 0; round < Number(process.env.CRM_FAULT_ROUNDS ?? 24); round++) {
      const cwd = tempDir();
      people(cwd);
      const bytes = Buffer.from(whole);
      const length = 1 + random(40);
      const at = 4096 + random(bytes.length - 4096 - length);
      for (let i = 0; i < length; i++) bytes[at + i] = random(256);
      writeFileSync(join(cwd, 'crm.db'), bytes);
      const args = commands[round % commands.length] as string[];
      const result = await runCli(args, { cwd });
      const where = `seed ${seed}, ${length} bytes at ${at}, crm ${args.join(' ')}: ${result.stderr}`;
      expect([0, 14], where).toContain(result.exitCode);
      expect(result.stderr, where).not.toMatch(/^\s+at |\.js:\d+/m);
      if (result.exitCode === 14)
        expect(result.stderr, where).toMatch(args.includes('--json') ? /^\{"ok":false,.*"hint":/ : /^error: .*\nhint: /);
      expect(result.stderr, where).not.toContain(MARKER);
    }
  });
});

describe('a place that cannot be written', () => {
  const locked = (mode: number): Pick<FailureSetUp, 'prepare' | 'asNobody'> => ({
    asNobody: true,
    prepare: (folder) => {
      people(folder);
      mkdirSync(join(folder, 'sub'));
      copyFileSync(sample, join(folder, 'sub', 'crm.db'));
      chmodSync(join(folder, 'sub', 'crm.db'), 0o444);
      chmodSync(join(folder, 'sub'), mode);
      chmodSync(folder, 0o755);
    },
  });

  it('a new database in a folder without permission', async () => {
    await expectFailure(
      ['import', 'people.csv', '--db', 'sub/new.db'],
      failure(15, 'ENGINE', /sub\/new\.db cannot be opened/, /folder/),
      locked(0o555),
    );
  });

  it('a new database in a folder that does not exist', async () => {
    await expectFailure(['import', 'people.csv', '--db', 'no/new.db'], failure(15, 'ENGINE', /folder of no\/new\.db does not exist/), {
      prepare: people,
    });
  });

  it('a file as a folder', async () => {
    for (const args of [
      ['import', 'people.csv', '--db', 'people.csv/new.db'],
      ['query', '--db', 'people.csv/new.db'],
      ['init', '--yes', '--db', 'people.csv/new.db'],
      ['maintain', '--salvage', 'people.csv/new.db', '--db', 'people.csv'],
    ])
      await expectFailure(args, failure(15, 'ENGINE', /the folder of people\.csv\/new\.db is a file/), { prepare: people });
  });

  it('a database that may only be read', async () => {
    for (const args of [
      ['import', 'people.csv'],
      ['undo', '1'],
    ]) {
      await expectFailure([...args, '--db', 'sub/crm.db'], failure(16, 'PERMISSION', /cannot be written/, /permissions/), locked(0o555));
    }
  });
});

const strictUrl = await passwordCheckingUrl();

describe('a server that cannot be used', () => {
  const secret = 'hunter2-secret';

  it('that is not there', async () => {
    for (const args of [['query'], ['import', 'people.csv'], ['init', '--yes']]) {
      await expectFailure(
        [...args, '--db', `postgres://crm:${secret}@127.0.0.1:1/crm`],
        failure(15, 'CONNECTION', /postgres:\/\/crm:\*\*\*@127\.0\.0\.1:1\/crm cannot be reached/, /server running/),
        { prepare: people },
      );
    }
  });

  it('whose name is unknown', async () => {
    await expectFailure(['query', '--db', 'postgres://nowhere.invalid/crm'], failure(15, 'CONNECTION', /cannot be reached/, /host/));
  });

  it('that takes the connection and never answers', { timeout: 60_000 }, async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    try {
      await expectFailure(
        ['query', '--db', `postgres://127.0.0.1:${port}/crm`],
        failure(15, 'CONNECTION', /cannot be reached: no answer/, /host/),
      );
    } finally {
      silent.close();
    }
  });

  describe.skipIf(!postgresAvailable)('of PostgreSQL', () => {
    const changed = (from: string | null, change: (url: URL) => void): string => {
      const url = new URL(from as string);
      change(url);
      return url.toString();
    };

    it.skipIf(strictUrl === null)('with a wrong password', async () => {
      const url = changed(strictUrl, (to) => {
        to.password = secret;
      });
      await expectFailure(['query', '--db', url], failure(15, 'LOGIN', /refused the login/, /password/));
      expect((await runCli(['query', '--db', url, '--debug'], { cwd: tempDir() })).stderr).not.toContain(secret);
    });

    it.skipIf(strictUrl === null)('with a wrong user', async () => {
      const url = changed(strictUrl, (to) => {
        to.username = 'nobody_at_all';
      });
      await expectFailure(['query', '--db', url], failure(15, 'LOGIN', /refused the login/, /user/));
    });

    it('without that database', async () => {
      const url = changed(postgresUrl, (to) => {
        to.pathname = '/no_such_database';
      });
      await expectFailure(['query', '--db', url], failure(10, 'NO_DATABASE', /has no such database/, /createdb/));
    });

    it('without our tables', async () => {
      await expectFailure(['query', '--db', freshSchemaUrl()], failure(10, 'NO_DATABASE', /holds no crm tables/, /crm init/));
    });

    it('with a newer schema', async () => {
      const url = freshSchemaUrl();
      await (await openRepository(url, { create: true })).close();
      await withSql(
        url,
        "INSERT INTO schema_migrations SELECT version + 1, 'next', sha256, applied_at, 1 FROM schema_migrations ORDER BY version DESC LIMIT 1",
      );
      await expectFailure(['query', '--db', url], failure(12, 'SCHEMA_NEWER', /newer than this program/));
    });
  });
});
