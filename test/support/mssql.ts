import { afterAll, expect } from 'vitest';
import { type TdsOptions, TdsServer } from './tds-server.ts';

const running: TdsServer[] = [];
let common: Promise<TdsServer> | null = null;

/** Starts a server, which stops when the test file ends. It must have known each statement that it was asked. */
export async function startTdsServer(options: TdsOptions = {}): Promise<TdsServer> {
  const server = await TdsServer.start(options);
  running.push(server);
  return server;
}

/** The server that the tests of a file share. */
export function tdsServer(): Promise<TdsServer> {
  common ??= startTdsServer();
  return common;
}

/** The address of an empty database of the common server. */
export async function freshMssqlUrl(options = ''): Promise<string> {
  return (await tdsServer()).freshUrl(options);
}

afterAll(async () => {
  common = null;
  const unknown: string[] = [];
  for (const server of running.splice(0)) {
    unknown.push(...server.unknown);
    await server.stop();
  }
  expect(unknown).toEqual([]);
});
