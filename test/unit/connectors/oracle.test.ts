import { describe, expect, it } from 'vitest';
import { RefusedRows } from '../../../src/connectors/connector.ts';
import { oracleAddress } from '../../../src/connectors/oracle-address.ts';
import { decimalText } from '../../../src/connectors/oracle-cells.ts';
import { createTableSql, finishTableSql, referenceSql } from '../../../src/connectors/oracle-ddl.ts';
import { oracleError, refusalOf } from '../../../src/connectors/oracle-errors.ts';
import { oracleFacts } from '../../../src/connectors/oracle-facts.ts';
import { decodeInterval, decodeMoment, encodeInterval, encodeMoment } from '../../../src/connectors/oracle-moments.ts';
import { declareOracleType, typeOfDescribed } from '../../../src/connectors/oracle-types.ts';
import type { ColumnType } from '../../../src/model/table-schema.ts';
import { columnOf, tableOf } from '../../support/connectors.ts';

const described = (name: string, precision: number | null = null, scale: number | null = null, more = {}): ColumnType =>
  typeOfDescribed({ name, precision, scale, length: null, isBoolean: false, isWhole: false, ...more });

describe('addresses of Oracle', () => {
  it('are taken apart', () => {
    expect(oracleAddress('oracle://scott:t%40ger@db.example:1522/ORCL.example.com?schema=HR&ssl=true')).toEqual({
      user: 'scott',
      password: 't@ger',
      place: 'tcps://db.example:1522/ORCL.example.com',
      schema: 'HR',
      label: expect.not.stringContaining('ger@'),
    });
    expect(oracleAddress('oracle://scott@[::1]/X').place).toBe('[::1]:1521/X');
  });

  it.each(['oracle://u:geheim@host/', 'oracle://host/X', 'oracle://u:geheim@host/X)(EVIL=1', 'oracle://u:geheim@host:abc/X'])(
    'are refused without telling the password: %s',
    (url) => {
      expect(() => oracleAddress(url)).toThrow(expect.objectContaining({ code: 'USAGE', message: expect.not.stringContaining('geheim') }));
    },
  );
});

describe('types of Oracle', () => {
  it.each([
    ['NUMBER', null, null, { kind: 'decimal', precision: null, scale: null }],
    ['NUMBER', null, 0, { kind: 'decimal', precision: 38, scale: 0 }],
    ['NUMBER', 2, 0, { kind: 'integer', bits: 8, unsigned: false }],
    ['NUMBER', 9, 0, { kind: 'integer', bits: 32, unsigned: false }],
    ['NUMBER', 19, 0, { kind: 'integer', bits: 64, unsigned: false }],
    ['NUMBER', 20, 0, { kind: 'decimal', precision: 20, scale: 0 }],
    ['NUMBER', 5, -2, { kind: 'decimal', precision: null, scale: null }],
    ['NUMBER', 2, 5, { kind: 'decimal', precision: null, scale: null }],
    ['FLOAT', 126, null, { kind: 'decimal', precision: null, scale: null }],
    ['TIMESTAMP(9) WITH LOCAL TIME ZONE', null, 9, { kind: 'timestamp', precision: 9, zone: true }],
    ['MDSYS.SDO_GEOMETRY', null, null, { kind: 'other', name: 'MDSYS.SDO_GEOMETRY' }],
  ] as const)('%s(%s,%s)', (name, precision, scale, type) => {
    expect(described(name, precision, scale)).toEqual(type);
  });

  it.each<[ColumnType, boolean, string]>([
    [{ kind: 'text', length: 1000, fixed: false }, false, 'VARCHAR2(1000 CHAR)'],
    [{ kind: 'text', length: 1001, fixed: false }, false, 'CLOB'],
    [{ kind: 'text', length: null, fixed: false }, true, 'VARCHAR2(255 CHAR)'],
    [{ kind: 'bytes', length: 2001, fixed: true }, false, 'BLOB'],
    [{ kind: 'integer', bits: 64, unsigned: true }, false, 'NUMBER(20,0)'],
    [{ kind: 'decimal', precision: 5, scale: 0 }, false, 'NUMBER(20,0)'],
    [{ kind: 'decimal', precision: 39, scale: 2 }, false, 'CLOB'],
    [{ kind: 'timestamp', precision: 6, zone: true }, true, 'TIMESTAMP(6) WITH LOCAL TIME ZONE'],
    [{ kind: 'timestamp', precision: 6, zone: true }, false, 'TIMESTAMP(6) WITH TIME ZONE'],
    [{ kind: 'date' }, false, 'DATE'],
    [{ kind: 'json', binary: true }, false, 'CLOB'],
  ])('%j is held, in a key: %s, as %s', (type, isKey, sql) => {
    expect(declareOracleType(oracleFacts(1903).hold(type, { isKey }), isKey)).toBe(sql);
  });

  it('have names of 30 bytes before 12.2', () => {
    expect([oracleFacts(1201).nameBytes, oracleFacts(1202).nameBytes]).toEqual([30, 128]);
  });
});

