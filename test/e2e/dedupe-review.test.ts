import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import reviewSchema from '../../schemas/results/dedupe-review.schema.json' with { type: 'json' };
import { openEngine } from '../../src/engines/index.ts';
import { ROOT, runCli } from '../support/cli.ts';
import { addClusters, addPairs, type PairRow } from '../support/duplicate-rows.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { resultOf, sampleFolder, withRepository } from '../support/sample-database.ts';
import { runTerminal, terminalAvailable, type TerminalOptions } from '../support/terminal.ts';

const PAIRS: readonly PairRow[] = [
  [1, 2, 0.1, { guards: ['shared_phone'] }],
  [3, 4, -0.5],
  [5, 6, 2],
  [1, 6, 5, { verdict: 'auto' }],
];

async function folder(pairs: readonly PairRow[] = PAIRS): Promise<string> {
  const cwd = await sampleFolder();
  const engine = await openEngine(join(cwd, 'crm.db'), { create: false, busyTimeoutMs: 2000 });
  await addPairs(engine, pairs);
  await addClusters(engine, [[1, 2, 7]]);
  await engine.close();
  return cwd;
}

const decisionsIn = (cwd: string): Promise<string> =>
  withRepository(cwd, async (repository) =>
    (await (await repository.duplicates()).decisions()).map(({ left, right, decision }) => `${left}-${right} ${decision}`).join(', '),
  );

