import { describe, expect, it } from 'vitest';
import { RefusedRows } from '../../src/connectors/connector.ts';
import type { Cell, ColumnType, Row } from '../../src/model/table-schema.ts';
import { oracleRun, startOracle } from '../support/oracle.ts';
import {
  columnNames,
  openedStore,
  openSnapshot,
  openTarget,
  openWriter,
  readAll,
  refusal,
  tableOf,
  writeRows,
} from '../support/table-stores.ts';

const INT: ColumnType = { kind: 'integer', bits: 64, unsigned: false };
const TEXT: ColumnType = { kind: 'text', length: 20, fixed: false };

describe('the connector of Oracle, with a server that speaks its protocol', () => {
  it('reads every type that tables there have', async () => {
    const oracle = await startOracle();
    const columns = [
      ['ID', 'NUMBER', INT, `TO_NUMBER('12345678901234567')`, 12345678901234567n],
      ['N', 'NUMBER', { kind: 'decimal', precision: null, scale: null }, `TO_NUMBER('-0.125')`, '-0.125'],
      ['F', 'FLOAT', { kind: 'decimal', precision: null, scale: null }, `TO_NUMBER('1e2')`.replace('1e2', '100.5'), '100.5'],
      ['N1', 'NUMBER(1)', { kind: 'boolean' }, `TO_NUMBER('1')`, true],
      ['N4', 'NUMBER(4)', { kind: 'integer', bits: 16, unsigned: false }, `TO_NUMBER('-9999')`, -9999],
      ['N38', 'NUMBER(38)', { kind: 'decimal', precision: 38, scale: 0 }, `TO_NUMBER('${'9'.repeat(38)}')`, '9'.repeat(38)],
      ['M', 'NUMBER(12,2)', { kind: 'decimal', precision: 12, scale: 2 }, `TO_NUMBER('-.5')`, '-0.50'],
      ['C', 'CHAR(5 CHAR)', { kind: 'text', length: 5, fixed: true }, `'ab   '`, 'ab'],
      ['V', 'VARCHAR2(10 CHAR)', { kind: 'text', length: 10, fixed: false }, `'ab  '`, 'ab  '],
      ['NV', 'NVARCHAR2(10)', { kind: 'text', length: 10, fixed: false }, `'客户'`, '客户'],
      ['B', 'CLOB', { kind: 'text', length: null, fixed: false }, `'${'é'.repeat(9000)}'`, 'é'.repeat(9000)],
      ['L', 'LONG', { kind: 'text', length: null, fixed: false }, `'long'`, 'long'],
      ['X', 'XMLTYPE', { kind: 'text', length: null, fixed: false }, `'<a/>'`, '<a/>'],
      ['R', 'RAW(10)', { kind: 'bytes', length: 10, fixed: false }, `HEXTORAW('00FF')`, new Uint8Array([0, 255])],
      ['BB', 'BLOB', { kind: 'bytes', length: null, fixed: false }, `HEXTORAW('${'0A'.repeat(5000)}')`, new Uint8Array(5000).fill(10)],
      [
        'D',
        'DATE',
        { kind: 'timestamp', precision: 0, zone: false },
        `TO_DATE('2026-02-28 23:59:59', 'YYYY-MM-DD HH24:MI:SS')`,
        '2026-02-28 23:59:59',
      ],
      [
        'T',
        'TIMESTAMP(9)',
        { kind: 'timestamp', precision: 9, zone: false },
        `TO_TIMESTAMP('2026-02-28 23:59:59.123456789', 'YYYY-MM-DD HH24:MI:SS.FF9')`,
        '2026-02-28 23:59:59.123456789',
      ],
      [
        'TZ',
        'TIMESTAMP(3) WITH TIME ZONE',
        { kind: 'timestamp', precision: 3, zone: true },
        `TO_TIMESTAMP_TZ('2026-02-28 23:59:59.120000000 +00:00', 'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM')`,
        '2026-02-28 23:59:59.12Z',
      ],
      [
        'LZ',
        'TIMESTAMP(0) WITH LOCAL TIME ZONE',
        { kind: 'timestamp', precision: 0, zone: true },
        `TO_TIMESTAMP_TZ('2026-02-28 23:59:59 +00:00', 'YYYY-MM-DD HH24:MI:SS TZH:TZM')`,
        '2026-02-28 23:59:59Z',
      ],
      ['DS', 'INTERVAL DAY(9) TO SECOND(9)', { kind: 'interval' }, `TO_DSINTERVAL('-1 02:03:04.500000000')`, 'P-1DT-2H-3M-4.5S'],
      ['YM', 'INTERVAL YEAR(4) TO MONTH', { kind: 'interval' }, `TO_YMINTERVAL('+1-2')`, 'P1Y2M'],
      ['BO', 'BOOLEAN', { kind: 'boolean' }, `TO_BOOLEAN('1')`, true],
      ['J', 'JSON', { kind: 'json', binary: true }, `'{"a":1}'`, '{"a":1}'],
      ['RI', 'ROWID', { kind: 'text', length: null, fixed: false }, `'AAAR3sAAEAAAACXAAA'`, 'AAAR3sAAEAAAACXAAA'],
    ] as const satisfies readonly (readonly [string, string, ColumnType, string, Cell])[];
    const lines = columns.map(([name, declared]) => `  "${name}" ${declared}`);
    oracleRun(
      oracle,
      `CREATE TABLE "T" (\n${lines.join(',\n')},\n  PRIMARY KEY ("ID")\n)`,
      `INSERT INTO "T" VALUES (${columns.map(([, , , sql]) => sql).join(', ')})`,
      `INSERT INTO "T" ("ID") VALUES (TO_NUMBER('1'))`,
    );
    const snapshot = await openSnapshot(oracle.url);
    const schema = await snapshot.schema('T');
    expect(schema.columns.map(({ name, type }) => [name, type])).toEqual(columns.map(([name, , type]) => [name, type]));
    const rows = await readAll(snapshot, 'T');
    expect(rows[0]).toEqual([1, ...columns.slice(1).map(() => null)]);
    expect(rows[1]).toStrictEqual(columns.map(([, , , , cell]) => cell));
  });

  it('takes a number of one digit for what its rows say, and a bare one in a key too', async () => {
    const oracle = await startOracle();
    oracleRun(
      oracle,
      'CREATE TABLE "T" (\n  "K" NUMBER,\n  "FLAG" NUMBER(1),\n  "DIGIT" NUMBER(1),\n  PRIMARY KEY ("K")\n)',
      ...['1.5', '10', '9', '-1'].map((k, i) => `INSERT INTO "T" VALUES (TO_NUMBER('${k}'), TO_NUMBER('${i % 2}'), TO_NUMBER('${i}'))`),
    );
    const snapshot = await openSnapshot(oracle.url);
    const types = (await snapshot.schema('T')).columns.map(({ type }) => type);
    expect(types).toEqual([
      { kind: 'decimal', precision: null, scale: null },
      { kind: 'boolean' },
      { kind: 'integer', bits: 8, unsigned: false },
    ]);
    // Decimals are sorted by their texts everywhere.
    expect((await readAll(snapshot, 'T')).map(([k]) => k)).toEqual(['-1', '1.5', '10', '9']);
  });

  it('lists views, and refuses types that it cannot read', async () => {
    const oracle = await startOracle();
    oracleRun(oracle, 'CREATE TABLE "G" (\n  "A" NUMBER(3),\n  "S" VECTOR\n)', 'CREATE VIEW "W" AS SELECT "A" FROM "G"');
    const snapshot = await openSnapshot(oracle.url);
    expect(await snapshot.tables()).toEqual([
      { name: 'G', kind: 'table' },
      { name: 'W', kind: 'view' },
    ]);
    await expect(snapshot.schema('G')).rejects.toMatchObject({
      code: 'ENGINE',
      message: 'the column S of G has the type VECTOR, which cannot be read',
    });
  });

  it.each<[string, ColumnType, Cell, RegExp]>([
    ['an empty text', TEXT, '', /empty text/],
    ['no bytes', { kind: 'bytes', length: 5, fixed: false }, new Uint8Array(), /no bytes/],
    ['a text that is too long', { kind: 'text', length: 2, fixed: false }, 'abc', /too long/],
    ['a lone surrogate', TEXT, 'a\ud800', /Unicode/],
    ['a number out of range', { kind: 'decimal', precision: 22, scale: 2 }, '1'.repeat(21), /out of range/],
    ['more digits than the scale', { kind: 'decimal', precision: 22, scale: 2 }, '1.234', /more digits/],
    ['more digits than a NUMBER keeps', { kind: 'decimal', precision: null, scale: null }, `0.${'1'.repeat(60)}`, /more digits/],
    ['no number', INT, 'x', /no value/],
    ['a day that is none', { kind: 'timestamp', precision: 0, zone: false }, '2026-02-31 00:00:00', /no value/],
    ['a day that is none there', { kind: 'timestamp', precision: 0, zone: false }, '1582-10-10 00:00:00', /calendar/],
    ['more digits of a second', { kind: 'timestamp', precision: 3, zone: false }, '2026-01-01 00:00:00.1234', /more digits/],
    ['NULL where it is not allowed', { kind: 'bits', length: 1, fixed: true }, null, /NULL/],
  ])('refuses %s, and names that row only', async (_name, type, cell, reason) => {
    const { url } = await startOracle();
    const target = await openTarget(url);
    const nullable = cell !== null;
    const draft = tableOf('t', { id: INT, v: type });
    const held = (await openedStore(url)).facts.hold(type, { isKey: false });
    const table = {
      ...draft,
      columns: draft.columns.map((column) => (column.name === 'v' ? { ...column, type: held, nullable } : column)),
    };
    await target.create(table);
    const schema = await target.schema('t');
    const writer = await openWriter(target);
    const rows: Row[] = nullable
      ? [
          [1, null],
          [2, cell],
          [3, null],
        ]
      : [
          [1, '1'],
          [2, cell],
          [3, '0'],
        ];
    const error = await refusal(writer.write(schema, columnNames(schema), rows, 'insert'));
    expect(error.each).toEqual([{ at: 1, reason: expect.stringMatching(reason), column: error.column }]);
    await writer.write(schema, columnNames(schema), [rows[0] as Row, rows[2] as Row], 'insert');
    await writer.commit();
    expect((await readAll(await openSnapshot(url), 't')).map(([id]) => id)).toEqual([1, 3]);
  });

  it('names every row that is refused at once, whatever it holds', async () => {
    const { url } = await startOracle();
    const target = await openTarget(url);
    const table = tableOf('t', { id: INT, v: TEXT, long: { kind: 'text', length: null, fixed: false } });
    await target.create(table);
    const schema = await target.schema('t');
    await writeRows(target, schema, [[500, 'a', null]]);
    const rows = Array.from({ length: 700 }, (_, i): Row => [i % 600, `v${i}`, i % 50 === 0 ? 'x'.repeat(50_000 + i) : null]);
    const writer = await openWriter(target);
    const error = await refusal(writer.write(schema, columnNames(schema), rows, 'insert'));
    expect(error).toBeInstanceOf(RefusedRows);
    expect(error.message).toBe('duplicate key');
    expect(error.each.map(({ at }) => at)).toEqual([500, ...Array.from({ length: 100 }, (_, i) => 600 + i)]);
    const good = rows.filter((_row, at) => !error.each.some((one) => one.at === at));
    await writer.write(schema, columnNames(schema), good, 'insert');
    await writer.commit();
    expect(await readAll(await openSnapshot(url), 't')).toEqual([...good.slice(0, 500), [500, 'a', null], ...good.slice(500)]);
  });

  it('refuses names that no table there can have', async () => {
    const { url } = await startOracle();
    const target = await openTarget(url);
    await expect(target.create(tableOf('a"b', { id: INT }))).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('does not write where not every sign can be kept', async () => {
    const oracle = await startOracle();
    oracleRun(oracle, "UPDATE NLS_DATABASE_PARAMETERS SET VALUE = 'WE8ISO8859P1'");
    await expect(openTarget(oracle.url)).rejects.toMatchObject({ code: 'ENGINE', message: expect.stringContaining('WE8ISO8859P1') });
  });

  it('tells of a connection that is lost, and lets go of all others', async () => {
    const oracle = await startOracle();
    const target = await openTarget(oracle.url);
    const table = tableOf('t', { id: INT });
    await target.create(table);
    const writer = await openWriter(target);
    await writer.write(table, ['id'], [[1]], 'insert');
    oracle.server.cut();
    await expect(writer.commit()).rejects.toMatchObject({ code: 'CONNECTION' });
    await expect(target.tables()).rejects.toMatchObject({ code: 'CONNECTION' });
    expect(await readAll(await openSnapshot(oracle.url), 't')).toEqual([]);
  });
});
