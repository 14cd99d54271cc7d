import type { Snapshot, StoreFacts } from '../connectors/connector.ts';
import { type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { ComparedColumns } from './compared-columns.ts';
import { keyComparison } from './key-comparison.ts';
import type { CompareKeys } from './merge-side.ts';
import { RowStream } from './row-stream.ts';
import type { ColumnPlan, TablePlan } from './table-plan.ts';
import { isUnique } from './verify-tables.ts';

/** A table of the first side and its partner on the second: how their rows are read and told apart. */
export class PairedTable {
  readonly name: string;
  readonly plan: TablePlan;
  readonly columns: ComparedColumns;
  /** Columns of the key on the second side; empty: rows are told apart by all of their cells. */
  readonly key: readonly string[];
  /** Whether the second side sees to it that no two rows have the same key. */
  readonly isKeyUnique: boolean;
  /** The table of the second side, as one that is keyed like the first. */
  readonly keyed: TableSchema;
  readonly compare: CompareKeys;

  /** @param facts what the second side can do */
  constructor(plan: TablePlan, facts: StoreFacts) {
    this.name = plan.source.name;
    this.plan = plan;
    const partners = new Map(plan.columns.map(({ source, target }) => [source.name, target.name]));
    const key = rowKey(plan.source);
    const isPaired = key.every((name) => partners.has(name));
    this.key = isPaired ? key.map((name) => partners.get(name) as string) : [];
    this.columns = new ComparedColumns(plan, isPaired ? key : [], facts);
    this.isKeyUnique = this.key.length > 0 && isUnique(plan.target, this.key);
    this.keyed = this.isKeyUnique ? { ...plan.target, primaryKey: this.key } : plan.target;
    this.compare = keyComparison(this.columns.keyAt.map((at) => (plan.columns[at] as ColumnPlan).target.type));
  }

  /** Names of the columns on the second side, in the order of the cells. */
  get targetColumns(): readonly string[] {
    return this.plan.columns.map(({ target }) => target.name);
  }

  /** The cells of the key of a row of the second side, as they were read. */
  keyOf(row: Row): Row {
    return this.columns.keyAt.map((at) => row[at] ?? null);
  }

  /** Begins to read both sides. */
  open([a, b]: readonly [Snapshot, Snapshot], ordered: boolean, signal: AbortSignal | undefined): readonly [RowStream, RowStream] {
    const names = this.plan.columns.map(({ source }) => source.name);
    return [
      new RowStream(a, { table: this.plan.source, columns: names, ordered }, signal),
      new RowStream(b, { table: this.keyed, columns: this.targetColumns, ordered }, signal),
    ];
  }
}
