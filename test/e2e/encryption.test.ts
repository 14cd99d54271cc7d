import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runCli, runCliTty } from '../support/cli.ts';
import type { RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';

const KEY = "it's a “key”";
const ENCRYPTED = { CRM_KEY: KEY };
/** Enough for the threads that read and index. */
const ROWS = 27_000;
/** Stands in every row: wherever it is found outside of the source, something was written in clear. */
const MARK = 'Zaphodbeeblebrox';

const PEOPLE = `id,name,email,city
1,Ada Lovelace,ada@example.com,London
2,Ada Lovelace,ada.lovelace@example.com,London
3,Olu Adeyemi,olu@example.com,Lagos
`;

/** A folder with an encrypted database of three people. */
async function people(): Promise<string> {
  const cwd = tempDir();
  writeFileSync(join(cwd, 'people.csv'), PEOPLE);
  expect(await runCli(['init', '--encrypt'], { cwd, env: ENCRYPTED })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await runCli(['import', 'people.csv', '--quiet'], { cwd, env: ENCRYPTED })).toMatchObject({ exitCode: 0, stderr: '' });
  return cwd;
}

describe('an encrypted database', () => {
  it('is what every command works on', { timeout: 60_000 }, async () => {
    const cwd = await people();
    const crm = (...args: string[]): Promise<RunResult> => runCli(args, { cwd, env: ENCRYPTED });
    const expected: [string[], RegExp][] = [
      [['query', '--search', 'lovelace', '--count'], /^2\n$/],
      [['query', '--sql', 'SELECT count(*) AS n FROM customers'], /3/],
      [['show', 'olu@example.com'], /Lagos/],
      [['edit', 'olu@example.com', 'city=Abuja'], /run 2/],
      [['undo', '2'], /1/],
      [['query', 'city = Lagos', '--count'], /^1\n$/],
      [['dedupe', 'find'], /./],
      [['quality'], /./],
      [['export', '-'], /Ada Lovelace/],
      [['normalize'], /./],
      [['migrate', 'status'], /./],
      [['history'], /import/],
      [['import', 'people.csv'], /3/],
    ];
    for (const [args, stdout] of expected) {
      const result = await crm(...args);
      expect(result, args.join(' ')).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(stdout) });
    }
    expect(readFileSync(join(cwd, 'crm.db')).includes('Lovelace')).toBe(false);
  });

  it('does not open without its key, and says so with exit 16', async () => {
    const cwd = await people();
    const without = await runCli(['query'], { cwd });
    expect(without).toMatchObject({ exitCode: 16, stdout: '' });
    expect(without.stderr).toMatch(/^error: .*encrypted, or damaged.*\nhint: .*CRM_KEY_FILE/);
    const wrong = await runCli(['query', '--json'], { cwd, env: { CRM_KEY: 'another' } });
    expect(wrong.exitCode).toBe(16);
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: 'WRONG_KEY', exitCode: 16 } });
    expect(wrong.stderr).not.toContain('another');
    for (const args of [['import', 'people.csv'], ['migrate', 'status'], ['init']]) expect((await runCli(args, { cwd })).exitCode).toBe(16);
  });

  it('takes its key from a file, without one line end', async () => {
    const cwd = await people();
    for (const end of ['', '\n', '\r\n']) {
      writeFileSync(join(cwd, 'key'), `${KEY}${end}`);
      const env = { CRM_KEY_FILE: 'key', CRM_KEY: 'the file goes first' };
      expect(await runCli(['query', '--count'], { cwd, env })).toMatchObject({ exitCode: 0, stdout: '3\n' });
    }
    writeFileSync(join(cwd, 'key'), `${KEY}\n\n`);
    expect((await runCli(['query', '--count'], { cwd, env: { CRM_KEY_FILE: 'key' } })).exitCode).toBe(16);
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ['a key file that is missing', { CRM_KEY_FILE: 'none' }, 16, /key file none cannot be read \(ENOENT\)/],
    ['a key file that is a folder', { CRM_KEY_FILE: '.' }, 16, /EISDIR/],
    ['a key file without end', { CRM_KEY_FILE: '/dev/zero' }, 2, /more than 64 KiB/],
    ['an empty key file', { CRM_KEY_FILE: '/dev/null' }, 2, /set, but empty/],
    ['an empty key', { CRM_KEY: '' }, 2, /CRM_KEY is set, but empty/],
  ])('%s never means “without encryption”', async (_name, env, exitCode, says) => {
    const cwd = tempDir();
    const result = await runCli(['init'], { cwd, env });
    expect(result).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(says) });
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('crm init and encryption', () => {
  it('says that it is encrypted; a second time it does no harm', async () => {
    const cwd = tempDir();
    expect((await runCli(['init', '--encrypt'], { cwd, env: ENCRYPTED })).stdout).toContain('made ./crm.db (SQLite, encrypted)');
    const again = await runCli(['init', '--encrypt', '--json'], { cwd, env: ENCRYPTED });
    expect(JSON.parse(again.stdout)).toMatchObject({ result: { created: false, encrypted: true } });
  });

  it.each<[string, string[], number, RegExp]>([
    ['nobody can be asked', ['init', '--encrypt'], 16, /key .* is needed[\s\S]*CRM_KEY_FILE/],
    ['PostgreSQL', ['init', '--encrypt', '--db', 'postgres://nobody@localhost:1/crm'], 2, /--encrypt is for SQLite/],
  ])('--encrypt is refused: %s', async (_name, args, exitCode, says) => {
    const cwd = tempDir();
    expect(await runCli(args, { cwd })).toMatchObject({ exitCode, stderr: expect.stringMatching(says) });
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('does not call a plain database encrypted; a key at hand is no hindrance for it', async () => {
    const cwd = tempDir();
    await runCli(['init'], { cwd });
    const refused = await runCli(['init', '--encrypt'], { cwd, env: ENCRYPTED });
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/not encrypted\nhint: .*crm maintain --rekey/) });
    expect(await runCli(['query', '--count'], { cwd, env: ENCRYPTED })).toMatchObject({ exitCode: 0, stdout: '0\n', stderr: '' });
    expect((await runCli(['query', '--count', '-v'], { cwd, env: ENCRYPTED })).stderr).toContain('not encrypted: the key is not used');
  });

  it('an import that makes the database makes it encrypted when a key is given', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'people.csv'), PEOPLE);
    await runCli(['import', 'people.csv', '--quiet'], { cwd, env: ENCRYPTED });
    expect(readFileSync(join(cwd, 'crm.db')).includes('Lovelace')).toBe(false);
    expect((await runCli(['query'], { cwd })).exitCode).toBe(16);
  });
});

