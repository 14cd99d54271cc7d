import type { types } from 'cassandra-driver';
import { CrmError, type ErrorCode } from '../errors.ts';
import type { CassandraAddress } from './cassandra-address.ts';
import { RefusedRows } from './connector.ts';

/** The driver, which is loaded when it is needed. */
export type CassandraDriver = typeof import('cassandra-driver');

/** A page of an answer. */
export interface CassandraPage {
  readonly rows: readonly types.Row[];
  readonly next: string | null;
}

/** A keyspace that is connected to. */
export interface CassandraLink {
  readonly driver: CassandraDriver;
  readonly keyspace: string;
  readonly label: string;
  /** Carries out a statement. @throws {CrmError} */
  run(cql: string, values?: readonly unknown[]): Promise<readonly types.Row[]>;
  /** One page of the rows of a query. @param from where the page before ended; null: the first. @throws {CrmError} */
  page(cql: string, size: number, from: string | null): Promise<CassandraPage>;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Statements under way at the same time. */
const AT_ONCE = 32;
const PROTOCOL_4 = 4;
const PROBLEMS: Readonly<Record<number, readonly [ErrorCode, string, string]>> = {
  256: ['LOGIN', 'refused the login', 'check user and password in the URL'],
  4096: ['CONNECTION', 'has too few servers that are up', 'try again when they are'],
  4097: ['BUSY', 'is overloaded', 'try again later, or with --jobs 1'],
  4352: ['BUSY', 'did not write in time', 'try again later, or with --jobs 1'],
  4608: ['BUSY', 'did not read in time', 'try again later, or with a smaller --batch'],
  8448: ['PERMISSION', 'did not permit this', 'grant the user the rights it needs: SELECT, or CREATE and MODIFY'],
};

/** Errors of the driver that say more than that no server was found. */
const TELLING: readonly string[] = ['AuthenticationError', 'ArgumentError'];

/** Connects. @throws {CrmError} ENGINE when the driver is not installed; USAGE, CONNECTION, LOGIN, PERMISSION, NO_DATABASE */
export async function connectCassandra(address: CassandraAddress): Promise<CassandraLink> {
  const driver = await loadDriver();
  const { label, keyspace, user, password } = address;
  const consistency = driver.types.consistencies.localQuorum;
  const client = new driver.Client({
    contactPoints: [...address.hosts],
    localDataCenter: address.dataCenter,
    ...(user === null ? {} : { credentials: { username: user, password } }),
    isMetadataSyncEnabled: false,
    protocolOptions: { maxVersion: PROTOCOL_4 },
    socketOptions: { connectTimeout: CONNECT_TIMEOUT_MS },
    encoding: { map: Map, useBigIntAsLong: true, useBigIntAsVarint: true },
    queryOptions: { consistency, isIdempotent: true },
  });
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw cassandraError(error, label);
    }
  };
  const link: CassandraLink = {
    driver,
    keyspace,
    label,
    run: (cql, values = []) => guarded(async () => (await client.execute(cql, [...values], { prepare: values.length > 0 })).rows ?? []),
    page: (cql, size, from) =>
      guarded(async () => {
        const { rows, pageState } = await client.execute(cql, [], { fetchSize: size, ...(from === null ? {} : { pageState: from }) });
        return { rows: rows ?? [], next: pageState ?? null };
      }),
    close: () => client.shutdown().catch(() => undefined),
  };
  try {
    await guarded(() => client.connect());
    const found = await link.run('SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?', [keyspace]);
    if (found.length > 0) return link;
    throw new CrmError('NO_DATABASE', `${label} has no such keyspace`, {
      hint: "make it first, and say how often it is kept: CREATE KEYSPACE name WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}",
    });
  } catch (error) {
    await link.close();
    throw error;
  }
}

/** A name as CQL takes it, whatever is in it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Does work for each of some things, several at a time, answers in their order. */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      answers[at] = await work(items[at] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return answers;
}

async function loadDriver(): Promise<CassandraDriver> {
  try {
    const driver = await import('cassandra-driver');
    return (driver as CassandraDriver & { readonly default?: CassandraDriver }).default ?? driver;
  } catch (error) {
    throw new CrmError('ENGINE', 'the driver of Cassandra is not installed', { cause: error, hint: 'npm install cassandra-driver' });
  }
}

/** Turns an error of the driver or the server into a CrmError without any value. */
function cassandraError(thrown: unknown, label: string): unknown {
  if (thrown instanceof CrmError || thrown instanceof RefusedRows || !(thrown instanceof Error)) return thrown;
  const { code, innerErrors } = thrown as { code?: unknown; innerErrors?: Readonly<Record<string, unknown>> };
  const inner = Object.values(innerErrors ?? {}).find((one) => one instanceof Error && (TELLING.includes(one.name) || isNumbered(one)));
  if (inner !== undefined && inner !== thrown) return cassandraError(inner, label);
  if (thrown.name === 'AuthenticationError') return problem(label, PROBLEMS[256]);
  if (typeof code === 'number') {
    return PROBLEMS[code] === undefined
      ? new CrmError('ENGINE', `${label} refused a statement (0x${code.toString(16)})`, {
          hint: 'look at the log of the server: it says why',
        })
      : problem(label, PROBLEMS[code]);
  }
  if (thrown.name === 'ArgumentError') {
    return new CrmError('USAGE', `${label}: no server in that data centre`, {
      hint: 'check ?localDataCenter=; SELECT data_center FROM system.local tells its name',
    });
  }
  if (thrown instanceof TypeError || thrown instanceof RangeError) return thrown;
  return new CrmError('CONNECTION', `${label} does not answer`, { hint: 'check host and port, and whether the server runs' });
}

function isNumbered(error: Error): boolean {
  return typeof (error as { code?: unknown }).code === 'number';
}

function problem(
  label: string,
  [code, text, hint]: readonly [ErrorCode, string, string] = ['CONNECTION', 'does not answer', ''],
): CrmError {
  return new CrmError(code, `${label} ${text}`, { hint });
}
