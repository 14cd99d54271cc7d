import type { StoreFacts } from '../connectors/connector.ts';
import { type Column, type ColumnType, type ForeignKey, storedColumns, type TableSchema } from '../model/table-schema.ts';
import { columnDefault } from './column-default.ts';
import { type Converter, converter } from './conversion.ts';
import { columnNames, fittingName, sameName, uniqueNames } from './fitting-names.ts';
import { planChecks } from './table-checks.ts';
import { sameType, typeName } from './type-name.ts';

/** Something of a schema that the target does not have in the same way. */
export interface SchemaNote {
  readonly table: string;
  /** null: it is about the table. */
  readonly column: string | null;
  readonly reason: string;
}

/** Which column goes where, and how its cells change on the way. */
export interface ColumnPlan {
  readonly source: Column;
  readonly target: Column;
  /** null: cells go as they are. */
  readonly convert: Converter | null;
}

/** What becomes of a table. */
export interface TablePlan {
  readonly source: TableSchema;
  readonly target: TableSchema;
  /** In the order of the source. */
  readonly columns: readonly ColumnPlan[];
  readonly notes: readonly SchemaNote[];
}

/** How a table is planned. */
export interface PlanOptions {
  /** Types that were chosen for columns, by name; the others are those of the source. */
  readonly types?: ReadonlyMap<string, ColumnType>;
  /** Names of tables in the target, by their names in the source. */
  readonly targetNames?: ReadonlyMap<string, string>;
  /** The source is of the same kind: expressions, special indexes and collations can be made again. */
  readonly sameEngine?: boolean;
}

/** Plans a table that the target does not have yet. Notes tell what is not carried over. */
export function planTable(source: TableSchema, facts: StoreFacts, options: PlanOptions = {}): TablePlan {
  return new TablePlanner(source, facts, options).plan();
}

/** Pairs a table with one that the target has: columns by name, exactly or else in any case. */
export function matchTable(source: TableSchema, existingTarget: TableSchema, facts: StoreFacts): TablePlan {
  const notes: SchemaNote[] = readingNotes(source);
  const free = new Set(storedColumns(existingTarget));
  const exact = new Map([...free].map((column) => [column.name, column]));
  const columns: ColumnPlan[] = [];
  const loose = source.columns.filter((column) => {
    const target = exact.get(column.name);
    return target === undefined || !free.delete(target);
  });
  const pairs = new Map(source.columns.filter((column) => !loose.includes(column)).map(({ name }) => [name, exact.get(name) as Column]));
  for (const { name } of loose) {
    const target = [...free].find((one) => sameName(one.name, name));
    if (target === undefined) continue;
    free.delete(target);
    pairs.set(name, target);
  }
  for (const column of source.columns) {
    const target = pairs.get(column.name);
    if (target !== undefined) columns.push({ source: column, target, convert: converter(column.type, target.type, facts.limits) });
    else if (column.generated === null)
      notes.push({ table: source.name, column: column.name, reason: 'the target has no such column: it is not copied' });
  }
  for (const { name, nullable, default: preset, identity } of free) {
    if (!nullable && preset === null && !identity)
      notes.push({ table: source.name, column: name, reason: 'the source has no such column, and the target needs a value' });
  }
  return { source, target: existingTarget, columns, notes };
}

/** What is to be said of reading the source. */
function readingNotes({ name, reading }: TableSchema): SchemaNote[] {
  return (reading?.notes ?? []).map((note) => ({ table: name, ...note }));
}

class TablePlanner {
  readonly #source: TableSchema;
  readonly #facts: StoreFacts;
  readonly #options: PlanOptions;
  readonly #names: ReadonlyMap<string, string>;
  readonly #keys: ReadonlySet<string>;
  readonly #notes: SchemaNote[];