describe('crm dedupe review with files', () => {
  test('pairs go out, decisions come in', async () => {
    const cwd = await folder();
    const out = await runCli(['dedupe', 'review', '--export', 'pairs.csv'], { cwd });
    expect(out).toMatchObject({ exitCode: 0, stderr: '' });
    expect(out.stdout).toBe(
      'wrote 3 pairs to pairs.csv\n3 pairs open\nnext: fill in the column decision, then crm dedupe review --decisions pairs.csv\n',
    );
    const text = readFileSync(join(cwd, 'pairs.csv'), 'utf8');
    const [header = '', ...rows] = text.trimEnd().split('\n');
    expect(rows.map((row) => row.split(',').slice(0, 2).join('-'))).toEqual(['1-2', '3-4', '5-6']);
    expect((await runCli(['dedupe', 'review', '--export', '-'], { cwd })).stdout).toBe(text);
    writeFileSync(join(cwd, 'pairs.csv'), [header, `${rows[0]}同一`, `${rows[1]}N`, rows[2], ''].join('\n'));
    for (const _ of ['once', 'again']) {
      const taken = await runCli(['dedupe', 'review', '--decisions', 'pairs.csv'], { cwd });
      expect(taken).toMatchObject({ exitCode: 0, stderr: '' });
      expect(taken.stdout).toBe(
        '2 pairs decided: 1 the same, 1 different · 1 unsure\n1 pair open\nnext: crm dedupe merge --reviewed · crm dedupe train · crm dedupe review\n',
      );
    }
    expect(await decisionsIn(cwd)).toBe('1-2 same, 3-4 distinct');
    expect((await runCli(['dedupe', 'review', '--export', '-'], { cwd })).stdout.split('\n')[1]).toMatch(/^5,6,/);
  });

  test.each<[string, Buffer | string]>([
    ['with a byte order mark', '\ufeffleft_id,right_id,decision\n1,2,是\n'],
    [
      'GB18030',
      Buffer.from(
        'left_id,right_id,note,decision\n1,2,\xcd\xac\xd2\xbb\xb8\xf6\xbf\xcd\xbb\xa7\xb5\xc4\xc1\xbd\xcc\xf5\xbc\xc7\xc2\xbc,\xb2\xbb\xcd\xac\n',
        'latin1',
      ),
    ],
    ['UTF-16', Buffer.from('\ufeffleft_id\tright_id\tdecision\r\n1\t2\ty\r\n', 'utf16le')],
    ['with semicolons and CR LF', 'left_id;right_id;decision\r\n1;2;yes\r\n'],
    ['with blanks and quotes', '"left_id", "right_id" ,"decision"\n "1", 2 , " SAME "\n'],
  ])('a file %s is read', async (_what, text) => {
    const cwd = await folder();
    writeFileSync(join(cwd, 'd.csv'), text);
    const { stdout, stderr, exitCode } = await runCli(['dedupe', 'review', '--decisions', 'd.csv', '--json'], { cwd });
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(resultOf(stdout)).toMatchObject({ decided: 1, rejected: 0, open: 2 });
  });

  test('standard input, and rejected lines: exit 3, with line and reason, no value', async () => {
    const cwd = await folder();
    const input = 'left_id,right_id,decision\n1,2,y\n9999999999999999999999,2,y\n1,2,n\n3,Secret,n\n3,4,Secret\n3\n5,6,n\n';
    const { stdout, stderr, exitCode } = await runCli(['dedupe', 'review', '--decisions', '-', '--json'], { cwd, input });
    expect(exitCode).toBe(3);
    expect(schemaErrors(reviewSchema as JsonSchema, resultOf(stdout))).toEqual([]);
    expect(resultOf(stdout)).toEqual({
      ...{ open: 2, decided: 1, same: 0, distinct: 1, unsure: 0, rejected: 6 },
      rejects: [
        { line: 2, reason: 'line 4 says the opposite of the same pair' },
        { line: 3, reason: 'left: the id is no whole number' },
        { line: 4, reason: 'line 2 says the opposite of the same pair' },
        { line: 5, reason: 'right: the id is no whole number' },
        { line: 6, reason: 'the decision is neither same nor distinct' },
        { line: 7, reason: expect.stringMatching(/cell/) },
      ],
    });
    expect(stdout + stderr).not.toContain('Secret');
    const text = await runCli(['dedupe', 'review', '--decisions', '-'], { cwd, input });
    expect(text.stdout).toContain('6 lines not taken:\n  line 2: line 4 says the opposite of the same pair\n');
    expect(await decisionsIn(cwd)).toBe('5-6 distinct');
  });

  test('one call takes decisions and writes what is still open', async () => {
    const cwd = await folder();
    writeFileSync(join(cwd, 'd.csv'), 'left_id,right_id,decision\n3,4,y\n');
    const { stdout } = await runCli(['dedupe', 'review', '--decisions', 'd.csv', '--export', 'rest.csv', '--json'], { cwd });
    expect(resultOf(stdout)).toMatchObject({ same: 1, open: 2, exported: { file: 'rest.csv', rows: 2 } });
  });

  test('answers that contradict each other are told', async () => {
    const cwd = await folder();
    const { stderr } = await runCli(['dedupe', 'review', '--decisions', '-'], {
      cwd,
      input: 'left_id,right_id,decision\n1,2,y\n2,3,y\n1,3,n\n',
    });
    expect(stderr).toBe('warning: answers contradict each other: #1 = #2 = #3, but #1 ≠ #3\n');
  });

  test.each<[string, string[], number, string, string?]>([
    ['no terminal', [], 2, 'error: there is no terminal to ask on\nhint: write the pairs with --export FILE'],
    ['--no-input', ['--no-input'], 2, 'error: nothing may be asked (--no-input)\nhint: '],
    ['--all alone', ['--all'], 2, 'error: --all goes with --export'],
    ['--min-score of 2', ['--min-score', '2', '--export', '-'], 2, 'error: --min-score 2: give a probability from 0 to 1'],
    ['--limit of -1', ['--limit=-1', '--export', '-'], 2, 'error: --limit -1: '],
    ['two on standard output', ['--export', '-', '--json'], 2, '{"ok":false'],
    ['a missing file', ['--decisions', 'none.csv'], 4, 'error: there is no file none.csv\nhint: '],
    ['an empty file', ['--decisions', 'd.csv'], 4, 'error: d.csv is empty\nhint: ', ''],
    [
      'missing columns',
      ['--decisions', 'd.csv'],
      4,
      'error: d.csv: a file of decisions needs the columns left_id, right_id and decision\nhint: ',
      'left_id,right\n1,2\n',
    ],
    ['no header', ['--decisions', 'd.csv'], 4, 'error: d.csv: a file of decisions needs the columns', '1,2,same\n3,4,same\n'],
    ['a folder that is not there', ['--export', 'none/pairs.csv'], 1, 'error: none/pairs.csv cannot be written: '],
  ])('refuses %s', async (_what, args, exitCode, stderr, text) => {
    const cwd = await folder();
    if (text !== undefined) writeFileSync(join(cwd, 'd.csv'), text);
    const result = await runCli(['dedupe', 'review', ...args], { cwd });
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr.slice(0, stderr.length)).toBe(stderr);
  });
});

/** The keys of a review, with evidence made by hand. */
function review(cwd: string, options: TerminalOptions & { readonly limit?: number } = {}) {
  const { limit, ...rest } = options;
  const program = [process.execPath, join(ROOT, 'test/support/review-terminal.mjs'), join(cwd, 'crm.db')];
  return runTerminal(limit === undefined ? program : [...program, String(limit)], { cwd, columns: 100, rows: 40, ...rest });
}

