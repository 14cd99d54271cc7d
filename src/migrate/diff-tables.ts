import type { Snapshot, TableStore } from '../connectors/connector.ts';
import { openStore } from '../connectors/index.ts';
import { OutputFile } from '../formats/output-file.ts';
import type { ComparedOwnTable } from '../repository/compare-databases.ts';
import { auditSchema } from './audit-schema.ts';
import { ChangesSpool } from './changes-spool.ts';
import { areOurs, compareCustomerDatabases } from './compare-customer-databases.ts';
import { type DiffLine, lineOf, ownLine } from './diff-line.ts';
import { findChanges } from './find-changes.ts';
import { PairedTable } from './paired-table.ts';
import { matchTable } from './table-plan.ts';
import { chosenNames, partnerOf, tableNames } from './verify-tables.ts';

/** How two places are compared. */
export interface DiffOptions {
  /** Names of tables of the first side; null: all, and those that only the second has are told. */
  readonly tables: readonly string[] | null;
  /** How many differences the result lists; all are counted. */
  readonly limit: number;
  /** File of all differences, one JSON object a line; null: none. */
  readonly out: string | null;
  /** Tell the values that differ; keys are told in any case. */
  readonly showValues: boolean;
  /** Compare customer databases of crm as any other tables; absent: as customer databases. */
  readonly asTables?: boolean;
  readonly busyTimeoutMs: number;
  /** Opens encrypted files; null: there is none. */
  readonly key: Uint8Array | null;
  readonly signal?: AbortSignal;
  readonly onProgress?: (table: string, rows: number) => void;
}

/** One table that was compared. */
export interface DiffedTable extends ComparedOwnTable {
  /** Differences of the schemas. */
  readonly schema: number;
}

/** What was found. */
export interface DiffResult {
  readonly a: string;
  readonly b: string;
  /** As what they were compared. */
  readonly as: 'tables' | 'customer databases';
  readonly identical: boolean;
  readonly tables: readonly DiffedTable[];
  /** The first of them, those of the schemas before the others. */
  readonly differences: readonly DiffLine[];
  /** How many there are in all. */
  readonly total: number;
  /** The file of all of them; null: none was asked for. */
  readonly out: string | null;
  readonly elapsedMs: number;
}

/**
 * Lists in which rows two places differ, however many they are. Both are only read.
 * @throws {CrmError} NOT_FOUND when a table was named that the first side does not have; OUTPUT_FAILED; those of both sides
 */
export async function diffTables(a: string, b: string, options: DiffOptions): Promise<DiffResult> {
  const startMs = performance.now();
  const opening = { create: false, busyTimeoutMs: options.busyTimeoutMs, ...(options.key === null ? {} : { key: options.key }) };
  const [storeA, snapshotA] = await opened(a, opening);
  try {
    const [storeB, snapshotB] = await opened(b, opening);
    try {
      const isOurs =
        options.asTables !== true && (await areOurs({ address: a, store: storeA }, { address: b, store: storeB }, options.tables));
      const diff = new Diff(storeA, storeB, [snapshotA, snapshotB], options);
      const found = await (isOurs ? diff.customers({ a, b }) : diff.run());
      return {
        a: storeA.label,
        b: storeB.label,
        as: isOurs ? 'customer databases' : 'tables',
        ...found,
        elapsedMs: Math.round(performance.now() - startMs),
      };
    } finally {
      await snapshotB.close();
      await storeB.close();
    }
  } finally {
    await snapshotA.close();
    await storeA.close();
  }
}

