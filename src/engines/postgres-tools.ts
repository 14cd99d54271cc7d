import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { CrmError, redactUrl } from '../errors.ts';

/** The server's own programs that write and read its dumps, and the one that executes them. */
export type PostgresTool = 'pg_dump' | 'pg_restore' | 'psql';

/** A program of PostgreSQL that was found on the PATH. */
export interface FoundTool {
  readonly name: PostgresTool;
  /** Its major version: it can read servers and dumps up to that one. */
  readonly major: number;
}

/** The last lines of what a program says are enough to know what went wrong. */
const MAX_TALK_BYTES = 16_384;
/** A program that does not say its version by then is none. */
const VERSION_TIMEOUT_MS = 5000;

/**
 * Looks for a program of PostgreSQL on the PATH.
 * @param serverMajor major version of the server; an older program cannot be used with it
 * @throws {CrmError} ENGINE when there is none, or only an older one
 */
export async function findTool(name: PostgresTool, serverMajor: number): Promise<FoundTool> {
  const hint = `install the client programs of PostgreSQL ${serverMajor} (postgresql-client-${serverMajor}) and see that they are on the PATH`;
  const version = await versionOf(name);
  if (version === null) throw new CrmError('ENGINE', `${name} was not found on the PATH`, { hint });
  if (version < serverMajor)
    throw new CrmError('ENGINE', `${name} is of version ${version}, older than the server (${serverMajor})`, { hint });
  return { name, major: version };
}

async function versionOf(name: PostgresTool): Promise<number | null> {
  const child = spawn(name, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'], timeout: VERSION_TIMEOUT_MS });
  let text = '';
  child.stdout.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  try {
    await once(child, 'close');
  } catch {
    return null;
  }
  const major = /\b(\d+)(?:\.\d+|devel|beta\d*|rc\d*)/.exec(text)?.[1];
  return major === undefined ? null : Number(major);
}

/** A program of PostgreSQL at work on a database. */
export class RunningTool {
  readonly child: ChildProcess;
  readonly #name: PostgresTool;
  readonly #label: string;
  readonly #ended: Promise<number | null>;
  #talk = '';

  /**
   * Starts it; what it writes to its standard output must be read, what it reads is empty unless `reads` is set.
   * @param url of the database, without `?schema=`; its password is handed over where no other user can see it. Null: it
   * works on files only
   */
  constructor(name: PostgresTool, url: string | null, args: readonly string[], { reads = false } = {}) {
    this.#name = name;
    this.#label = url === null ? 'the dump' : redactUrl(url);
    const { target, env } = url === null ? { target: null, env: {} } : connection(url);
    this.child = spawn(name, target === null ? args : [...args, `--dbname=${target}`], {
      stdio: [reads ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, LC_ALL: 'C', PGAPPNAME: 'crm' },
    });
    this.child.stderr?.on('data', (piece: Buffer) => {
      this.#talk = (this.#talk + piece.toString()).slice(-MAX_TALK_BYTES);
    });
    this.#ended = once(this.child, 'close').then(([code]) => code as number | null);
    this.#ended.catch(() => undefined); // told to whoever waits for the end
  }

  /** Waits for its end. @throws {CrmError} DISK_FULL or ENGINE with what it said when it failed */
  async end(): Promise<void> {
    let code: number | null;
    try {
      code = await this.#ended;
    } catch (error) {
      throw new CrmError('ENGINE', `${this.#name} could not be started`, { cause: error, hint: 'is it still on the PATH?' });
    }
    if (code === 0) return;
    const isFull = /no space left on device|disk full|could not extend file/i.test(this.#talk);
    throw new CrmError(isFull ? 'DISK_FULL' : 'ENGINE', `${this.#name} failed on ${this.#label}${this.#reason(code)}`, {
      hint: isFull ? 'free some space and try again' : `what else it said is shown with --debug`,
      cause: new Error(this.#talk),
    });
  }

  /** Ends it without waiting for its work. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.#ended.catch(() => undefined);
  }

  /** Its first complaint, without the data that it may quote. */
  #reason(code: number | null): string {
    const line = /(?:error|fatal): (.*)/i.exec(this.#talk)?.[1];
    if (line === undefined) return code === null ? ': it was stopped' : ` (status ${code})`;
    return `: ${line.replace(/\b(CONTEXT|DETAIL|COPY)\b.*/s, '').replace(/:? ["“«](?=.*:).*$/s, '')}`;
  }
}

function connection(url: string): { readonly target: string; readonly env: Readonly<Record<string, string>> } {
  const parsed = new URL(url);
  const password = decodeURIComponent(parsed.password);
  parsed.password = '';
  return { target: parsed.toString(), env: password === '' ? {} : { PGPASSWORD: password } };
}
