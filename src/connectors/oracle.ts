import { CrmError } from '../errors.ts';
import type { Connector, Snapshot, StoreFacts, StoreOptions, TableStore, TableTarget } from './connector.ts';
import { type OracleAddress, oracleAddress } from './oracle-address.ts';
import { oracleFacts } from './oracle-facts.ts';
import { OracleSession } from './oracle-session.ts';
import { takeOracleSnapshot } from './oracle-snapshot.ts';
import { OracleTarget } from './oracle-target.ts';

/** Schemas of Oracle databases. */
export const oracle: Connector = {
  open: openOracle,
};

async function openOracle(url: string, options: StoreOptions): Promise<TableStore> {
  const address = oracleAddress(url);
  const session = await OracleSession.open(address, options.busyTimeoutMs);
  await session.close();
  return new OracleStore(address, options, session.version);
}

class OracleStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts;
  readonly #address: OracleAddress;
  readonly #options: StoreOptions;

  constructor(address: OracleAddress, options: StoreOptions, version: number) {
    this.label = address.label;
    this.facts = oracleFacts(version);
    this.#address = address;
    this.#options = options;
  }

  async snapshot(): Promise<Snapshot> {
    return takeOracleSnapshot(await this.#session());
  }

  async target(): Promise<TableTarget> {
    const session = await this.#session();
    try {
      await refuseNarrowTexts(session);
      return new OracleTarget(session, this.facts.nameBytes, () => this.#session());
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  async close(): Promise<void> {}

  #session(): Promise<OracleSession> {
    return OracleSession.open(this.#address, this.#options.busyTimeoutMs);
  }
}

/** A database that was made for one language puts question marks for all other signs, and tells nobody. */
async function refuseNarrowTexts(session: OracleSession): Promise<void> {
  const [row] = await session.rows("SELECT VALUE FROM NLS_DATABASE_PARAMETERS WHERE PARAMETER = 'NLS_CHARACTERSET'");
  const set = row?.[0] ?? '';
  if (set === 'AL32UTF8' || set === 'UTF8') return;
  throw new CrmError('ENGINE', `${session.label} keeps texts in ${set}, which does not have every sign`, {
    hint: 'copy into a database whose NLS_CHARACTERSET is AL32UTF8',
  });
}