const pair = (number: number): RegExp => new RegExp(`Pair ${number} ·[\\s\\S]*help`);

describe.skipIf(!terminalAvailable)('crm dedupe review on a terminal', () => {
  let cwd = '';
  beforeAll(async () => {
    cwd = await folder();
  });

  test('shows two customers side by side with the evidence, and takes single keys', async () => {
    const { output, exitCode } = await review(cwd, {
      dialogue: [
        { when: pair(1), type: 'b' },
        { when: /no answer to take back/, type: '?' },
        { when: /doubles the odds/, type: ' ' },
        { when: pair(1), type: 'y' },
        { when: pair(2), type: 'n' },
        { when: pair(3), type: 'b' },
        { when: pair(2), type: 'u' },
        { when: pair(3), type: 'q' },
      ],
      env: { NO_COLOR: '1' },
    });
    expect(exitCode).toBe(0);
    expect(output).toContain('done {"same":1,"distinct":0,"unsure":1}');
    const lines = output.split('\r\n').map((line) => line.trimEnd());
    expect(lines.some((line) => /^ +#1 +#2$/.test(line))).toBe(true);
    expect(lines.find((line) => line.startsWith('Given name'))).toMatch(/^Given name +.* exact +\+7\.3$/);
    expect(lines.find((line) => line.startsWith('Country'))).toMatch(/^Country +\[GB\] +≠ \[DE\]$/);
    expect(output).toMatch(/sum -0\.3 bits · probability 46%/);
    expect(output).toContain('! the phone number belongs to many customers: a switchboard or a family');
    expect(output).toContain('both belong to a cluster of 3 customers');
    expect(output.replaceAll('\u001b[H\u001b[2J', '')).not.toContain('\u001b[');
    expect(await decisionsIn(cwd)).toBe('1-2 same');
  });

  test('goes on where it ended; Ctrl-C and Ctrl-D keep the answers', async () => {
    const interrupted = await review(cwd, {
      dialogue: [
        { when: /#3 +#4/, type: 'n' },
        { when: /#5 +#6/, type: '\u0003' },
      ],
    });
    expect(interrupted.exitCode).toBe(130);
    expect(interrupted.output).toContain('failed INTERRUPTED: interrupted; the answers that were given (1) are kept');
    const ended = await review(cwd, { dialogue: [{ when: /#5 +#6/, type: '\u0004' }] });
    expect(ended).toMatchObject({ exitCode: 0, output: expect.stringContaining('done {"same":0,"distinct":0,"unsure":0}') });
    expect(await decisionsIn(cwd)).toBe('1-2 same, 3-4 distinct');
  });

  test('ends by itself after the last pair; what was for later comes once more', async () => {
    const own = await folder();
    const { output, exitCode } = await review(own, {
      dialogue: [
        { when: /#1 +#2/, type: 's' },
        { when: /#3 +#4/, type: 'ｙ' },
        { when: /#5 +#6/, type: 'n' },
        { when: /#1 +#2/, type: 'u' },
      ],
    });
    expect(exitCode).toBe(0);
    expect(output).toContain('done {"same":1,"distinct":1,"unsure":1}');
    expect(await decisionsIn(own)).toBe('3-4 same, 5-6 distinct');
  });

  test.each([40, 60, 132])('fits a terminal of %i cells', async (columns) => {
    const own = await folder();
    const { output } = await review(own, { columns, limit: 1, env: { NO_COLOR: '1' }, dialogue: [{ when: /\? help|q {2}\?/, type: 'q' }] });
    const screen = output.slice(0, output.indexOf('done'));
    const long = screen
      .replaceAll(/\u001b\[[0-9;]*[A-Za-z]/g, '')
      .split('\r\n')
      .filter((line) => line.length > columns);
    expect(long).toEqual([]);
  });

  test('kill -9 loses no answer', async () => {
    const own = await folder();
    const { output } = await review(own, { env: { KILLED_AT: '2' }, dialogue: [{ when: /#1 +#2[\s\S]*help/, type: 'y' }] });
    expect(output).not.toContain('done');
    expect(await decisionsIn(own)).toBe('1-2 same');
    const again = await review(own, { dialogue: [{ when: pair(1), type: 'q' }] });
    expect(again.output).toMatch(/#3 +#4/);
  });
});
