import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine, rekeyDatabase } from '../../src/engines/index.ts';
import type { CrmError } from '../../src/errors.ts';
import { ROOT, runCli } from '../support/cli.ts';
import { peopleCsv, randomNumbers } from '../support/people-file.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROUNDS = Number(process.env.CRM_FAULT_ROUNDS ?? 12);
const SEED = Number(process.env.CRM_FAULT_SEED ?? Date.now() % 1_000_000);
const random = randomNumbers(SEED);
const OLD = 'the old key';
const NEW = 'the new key';
const ROWS = 3000;
/** How many customers they make. */
let people = 0;

/** Changes the key of argv[1] from argv[2] to argv[3], where an empty one means none. It says when it begins. */
const REKEY = `
import { rekeyDatabase } from ${JSON.stringify(pathToFileURL(join(ROOT, 'dist/engines/index.js')).href)};
const [path, oldKey, newKey] = process.argv.slice(1);
const key = (text) => (text === '' ? null : Buffer.from(text));
process.stdout.write('begin');
await rekeyDatabase(path, { oldKey: key(oldKey), newKey: key(newKey), busyTimeoutMs: 0 });
`;

/** Starts it and kills it after some milliseconds. @returns whether it was quicker */
function rekeyKilled(path: string, keys: readonly [string, string], afterMs: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', REKEY, path, ...keys], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
    child.once('error', reject);
    child.once('close', (code) => resolve(code === 0));
  });
}

/** What is wrong with the file under this key; null when all is there, the code of the error when it does not open. */
async function stateUnder(path: string, key: string): Promise<string | null> {
  try {
    const engine = await openEngine(path, { create: false, busyTimeoutMs: 0, ...(key === '' ? {} : { key: Buffer.from(key) }) });
    try {
      const [integrity] = await engine.all('PRAGMA integrity_check');
      const [customers] = await engine.all('SELECT count(*) AS n FROM customers');
      return integrity?.integrity_check === 'ok' && customers?.n === people ? null : 'damaged';
    } finally {
      await engine.close();
    }
  } catch (error) {
    return (error as CrmError).code;
  }
}

describe(`a new key, killed at any moment (CRM_FAULT_SEED=${SEED})`, () => {
  const sources: Record<string, string> = {};

  beforeAll(async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'people.csv'), peopleCsv(ROWS));
    for (const key of ['', OLD]) {
      const path = join(folder, `crm${key.length}.db`);
      const env = key === '' ? {} : { CRM_KEY: key };
      const { stdout } = await runCli(['import', 'people.csv', '--db', path, '--json'], { cwd: folder, env });
      people = (JSON.parse(stdout) as { result: { created: number } }).result.created;
      expect(people).toBeGreaterThan(ROWS / 2);
      sources[key] = path;
    }
  }, 60_000);

  it.each<[string, string]>([
    [OLD, NEW],
    ['', NEW],
    [OLD, ''],
  ])('from “%s” to “%s”: the old file or the new one, whole; done again, it is done', { timeout: 120_000 }, async (oldKey, newKey) => {
    let killed = 0;
    for (let round = 0; round < Math.ceil(ROUNDS / 3); round++) {
      const folder = tempDir();
      const path = join(folder, 'crm.db');
      copyFileSync(sources[oldKey] as string, path);
      const isDone = await rekeyKilled(path, [oldKey, newKey], random(900));
      if (!isDone) killed++;
      const states = [await stateUnder(path, oldKey), await stateUnder(path, newKey)];
      const isNew = states[1] === null && (newKey === '' || states[0] !== null);
      expect(isNew || states[0] === null, `round ${round}: ${states.join(', ')}`).toBe(true);
      if (isDone) expect(states[1]).toBe(null);
      await rekeyDatabase(path, { oldKey: bytes(isNew ? newKey : oldKey), newKey: bytes(newKey), busyTimeoutMs: 0 });
      expect(await stateUnder(path, newKey)).toBe(null);
      expect(readdirSync(folder)).toEqual(['crm.db']);
    }
    expect(killed).toBeGreaterThan(0);
  });
});

it('the file changes under its writers: no customer is lost', { timeout: 120_000 }, async () => {
  const folder = tempDir();
  const path = join(folder, 'crm.db');
  const env = { CRM_BUSY_TIMEOUT_MS: '60000' };
  await runCli(['init'], { cwd: folder, env });
  let writing = 2;
  const writer = async (name: string): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      const { exitCode, stderr } = await runCli(['add', '--quiet', `name=${name} ${i}`], { cwd: folder, env, timeoutMs: 60_000 });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    }
    writing--;
  };
  let rekeyed = 0;
  const changer = async (): Promise<void> => {
    while (writing > 0) {
      // No key before and none after: every time it is another file, as fast as can be.
      await rekeyDatabase(path, { oldKey: null, newKey: null, busyTimeoutMs: 60_000 });
      rekeyed++;
      await sleep(100);
    }
  };
  await Promise.all([changer(), writer('Ann'), writer('Bob')]);
  expect(rekeyed).toBeGreaterThan(1);
  expect(await runCli(['query', '--count'], { cwd: folder, env })).toMatchObject({ exitCode: 0, stdout: '6\n' });
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 0 });
  expect(await engine.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  await engine.close();
});

function bytes(key: string): Buffer | null {
  return key === '' ? null : Buffer.from(key);
}
