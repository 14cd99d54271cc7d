import { spawn, spawnSync } from 'node:child_process';
import { cleanEnvironment, type RunOptions } from './run-program.ts';

/** How a program is run on a terminal. */
export interface TerminalOptions extends Pick<RunOptions, 'cwd' | 'env' | 'timeoutMs'> {
  readonly columns?: number;
  readonly rows?: number;
  /** What the person does: each entry types its keys once its text has appeared after the previous one. */
  readonly dialogue?: readonly { readonly when: RegExp; readonly type: string }[];
}

/** How a program on a terminal ended. */
export interface TerminalResult {
  readonly exitCode: number | null;
  /** All that reached the terminal, escape sequences included; line ends are `\r\n` as on a real one. */
  readonly output: string;
}

const TIMEOUT_MS = 25_000;

/** The program that makes a pseudo-terminal: `script` of util-linux, else Python's `pty`. */
const MAKER: 'script' | 'python3' | null = works('script', ['-qec', 'true', '/dev/null'])
  ? 'script'
  : works('python3', ['-c', 'import pty'])
    ? 'python3'
    : null;

/** Whether tests on a terminal can run here; `describe.skipIf(!terminalAvailable)`. In CI it must be so. */
export const terminalAvailable = MAKER !== null;
if (MAKER === null) {
  const message = 'no terminal for tests: neither util-linux script nor python3 is installed';
  if (process.env.CI === 'true') throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

/** Runs a program whose three standard streams are one terminal. */
export function runTerminal(command: readonly string[], options: TerminalOptions = {}): Promise<TerminalResult> {
  const { columns = 80, rows = 24 } = options;
  const line = `stty cols ${columns} rows ${rows} && exec ${command.map(shellQuoted).join(' ')}`;
  const [program, args] = MAKER === 'script' ? ['script', ['-qec', line, '/dev/null']] : ['python3', ['-c', PTY, line]];
  return new Promise((resolve, reject) => {
    const env = cleanEnvironment({ SHELL: '/bin/sh', ...options.env });
    const child = spawn(program, args, { cwd: options.cwd, env, stdio: 'pipe' });
    let output = '';
    let answered = 0;
    const turns = [...(options.dialogue ?? [])];
    const decoder = new TextDecoder();
    child.stdout.on('data', (chunk: Buffer) => {
      output += decoder.decode(chunk, { stream: true });
      const turn = turns[0];
      if (turn === undefined || !turn.when.test(output.slice(answered))) return;
      answered = output.length;
      turns.shift();
      child.stdin.write(turn.type);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? TIMEOUT_MS);
    child.on('error', reject);
    // Standard input stays open: its end would be typed as Ctrl-D.
    child.on('exit', () => child.stdin.end());
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, output });
    });
    child.stdin.on('error', () => undefined);
  });
}

/** Passes bytes between the pipes and a child on a pseudo-terminal, and ends with the child's exit status. */
const PTY = `
import os, pty, sys
def read(fd):
    return os.read(fd, 1024)
status = pty.spawn(['/bin/sh', '-c', sys.argv[1]], read)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
`;

function shellQuoted(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

function works(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: ['pipe', 'ignore', 'ignore'], input: '', timeout: 10_000 }).status === 0;
}
