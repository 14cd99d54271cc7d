import { describe, expect, test } from 'vitest';
import type { StoreFacts } from '../../../src/connectors/connector.ts';
import { auditSchema } from '../../../src/migrate/audit-schema.ts';
import { matchTable, planTable } from '../../../src/migrate/table-plan.ts';
import type { Column, ColumnType, TableSchema } from '../../../src/model/table-schema.ts';
import { TYPES } from '../../support/column-types.ts';
import { NARROW_LIMITS } from '../../support/value-limits.ts';

/** A database that has no booleans, and short names. */
const FACTS: StoreFacts = {
  name: 'mysql',
  title: 'Some Database',
  hold: (type, { isKey }) => (type.kind === 'boolean' ? TYPES.int8 : type.kind === 'text' && isKey ? { ...type, length: 255 } : type),
  limits: NARROW_LIMITS,
  transactions: true,
  constraints: true,
  parallel: 1,
  nameBytes: 20,
};

function column(name: string, type: ColumnType, more: Partial<Column> = {}): Column {
  const rest = {
    declared: '',
    nullable: true,
    default: null,
    generated: null,
    identity: false,
    nextIdentity: null,
    comment: null,
    collation: null,
  };
  return { name, type, ...rest, ...more };
}

const ORDERS: TableSchema = {
  name: 'orders',
  columns: [
    column('id', TYPES.int64, { nullable: false, identity: true, nextIdentity: 7n }),
    column('code', TYPES.text, { nullable: false, collation: 'nocase' }),
    column('paid', TYPES.boolean, { default: { value: true } }),
    column('made', TYPES['timestamp(6)'], { default: { expression: 'CURRENT_TIMESTAMP' } }),
    column('label', TYPES['text(3)'], { default: { value: 'too long' } }),
    column('note', TYPES.text, { default: { expression: "lower('X')" } }),
    column('total', TYPES.decimal, { generated: { expression: 'a * b', stored: true } }),
    column('a name that is much too long', TYPES.text),
    column('a name that is much too long, too', TYPES.text),
    column('CODE', TYPES.text),
  ],
  primaryKey: ['id'],
  indexes: [
    { name: 'orders_code', columns: [{ name: 'code', descending: false }], unique: true, special: null },
    { name: 'orders_open', columns: [{ name: 'paid', descending: false }], unique: false, special: 'WHERE paid' },
  ],
  foreignKeys: [{ name: null, columns: ['code'], table: 'codes', references: ['code'], onDelete: 'cascade', onUpdate: 'no action' }],
  comment: 'what was bought',
};

describe('planTable', () => {
  const plan = planTable(ORDERS, FACTS, { targetNames: new Map([['codes', 'Codes']]) });
  const targets = Object.fromEntries(plan.columns.map(({ source, target }) => [source.name, target]));

  test('holds types, and converts what they hold', () => {
    expect(targets.paid?.type).toEqual(TYPES.int8);
    expect(targets.paid?.default).toEqual({ value: 1 });
    expect(targets.code?.type).toEqual({ kind: 'text', length: 255, fixed: false });
    expect(plan.columns[2]?.convert?.(false)).toBe(0);
  });

  test('keeps names within their length, and apart', () => {
    const names = plan.target.columns.map(({ name }) => name);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    expect(names.filter((name) => Buffer.byteLength(name) > 20)).toEqual([]);
    expect(names.slice(0, 3)).toEqual(['id', 'code', 'paid']);
    expect(names.at(-1)).toBe('CODE_2');
  });

  test('carries keys, indexes and references', () => {
    expect(plan.target).toMatchObject({ name: 'orders', primaryKey: ['id'], comment: 'what was bought' });
    expect(plan.target.indexes.map(({ name }) => name)).toEqual(['orders_code']);
    expect(plan.target.foreignKeys).toEqual([{ ...ORDERS.foreignKeys[0], table: 'Codes' }]);
    expect(targets.id).toMatchObject({ identity: true, nextIdentity: 7n });
  });

  test('translates the time of now, and drops other expressions', () => {
    expect(targets.made?.default).toEqual({ expression: 'CURRENT_TIMESTAMP(6)' });
    expect(targets.note?.default).toBeNull();
    expect(targets.total).toMatchObject({ generated: null, default: null });
  });

  test('tells of everything that is not carried', () => {
    expect(plan.notes.map(({ column: name, reason }) => `${name}: ${reason}`)).toEqual([
      'code: type changed: text becomes text(255)',
      'code: collation nocase is not kept',
      'paid: type changed: boolean becomes integer(8)',
      'label: the default is not kept: the new type cannot hold it',
      'note: the default is not kept: it is an expression of the source',
      'total: a computed column: its values are copied, its expression is not',
      expect.stringMatching(/^a name that is much too long: named a name that_/),
      expect.stringMatching(/^a name that is much too long, too: named a name that_/),
      'CODE: named CODE_2 in the target',
      'null: index orders_open is not kept: it is partial, on an expression, or of a special kind',
    ]);
  });

  test('the same engine keeps what only it can make', () => {
    const same = planTable(ORDERS, { ...FACTS, nameBytes: 60, hold: (type) => type }, { sameEngine: true });
    expect(same.target.indexes).toEqual(ORDERS.indexes);
    expect(same.target.columns[6]?.generated).toEqual(ORDERS.columns[6]?.generated);
    expect(same.columns).toHaveLength(9);
    expect(same.target.columns[5]?.default).toEqual({ expression: "lower('X')" });
  });

  test('a target without keys gets none, and that is told', () => {
    const { target, notes } = planTable(ORDERS, { ...FACTS, constraints: false });
    expect([target.indexes, target.foreignKeys]).toEqual([[], []]);
    expect(notes.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['the target knows no primary key', 'the reference of code to codes is not kept: the target has none']),
    );
  });

  test('chosen types come before those of the source', () => {
    const { columns } = planTable(ORDERS, FACTS, { types: new Map([['note', TYPES.json]]) });
    expect(columns[5]?.target.type).toEqual(TYPES.json);
  });
});

