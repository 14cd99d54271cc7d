import { spawn } from 'node:child_process';

/**
 * Starts a program, without a shell, and gives it JSON on its standard input. What it prints is not looked at.
 * @returns why it did not work; null where it did
 */
export function runNotifyCommand(words: readonly string[], input: string, timeoutMs: number): Promise<string | null> {
  const [program = '', ...args] = words;
  return new Promise((resolve) => {
    // A process group of its own: what it has started ends with it.
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: process.platform !== 'win32' });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child.pid);
    }, timeoutMs);
    const done = (problem: string | null): void => {
      clearTimeout(timer);
      resolve(problem);
    };
    child.once('error', (error) => done(`it could not be started (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`));
    child.once('exit', (exitCode, endedBy) => {
      if (isLate) done(`it did not end within ${timeoutMs / 1000} s`);
      else if (exitCode === 0) done(null);
      else done(exitCode === null ? `it was ended by ${endedBy}` : `it ended with status ${exitCode}`);
    });
    child.stdin.on('error', () => undefined); // it may end without reading
    child.stdin.end(input);
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
