import type { Column, ColumnType } from '../model/table-schema.ts';
import { mysqlDecoder } from './mysql-decode.ts';
import type { MysqlServer, TextRow } from './mysql-session.ts';
import { type DescribedType, typeOfDescribed, unescapeMysqlText } from './mysql-types.ts';

/** What is known of a table beside the row of a column. */
export interface ColumnContext {
  readonly server: MysqlServer;
  /** Columns of MariaDB with a check that they are JSON. */
  readonly checkedJson: ReadonlySet<string>;
  /** Columns of `tinyint(1)` that hold other numbers than 0 and 1. */
  readonly numbers: ReadonlySet<string>;
  readonly nextIdentity: bigint;
}

/** Whether a column is declared as what programs take for a boolean. */
export function isTinyint1(row: TextRow): boolean {
  return /^tinyint\(1\)$/.test(row.full ?? '');
}

/** A column as its row in `information_schema` describes it. */
export function columnOf(row: TextRow, context: ColumnContext): Column {
  const name = row.name ?? '';
  const extra = row.extra ?? '';
  const type = typeOfDescribed(describedType(row, context));
  const identity = /auto_increment/i.test(extra);
  const generated = generatedOf(row, extra);
  return {
    name,
    type,
    declared: row.full ?? '',
    nullable: row.nullable === 'YES',
    default: generated === null && !identity ? defaultOf(row, extra, type, context.server) : null,
    generated,
    identity,
    nextIdentity: identity ? context.nextIdentity : null,
    comment: row.comment === '' || row.comment === undefined ? null : row.comment,
    collation: row.collation === context.server.databaseCollation ? null : (row.collation ?? null),
  };
}

function describedType(row: TextRow, { checkedJson, numbers }: ColumnContext): DescribedType {
  const numberOf = (text: string | null | undefined): number | null => (text === null || text === undefined ? null : Number(text));
  return {
    name: (row.type ?? '').toLowerCase(),
    full: row.full ?? '',
    length: numberOf(row.length),
    precision: numberOf(row.digits),
    scale: numberOf(row.scale),
    fraction: numberOf(row.fraction),
    isCheckedJson: row.type === 'longtext' && checkedJson.has(row.name ?? ''),
    isBoolean: isTinyint1(row) && !numbers.has(row.name ?? ''),
  };
}

function generatedOf(row: TextRow, extra: string): Column['generated'] {
  if (!/\b(generated|persistent)\b/i.test(extra.replace(/default_generated/i, ''))) return null;
  return { expression: (row.generation ?? '').replaceAll("\\'", "'"), stored: /stored|persistent/i.test(extra) };
}

/** MariaDB quotes constants and writes expressions bare; MySQL writes constants bare and marks expressions. */
function defaultOf(row: TextRow, extra: string, type: ColumnType, server: MysqlServer): Column['default'] {
  const text = row.default ?? null;
  if (text === null || (server.maria && text === 'NULL')) return null;
  const onUpdate = /on update \S+/i.exec(extra)?.[0];
  const asExpression = (sql: string): Column['default'] => ({ expression: onUpdate === undefined ? sql : `${sql} ${onUpdate}` });
  if (!server.maria) {
    const isExpression = /default_generated/i.test(extra) || /^current_timestamp/i.test(text);
    if (isExpression) return asExpression(text.replaceAll("\\'", "'"));
    return constant(text, type) ?? asExpression(text);
  }
  const quoted = /^'((?:[^'\\]|''|\\.)*)'$/s.exec(text)?.[1];
  if (quoted !== undefined) return constant(unescapeMysqlText(quoted), type) ?? asExpression(text);
  const isNumber = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) || /^b'[01]*'$/.test(text);
  return (isNumber ? constant(text, type) : null) ?? asExpression(text);
}

function constant(text: string, type: ColumnType): Column['default'] {
  if (type.kind === 'bits') {
    const bits = /^b'([01]*)'$/.exec(text)?.[1];
    return bits === undefined ? null : { value: bits.padStart(type.length ?? 1, '0') };
  }
  if (type.kind === 'bytes' && /^0x[0-9a-f]*$/i.test(text)) return { value: new Uint8Array(Buffer.from(text.slice(2), 'hex')) };
  if ((type.kind === 'integer' || type.kind === 'boolean') && !/^-?\d+$/.test(text)) return null;
  const value = mysqlDecoder(type)(Buffer.from(text));
  return type.kind === 'timestamp' && type.zone && !/^\d{4}-\d\d-\d\d \d\d:/.test(text) ? null : { value };
}
