import type { Snapshot } from '../connectors/connector.ts';
import { type Column, rowKey, type TableSchema } from '../model/table-schema.ts';
import { hasDecimalPoint } from './cell-as-text.ts';
import { isMoney } from './mapping-fields.ts';
import type { ColumnName, MappedJoin, MappedTable, Mapping, MappingPlace } from './mapping-form.ts';
import { mappingError, nearestHint } from './mapping-members.ts';

/** A table that is read, and of which columns. */
export interface ReadTable {
  readonly schema: TableSchema;
  /** In the order in which they are read. */
  readonly columns: string[];
}

/** Where a cell is found: 0 is the row itself, then its joins in their order. */
export interface CellPlace {
  readonly table: number;
  readonly at: number;
}

/** A join whose columns were found. */
export interface FoundJoin extends ReadTable {
  readonly join: MappedJoin;
  /** What its key is compared with, and where that key stands in its own rows. */
  readonly keys: readonly { readonly left: CellPlace; readonly right: number }[];
}

/** A table of a mapping, all of whose columns were found in the source. */
export interface FoundTable extends ReadTable {
  readonly mapped: MappedTable;
  readonly joins: readonly FoundJoin[];
  /** Where the key of a row stands; empty: it has none. */
  readonly key: readonly { readonly name: string; readonly at: number }[];
  readonly fields: readonly {
    readonly target: string;
    readonly from: readonly CellPlace[];
    readonly constant: string | null;
    readonly isMoney: boolean;
  }[];
  readonly where: readonly { readonly place: CellPlace; readonly test: MappedTable['where'][number] }[];
  /** The decimal sign of all its amounts; null: not known. */
  readonly decimal: '.' | ',' | null;
}

/** Finds all that a mapping names. @throws {CrmError} CONFIG_INVALID naming line and path of what the source does not have */
export async function findTables(mapping: Mapping, snapshot: Snapshot, wanted: readonly MappedTable[]): Promise<readonly FoundTable[]> {
  const names = (await snapshot.tables()).map(({ name }) => name);
  const schemas = new Map<string, TableSchema>();
  const schemaOf = async (table: string, place: MappingPlace): Promise<TableSchema> => {
    if (!names.includes(table)) {
      throw mappingError(
        mapping.label,
        { ...place, path: `${place.path}.table` },
        `the source has no table “${table}”`,
        nearestHint(table, names),
      );
    }
    const schema = schemas.get(table) ?? (await snapshot.schema(table));
    schemas.set(table, schema);
    return schema;
  };
  const found: FoundTable[] = [];
  for (const mapped of wanted) {
    const finder = new ColumnFinder(mapping.label, await schemaOf(mapped.table, mapped));
    for (const join of mapped.joins) finder.join(join, await schemaOf(join.table, join));
    found.push(finder.found(mapped));
  }
  return found;
}

/** Gathers which columns of a table and of its joins are read. */
class ColumnFinder {
  readonly #label: string;
  readonly #tables: ReadTable[];
  readonly #aliases: (string | null)[] = [null];
  readonly #joins: FoundJoin[] = [];

  constructor(label: string, schema: TableSchema) {
    this.#label = label;
    this.#tables = [{ schema, columns: [] }];
  }

  join(join: MappedJoin, schema: TableSchema): void {
    const table: ReadTable = { schema, columns: [] };
    const keys = join.on.map(({ left, right }) => ({ left: this.#place(left), right: this.#at(table, right, left) }));
    this.#tables.push(table);
    this.#aliases.push(join.as);
    this.#joins.push({ ...table, join, keys });
  }

  found(mapped: MappedTable): FoundTable {
    const main = this.#tables[0] as ReadTable;
    const fields = mapped.fields.map(({ target, from, constant }) => {
      return { target, from: from.map((name) => this.#place(name)), constant, isMoney: isMoney(mapped.as, target) };
    });
    const where = mapped.where.map((test) => ({ place: this.#place(test.column), test }));
    const key = rowKey(main.schema).map((name) => ({ name, at: this.#at(main, name, mapped) }));
    const money = fields.filter((field) => field.isMoney).flatMap(({ from }) => from.map((place) => this.#columnAt(place)));
    const isPoint = money.length > 0 && money.every((column) => column !== undefined && hasDecimalPoint(column.type));
    return { ...main, mapped, joins: this.#joins, key, fields, where, decimal: mapped.decimal ?? (isPoint ? '.' : null) };
  }

  #place(name: ColumnName): CellPlace {
    const table = this.#aliases.indexOf(name.alias);
    return { table, at: this.#at(this.#tables[table] as ReadTable, name.column, name) };
  }

  #columnAt({ table, at }: CellPlace): Column | undefined {
    const { schema, columns } = this.#tables[table] as ReadTable;
    return schema.columns.find(({ name }) => name === columns[at]);
  }

  #at({ schema, columns }: ReadTable, name: string, place: MappingPlace): number {
    const known = schema.columns.map((column) => column.name);
    if (!known.includes(name)) {
      throw mappingError(this.#label, place, `the table ${schema.name} has no column “${name}”`, nearestHint(name, known));
    }
    const at = columns.indexOf(name);
    return at >= 0 ? at : columns.push(name) - 1;
  }
}
