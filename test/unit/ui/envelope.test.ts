import { describe, expect, test } from 'vitest';
import { CrmError } from '../../../src/errors.ts';
import { type Outcome, printError, printResult } from '../../../src/ui/envelope.ts';
import { capturedIo } from '../../support/captured-io.ts';

const outcome: Outcome = { ok: true, command: 'import', run: 12, result: { read: 3, files: ['a.csv'] }, warnings: ['no header\x1b[31m'] };

describe('printResult', () => {
  test('with --json: one object on standard output, nothing else', async () => {
    for (const quiet of [false, true]) {
      const io = capturedIo({ tty: true });
      await printResult(io, { json: true, quiet }, outcome, () => 'for people');
      expect(io.out()).toBe(`${JSON.stringify(outcome)}\n`);
      expect(io.err()).toBe('');
    }
  });

  test('for people: the text, and the warnings on standard error', async () => {
    const io = capturedIo();
    await printResult(io, { json: false, quiet: false }, outcome, () => '3 rows read');
    expect(io.out()).toBe('3 rows read\n');
    expect(io.err()).toBe('warning: no header\\x1b[31m\n');
  });

  test('quiet: silent', async () => {
    const io = capturedIo();
    await printResult(io, { json: false, quiet: true }, outcome, () => '3 rows read');
    expect(io.out() + io.err()).toBe('');
  });

  test('streams rows into the one object, and reads what follows after them', async () => {
    const io = capturedIo();
    let seen = 0;
    async function* rows() {
      for (const batch of [
        [
          [1, 'a'],
          [2n, Buffer.from([255, 1])],
        ],
        [],
        [[3, null]],
      ]) {
        seen += batch.length;
        yield batch;
      }
    }
    const result = {
      columns: ['id', 'x'],
      rows: rows(),
      left: undefined,
      get total() {
        return seen;
      },
    };
    await printResult(io, { json: true, quiet: false }, { ok: true, command: 'query', result, warnings: [] });
    expect(JSON.parse(io.out())).toEqual({
      ok: true,
      command: 'query',
      result: {
        columns: ['id', 'x'],
        rows: [
          [1, 'a'],
          [2, 'ff01'],
          [3, null],
        ],
        total: 3,
      },
      warnings: [],
    });
    expect(io.out().trimEnd()).not.toContain('\n');
  });

  test('an empty stream is an empty array, integers beyond 2^53 stay exact', async () => {
    const io = capturedIo();
    const empty = (async function* () {})();
    await printResult(
      io,
      { json: true, quiet: false },
      { ok: true, command: 'query', result: { rows: empty, big: 2n ** 60n }, warnings: [] },
    );
    expect(JSON.parse(io.out()).result).toEqual({ rows: [], big: '1152921504606846976' });
  });
});

describe('printError', () => {
  const error = new CrmError('NO_DATABASE', 'there is no database at x.db', {
    hint: 'create one with: crm init',
    cause: new Error('ENOENT'),
  });

  test('with --json: one object on standard error', async () => {
    const io = capturedIo();
    await printError(io, { json: true, debug: false }, 'query', error);
    expect(io.out()).toBe('');
    expect(JSON.parse(io.err())).toEqual({
      ok: false,
      command: 'query',
      error: { code: 'NO_DATABASE', message: 'there is no database at x.db', hint: 'create one with: crm init', exitCode: 10 },
    });
  });

  test('for people: two lines, without a stack', async () => {
    const io = capturedIo();
    await printError(io, { json: false, debug: false }, 'query', error);
    expect(io.err()).toBe('error: there is no database at x.db\nhint: create one with: crm init\n');
  });

  test('in colour on a terminal', async () => {
    const io = capturedIo({ tty: true });
    await printError(io, { json: false, debug: false }, 'query', error);
    expect(io.err()).toBe('\x1b[31merror:\x1b[39m there is no database at x.db\n\x1b[2mhint: create one with: crm init\x1b[22m\n');
  });

  test('the stack and the causes only with --debug', async () => {
    const io = capturedIo();
    await printError(io, { json: false, debug: true }, 'query', error);
    expect(io.err()).toMatch(/\n {4}at .*envelope\.test/);
    expect(io.err()).toContain('caused by: Error: ENOENT');
    const machine = capturedIo();
    await printError(machine, { json: true, debug: true }, 'query', error);
    expect(JSON.parse(machine.err()).error.stack).toContain('envelope.test');
  });

  test('a caret stays below its place, escapes are shown', async () => {
    const io = capturedIo();
    await printError(
      io,
      { json: false, debug: false },
      'query',
      new CrmError('FILTER_SYNTAX', 'unexpected end\n  citty =\x1b[2J\n         ^'),
    );
    expect(io.err()).toBe('error: unexpected end\n  citty =\\x1b[2J\n         ^\n');
  });
});
