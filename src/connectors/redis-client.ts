import { isUtf8 } from 'node:buffer';
import { CrmError } from '../errors.ts';
import type { RedisAddress } from './redis-address.ts';

/** A command with its arguments. */
export type RedisCommand = readonly (string | Buffer)[];

/** What the server answers: texts of data come as bytes. */
export type RedisReply = null | number | string | Buffer | readonly RedisReply[];

/** One connection to a Redis server. */
export interface RedisLink {
  /** @throws {CrmError} CONNECTION, PERMISSION, DISK_FULL when its memory is full, ENGINE */
  send(command: RedisCommand): Promise<RedisReply>;
  /** Sends commands at once and awaits all their answers. */
  sendAll(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]>;
  /** All commands or none, as MULTI and EXEC do it. */
  transaction(commands: readonly RedisCommand[]): Promise<void>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** The type of texts in the protocol, which shall come as bytes. */
const BLOB_STRING = 36;
const BYTES = { typeMapping: { [BLOB_STRING]: Buffer } } as const;
const PROBLEMS: readonly (readonly [RegExp, 'LOGIN' | 'PERMISSION' | 'DISK_FULL' | 'CONNECTION', string, string])[] = [
  [/^(WRONGPASS|NOAUTH|ERR AUTH)/, 'LOGIN', 'does not accept the user or the password', 'check the user and the password of the URL'],
  [/^NOPERM/, 'PERMISSION', 'does not allow this user to do that', 'ask its administrator for the right'],
  [/^READONLY/, 'PERMISSION', 'is a replica that cannot be written to', 'name its primary server'],
  [/^(OOM|MISCONF)/, 'DISK_FULL', 'takes no more data: its memory or disk is full', 'free some space and run again'],
  [/^(LOADING|BUSY|MASTERDOWN)/, 'CONNECTION', 'is not ready', 'run again in a moment'],
];

/** Connects. @throws {CrmError} ENGINE when the driver is not installed; CONNECTION, LOGIN */
export async function connectRedis({ url, label }: RedisAddress): Promise<RedisLink> {
  const { createClient } = await loadDriver();
  const client = createClient({ url, socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false }, disableOfflineQueue: true });
  client.on('error', () => {}); // a lost connection shows in the next command
  const guarded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw redisError(error, label);
    }
  };
  const send = (command: RedisCommand): Promise<RedisReply> => client.sendCommand<RedisReply>([...command], BYTES);
  await guarded(client.connect());
  return {
    send: (command) => guarded(send(command)),
    sendAll: (commands) => guarded(Promise.all(commands.map(send))),
    async transaction(commands) {
      if (commands.length === 0) return;
      const multi = client.multi();
      for (const command of commands) multi.addCommand([...command]);
      await guarded(multi.exec());
    },
    async close() {
      if (client.isOpen) await client.close().catch(() => client.destroy());
    },
  };
}

/** Bytes as a text; as they are when they are no UTF-8. */
export function textOrBytes(bytes: Buffer): string | Uint8Array {
  return isUtf8(bytes) ? bytes.toString('utf8') : new Uint8Array(bytes);
}

/** A list that the server answered; empty where there is none. */
export function listOf(reply: RedisReply | undefined): readonly Buffer[] {
  return Array.isArray(reply) ? (reply as readonly Buffer[]) : [];
}

async function loadDriver(): Promise<typeof import('redis')> {
  try {
    return await import('redis');
  } catch (error) {
    throw new CrmError('ENGINE', 'the driver of Redis is not installed', { cause: error, hint: 'npm install redis' });
  }
}

function redisError(error: unknown, label: string): CrmError {
  const { message, name, code, errors } = error as Error & { readonly code?: string; readonly errors?: readonly Error[] };
  const text = errors?.[0]?.message ?? message;
  for (const [pattern, ours, problem, hint] of PROBLEMS) {
    if (pattern.test(text)) return new CrmError(ours, `${label} ${problem}`, { cause: error, hint });
  }
  const isAnswer = /^[A-Z]+ /.test(text) && code === undefined && !/Timeout|Closed|Disconnect|Offline|Socket/.test(name);
  if (isAnswer) {
    return new CrmError('ENGINE', `${label} refuses a command: ${text.split(' ')[0]}`, {
      cause: error,
      hint: 'choose a prefix whose keys nobody else writes: ?prefix=name:',
    });
  }
  return new CrmError('CONNECTION', `${label} does not answer${code === undefined ? '' : `: ${code}`}`, {
    cause: error,
    hint: 'check the address, and whether the server runs',
  });
}
