import { setTimeout as sleep } from 'node:timers/promises';

/** How often and how long a server is asked. */
export interface Patience {
  readonly attempts: number;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Pause before the second attempt, in milliseconds; each further one is twice as long. */
  readonly firstPauseMs: number;
}

/** What is asked for. */
export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const TOO_MANY = 429;
const REQUEST_TIMEOUT = 408;
const SERVER_FAULTS = 500;

/**
 * Calls a server until it answers with 2xx, with longer and longer pauses that differ by chance, so that many machines do not come
 * back at once. A fault of the call (4xx but 408 and 429, a redirection) is not tried again.
 * @returns why it did not work, without anything of the URL; null where it did
 */
export async function callHttp(call: HttpCall, patience: Patience, signal?: AbortSignal): Promise<string | null> {
  let problem = '';
  for (let attempt = 1; attempt <= patience.attempts; attempt++) {
    if (attempt > 1) await pauseBefore(attempt, patience, signal);
    const answer = await once(call, patience.timeoutMs, signal);
    if (typeof answer === 'number') {
      if (answer >= 200 && answer < 300) return null;
      problem = `it answered ${answer}`;
      if (answer < SERVER_FAULTS && answer !== TOO_MANY && answer !== REQUEST_TIMEOUT) return problem;
    } else problem = answer;
    if (signal?.aborted === true) break;
  }
  return patience.attempts === 1 ? problem : `${problem}, ${patience.attempts} times`;
}

/** The server's name alone: what else is in a URL may be a secret. */
export function serverOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'its URL';
  }
}

async function pauseBefore(attempt: number, { firstPauseMs }: Patience, signal: AbortSignal | undefined): Promise<void> {
  const pauseMs = firstPauseMs * 2 ** (attempt - 2) * (0.5 + Math.random() / 2);
  await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** @returns the status, or why there is none */
async function once({ method, url, headers, body }: HttpCall, timeoutMs: number, signal?: AbortSignal): Promise<number | string> {
  try {
    const target = new URL(url);
    // A URL with a login in it is not taken by fetch.
    const login =
      target.username === ''
        ? {}
        : {
            Authorization: `Basic ${Buffer.from(`${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`).toString('base64')}`,
          };
    target.username = '';
    target.password = '';
    const limit = AbortSignal.timeout(timeoutMs);
    const response = await fetch(target, {
      method,
      headers: { 'User-Agent': 'crm-toolkit', ...login, ...headers },
      redirect: method === 'GET' ? 'follow' : 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      ...(body === undefined ? {} : { body }),
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    const { name, cause } = error as Error;
    if (name === 'TimeoutError') return 'it did not answer in time';
    if (name === 'AbortError') return 'there was no time left';
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    return code === 'ECONNREFUSED' ? 'it refused the connection' : `it could not be reached (${code ?? name})`;
  }
}
