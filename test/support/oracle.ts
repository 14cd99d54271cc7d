import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { OracleEngine } from './oracle-engine.ts';
import { OracleServer, type OracleServerOptions } from './oracle-server.ts';
import { tempDir } from './temp-dir.ts';

const ACCOUNT = { user: 'crm', password: 'Grün & "geheim"', service: 'SHOP' } as const;

/** A server, and how to reach it. */
export interface RunningOracle {
  readonly url: string;
  readonly port: number;
  readonly server: OracleServer;
  readonly engine: OracleEngine;
}

const running: OracleServer[] = [];

/**
 * Starts a server that speaks the protocol of Oracle, empty, which ends with the test file. It is none of Oracle: it stands for one
 * as far as the messages of the driver and the statements of the connector go.
 */
export async function startOracle(options: Partial<OracleServerOptions> = {}): Promise<RunningOracle> {
  const engine = new OracleEngine(join(tempDir(), 'oracle.db'));
  const server = new OracleServer(engine, { ...ACCOUNT, ...options });
  running.push(server);
  const port = await server.listen();
  return { url: oracleUrl(port), port, server, engine };
}

/** The URL of a server at that port. */
export function oracleUrl(port: number, account: Partial<typeof ACCOUNT | Record<keyof typeof ACCOUNT, string>> = {}): string {
  const { user, password, service } = { ...ACCOUNT, ...account };
  return `oracle://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${service}`;
}

/** Carries out statements as somebody else would. */
export function oracleRun({ engine }: RunningOracle, ...statements: readonly string[]): void {
  const session = engine.session();
  const settings = "NLS_SORT = 'BINARY' NLS_COMP = 'BINARY' NLS_NUMERIC_CHARACTERS = '.,' TIME_ZONE = '+00:00' NLS_CALENDAR = 'GREGORIAN'";
  for (const sql of [`ALTER SESSION SET ${settings}`, ...statements]) session.change(sql, [], []);
  session.commit();
  session.close();
}

afterAll(() => {
  const failures = running.flatMap((server) => server.failures);
  for (const server of running.splice(0)) server.close();
  expect(failures).toEqual([]);
});
