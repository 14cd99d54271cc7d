import type { Cell, Column, Row, TableSchema } from '../model/table-schema.ts';
import { mysqlLiteral } from './mysql-literal.ts';
import { type MysqlServer, quoteMysqlName } from './mysql-session.ts';

/** Collations whose order is that of the bytes, trailing spaces included: their indexes can be used as they are. */
const BY_BYTES = ['utf8mb4_nopad_bin', 'utf8mb4_0900_bin', 'utf8mb3_nopad_bin'];

/** How a column is sorted as `compareKeys` says, and a value in the same form. */
export interface KeyOrder {
  readonly expression: string;
  readonly literal: (cell: Cell) => string;
  /** Whether the expression is the column itself, whose index serves. */
  readonly isPlain: boolean;
}

/** How a column of a key is sorted: numbers and bytes by value, all that is a text in transit by the bytes of that text. */
export function keyOrderOf(column: Column, server: MysqlServer): KeyOrder {
  const name = quoteMysqlName(column.name);
  const { type } = column;
  const plain: KeyOrder = { expression: name, literal: (cell) => mysqlLiteral(column)(cell), isPlain: true };
  switch (type.kind) {
    case 'boolean':
    case 'integer':
    case 'float':
    case 'bytes':
    case 'bits':
    case 'date':
      return plain;
    case 'timestamp':
      return type.zone && type.precision > 0 ? byText(`CONCAT(${trimmed(name)}, 'Z')`) : plain;
    case 'time':
      return byText(type.precision > 0 ? trimmed(name) : `CAST(${name} AS CHAR)`);
    case 'text':
      return BY_BYTES.includes(column.collation ?? server.databaseCollation) ? plain : byText(`CONVERT(${name} USING utf8mb4)`);
    case 'enum':
    case 'set':
    case 'json':
      return byText(`CONVERT(${name} USING utf8mb4)`);
    default:
      return byText(`CAST(${name} AS CHAR)`);
  }
}

/** Rows behind a key in the order of its columns, or up to it. */
export function keyBound(orders: readonly KeyOrder[], key: Row, bound: 'after' | 'upTo'): string {
  const sign = bound === 'after' ? '>' : '<';
  const parts = orders.map(({ expression, literal }, i) => ({ expression, value: literal(key[i] ?? null) }));
  const last = parts.length - 1;
  const nested = parts.reduceRight((inner, { expression, value }, i) => {
    if (i === last) return `${expression} ${bound === 'after' ? '>' : '<='} ${value}`;
    return `(${expression} ${sign} ${value} OR (${expression} = ${value} AND ${inner}))`;
  }, '');
  const [first] = parts;
  return last === 0 || first === undefined ? nested : `${first.expression} ${sign}= ${first.value} AND ${nested}`;
}

/** The row of a key and no other, whatever the collation of its columns takes for the same. */
export function keyEquals(table: TableSchema, names: readonly string[], key: Row, server: MysqlServer): string {
  const tests = names.map((name, i) => {
    const column = table.columns.find((one) => one.name === name) as Column;
    const cell = key[i] ?? null;
    const same = `${quoteMysqlName(name)} = ${mysqlLiteral(column)(cell)}`;
    const order = keyOrderOf(column, server);
    return order.isPlain ? same : `${same} AND ${order.expression} = ${order.literal(cell)}`;
  });
  return `(${tests.join(' AND ')})`;
}

function byText(expression: string): KeyOrder {
  return {
    expression: `CAST(${expression} AS BINARY)`,
    literal: (cell) =>
      cell instanceof Uint8Array ? `x'${Buffer.from(cell).toString('hex')}'` : `x'${Buffer.from(String(cell)).toString('hex')}'`,
    isPlain: false,
  };
}

/** The text of a moment without trailing zeros. */
function trimmed(name: string): string {
  return `TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST(${name} AS CHAR)))`;
}
