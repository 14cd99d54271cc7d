import { createHash } from 'node:crypto';
import { NO_LIMITS, type Snapshot } from '../connectors/connector.ts';
import { pause } from '../interruption.ts';
import { rowKey, type TableSchema } from '../model/table-schema.ts';
import type { CopyContext } from './copy-context.ts';
import { leftOutOf, sourceRequest } from './source-request.ts';
import type { TableState } from './copy-ledger.ts';
import type { CopyRun } from './copy-run.ts';
import type { PlannedTable } from './copy-target.ts';
import type { DigestRequest, RowsDigest } from './rows-digest.ts';
import type { KnownRows } from './verify-tables.ts';

/**
 * Tables of several parts that are the same on both sides, as a second reading of each tells: by hashes of their rows. Nothing that
 * has written rows, or put them together, has a part in it. Their first parts are to be compared cell by cell all the same; tables
 * that are not told of, as a whole.
 */
export async function unchangedTables(context: CopyContext, run: CopyRun): Promise<ReadonlyMap<string, KnownRows>> {
  const unchanged = new Map<string, KnownRows>();
  const there = await context.store.snapshot();
  try {
    for (const planned of context.planned) {
      const upTo = run.firstPartOf(planned.plan.source.name);
      const rows = upTo === undefined ? null : await new TableSides(context, run, planned, there).sameRows();
      if (upTo !== undefined && rows !== null) unchanged.set(planned.plan.source.name, { rows, upTo });
    }
  } finally {
    await there.close();
  }
  return unchanged;
}

/** The digest of one side; rows are not always counted. null: it cannot be said. */
type SideDigest = Promise<{ readonly rows: number | null; readonly digest: string } | null>;

/** A table of the source and what the target has of it. */
class TableSides {
  readonly #context: CopyContext;
  readonly #plan: PlannedTable['plan'];
  readonly #there: Snapshot;
  readonly #state: TableState;
  readonly #isPlain: boolean;

  constructor(context: CopyContext, run: CopyRun, { plan }: PlannedTable, there: Snapshot) {
    this.#context = context;
    this.#plan = plan;
    this.#there = there;
    this.#state = run.stateOf(plan.source.name);
    const { rejects, conversions } = this.#state;
    const isSameKind = plan.columns.every(({ source, target }) => source.type.kind === target.type.kind);
    this.#isPlain = isSameKind && rejects.length === 0 && conversions.length === 0;
  }

  /** How many rows both sides have, all of them the same; null: there may be differences. */
  async sameRows(): Promise<number | null> {
    const { source, store, options } = this.#context;
    const isTold = source.facts.givesText === true || store.facts.givesText === true || source.facts.name === store.facts.name;
    if (!isTold) return null;
    const target = await this.#target();
    if (target === null) return null;
    const [a, b] = await Promise.all([this.#sourceDigest(), target(options.signal)]);
    if (a === null || b === null || a.digest !== b.digest) return null;
    const { written } = this.#state;
    return [a.rows, b.rows].every((rows) => rows === null || rows === written) ? written : null;
  }

  #sourceDigest(): SideDigest {
    const { snapshot, digests, options } = this.#context;
    const { source, columns } = this.#plan;
    const { since } = leftOutOf(this.#context, this.#plan, this.#state);
    const names = columns.map((column) => column.source.name);
    const request = { table: source, columns: names, ordered: true, batch: 1, ...(since === null ? {} : { since }) };
    const text = this.#isPlain ? (snapshot.readText?.(request) ?? null) : null;
    return text === null ? digests.ofSource(sourceRequest(this.#context, this.#plan, this.#state)) : hashed(text, options.signal);
  }

  /** null: values of the table can be written in more than one way. */
  async #target(): Promise<((signal: AbortSignal | undefined) => SideDigest) | null> {
    const { digests } = this.#context;
    const { source, target, columns } = this.#plan;
    const names = new Map(columns.map((column) => [column.source.name, column.target.name]));
    const primaryKey = rowKey(source).map((name) => names.get(name) as string);
    const held = await this.#there.schema(target.name);
    const order: readonly string[] = [...names.values()];
    if (this.#there.readText !== undefined) {
      const table: TableSchema = { ...held, primaryKey };
      const text = this.#there.readText({ table, columns: order, ordered: true, batch: 1 });
      return text === null ? null : (signal) => hashed(text, signal);
    }
    const types = order.map((name) => held.columns.find((column) => column.name === name)?.type ?? null);
    if (types.includes(null)) return null;
    const known = types as DigestRequest['to'];
    const request: DigestRequest = {
      table: held.name,
      primaryKey,
      columns: order,
      from: known,
      to: known,
      converted: known.map(() => false),
      limits: NO_LIMITS,
      leftOut: { since: null, rejects: [] },
    };
    return (): Promise<RowsDigest | null> => digests.ofTarget(request);
  }
}

async function hashed(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<{ readonly rows: null; readonly digest: string }> {
  const hash = createHash('sha256');
  for await (const piece of pieces) {
    hash.update(piece);
    await pause(signal);
  }
  return { rows: null, digest: hash.digest('hex') };
}
