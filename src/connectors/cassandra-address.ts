import { CrmError, redactUrl } from '../errors.ts';

const EXAMPLE = 'cassandra://user:password@host:9042/keyspace?localDataCenter=dc1';

/** Where a keyspace of Cassandra is, taken apart. */
export interface CassandraAddress {
  /** `host:port` of some of its servers. */
  readonly hosts: readonly string[];
  readonly user: string | null;
  readonly password: string;
  readonly keyspace: string;
  /** The data centre whose servers are asked. */
  readonly dataCenter: string;
  /** What to call it: the URL without its password. */
  readonly label: string;
}

/** Whether an address is a keyspace of Cassandra. */
export function isCassandra(address: string): boolean {
  return /^cassandra:\/\//i.test(address);
}

/** Takes the URL of a keyspace apart, which may name more hosts, `host1,host2`. @throws {CrmError} USAGE */
export function cassandraAddress(address: string): CassandraAddress {
  const label = redactUrl(address).replace(/\?.*$/s, '');
  const [, login = '', hosts = '', keyspace = '', query = ''] =
    /^cassandra:\/\/(?:([^@/]*)@)?([^/?]+)\/([^/?]+)(?:\?(.*))?$/i.exec(address) ?? [];
  const dataCenter = new URLSearchParams(query).get('localDataCenter') ?? '';
  if (keyspace === '') throw new CrmError('USAGE', `${label} is not the URL of a keyspace of Cassandra`, { hint: EXAMPLE });
  if (dataCenter === '') {
    throw new CrmError('USAGE', `${label} does not say which data centre is near`, {
      hint: `${EXAMPLE}; SELECT data_center FROM system.local tells its name`,
    });
  }
  const [user = '', ...password] = login.split(':');
  return {
    hosts: hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:9042`)),
    user: user === '' ? null : decoded(user),
    password: decoded(password.join(':')),
    keyspace: decoded(keyspace),
    dataCenter,
    label,
  };
}

/** A part with percent signs that are none stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
