import type { StoreFacts } from '../connectors/connector.ts';
import type { Column, ColumnType, ForeignKey, TableIndex, TableSchema } from '../model/table-schema.ts';
import { comparable, sameCell } from './comparable.ts';
import { sameName } from './fitting-names.ts';
import { planTable } from './table-plan.ts';
import { sameType, typeName } from './type-name.ts';

/** A thing of a schema that is not on the other side as it should be. */
export interface SchemaDifference {
  readonly column: string | null;
  readonly detail: string;
}

/** What is known of both sides. */
export interface AuditOptions {
  readonly factsA: StoreFacts;
  readonly factsB: StoreFacts;
  /** More on the second side, and wider types, are differences too. */
  readonly strict: boolean;
  /** Whether a reference to a table of the second side is expected; absent: every one is. */
  readonly expects?: (parent: string) => boolean;
}

/** Compares a table with what a copy of it would be in the other database: types that are held otherwise there are no differences. */
export function auditSchema(a: TableSchema, b: TableSchema, { factsA, factsB, strict, expects }: AuditOptions): SchemaDifference[] {
  const { target } = planTable(a, factsB, { sameEngine: factsA.name === factsB.name });
  const expected = { ...target, foreignKeys: target.foreignKeys.filter(({ table }) => expects?.(table) !== false) };
  const columns = auditColumns(expected, b, factsB, strict);
  if (!factsA.constraints || !factsB.constraints) return columns;
  const references = factsB.references === false ? [] : auditReferences(expected, b, strict);
  return [...columns, ...auditPrimaryKey(expected, b), ...auditIndexes(expected, b, strict), ...references];
}

function auditColumns(expected: TableSchema, b: TableSchema, factsB: StoreFacts, strict: boolean): SchemaDifference[] {
  const found: SchemaDifference[] = [];
  const known = new Set<Column>();
  for (const column of expected.columns) {
    const other = columnNamed(b, column.name);
    if (other === undefined) found.push({ column: column.name, detail: 'the column is missing' });
    else {
      known.add(other);
      const isKey = expected.primaryKey.includes(column.name) || b.primaryKey.includes(other.name);
      found.push(...auditColumn(column, other, { factsB, strict, isKey }));
    }
  }
  for (const column of b.columns)
    if (!known.has(column)) found.push({ column: column.name, detail: 'the column is only on the second side' });
  return found;
}

function columnNamed(table: TableSchema, name: string): Column | undefined {
  return table.columns.find((one) => one.name === name) ?? table.columns.find((one) => sameName(one.name, name));
}

function auditColumn(
  expected: Column,
  actual: Column,
  { factsB, strict, isKey }: { readonly factsB: StoreFacts; readonly strict: boolean; readonly isKey: boolean },
): SchemaDifference[] {
  const found: SchemaDifference[] = [];
  const add = (detail: string): number => found.push({ column: expected.name, detail });
  const fits = strict ? sameType(expected.type, actual.type) : holds(actual.type, expected.type);
  if (!fits) add(`type ${typeName(actual.type)} instead of ${typeName(expected.type)}`);
  // Columns of a primary key are never NULL, whether that is declared or not.
  if (expected.nullable !== actual.nullable && !isKey) add(actual.nullable ? 'may be NULL' : 'must not be NULL');
  if (!sameDefault(expected, actual, factsB)) add(actual.default === null ? 'has no default' : 'has another default');
  if (expected.generated !== null && actual.generated === null) add('is not computed');
  return found;
}

/** Constants only: how an expression is written is up to each database. */
function sameDefault({ type, default: expected }: Column, { type: actualType, default: actual }: Column, { limits }: StoreFacts): boolean {
  if (expected === null || !('value' in expected) || expected.value === null) return true;
  if (actual === null) return false;
  if (!('value' in actual)) return true;
  const { left, right } = comparable(type, actualType, limits);
  return sameCell(left(expected.value), right(actual.value));
}

/** Whether a type holds every value of another one. */
function holds(actual: ColumnType, wanted: ColumnType): boolean {
  if (sameType(actual, wanted) || actual.kind === 'any') return true;
  if (actual.kind === 'text' && actual.length === null) return true;
  if (actual.kind === 'enum' || actual.kind === 'set')
    return wanted.kind === actual.kind && wanted.values.every((one) => actual.values.includes(one));
  if (actual.kind === 'json') return wanted.kind === 'json';
  if (actual.kind === 'array') return wanted.kind === 'array' && holds(actual.of, wanted.of);
  return holdsAsMany(actual, wanted);
}

