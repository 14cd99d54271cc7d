import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** One statement that took long: without any value. */
export interface SlowQuery {
  /** ISO-8601 UTC. */
  readonly at: string;
  readonly elapsedMs: number;
  readonly rows: number;
  /** With `?` for every value. */
  readonly statement: string;
  /** How the database goes about it, a step a line. */
  readonly plan: readonly string[];
}

/** A file is not written any further from here on; the one before it is kept. */
const MAX_BYTES = 1_048_576;
const SUFFIX = '-slow.ndjson';

/** The log of slow statements of one database: a file of JSON lines, and the one before it. */
export class SlowQueryLog {
  readonly path: string;
  readonly #maxBytes: number;

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.path = path;
    this.#maxBytes = maxBytes;
  }

  /** Adds a statement. Never throws: what cannot be written is not. */
  add(query: SlowQuery): void {
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) >= this.#maxBytes) renameSync(this.path, this.#olderPath());
      appendFileSync(this.path, `${JSON.stringify(query)}\n`, { mode: 0o600 });
    } catch {
      // a folder that only may be read, a full disk: the query itself has succeeded
    }
  }

  /** What was logged, the oldest first; lines that a crash has cut are passed over. */
  read(): SlowQuery[] {
    return [this.#olderPath(), this.path].flatMap(queriesOf);
  }

  #olderPath(): string {
    return this.path.replace(/(\.ndjson)?$/, '.1$1');
  }
}

/**
 * Where the slow statements of a database are logged: beside a file; those of a server in the user's folder for what programs
 * keep, one file for each database.
 * @param target path or URL of the database
 */
export function slowQueryPath(target: string, env: Readonly<Record<string, string | undefined>> = process.env): string {
  const file = /^(?:sqlite|file):(?:\/\/)?(.*)$/i.exec(target)?.[1] ?? target;
  if (!/^[a-z][a-z0-9+]+:\/\//i.test(file)) return `${file}${SUFFIX}`;
  const url = new URL(target);
  const parts = [url.hostname, url.port, url.pathname.slice(1), url.searchParams.get('schema') ?? ''];
  const name = parts.filter((part) => part !== '').join('-');
  const state = env.XDG_STATE_HOME ?? env.LOCALAPPDATA ?? join(homedir(), '.local', 'state');
  return join(state, 'crm', `${name.replace(/[^\p{L}\p{N}._-]/gu, '_')}${SUFFIX}`);
}

function queriesOf(path: string): SlowQuery[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      const query = JSON.parse(line) as Partial<SlowQuery> | null;
      return isSlowQuery(query) ? [query] : [];
    } catch {
      return [];
    }
  });
}

function isSlowQuery(value: Partial<SlowQuery> | null): value is SlowQuery {
  return (
    typeof value?.statement === 'string' && typeof value.elapsedMs === 'number' && Array.isArray(value.plan) && typeof value.at === 'string'
  );
}
