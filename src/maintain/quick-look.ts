import { execFile } from 'node:child_process';
import type { Finding } from './check-database.ts';

/** How crm is started. */
export interface CrmStart {
  /** The script that node runs. */
  readonly script: string;
  /** Global options: the database, the config file. */
  readonly globals: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a quick look found, or why there was none. */
export type QuickLook =
  | { readonly kind: 'looked'; readonly findings: readonly Finding[] }
  | { readonly kind: 'tooLong' }
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string | null };

const MAX_OUTPUT = 10_000_000;

/**
 * `crm maintain --check --quick` in a process of its own, which can be ended whatever it does: a look at damaged pages, or at
 * very many, holds a process until it is done. Never throws.
 */
export function quickLook({ script, globals, env }: CrmStart, limitMs: number, signal: AbortSignal): Promise<QuickLook> {
  const args = [script, 'maintain', '--check', '--quick', '--json', '--no-input', ...globals];
  return new Promise((done) => {
    execFile(
      process.execPath,
      args,
      { env, timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT, signal },
      (error, stdout, stderr) => {
        if (error?.killed === true || signal.aborted) return done({ kind: 'tooLong' });
        const result = envelopeOf(stdout)?.result;
        if (result !== undefined) return done({ kind: 'looked', findings: result.findings });
        const failure = envelopeOf(stderr.trimEnd().split('\n').at(-1) ?? '')?.error;
        done({ kind: 'failed', message: failure?.message ?? 'the look at it was broken off', hint: failure?.hint ?? null });
      },
    );
  });
}

interface Envelope {
  readonly result?: { readonly findings: readonly Finding[] };
  readonly error?: { readonly message: string; readonly hint?: string };
}

function envelopeOf(text: string): Envelope | null {
  try {
    return JSON.parse(text) as Envelope;
  } catch {
    return null;
  }
}