describe('values of Oracle', () => {
  it.each([
    ['.5', 2, '0.50'],
    ['-.5', null, '-0.5'],
    ['-100', 2, '-100.00'],
    ['0', 0, '0'],
  ])('%s with %s places is %s', (text, scale, plain) => {
    expect(decimalText(text, scale)).toBe(plain);
  });

  it.each([
    [' 2026-02-28 01:02:03.120000000', false, '2026-02-28 01:02:03.12'],
    [' 2026-02-28 01:02:00', true, '2026-02-28 01:02:00Z'],
    ['-0044-03-15 00:00:00', false, '-0043-03-15 00:00:00'],
    ['-0001-01-01 00:00:00.000000000', false, '0000-01-01 00:00:00'],
  ])('%s, with a zone: %s, is %s', (text, zone, moment) => {
    expect(decodeMoment(text, zone)).toBe(moment);
  });

  it('are written with all digits', () => {
    expect(encodeMoment('2026-02-28 01:02:03.5Z', 'c', 3)).toBe('2026-02-28 01:02:03.500000000 +00:00');
    expect(encodeMoment('1582-10-04 00:00:00', 'c', 0)).toBe('1582-10-04 00:00:00');
    for (const bad of ['1582-10-05 00:00:00', '2026-02-28 00:00:00.5', '-0044-01-01 00:00:00', 'infinity', 5])
      expect(() => encodeMoment(bad, 'c', 0)).toThrow(RefusedRows);
  });

  it.each([
    ['+000000001 02:03:04.500000000', 'P1DT2H3M4.5S', '+1 02:03:04.500000000', false],
    ['-000000000 00:00:00.000000001', 'PT-0.000000001S', '-0 00:00:00.000000001', false],
    ['+000000000 00:00:00.000000000', 'PT0S', '+0 00:00:00.000000000', false],
    ['-01-02', 'P-1Y-2M', '-1-2', true],
    ['+00-00', 'PT0S', '+0-0', true],
  ])('%s is %s', (text, duration, written, inMonths) => {
    expect(decodeInterval(text)).toBe(duration);
    expect(encodeInterval(duration, 'c', inMonths)).toBe(written);
  });

  it('are refused where an interval is of both kinds', () => {
    expect(() => encodeInterval('P1M1D', 'c', true)).toThrow(RefusedRows);
    expect(() => encodeInterval('P1M1D', 'c', false)).toThrow(RefusedRows);
    expect(encodeInterval('P1W', 'c', false)).toBe('+7 00:00:00.000000000');
  });
});

