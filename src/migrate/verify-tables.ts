import type { Snapshot, TableStore } from '../connectors/connector.ts';
import { CrmError } from '../errors.ts';
import { type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { auditSchema } from './audit-schema.ts';
import { ComparedColumns } from './compared-columns.ts';
import { fittingName, sameName } from './fitting-names.ts';
import { keyComparison } from './key-comparison.ts';
import { NotInOrder } from './merge-side.ts';
import { RowStream } from './row-stream.ts';
import { matchTable } from './table-plan.ts';
import { type ConversionCount, type Difference, Findings } from './verify-findings.ts';
import { verifyOrdered } from './verify-ordered.ts';
import { verifyUnordered } from './verify-unordered.ts';

export type { ConversionCount, Difference, PlainCell } from './verify-findings.ts';

/** Rows that need not be compared any more. */
export interface KnownRows {
  /** All rows of the table, on either side. */
  readonly rows: number;
  /** Key of the last row that is compared, in the form of the first side. */
  readonly upTo: Row;
}

/** How two databases are compared. */
export interface VerifyOptions {
  /** Names of tables of the first side; all of them, and whether the second has more, where none are named. */
  readonly tables?: readonly string[];
  /** Names of tables of the second side, by their names on the first, where they are others. */
  readonly targetNames?: ReadonlyMap<string, string>;
  /** Share of the rows whose cells are compared, above 0, at most 1; rows are counted and keys compared in all of them. */
  readonly sample?: number;
  /** Tell the values that differ; keys are told in any case. */
  readonly showValues?: boolean;
  /** Differences that are listed; all are counted. 100 where nothing is given. */
  readonly maxDifferences?: number;
  /** Conversions count as differences, and so does what only the second schema has. */
  readonly strict?: boolean;
  /** The schemas are not compared. */
  readonly rowsOnly?: boolean;
  /** Whether a reference to a table of the second side is expected; absent: every one is. */
  readonly expects?: (parent: string) => boolean;
  /** Rows that only the second side has are no differences: it had some before. */
  readonly mayHaveMore?: boolean;
  /** Tables whose rows are known to be the same behind a key, by name. */
  readonly known?: ReadonlyMap<string, KnownRows>;
  readonly signal?: AbortSignal;
  /** Called now and then: rows of a table that were read. */
  readonly onProgress?: (table: string, rows: number) => void;
}

/** One table that was compared. */
export interface VerifiedTable {
  readonly name: string;
  readonly rowsA: number;
  readonly rowsB: number;
  readonly differences: number;
  /** Cells that are stored as something else, as intended. */
  readonly conversions: number;
}

/** What a comparison found. */
export interface VerifyResult {
  readonly identical: boolean;
  readonly tables: readonly VerifiedTable[];
  /** The first of them. */
  readonly differences: readonly Difference[];
  readonly conversions: readonly ConversionCount[];
  readonly elapsedMs: number;
}

const DEFAULT_LISTED = 100;

/**
 * Compares the tables of two databases, each as it is at one moment: schemas, and all rows cell by cell.
 * @throws {CrmError} NOT_FOUND when a table was named that the first side does not have
 */
export async function verifyTables(a: TableStore, b: TableStore, options: VerifyOptions = {}): Promise<VerifyResult> {
  const startMs = performance.now();
  const snapshotA = await a.snapshot();
  try {
    const snapshotB = await b.snapshot();
    try {
      return await new Verification(a, b, [snapshotA, snapshotB], options).run(startMs);
    } finally {
      await snapshotB.close();
    }
  } finally {
    await snapshotA.close();
  }
}

class Verification {
  readonly #a: TableStore;
  readonly #b: TableStore;
  readonly #snapshots: readonly [Snapshot, Snapshot];
  readonly #options: VerifyOptions;
  readonly #tables: VerifiedTable[] = [];
  readonly #listed: Difference[] = [];
  readonly #conversions: ConversionCount[] = [];

  constructor(a: TableStore, b: TableStore, snapshots: readonly [Snapshot, Snapshot], options: VerifyOptions) {
    this.#a = a;
    this.#b = b;
    this.#snapshots = snapshots;
    this.#options = options;
  }

  async run(startMs: number): Promise<VerifyResult> {
    const [namesA, namesB] = await Promise.all(this.#snapshots.map(tableNames));
    const { tables, strict = false } = this.#options;
    const partners = new Set<string>();
    for (const name of chosenNames(namesA as string[], tables, this.#a.label)) {
      const partner = partnerOf(this.#options.targetNames?.get(name) ?? name, namesB as string[], this.#b.facts.nameBytes);
      if (partner !== undefined) partners.add(partner);
      await this.#table(name, partner);
    }
    if (tables === undefined)
      for (const name of namesB as string[]) if (!partners.has(name)) await this.#lone(name, 'the table is only on the second side');
    const differs = this.#tables.some(({ differences }) => differences > 0) || (strict && this.#conversions.length > 0);
    return {
      identical: !differs,
      tables: this.#tables,
      differences: this.#listed,
      conversions: this.#conversions,
      elapsedMs: Math.round(performance.now() - startMs),
    };
  }

  async #table(name: string, partner: string | undefined): Promise<void> {
    if (partner === undefined) return this.#lone(name, 'the table is missing');
    const [a, b] = this.#snapshots;
    const [schemaA, schemaB] = await Promise.all([a.schema(name), b.schema(partner)]);
    const { expects } = this.#options;
    const expected = expects === undefined ? {} : { expects };
    const audit = { factsA: this.#a.facts, factsB: this.#b.facts, strict: this.#options.strict === true, ...expected };
    const schema = this.#options.rowsOnly === true ? [] : auditSchema(schemaA, schemaB, audit);
    for (const { column, detail } of schema) this.#add(schemaDifference(name, column, detail));
    const listed = this.#listed.length;
    let findings = await this.#rows(schemaA, schemaB, true).catch((error: unknown) => {
      if (error instanceof NotInOrder) return null;
      throw error;
    });
    if (findings === null) {
      this.#listed.length = listed;
      findings = (await this.#rows(schemaA, schemaB, false)) as Findings;
    }
    const conversions = findings.conversions();
    this.#conversions.push(...conversions);
    this.#tables.push({
      name,
      rowsA: findings.rowsA,
      rowsB: findings.rowsB,
      differences: schema.length + findings.differences,
      conversions: conversions.reduce((sum, { cells }) => sum + cells, 0),
    });
  }

  /** @throws {NotInOrder} when rows cannot be merged by key */
  async #rows(schemaA: TableSchema, schemaB: TableSchema, mayMerge: boolean): Promise<Findings> {
    const plan = matchTable(schemaA, schemaB, this.#b.facts);
    const columnB = new Map(plan.columns.map(({ source, target }) => [source.name, target.name]));
    const isPaired = rowKey(schemaA).every((name) => columnB.has(name));
    const key = isPaired ? rowKey(schemaA) : [];
    const columns = new ComparedColumns(plan, key, this.#b.facts);
    const { showValues = false, mayHaveMore = false, sample = 1, signal } = this.#options;
    const findings = new Findings(schemaA.name, columns, { showValues, mayHaveMore }, (difference) => this.#add(difference));
    const namesB = key.map((name) => columnB.get(name) as string);
    const ordered = mayMerge && key.length > 0 && isUnique(schemaB, namesB);
    const keyedB = ordered ? { ...schemaB, primaryKey: namesB } : schemaB;
    const known = ordered ? this.#options.known?.get(schemaA.name) : undefined;
    const upToA = known === undefined ? {} : { upTo: known.upTo };
    const upToB = known === undefined ? {} : { upTo: columns.keyOnRight(known.upTo) };
    const open = (): [RowStream, RowStream] => {
      const [a, b] = this.#snapshots;
      return [
        new RowStream(a, { table: schemaA, columns: plan.columns.map(({ source }) => source.name), ordered, ...upToA }, signal),
        new RowStream(b, { table: keyedB, columns: plan.columns.map(({ target }) => target.name), ordered, ...upToB }, signal),
      ];
    };
    const onRows = this.#progress(schemaA.name);
    if (!ordered) {
      await verifyUnordered(open, columns, findings, { sample, onRows });
      return findings;
    }
    const streams = open();
    const compare = keyComparison(columns.keyAt.map((at) => (plan.columns[at] as (typeof plan.columns)[number]).target.type));
    try {
      await verifyOrdered(streams, columns, findings, { compare, sample, onRows });
    } finally {
      await Promise.all(streams.map((stream) => stream.close()));
    }
    if (known !== undefined) findings.rowsA = findings.rowsB = known.rows;
    return findings;
  }

  /** A table of one side only. */
  async #lone(name: string, detail: string): Promise<void> {
    const isFirst = detail.endsWith('missing');
    const snapshot = this.#snapshots[isFirst ? 0 : 1];
    const rows = await snapshot.count(await snapshot.schema(name));
    this.#add(schemaDifference(name, null, detail));
    this.#tables.push({ name, rowsA: isFirst ? rows : 0, rowsB: isFirst ? 0 : rows, differences: 1, conversions: 0 });
  }

  #add(difference: Difference): void {
    if (this.#listed.length < (this.#options.maxDifferences ?? DEFAULT_LISTED)) this.#listed.push(difference);
  }

  #progress(table: string): (rows: number) => void {
    const { onProgress } = this.#options;
    let nextRows = PROGRESS_ROWS;
    return (rows) => {
      if (rows < nextRows) return;
      nextRows = rows + PROGRESS_ROWS;
      onProgress?.(table, rows);
    };
  }
}

const PROGRESS_ROWS = 500;

/** The table of the second side that has this name, as it fits there, exactly or else in any case. */
export function partnerOf(name: string, namesB: readonly string[], nameBytes: number): string | undefined {
  const wanted = fittingName(name, nameBytes);
  return namesB.find((one) => one === wanted) ?? namesB.find((one) => sameName(one, wanted));
}

/** Names of the tables of a snapshot, without views. */
export async function tableNames(snapshot: Snapshot): Promise<readonly string[]> {
  return (await snapshot.tables()).filter(({ kind }) => kind === 'table').map(({ name }) => name);
}

/** Those that were named, as they are called here; all where none were. @throws {CrmError} NOT_FOUND */
export function chosenNames(names: readonly string[], chosen: readonly string[] | undefined, label: string): readonly string[] {
  if (chosen === undefined) return names;
  const found = chosen.map((name) => names.find((one) => one === name) ?? names.find((one) => sameName(one, name)));
  const unknown = chosen.filter((_, at) => found[at] === undefined);
  if (unknown.length === 0) return found as string[];
  throw new CrmError('NOT_FOUND', `${label} has no table ${unknown.join(', ')}`, { hint: `it has: ${names.join(', ')}` });
}

/** Whether a table makes sure that no two rows have the same in these columns: only then it can be read in their order. */
export function isUnique({ primaryKey, indexes, columns }: TableSchema, names: readonly string[]): boolean {
  const isSet = (others: readonly string[]): boolean => others.length === names.length && others.every((name) => names.includes(name));
  const isRequired = columns.every(({ name, nullable }) => !nullable || !names.includes(name));
  return (
    isSet(primaryKey) ||
    (isRequired && indexes.some((one) => one.unique && one.special === null && isSet(one.columns.map(({ name }) => name))))
  );
}

function schemaDifference(table: string, column: string | null, detail: string): Difference {
  return { table, kind: 'schema', key: null, row: null, column, detail };
}
