import pg from 'pg';
import { CrmError, redactUrl } from '../errors.ts';
import { postgresError, unansweredConnect } from './postgres-errors.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** What a session of ours writes does not depend on the settings of the server or of the user. */
const SESSION = "SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO, YMD'; SET client_encoding TO 'UTF8'; SET client_min_messages TO warning;";

/** Where a PostgreSQL database is, taken apart. */
export interface PostgresAddress {
  /** The URL without `?schema=`, as the driver and the programs of PostgreSQL take it. */
  readonly url: string;
  /** The schema (namespace) that the URL names; null: the server's search path decides. */
  readonly schema: string | null;
  /** What to call it: the URL without its password. */
  readonly label: string;
}

/** Takes a database URL apart, which may name a schema: `?schema=name`. @throws {CrmError} USAGE when it is none */
export function postgresAddress(url: string): PostgresAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (error) {
    throw new CrmError('USAGE', `${redactUrl(url)} is not a database URL`, { cause: error, hint: 'postgres://user@host:5432/database' });
  }
  const schema = parsed.searchParams.get('schema');
  parsed.searchParams.delete('schema');
  return { url: parsed.toString(), schema, label: redactUrl(url) };
}

/**
 * Connects, with a session that reads and writes the same on every server.
 * @param types parsers of values; the driver's own where none are given
 * @throws {CrmError} CONNECTION, LOGIN or NO_DATABASE
 */
export async function connectClient({ url, schema, label }: PostgresAddress, types?: pg.CustomTypesConfig): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: sessionName(schema),
    ...(types === undefined ? {} : { types }),
  });
  client.on('error', () => {}); // a lost connection shows in the next query
  try {
    await client.connect();
    await client.query(schema === null ? SESSION : `${SESSION} SET search_path TO ${quoteName(schema)};`);
  } catch (error) {
    throw unansweredConnect(error, label) ?? postgresError(error, label);
  }
  return client;
}

/** What sessions of ours on a schema are called on the server, in 63 bytes at most. */
export function sessionName(schema: string | null): string {
  return schema === null ? 'crm' : `crm ${schema}`.slice(0, 40);
}

/** A name as SQL takes it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
