import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../support/run-program.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { runTerminal, terminalAvailable } from '../../support/terminal.ts';

const node = (code: string) => [process.execPath, '-e', code] as const;

describe('runProgram', () => {
  test('gives input, takes both outputs and the exit status', async () => {
    const code = `process.stdin.on('data', (d) => process.stdout.write('got ' + d)); process.stderr.write('张'); process.exitCode = 3;`;
    const result = await runProgram(process.execPath, ['-e', code], { input: 'text' });
    expect(result).toEqual({ exitCode: 3, signal: null, stdout: 'got text', stderr: '张' });
  });

  test('keeps the environment of this machine out', async () => {
    const code = `process.stdout.write([process.env.CI, process.env.FORCE_COLOR, process.env.CRM_DB, process.env.VITEST].join())`;
    const { stdout } = await runProgram(process.execPath, ['-e', code], { env: { CRM_DB: 'x.db' } });
    expect(stdout).toBe(',,x.db,');
  });

  test('kills what does not end', async () => {
    const result = await runProgram(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { timeoutMs: 300 });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
  });

  test('works in a folder that exists during the test', async () => {
    const cwd = tempDir();
    expect((await runProgram(process.execPath, ['-p', 'process.cwd()'], { cwd })).stdout).toBe(`${cwd}\n`);
    expect(existsSync(join(cwd, '.'))).toBe(true);
  });
});

describe.skipIf(!terminalAvailable)('runTerminal', () => {
  test('is a terminal of the given size on all three streams', async () => {
    const code =
      'console.log([process.stdin.isTTY, process.stdout.isTTY, process.stderr.isTTY, process.stdout.columns].join()); process.exitCode = 5';
    expect(await runTerminal(node(code), { columns: 72 })).toEqual({ exitCode: 5, output: 'true,true,true,72\r\n' });
  });

  test('types answers when their question appears', async () => {
    const code = `const rl = require('node:readline').createInterface({ input: process.stdin, output: process.stdout });
      rl.question('Name? ', (name) => rl.question('Age? ', (age) => { console.log('[' + name + age + ']'); rl.close(); }));`;
    const dialogue = [
      { when: /Name\?/, type: 'Ann\r' },
      { when: /Age\?/, type: '7\r' },
    ];
    const { exitCode, output } = await runTerminal(node(code), { dialogue });
    expect(output).toContain('[Ann7]');
    expect(exitCode).toBe(0);
  });
});