function holdsAsMany(actual: ColumnType, wanted: ColumnType): boolean {
  if (actual.kind === 'integer' && wanted.kind === 'boolean') return true;
  if (actual.kind === 'integer' && wanted.kind === 'integer')
    return actual.unsigned === wanted.unsigned ? actual.bits >= wanted.bits : !actual.unsigned && actual.bits > wanted.bits;
  if (actual.kind === 'decimal' && wanted.kind === 'integer')
    return actual.precision === null || actual.precision - (actual.scale ?? 0) >= 20;
  if (actual.kind === 'decimal' && wanted.kind === 'decimal')
    return isAsLong(actual.precision, wanted.precision) && isAsLong(actual.scale, wanted.scale);
  if (actual.kind === 'float' && wanted.kind === 'float') return actual.bits >= wanted.bits;
  if (actual.kind === 'time' && wanted.kind === 'time') return actual.precision >= wanted.precision && (actual.zone || !wanted.zone);
  // Without a zone they are in UTC.
  if (actual.kind === 'timestamp' && wanted.kind === 'timestamp') return actual.precision >= wanted.precision;
  if (actual.kind === 'timestamp') return wanted.kind === 'date';
  if (actual.kind === 'text' || actual.kind === 'bytes' || actual.kind === 'bits')
    return wanted.kind === actual.kind && isAsLong(actual.length, wanted.length);
  return false;
}

function isAsLong(actual: number | null, wanted: number | null): boolean {
  return actual === null || (wanted !== null && actual >= wanted);
}

function auditPrimaryKey(expected: TableSchema, b: TableSchema): SchemaDifference[] {
  if (sameNames(expected.primaryKey, b.primaryKey)) return [];
  const words = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  return [{ column: null, detail: `primary key ${words(b.primaryKey)} instead of ${words(expected.primaryKey)}` }];
}

function auditIndexes(expected: TableSchema, b: TableSchema, strict: boolean): SchemaDifference[] {
  const ordinary = (one: TableIndex): boolean => one.special === null;
  const missing = expected.indexes.filter(ordinary).filter((index) => !hasIndex(b, index));
  const extra = strict ? b.indexes.filter(ordinary).filter((index) => !hasIndex(expected, index)) : [];
  return [
    ...missing.map((index) => ({ column: null, detail: `${indexWords(index)} is missing` })),
    ...extra.map((index) => ({ column: null, detail: `${indexWords(index)} is only on the second side` })),
  ];
}

function indexWords({ unique, columns }: TableIndex): string {
  return `${unique ? 'unique ' : ''}index on ${columns.map(({ name }) => name).join(', ')}`;
}

/** An index counts as there when one that serves the same purpose is: names do not matter. */
function hasIndex(table: TableSchema, { unique, columns }: TableIndex): boolean {
  const names = columns.map(({ name }) => name);
  const candidates = table.indexes.filter(({ special }) => special === null);
  if (unique)
    return (
      sameNames(table.primaryKey, names) ||
      candidates.some(
        (one) =>
          one.unique &&
          sameNames(
            one.columns.map(({ name }) => name),
            names,
          ),
      )
    );
  const begins = (others: readonly string[]): boolean => sameNames(others.slice(0, names.length), names);
  return begins(table.primaryKey) || candidates.some((one) => begins(one.columns.map(({ name }) => name)));
}

function auditReferences(expected: TableSchema, b: TableSchema, strict: boolean): SchemaDifference[] {
  const missing = expected.foreignKeys.filter((key) => !b.foreignKeys.some((other) => sameReference(key, other)));
  const extra = strict ? b.foreignKeys.filter((key) => !expected.foreignKeys.some((other) => sameReference(key, other))) : [];
  return [
    ...missing.map((key) => ({ column: null, detail: `${referenceWords(key)} is missing` })),
    ...extra.map((key) => ({ column: null, detail: `${referenceWords(key)} is only on the second side` })),
  ];
}

function sameReference(a: ForeignKey, b: ForeignKey): boolean {
  const action = (name: string): string => (name === 'restrict' ? 'no action' : name);
  return (
    sameName(a.table, b.table) &&
    sameNames(a.columns, b.columns) &&
    sameNames(a.references, b.references) &&
    action(a.onDelete) === action(b.onDelete) &&
    action(a.onUpdate) === action(b.onUpdate)
  );
}

function referenceWords({ columns, table, references, onDelete }: ForeignKey): string {
  return `reference of ${columns.join(', ')} to ${table} (${references.join(', ')}), on delete ${onDelete},`;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, at) => sameName(name, b[at] as string));
}