async function opened(address: string, opening: Parameters<typeof openStore>[1]): Promise<readonly [TableStore, Snapshot]> {
  const store = await openStore(address, opening);
  try {
    return [store, await store.snapshot()];
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** What a comparison finds. */
type Found = Omit<DiffResult, 'a' | 'b' | 'as' | 'elapsedMs'>;

/** A table that both sides have. */
interface Common {
  readonly pair: PairedTable;
  schema: number;
}

class Diff {
  readonly #a: TableStore;
  readonly #b: TableStore;
  readonly #snapshots: readonly [Snapshot, Snapshot];
  readonly #options: DiffOptions;
  readonly #file: OutputFile | null;
  readonly #listed: DiffLine[] = [];
  readonly #tables: DiffedTable[] = [];
  #total = 0;

  constructor(a: TableStore, b: TableStore, snapshots: readonly [Snapshot, Snapshot], options: DiffOptions) {
    this.#a = a;
    this.#b = b;
    this.#snapshots = snapshots;
    this.#options = options;
    this.#file = options.out === null ? null : new OutputFile(options.out);
  }

  /** Compares all as tables. */
  run(): Promise<Found> {
    return this.#listing(async () => {
      // Schemas first: what they say explains the rows.
      for (const { pair, schema } of await this.#schemas()) await this.#rows(pair, schema);
    });
  }

  /** Compares customer databases as such. */
  customers(addresses: { readonly a: string; readonly b: string }): Promise<Found> {
    return this.#listing(async () => {
      const { tables, busyTimeoutMs, key, signal, onProgress, showValues } = this.#options;
      const compared = await compareCustomerDatabases({
        ...{ ...addresses, tables, busyTimeoutMs, key, signal },
        onRows: (rows) => onProgress?.('customers', rows),
        onDifference: (difference) => this.#add(ownLine(difference, showValues)),
      });
      for (const table of compared.tables) this.#tables.push({ ...table, schema: 0 });
    });
  }

  async #listing(compare: () => Promise<void>): Promise<Found> {
    try {
      await compare();
      this.#file?.finish();
      const out = this.#file?.path ?? null;
      return { identical: this.#total === 0, tables: this.#tables, differences: this.#listed, total: this.#total, out };
    } finally {
      this.#file?.discard();
    }
  }

  async #schemas(): Promise<readonly Common[]> {
    const [a, b] = this.#snapshots;
    const [namesA, namesB] = [await tableNames(a), await tableNames(b)];
    const { tables } = this.#options;
    const partners = new Set<string>();
    const common: Common[] = [];
    for (const name of chosenNames(namesA, tables ?? undefined, this.#a.label)) {
      const partner = partnerOf(name, namesB, this.#b.facts.nameBytes);
      if (partner === undefined) await this.#lone(name, 0, 'the table is missing');
      else common.push(await this.#common(name, partner));
      if (partner !== undefined) partners.add(partner);
    }
    for (const name of tables === null ? namesB : [])
      if (!partners.has(name)) await this.#lone(name, 1, 'the table is only on the second side');
    return common;
  }

  async #common(name: string, partner: string): Promise<Common> {
    const [a, b] = this.#snapshots;
    const [schemaA, schemaB] = [await a.schema(name), await b.schema(partner)];
    const found = auditSchema(schemaA, schemaB, { factsA: this.#a.facts, factsB: this.#b.facts, strict: false });
    for (const { column, detail } of found) this.#add(schemaLine(name, column, detail));
    return { pair: new PairedTable(matchTable(schemaA, schemaB, this.#b.facts), this.#b.facts), schema: found.length };
  }

  /** A table of one side only: its rows are counted, not listed. */
  async #lone(name: string, side: 0 | 1, detail: string): Promise<void> {
    const snapshot = this.#snapshots[side];
    const rows = await snapshot.count(await snapshot.schema(name));
    this.#add(schemaLine(name, null, detail));
    const counts = side === 0 ? { rowsA: rows, rowsB: 0, missing: rows, extra: 0 } : { rowsA: 0, rowsB: rows, missing: 0, extra: rows };
    this.#tables.push({ name, ...counts, different: 0, schema: 1 });
  }

  async #rows(pair: PairedTable, schema: number): Promise<void> {
    const { signal, onProgress, showValues } = this.#options;
    const spool = new ChangesSpool();
    try {
      const rows = await findChanges(pair, this.#snapshots, spool, { signal, onRows: (count) => onProgress?.(pair.name, count) });
      for await (const change of spool.changes()) this.#add(lineOf(pair, change, showValues));
      this.#tables.push({ name: pair.name, ...rows, ...spool.counts, schema });
    } finally {
      spool.dispose();
    }
  }

  #add(line: DiffLine): void {
    this.#total++;
    this.#file?.write(`${JSON.stringify(line)}\n`);
    if (this.#listed.length < this.#options.limit) this.#listed.push(line);
  }
}

function schemaLine(table: string, column: string | null, detail: string): DiffLine {
  return { table, kind: 'schema', key: null, row: null, columns: column === null ? null : [column], detail };
}
