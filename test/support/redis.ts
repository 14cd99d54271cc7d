import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { afterAll } from 'vitest';

const SERVER = process.env.CRM_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379/9';
const BLOB_STRING = 36;
const prefixes: string[] = [];

/** A client of the Redis for tests (`CRM_TEST_REDIS_URL`, else database 9 of the local one); null where there is none, in CI a failure. */
export const redisClient = await connect();

/** A URL with a prefix of its own, whose keys are removed when the test file ends. */
export function freshPrefixUrl(): string {
  const prefix = `t[*]${randomBytes(6).toString('hex')}:`;
  prefixes.push(prefix);
  return `${SERVER}?prefix=${encodeURIComponent(prefix)}`;
}

afterAll(async () => {
  if (redisClient === null) return;
  for (const prefix of prefixes) {
    for (const key of await keysBehind(prefix)) await redisClient.sendCommand(['DEL', key]);
  }
  await redisClient.close();
});

/** All keys that begin so. */
export async function keysBehind(prefix: string): Promise<Buffer[]> {
  if (redisClient === null) throw new Error('there is no Redis: guard the suite with describe.skipIf(redisClient === null)');
  const pattern = `${prefix.replace(/[[\]*]/g, '\\$&')}*`;
  return redisClient.sendCommand<Buffer[]>(['KEYS', pattern], { typeMapping: { [BLOB_STRING]: Buffer } });
}

async function connect() {
  const client = createClient({ url: SERVER, socket: { connectTimeout: 2000, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    if (process.env.CI === 'true') throw new Error('no Redis for tests', { cause: error });
    process.stderr.write('SKIPPED: no Redis for tests\n');
    return null;
  }
}
