import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { ask, confirm, type PromptMode, select } from '../../../src/ui/prompt.ts';
import { capturedIo } from '../../support/captured-io.ts';

const mode: PromptMode = { yes: false, noInput: false };
const choices = [{ value: 'sqlite', label: 'a file' }, { value: 'postgres' }] as const;

/** A terminal on which somebody types as soon as the question is there. */
function typing(keys: string) {
  const stdin = new PassThrough();
  const io = capturedIo({ tty: true, stdin });
  const timer = setInterval(() => {
    if (!io.err().includes('?')) return;
    clearInterval(timer);
    stdin.write(keys);
  }, 10);
  return io;
}

describe('prompts without anybody to ask', () => {
  test.each([
    ['no terminal', { stdout: true, stderr: true }, mode],
    ['a redirected standard error', { stdin: true, stdout: true }, mode],
    ['--no-input', { stdin: true, stdout: true, stderr: true }, { yes: false, noInput: true }],
  ])('fail with exit 2 and name --yes: %s', async (_name, tty, given) => {
    const io = capturedIo({ tty });
    const questions = [() => ask(io, given, 'Name?'), () => confirm(io, given, 'Sure?'), () => select(io, given, 'Which?', choices)];
    for (const question of questions) {
      await expect(question()).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED', exitCode: 2, hint: expect.stringContaining('--yes') });
    }
    expect(io.out() + io.err()).toBe('');
  });

  test('--yes confirms and takes defaults', async () => {
    const io = capturedIo();
    const yes = { yes: true, noInput: false };
    expect(await confirm(io, yes, 'Sure?')).toBe(true);
    expect(await ask(io, yes, 'Path?', 'crm.db')).toBe('crm.db');
    expect(await select(io, yes, 'Which?', choices, 'postgres')).toBe('postgres');
    await expect(ask(io, yes, 'Name?')).rejects.toMatchObject({ code: 'CONFIRMATION_NEEDED' });
  });
});

describe('prompts on a terminal', () => {
  test.each([
    ['y\r', true],
    ['n\r', false],
    ['\r', false],
  ])('confirm answered with %j', async (keys, answer) => {
    const io = typing(keys);
    expect(await confirm(io, mode, 'Sure?')).toBe(answer);
    expect(io.err()).toContain('Sure?');
    expect(io.out()).toBe('');
  });

  test('ask takes what is typed, or the default', async () => {
    expect(await ask(typing('people.db\r'), mode, 'Path?', 'crm.db')).toBe('people.db');
    expect(await ask(typing('\r'), mode, 'Path?', 'crm.db')).toBe('crm.db');
  });

  test('select starts at the default and moves with the arrows', async () => {
    expect(await select(typing('\x1b[B\r'), mode, 'Which?', choices)).toBe('postgres');
    expect(await select(typing('\r'), mode, 'Which?', choices, 'postgres')).toBe('postgres');
  });

  test('Ctrl-C is an interruption', async () => {
    await expect(confirm(typing('\x03'), mode, 'Sure?')).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  });
});
