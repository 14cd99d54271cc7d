import type { SqlRow, SqlValue } from '../engines/engine.ts';
import type { LinkedRow, RelatedOutcome, RelatedRow } from './related-rows.ts';
import { missingValue, type RelatedTable, RowStates, type RowState } from './related-states.ts';
import { pairKey, type RelatedContext, type TableWriter } from './related-table.ts';

const TABLE: RelatedTable = {
  entity: 'consents',
  key: ['customer_id', 'channel'],
  optional: ['ground'],
  required: ['status', 'decided_at'],
};

/**
 * Writes consents, one a customer and channel: the newest decision stands. A row without a time never takes an opt-out
 * back, nor does an older one.
 */
export class ConsentWriter implements TableWriter {
  readonly #context: RelatedContext;
  readonly #states = new RowStates(TABLE);
  /** When runs started: a decision of such a time came without one, it is the time of its import. */
  #runTimes: ReadonlySet<SqlValue | undefined> | null = null;

  constructor(context: RelatedContext) {
    this.#context = context;
  }

  async write(rows: readonly LinkedRow[]): Promise<RelatedOutcome[]> {
    const { connection } = this.#context;
    this.#runTimes ??= new Set((await connection.all('SELECT DISTINCT started_at FROM runs')).map((run) => run.started_at));
    const known = await this.#load(rows);
    const outcomes = rows.map((linked) => this.#writeRow(linked, known));
    await this.#states.save(this.#context);
    return outcomes;
  }

  async finish(): Promise<void> {}

  async #load(rows: readonly LinkedRow[]): Promise<Map<string, RowState>> {
    const { connection } = this.#context;
    const ids = [...new Set(rows.map(({ customerId }) => customerId))];
    const found = await connection.all(`SELECT * FROM consents WHERE ${connection.facts.inJsonArray('customer_id', 'integer')}`, [
      JSON.stringify(ids),
    ]);
    return new Map(found.map((row) => [pairKey(row.customer_id as number, row.channel as string), { original: row, current: row }]));
  }

  #writeRow({ row, customerId }: LinkedRow, known: Map<string, RowState>): RelatedOutcome {
    const { channel, status } = row.values;
    if (typeof channel !== 'string') return missingValue('channel');
    if (typeof status !== 'string') return missingValue('status');
    const key = pairKey(customerId, channel);
    const state = known.get(key);
    if (state === undefined) {
      const values = { ...row.values, decided_at: row.values.decided_at ?? this.#context.now };
      known.set(key, this.#states.create({ ...row, values }, { customer_id: customerId, channel }) as RowState);
      return 'created';
    }
    if (this.#context.onMatch === 'skip') return 'skipped';
    return this.#decide(row, state);
  }

  #decide(row: RelatedRow, state: RowState): RelatedOutcome {
    const { status: stored, decided_at: since } = state.current as SqlRow & { status: string; decided_at: string };
    const { status } = row.values;
    const time = typeof row.values.decided_at === 'string' ? row.values.decided_at : null;
    if (status === stored) {
      if (time !== null && time > since) return this.#replace(row, time, state);
      // The same decision again, or an older one: it may fill what is empty.
      return this.#states.merge(
        state,
        { values: { ground: row.values.ground ?? undefined } as SqlRow, attributes: row.attributes },
        'fill',
      );
    }
    if (this.#context.onMatch === 'fill') return 'skipped';
    const stands = status === 'in' ? time === null || time <= since : time !== null && time < since && !this.#isUndated(since);
    if (!stands) return this.#replace(row, time ?? this.#context.now, state);
    this.#context.warn(status === 'in' ? 'OPT_OUT_STANDS' : 'OPT_IN_STANDS', row.line);
    return 'skipped';
  }

  /** A newer decision stands; why the older one was made says nothing of it. */
  #replace({ values, attributes }: RelatedRow, time: string, state: RowState): RelatedOutcome {
    const { current } = state;
    const ground = values.ground ?? (values.status === current.status ? (current.ground ?? null) : null);
    this.#states.merge(state, { values: {}, attributes }, 'update');
    return this.#states.set(state, { status: values.status as string, decided_at: time, ground });
  }

  #isUndated(time: string): boolean {
    return this.#runTimes?.has(time) === true;
  }
}
