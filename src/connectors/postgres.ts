import type pg from 'pg';
import { connectClient, type PostgresAddress, postgresAddress, quoteName } from '../engines/postgres-client.ts';
import { postgresError } from '../engines/postgres-errors.ts';
import { CrmError } from '../errors.ts';
import type { Connector, Snapshot, StoreFacts, StoreLock, TableStore, TableTarget } from './connector.ts';
import { postgresHold } from './postgres-column-type.ts';
import { lockSchema } from './postgres-lock.ts';
import { PostgresSnapshot } from './postgres-snapshot.ts';
import { PostgresTarget } from './postgres-target.ts';

const FACTS: StoreFacts = {
  name: 'postgres',
  title: 'PostgreSQL',
  hold: postgresHold,
  limits: {
    nulInText: false,
    invalidUtf8: false,
    floatSpecials: true,
    decimalSpecials: true,
    decimalPrecision: null,
    decimalScale: 16_383,
    infiniteDates: true,
    zeroDates: false,
    dateYears: [-4712, 5_874_897],
    timestampYears: [-4712, 294_276],
    timeHours: 24,
    emptyIsNull: false,
  },
  transactions: true,
  constraints: true,
  checks: 'all',
  givesText: true,
  parallel: 4,
  nameBytes: 63,
};

/** How values are written and how long a session may last, whatever the server or the user has set. */
const SESSION =
  'SET IntervalStyle TO iso_8601; SET extra_float_digits TO 1; SET bytea_output TO hex; SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0';

/** A schema (namespace) of a PostgreSQL database. */
export const postgres: Connector = {
  open: async (address, options) => {
    const place = postgresAddress(address);
    const client = await connectClient({ ...place, schema: null });
    try {
      await requireSchema(client, place, options.create);
    } finally {
      await client.end().catch(() => {});
    }
    return new PostgresStore(place);
  },
};

async function requireSchema(client: pg.Client, { schema, label }: PostgresAddress, create: boolean): Promise<void> {
  if (schema === null) return;
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rows.length > 0) return;
  if (!create) throw new CrmError('NO_DATABASE', `${label} has no schema ${schema}`, { hint: 'check the name behind ?schema=' });
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`).catch((error: unknown) => {
    throw postgresError(error, label);
  });
}

class PostgresStore implements TableStore {
  readonly facts = FACTS;
  readonly #place: PostgresAddress;

  constructor(place: PostgresAddress) {
    this.#place = place;
  }

  get label(): string {
    return this.#place.label;
  }

  snapshot(moment?: string): Promise<Snapshot> {
    return PostgresSnapshot.open(this.label, () => this.#connect(), moment);
  }

  async lock(): Promise<StoreLock> {
    return lockSchema(await this.#connect(), this.label);
  }

  async target(): Promise<TableTarget> {
    return new PostgresTarget(await this.#connect(), this.label, () => this.#connect());
  }

  async close(): Promise<void> {}

  async #connect(): Promise<pg.Client> {
    const client = await connectClient(this.#place);
    await client.query(SESSION);
    return client;
  }
}
