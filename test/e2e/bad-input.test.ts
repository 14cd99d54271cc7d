import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import { runCli } from '../support/cli.ts';
import { expectFailure, type Failure, type FailureSetUp, MARKER } from '../support/failing-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const IMPORT = ['import', 'people.csv'];
const GOOD = `name,email\n${MARKER},a@x.org\n`;

const file = (content: string | Uint8Array, name = 'people.csv'): Pick<FailureSetUp, 'prepare'> => ({
  prepare: (folder) => writeFileSync(join(folder, name), content),
});

/** One way to go wrong: name, arguments, what is said, how the folder looks. */
type Case = readonly [name: string, args: readonly string[], failure: Failure, setUp?: FailureSetUp];

const input = (code: string, says: RegExp, hints?: RegExp): Failure => ({ exit: 4, code, says, ...(hints === undefined ? {} : { hints }) });
const usage = (code: string, says: RegExp, hints?: RegExp): Failure => ({ exit: 2, code, says, ...(hints === undefined ? {} : { hints }) });
const notText = (says: RegExp): Failure => input('INPUT_NOT_TEXT', says);

const ZIP = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(200, 7)]);
const OLD_OFFICE = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(1024)]);
const PNG = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(100, 1)]);

const FILES: readonly Case[] = [
  ['a missing file', ['import', 'nowhere.csv'], input('INPUT_MISSING', /no file nowhere\.csv/)],
  [
    'a folder',
    ['import', 'sub'],
    input('INPUT_UNREADABLE', /sub is a folder/, /sub\/\*\.csv/),
    { prepare: (folder) => mkdirSync(join(folder, 'sub')) },
  ],
  ['a file as a folder', ['import', 'people.csv/x.csv'], input('INPUT_UNREADABLE', /ENOTDIR/), file(GOOD)],
  ['one missing file of two', ['import', 'people.csv', 'nowhere.csv'], input('INPUT_MISSING', /nowhere/), file(GOOD)],
  ['an empty file', IMPORT, input('INPUT_EMPTY', /people\.csv is empty/), file('')],
  ['nothing but blank lines', IMPORT, input('INPUT_EMPTY', /people\.csv: the input is empty/), file('\r\n \n\t\n')],
  ['a byte order mark and nothing else', IMPORT, input('INPUT_EMPTY', /empty/), file('\ufeff')],
  ['an empty standard input', ['import', '-'], input('INPUT_EMPTY', /standard input: the input is empty/)],
  ['a file without permission', IMPORT, input('INPUT_UNREADABLE', /permission denied/), { asNobody: true, prepare: forbidden }],
  ['a PNG picture', IMPORT, notText(/a PNG picture/), file(PNG)],
  ['a workbook', ['import', 'people.xlsx'], notText(/a zip archive/), file(ZIP, 'people.xlsx')],
  ['a gzip file that is cut off', IMPORT, input('INPUT_UNREADABLE', /gzip file that ends too early/), file(gzipSync(GOOD).subarray(0, 20))],
  ['an old workbook', ['import', 'people.xls'], notText(/old Office document/), file(OLD_OFFICE, 'people.xls')],
  [
    'a web page as a workbook',
    ['import', 'people.xls'],
    notText(/web page/),
    file(`<table><tr><td>${MARKER}</td></tr></table>`, 'people.xls'),
  ],
  ['a SQLite database', IMPORT, notText(/a SQLite database/), file(Buffer.from(`SQLite format 3\0${'x'.repeat(100)}`))],
  ['a binary file of no known kind', IMPORT, notText(/zero bytes/), file(Buffer.alloc(5000))],
  [
    'bytes that are no UTF-8, where that is asked for',
    [...IMPORT, '--encoding', 'utf-8'],
    input('INPUT_UNDECODABLE', /people\.csv: byte \d+ \(line 3\) is not utf-8 text/, /--encoding/),
    file(Buffer.concat([Buffer.from(`name\n${MARKER}\nD`), Buffer.from([0xfc]), Buffer.from('rer\n')])),
  ],
  [
    'an encoding against the byte order mark',
    [...IMPORT, '--encoding', 'gbk'],
    input('INPUT_UNDECODABLE', /byte order mark/),
    file(`\ufeff${GOOD}`),
  ],
  ['a header of which nothing is known', IMPORT, input('INPUT_NO_HEADER', /none of the 2 columns/, /--map/), file('foo,bar\n1,2\n')],
  ['a header with an open quote', IMPORT, input('INPUT_NO_HEADER', /none of the 1 columns/), file('"name\nAda\n')],
  ['a header with zero characters', IMPORT, notText(/zero character/), file('na\0me\nAda\n')],
  [
    'a JSON array without end',
    ['import', 'people.json'],
    input('INPUT_UNREADABLE', /people\.json: the JSON ends too early \(line 1\)/, /damaged or incomplete/),
    file(`[{"name":"${MARKER}"}`, 'people.json'),
  ],
  [
    'NDJSON without one object',
    ['import', 'people.ndjson'],
    input('INPUT_NO_HEADER', /no usable record/),
    file(`{"name":"${MARKER}"\nx\n`, 'people.ndjson'),
  ],
  [
    'more rejected rows than allowed',
    [...IMPORT, '--max-rejects', '1', '--rejects', '/dev/null/never'],
    { exit: 1, code: 'OUTPUT_FAILED', says: /rejects file .* cannot be written/, hints: /--rejects FILE/ },
    file(`name,email\n${MARKER}\n${MARKER}\n`),
  ],
];