describe('matchTable', () => {
  const existing: TableSchema = {
    ...ORDERS,
    columns: [
      column('ID', TYPES.int32),
      column('CODE', TYPES.text),
      column('made', TYPES.date),
      column('total', TYPES.text, { generated: { expression: '1', stored: true } }),
      column('must', TYPES.text, { nullable: false }),
    ],
  };

  test('pairs columns by name, exactly first, then in any case; never with computed ones', () => {
    const { columns, notes } = matchTable(ORDERS, existing, FACTS);
    expect(columns.map(({ source, target }) => [source.name, target.name])).toEqual([
      ['id', 'ID'],
      ['made', 'made'],
      ['CODE', 'CODE'],
    ]);
    expect(notes.filter(({ column: name }) => name === 'code' || name === 'must' || name === 'total').map(({ reason }) => reason)).toEqual([
      'the target has no such column: it is not copied',
      'the source has no such column, and the target needs a value',
    ]);
  });
});

describe('auditSchema', () => {
  const options = { factsA: { ...FACTS, name: 'sqlite' }, factsB: FACTS, strict: false };
  const made = planTable(ORDERS, FACTS).target;
  const detailsOf = (changed: Partial<TableSchema>, strict = false): string[] =>
    auditSchema(ORDERS, { ...made, ...changed }, { ...options, strict }).map(({ column: name, detail }) => `${name}: ${detail}`);
  const withColumn = (at: number, changed: Partial<Column>): Partial<TableSchema> => ({
    columns: made.columns.map((one, index) => (index === at ? { ...one, ...changed } : one)),
  });

  test('what a copy would make is no difference', () => {
    expect(detailsOf({})).toEqual([]);
    expect(detailsOf({}, true)).toEqual([]);
  });

  test.each([
    [{ columns: made.columns.slice(1) }, 'id: the column is missing'],
    [{ columns: [...made.columns, column('more', TYPES.text)] }, 'more: the column is only on the second side'],
    [withColumn(1, { nullable: true }), 'code: may be NULL'],
    [withColumn(2, { nullable: false }), 'paid: must not be NULL'],
    [withColumn(2, { default: null }), 'paid: has no default'],
    [withColumn(2, { default: { value: 0 } }), 'paid: has another default'],
    [withColumn(0, { type: TYPES.int32 }), 'id: type integer(32) instead of integer(64)'],
    [withColumn(3, { type: TYPES['timestamp(0)'] }), 'made: type timestamp(0) instead of timestamp(6)'],
    [{ primaryKey: [] }, 'null: primary key none instead of id'],
    [{ indexes: [] }, 'null: unique index on code is missing'],
    [{ foreignKeys: [] }, 'null: reference of code to codes (code), on delete cascade, is missing'],
  ] as const)('%#: %o', (changed, expected) => {
    expect(detailsOf(changed as Partial<TableSchema>)).toContain(expected);
  });

  test.each([
    [withColumn(1, { type: TYPES.text })],
    [withColumn(3, { type: TYPES['timestamp(9)'] })],
    [{ indexes: [...made.indexes, { name: 'x', columns: [{ name: 'paid', descending: false }], unique: false, special: null }] }],
  ])('more room is a difference only when strict (%#)', (changed) => {
    expect(detailsOf(changed)).toEqual([]);
    expect(detailsOf(changed, true)).toHaveLength(1);
  });
});
