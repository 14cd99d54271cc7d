import { type ChildProcess, spawn } from 'node:child_process';

/** How a program is run; its environment is clean but for what is given. */
export interface RunOptions {
  readonly cwd?: string;
  /** What it reads from standard input; nothing, at end of file, where it is not given. */
  readonly input?: string | Uint8Array;
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Killed with SIGKILL after this long; 25,000 where it is not given. */
  readonly timeoutMs?: number;
  /** Called with the running process: to close a stream or to kill it. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** How a program ended, and all that it wrote. */
export interface RunResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 25_000;
/** Variables of the machine or of the test runner that would change what the program does. */
const FOREIGN = /^(CI|NO_COLOR|FORCE_COLOR|COLUMNS|LINES|NODE_OPTIONS|CRM_.*|PG[A-Z]+|VITEST.*|TEST|NODE_ENV|npm_.*)$/;

/** The environment for programs under test: this one, without what would disturb, plus the given variables. */
export function cleanEnvironment(more: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries({ ...process.env, TERM: 'xterm-256color' })) if (!FOREIGN.test(name)) env[name] = value;
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Runs a program with pipes (no terminal) to its end; its exit status is a result, never an exception. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: cleanEnvironment(options.env), stdio: 'pipe' });
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? TIMEOUT_MS);
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ exitCode, signal, stdout: stdout(), stderr: stderr() });
    });
    // The program may end without having read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    options.onStart?.(child);
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString('utf8');
}
