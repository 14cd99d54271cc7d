import { createHmac, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { NotifyConfig, NotifyTarget } from '../config/job-config.ts';
import type { JobCounts, JobStatus, StepStatus } from '../repository/job-records.ts';
import { callHttp, type Patience, serverOf } from './http-call.ts';
import { runNotifyCommand } from './notify-command.ts';

/** What is told of a job that ended; no values of customers are in it. */
export interface JobNews {
  readonly job: string;
  /** Number of its run; null where it could not even begin. */
  readonly run: number | null;
  readonly status: Exclude<JobStatus, 'running'>;
  readonly exitCode: number | null;
  readonly counts: JobCounts;
  readonly message: string | null;
  readonly durationMs: number;
  readonly steps: readonly {
    readonly position: number;
    readonly name: string;
    readonly status: StepStatus;
    readonly exitCode: number | null;
    readonly counts: JobCounts;
    readonly message: string | null;
  }[];
}

/** How notifications are sent. */
export interface NotifyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
  readonly patience?: Patience;
  /** Of a command, in milliseconds. */
  readonly commandTimeoutMs?: number;
  readonly signal?: AbortSignal;
}

const PATIENCE: Patience = { attempts: 4, timeoutMs: 10_000, firstPauseMs: 1000 };
const COMMAND_TIMEOUT_MS = 30_000;

/**
 * Tells who wants to know how a job ended, all at the same time.
 * @returns what did not work, one sentence each, without secrets and URLs
 */
export async function notify(config: NotifyConfig, news: JobNews, options: NotifyOptions): Promise<string[]> {
  const [when, target] = news.status === 'done' ? ['onSuccess', config.onSuccess] : ['onFailure', config.onFailure];
  if (target === undefined) return [];
  const timestamp = options.now.toISOString();
  const event = news.status === 'done' ? 'job.succeeded' : 'job.failed';
  const body = JSON.stringify({ event, timestamp, host: hostname(), ...news });
  const problems = await Promise.all([
    sendWebhook(target, { event, timestamp, body }, options),
    sendCommand(target, body, options),
    sendPing(target, options),
  ]);
  return problems.filter((problem) => problem !== null).map((problem) => `notify.${when}: ${problem}`);
}

/** The signature of a body: `sha256=` and the HMAC-SHA256 of its bytes in hexadecimal digits. */
export function signatureOf(secret: string, body: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

async function sendWebhook(
  { webhook, secretEnv }: NotifyTarget,
  { event, timestamp, body }: { readonly event: string; readonly timestamp: string; readonly body: string },
  { env, patience = PATIENCE, signal }: NotifyOptions,
): Promise<string | null> {
  if (webhook === undefined) return null;
  const secret = secretEnv === undefined ? undefined : env[secretEnv];
  // Whoever checks signatures would take it for a forgery.
  if (secretEnv !== undefined && (secret === undefined || secret === ''))
    return `the webhook was not sent: the environment has no ${secretEnv}`;
  const headers = {
    'Content-Type': 'application/json',
    'X-Crm-Event': event,
    'X-Crm-Delivery': randomUUID(), // the same in each attempt
    'X-Crm-Timestamp': timestamp,
    ...(secret === undefined ? {} : { 'X-Crm-Signature': signatureOf(secret, body) }),
  };
  const problem = await callHttp({ method: 'POST', url: webhook, headers, body }, patience, signal);
  return problem === null ? null : `the webhook at ${serverOf(webhook)} did not work: ${problem}`;
}

async function sendPing({ pingUrl }: NotifyTarget, { patience = PATIENCE, signal }: NotifyOptions): Promise<string | null> {
  if (pingUrl === undefined) return null;
  const problem = await callHttp({ method: 'GET', url: pingUrl }, patience, signal);
  return problem === null ? null : `the ping of ${serverOf(pingUrl)} did not work: ${problem}`;
}

async function sendCommand(
  { command }: NotifyTarget,
  body: string,
  { commandTimeoutMs = COMMAND_TIMEOUT_MS }: NotifyOptions,
): Promise<string | null> {
  if (command === undefined) return null;
  const problem = await runNotifyCommand(command, `${body}\n`, commandTimeoutMs);
  return problem === null ? null : `the command ${command[0]} did not work: ${problem}`;
}