describe('statements for Oracle', () => {
  const table = tableOf(
    'Orders',
    [
      columnOf('id', { kind: 'integer', bits: 64, unsigned: false }, { nullable: false, identity: true, nextIdentity: 7n }),
      columnOf('name', { kind: 'text', length: 9, fixed: false }, { nullable: false, default: { value: "it's" }, comment: "a 'name'" }),
      columnOf('at', { kind: 'timestamp', precision: 0, zone: false }, { default: { expression: 'CURRENT_TIMESTAMP' } }),
      columnOf('raw', { kind: 'bytes', length: 4, fixed: false }, { default: { value: new Uint8Array([255]) } }),
      columnOf('empty', { kind: 'text', length: 4, fixed: false }, { default: { value: '' } }),
    ],
    {
      primaryKey: ['id'],
      indexes: [
        { name: 'again', columns: [{ name: 'id', descending: false }], unique: true, special: null },
        { name: 'by_name', columns: [{ name: 'name', descending: true }], unique: true, special: null },
      ],
    },
  );

  it('make tables', () => {
    expect(createTableSql(table)).toBe(
      [
        'CREATE TABLE "Orders" (',
        '  "id" NUMBER(19) GENERATED BY DEFAULT AS IDENTITY,',
        "  \"name\" VARCHAR2(9 CHAR) DEFAULT 'it''s' NOT NULL,",
        '  "at" DATE DEFAULT SYSDATE,',
        '  "raw" RAW(4) DEFAULT HEXTORAW(\'FF\'),',
        '  "empty" VARCHAR2(4 CHAR),',
        '  PRIMARY KEY ("id")',
        ')',
      ].join('\n'),
    );
    expect(finishTableSql(table, null, ({ name }) => name)).toEqual([
      'CREATE UNIQUE INDEX "by_name" ON "Orders" ("name" DESC)',
      'ALTER TABLE "Orders" MODIFY ("id" GENERATED BY DEFAULT AS IDENTITY (START WITH 7))',
      "COMMENT ON COLUMN \"Orders\".\"name\" IS 'a ''name'''",
    ]);
  });

  it('make references, which know no ON UPDATE', () => {
    const key = { name: 'fk', columns: ['a'], table: 'p', references: ['b'], onDelete: 'set null', onUpdate: 'cascade' } as const;
    expect(referenceSql(table, key, true)).toBe(
      'ALTER TABLE "Orders" ADD CONSTRAINT "fk" FOREIGN KEY ("a") REFERENCES "p" ("b") ON DELETE SET NULL',
    );
  });
});

describe('errors of Oracle', () => {
  const thrown = (message: string, errorNum?: number): Error =>
    Object.assign(new Error(message), errorNum === undefined ? {} : { errorNum });

  it.each([
    ['ORA-01017: invalid username/password', 1017, 'LOGIN'],
    ['ORA-28000: the account is locked', 28_000, 'LOGIN'],
    ['NJS-518: cannot connect to Oracle Database', undefined, 'CONNECTION'],
    ['NJS-500: connection to the Oracle Database was broken\nORA-03113: end-of-file', 3113, 'CONNECTION'],
    ['NJS-511: connection refused. ORA-12516', undefined, 'CONNECTION'],
    ['ORA-01950: no privileges on tablespace', 1950, 'PERMISSION'],
    ['ORA-01653: unable to extend table', 1653, 'DISK_FULL'],
    ['ORA-00054: resource busy', 54, 'BUSY'],
    ['ORA-16000: database open for read-only access', 16_000, 'PERMISSION'],
    ['ORA-00904: "SECRET": invalid identifier near \'secret\'', 904, 'ENGINE'],
  ] as const)('%s', (message, number, code) => {
    const error = oracleError(thrown(message, number), 'oracle://db/X') as Error;
    expect(error).toMatchObject({ code, message: expect.not.stringMatching(/secret/i) });
  });

  it('name the column, and no value', () => {
    const long = refusalOf(thrown('ORA-12899: value too large for column "S"."T"."na me" (actual: 5, maximum: 3)', 12_899), ['na me']);
    expect(long).toMatchObject({ reason: 'value too long', column: 'na me' });
    expect(refusalOf(thrown('ORA-01400: cannot insert NULL into ("S"."T"."C")'), ['C'])).toMatchObject({ column: 'C' });
    expect(refusalOf(thrown("ORA-20001: secret 'x'", 20_001), [])).toMatchObject({ message: 'refused by a trigger' });
    expect(refusalOf(thrown('ORA-00942: table or view does not exist', 942), [])).toBeNull();
  });
});