const USAGE: readonly Case[] = [
  ['an unknown command', ['imprt', 'x.csv'], usage('USAGE', /imprt/, /import/)],
  ['an unknown option', [...IMPORT, '--jsno'], usage('USAGE', /--jsno/, /--json/), file(GOOD)],
  ['a missing argument', ['import'], usage('USAGE', /missing required argument/, /--help/)],
  ['a missing option value', [...IMPORT, '--map'], usage('USAGE', /--map/)],
  ['an unknown encoding', [...IMPORT, '--encoding', 'klingon'], usage('USAGE', /no text encoding/, /gb18030/), file(GOOD)],
  ['a delimiter with a line end', [...IMPORT, '--delimiter', ';\n'], usage('USAGE', /delimiter/), file(GOOD)],
  ['an unknown format', [...IMPORT, '--format', 'doc'], usage('USAGE', /format/, /csv, ndjson/), file(GOOD)],
  ['an unknown country', [...IMPORT, '--country', 'Atlantis'], usage('USAGE', /country/), file(GOOD)],
  ['an unknown match key', [...IMPORT, '--match', 'email,name'], usage('USAGE', /--match name/), file(GOOD)],
  ['an unknown way to match', [...IMPORT, '--on-match', 'merge'], usage('USAGE', /merge/), file(GOOD)],
  ['a limit of rejects that is none', [...IMPORT, '--max-rejects', 'few'], usage('USAGE', /--max-rejects few/), file(GOOD)],
  ['a mapping without a field', [...IMPORT, '--map', 'Name'], usage('USAGE', /Header=field/), file(GOOD)],
  ['a mapping of a missing column', [...IMPORT, '--map', 'nmae=name'], usage('USAGE', /no column/, /“name”/), file(GOOD)],
  ['a mapping to a missing field', [...IMPORT, '--map', 'name=nmae'], usage('UNKNOWN_FIELD', /nmae/, /name/), file(GOOD)],
  ['a busy timeout that is none', IMPORT, usage('USAGE', /CRM_BUSY_TIMEOUT_MS/), { ...file(GOOD), env: { CRM_BUSY_TIMEOUT_MS: 'soon' } }],
  ['an unknown database engine', [...IMPORT, '--db', 'oracle://x/y'], usage('USAGE', /no engine for oracle/), file(GOOD)],
  [
    'a config file that is no JSON',
    ['query'],
    usage('CONFIG_INVALID', /crm\.config\.json is not valid JSON \(line 3\)/),
    file('{\n  // where\n  "database" "x"\n}\n', 'crm.config.json'),
  ],
  [
    'a config file that ends too early',
    ['query'],
    usage('CONFIG_INVALID', /not valid JSON \(line 2\)/),
    file('{\n  "database": "x', 'crm.config.json'),
  ],
  ['an unknown setting', ['query'], usage('CONFIG_INVALID', /databse/, /“database”/), file('{"databse": "x.db"}', 'crm.config.json')],
  ['a missing config file', ['query', '--config', 'my.json'], usage('CONFIG_INVALID', /no config file my\.json/)],
  ['a folder as config file', ['query', '--config', '.'], usage('CONFIG_INVALID', /config file/)],
];

