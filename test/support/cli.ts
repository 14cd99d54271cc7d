import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type RunOptions, type RunResult, runProgram } from './run-program.ts';
import { runTerminal, type TerminalOptions, type TerminalResult } from './terminal.ts';

/** The repository's root folder, with a trailing separator. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The program as users start it; it runs the built `dist`. */
export const CRM = fileURLToPath(new URL('../../bin/crm.js', import.meta.url));

/** Runs `crm` with pipes: no terminal, standard input as given. Give `cwd` (see `tempDir`): `./crm.db` is the default database. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  requireBuild();
  return runProgram(process.execPath, [CRM, ...args], options);
}

/** Runs `crm` on a terminal of 80 × 24 cells (see `terminalAvailable`); both output streams arrive as one. */
export function runCliTty(args: readonly string[], options: TerminalOptions = {}): Promise<TerminalResult> {
  requireBuild();
  return runTerminal([process.execPath, CRM, ...args], options);
}

function requireBuild(): void {
  if (!existsSync(fileURLToPath(new URL('../../dist/bundle/main.js', import.meta.url))))
    throw new Error('dist is missing: run npm run build first');
}