  constructor(source: TableSchema, facts: StoreFacts, options: PlanOptions) {
    this.#source = source;
    this.#facts = facts;
    this.#options = options;
    this.#notes = readingNotes(source);
    this.#names = columnNames(source, facts);
    this.#keys = new Set([
      ...source.primaryKey,
      ...source.indexes.flatMap(({ columns }) => columns.map(({ name }) => name)),
      ...source.foreignKeys.flatMap(({ columns }) => columns),
    ]);
  }

  plan(): TablePlan {
    const source = this.#source;
    const columns = source.columns.map((column) => this.#column(column));
    const name = this.#tableName(source.name);
    if (name !== source.name) this.#note(null, `named ${name} in the target`);
    const target: TableSchema = {
      name,
      columns: columns.map((column) => column.target),
      primaryKey: source.primaryKey.map((one) => this.#columnName(one)),
      indexes: this.#indexes(),
      foreignKeys: this.#foreignKeys(),
      comment: source.comment,
      ...this.#checks(),
    };
    for (const trigger of source.triggers ?? []) this.#note(null, `trigger ${trigger} is not copied`);
    if (!this.#facts.constraints && source.primaryKey.length > 0) this.#note(null, 'the target knows no primary key');
    const stored = columns.filter((column) => column.target.generated === null);
    return { source, target, columns: stored, notes: this.#notes };
  }

  #column(source: Column): ColumnPlan {
    const given = this.#options.types?.get(source.name) ?? source.type;
    const type = this.#facts.hold(given, { isKey: this.#keys.has(source.name) });
    const name = this.#columnName(source.name);
    if (name !== source.name) this.#note(source.name, `named ${name} in the target`);
    if (!sameType(source.type, type)) this.#note(source.name, `type changed: ${typeName(source.type)} becomes ${typeName(type)}`);
    const isSame = this.#options.sameEngine === true;
    const isMade = source.generated !== null && !isSame;
    if (isMade) this.#note(source.name, 'a computed column: its values are copied, its expression is not');
    if (source.collation !== null && !isSame) this.#note(source.name, `collation ${source.collation} is not kept`);
    const preset = columnDefault(source, type, this.#facts, isSame);
    if (preset.note !== null) this.#note(source.name, preset.note);
    const target: Column = {
      ...source,
      name,
      type,
      declared: isSame && sameType(source.type, type) ? source.declared : '',
      default: isMade ? null : preset.value,
      generated: isMade ? null : source.generated,
      collation: isSame ? source.collation : null,
    };
    return { source, target, convert: converter(source.type, type, this.#facts.limits) };
  }

  #indexes(): TableSchema['indexes'] {
    const { indexes } = this.#source;
    const kept = indexes.filter((index) => {
      if (!(this.#facts.indexes ?? this.#facts.constraints)) this.#note(null, `index ${index.name} is not kept: the target has none`);
      else if (index.special !== null && this.#options.sameEngine !== true)
        this.#note(null, `index ${index.name} is not kept: it is partial, on an expression, or of a special kind`);
      else return true;
      return false;
    });
    const names = uniqueNames(
      kept.map(({ name }) => name),
      this.#facts,
    );
    return kept.map((index, at) => ({
      ...index,
      name: names[at] as string,
      columns: index.columns.map((column) => ({ ...column, name: this.#columnName(column.name) })),
    }));
  }

  #checks(): Pick<TableSchema, 'checks'> {
    const isSameEngine = this.#options.sameEngine === true;
    const { checks, left } = planChecks(this.#source, this.#facts, { isSameEngine, nameOf: (name) => this.#columnName(name) });
    for (const { name, sql } of left) this.#note(null, `check ${name ?? ''} is not kept: ${sql}`.replace('  ', ' '));
    return checks.length === 0 ? {} : { checks };
  }

  #foreignKeys(): readonly ForeignKey[] {
    const { foreignKeys } = this.#source;
    if (this.#facts.references ?? this.#facts.constraints)
      return foreignKeys.map((key) => ({
        ...key,
        name: key.name === null ? null : fittingName(key.name, this.#facts.nameBytes),
        columns: key.columns.map((one) => this.#columnName(one)),
        table: this.#tableName(key.table),
        references: key.references.map((one) => fittingName(one, this.#facts.nameBytes)),
      }));
    for (const { columns, table } of foreignKeys)
      this.#note(null, `the reference of ${columns.join(', ')} to ${table} is not kept: the target has none`);
    return [];
  }

  #tableName(name: string): string {
    return fittingName(this.#options.targetNames?.get(name) ?? name, this.#facts.nameBytes);
  }

  #columnName(name: string): string {
    return this.#names.get(name) ?? fittingName(name, this.#facts.nameBytes);
  }

  #note(column: string | null, reason: string): void {
    this.#notes.push({ table: this.#source.name, column, reason });
  }
}
