import { connectClient, postgresAddress } from './postgres-client.ts';
import { serverMajorOf } from './postgres-snapshot.ts';
import { findTool } from './postgres-tools.ts';
import { CrmError } from '../errors.ts';

/** The server, and the programs that backups of it need. */
export interface PostgresPrograms {
  readonly serverMajor: number;
  /** Programs that fit it, in words: `pg_dump 17`. */
  readonly found: readonly string[];
  /** What is wrong with others. */
  readonly missing: readonly { readonly message: string; readonly hint: string }[];
}

/** Looks whether the programs on the PATH fit the server. @throws {CrmError} CONNECTION, LOGIN or NO_DATABASE */
export async function postgresPrograms(url: string): Promise<PostgresPrograms> {
  const client = await connectClient(postgresAddress(url));
  let serverMajor: number;
  try {
    serverMajor = await serverMajorOf(client);
  } finally {
    await client.end();
  }
  const found: string[] = [];
  const missing: { message: string; hint: string }[] = [];
  for (const name of ['pg_dump', 'pg_restore'] as const) {
    try {
      found.push(`${name} ${(await findTool(name, serverMajor)).major}`);
    } catch (error) {
      if (!(error instanceof CrmError)) throw error;
      missing.push({ message: error.message, hint: error.hint ?? '' });
    }
  }
  return { serverMajor, found, missing };
}
