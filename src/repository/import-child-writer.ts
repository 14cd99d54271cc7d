import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { ChildValue } from '../model/child-value.ts';
import type { Change } from '../model/changeset.ts';
import { CustomerStore } from './customer-store.ts';
import { childIds, IdBlock } from './id-block.ts';
import { CustomerChildren, type ChildWrite, type Primary } from './import-children.ts';
import type { ImportSettings } from './import-settings.ts';
import type { RunLog } from './run-log.ts';

/** A row that makes a customer and says more than fields of it. */
export interface NewChildren {
  readonly id: number;
  readonly line: number;
  readonly values: readonly ChildValue[];
  readonly primary: Primary;
}

/** Writes contact points and consents that rows of an import bring, and records what the run's new customers do not cover. */
export class ChildWriter {
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #log: RunLog;
  readonly #settings: ImportSettings;
  readonly #ids: IdBlock;

  readonly #isBulk: boolean;
  #restoreIndexes: (() => Promise<void>) | null = null;

  /** @param isBulk whether there were no customers, and the indexes are made afterwards */
  constructor(connection: Connection, log: RunLog, settings: ImportSettings, isBulk: boolean) {
    this.#connection = connection;
    this.#isBulk = isBulk;
    this.#store = new CustomerStore(connection);
    this.#log = log;
    this.#settings = settings;
    this.#ids = new IdBlock(childIds(connection, 'contact_points'));
  }

  /** Writes what belongs to customers made a moment ago. */
  async saveNew(rows: readonly NewChildren[]): Promise<void> {
    if (this.#isBulk && rows.length > 0) this.#restoreIndexes ??= await this.#connection.suspendIndexes('contact_points');
    const writes: ChildWrite[] = [];
    for (const { id, line, values, primary } of rows) {
      const children = new CustomerChildren(id);
      children.apply(values, primary, this.#settings.now, (code) => this.#settings.warn(code, line));
      writes.push(...children.writes);
    }
    await this.save(writes);
  }

  /** Writes rows, the new contact points with ids of their own. */
  async save(writes: readonly ChildWrite[]): Promise<void> {
    if (writes.length === 0) return;
    const contacts = writes.filter(({ table }) => table === 'contact_points');
    const first = contacts.length === 0 ? 0 : await this.#ids.take(contacts.length);
    const contactRows = contacts.map(({ after }, i) => ({ ...after, id: first + i }));
    const consents = writes.filter(({ table }) => table === 'consents');
    await this.#store.saveChildren('contact_points', contactRows);
    await this.#store.saveChildren(
      'consents',
      consents.map(({ after }) => after),
    );
    for (const row of contactRows) await this.#record('contact_points', null, row);
    for (const { before, after } of consents) await this.#record('consents', before, after);
  }

  async #record(entity: ChildWrite['table'], before: SqlRow | null, after: SqlRow): Promise<void> {
    const id = after.customer_id as number;
    if (this.#log.made(id)) return;
    const action = before === null ? 'insert' : 'update';
    await this.#log.add({ entity, id, action, before: before as Change['before'], after: after as Change['after'] });
  }

  /** Makes the indexes that are away, and gives back the ids that were not used. */
  async finish(): Promise<void> {
    await this.#restoreIndexes?.();
    await this.#ids.release();
  }
}