function forbidden(folder: string): void {
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'people.csv'), GOOD, { mode: 0o000 });
}

describe('a file that cannot be used', () => {
  for (const [name, args, failure, setUp] of FILES) it(name, () => expectFailure(args, failure, setUp));
});

describe('a command that is not understood', () => {
  for (const [name, args, failure, setUp] of USAGE) it(name, () => expectFailure(args, failure, setUp));
});

describe('rows that cannot be taken', () => {
  const HEAD = 'name,email,city\n';
  it.each([
    ['too short', `${HEAD}${MARKER},a@x.org\n`, 'TOO_FEW_CELLS'],
    ['too long', `${HEAD}${MARKER},a@x.org,Rome,more\n`, 'TOO_MANY_CELLS'],
    ['with a zero character', `${HEAD}Ma\0rker,a@x.org,Rome\n`, 'NUL_BYTE'],
    ['with an open quote', `${HEAD}"${MARKER},a@x.org\n`, 'UNCLOSED_QUOTE'],
  ])('%s: the others are, and exit 3 says so', async (_, text, code) => {
    for (const json of [false, true]) {
      const cwd = tempDir();
      writeFileSync(join(cwd, 'people.csv'), `${HEAD}Bob,b@x.org,\n${text.slice(HEAD.length)}`);
      const result = await runCli(json ? [...IMPORT, '--json'] : IMPORT, { cwd });
      expect(result).toMatchObject({
        exitCode: 3,
        stderr: '',
        stdout: expect.stringMatching(json ? /"rejected":1,.*"rejects":"people\.csv\.rejects\.csv"/ : /1 created.*1 rejected/),
      });
      expect(result.stdout).not.toContain(MARKER);
      const rejects = readFileSync(join(cwd, 'people.csv.rejects.csv'), 'utf8');
      expect(rejects).toContain(code);
      const engine = await openEngine(join(cwd, 'crm.db'), { create: false, busyTimeoutMs: 1000 });
      expect(await engine.all('SELECT name FROM customers')).toEqual([{ name: 'Bob' }]);
      await engine.close();
    }
  });

  it('more than allowed: nothing is written but the rejects file', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'people.csv'), `${HEAD}Bob,b@x.org,\n${MARKER}\n${MARKER}\n`);
    const result = await runCli([...IMPORT, '--max-rejects', '50%'], { cwd });
    expect(result).toMatchObject({
      exitCode: 6,
      stdout: '',
      stderr: expect.stringMatching(
        /^error: 2 of 3 rows were rejected, more than 50 %; nothing was written\nhint: see why in people\.csv\.rejects\.csv/,
      ),
    });
    expect(await runCli(['query', '--count'], { cwd })).toMatchObject({ exitCode: 0, stdout: '0\n' });
  });

  it('none at all: a header alone is a warning', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'people.csv'), HEAD);
    expect(await runCli(IMPORT, { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('read 0 rows'),
      stderr: 'warning: the file has a header and no rows\n',
    });
    expect(await runCli([...IMPORT, '--quiet'], { cwd })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('two columns of one name: the second is kept as a custom field', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'people.csv'), 'name,name,email\nAda,Countess,a@x.org\n');
    expect((await runCli(IMPORT, { cwd })).exitCode).toBe(0);
    expect(await runCli(['query', '--select', 'name,attributes.name', '--json'], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('"Countess"'),
    });
  });
});

describe('an error with --debug', () => {
  it('shows where it comes from', async () => {
    const result = await runCli(['import', 'nowhere.csv', '--debug'], { cwd: tempDir() });
    expect(result).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/^error: .*\nhint: .*\n[\s\S]*\n\s+at /) });
  });
});