describe.skipIf(!terminalAvailable)('on a terminal', () => {
  it('the key is asked for, twice for a new database, and does not show', { timeout: 60_000 }, async () => {
    const cwd = tempDir();
    const made = await runCliTty(['init', '--encrypt', '--yes'], {
      cwd,
      dialogue: [
        { when: /New key of the database:/, type: 'correct horse\r' },
        { when: /The same again:/, type: 'correct house\r' },
        { when: /not the same[\s\S]*New key of the database:/, type: 'correct horse\r' },
        { when: /The same again:/, type: 'correct horse\r' },
      ],
    });
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.output).not.toContain('correct');
    const counted = await runCliTty(['query', '--count'], {
      cwd,
      dialogue: [
        { when: /Key of the database:/, type: 'wrong\r' },
        { when: /not its key[\s\S]*Key of the database:/, type: 'correct horse\r' },
      ],
    });
    expect(counted.exitCode).toBe(0);
    expect((await runCliTty(['query', '--no-input'], { cwd })).exitCode).toBe(16);
  });
});

describe('what an import into an encrypted database leaves on the disk', () => {
  const note = 'nothing to be said about this one so far '.repeat(3);
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},${MARK} ${i},p${i}@${MARK}.example,${MARK},${note}\n`);
  const csv = `id,name,email,city,notes\n${rows.join('')}`;

  it.each<[string, string[], string, Buffer | undefined]>([
    ['a plain file', ['people.csv'], csv, undefined],
    ['a packed one, from standard input', ['-'], '', gzipSync(csv)],
  ])('%s: no value in clear, while it runs and afterwards', { timeout: 120_000 }, async (_name, args, text, input) => {
    const [source, cwd, temporary] = [tempDir(), tempDir(), tempDir()];
    writeFileSync(join(source, 'people.csv'), text);
    const paths = args.map((name) => (name === '-' ? name : join(source, name)));
    const seen = new Set<string>();
    const clear = new Set<string>();
    const look = (): void => {
      for (const folder of [cwd, temporary]) {
        for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
          scan(path, seen, clear);
      }
    };
    const timer = setInterval(look, 40);
    const env = { ...ENCRYPTED, TMPDIR: temporary, SQLITE_TMPDIR: temporary };
    const result = await runCli(['import', ...paths, '--quiet'], {
      cwd,
      env,
      timeoutMs: 90_000,
      ...(input === undefined ? {} : { input }),
    });
    clearInterval(timer);
    look();
    expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect([...clear]).toEqual([]);
    // It has looked at what it is about: the log, and the side file of the words, or the copy of the input.
    expect([...seen].join('\n')).toMatch(/crm\.db-wal/);
    expect([...seen].join('\n')).toMatch(input === undefined ? /words\.(db|spool)/ : /crm-input-/);
    expect(readdirSync(temporary)).toEqual([]);
    const found = await runCli(['query', '--search', MARK, '--count'], { cwd, env });
    expect(found).toMatchObject({ exitCode: 0, stdout: `${ROWS}\n` });
  });
});

/** Looks for the mark in a file, which may go away meanwhile. */
function scan(path: string, seen: Set<string>, clear: Set<string>): void {
  try {
    if (!statSync(path).isFile()) return;
    const bytes = readFileSync(path);
    if (bytes.length === 0) return;
    seen.add(path);
    if (bytes.includes(MARK) || bytes.includes(MARK.toLowerCase())) clear.add(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
