import type { Cell, Column, Row } from '../model/table-schema.ts';
import { cellForm } from './oracle-cells.ts';
import { type OracleBind, quoteOracleName, textBind } from './oracle-session.ts';

/** How a column is sorted as `compareKeys` says, and a value in the same form. */
export interface KeyOrder {
  readonly expression: string;
  /** SQL of a value at a mark, and the value. */
  readonly mark: (mark: string) => string;
  readonly bind: (cell: Cell) => OracleBind;
}

/** Conditions of a statement, and the values in them. */
export class Conditions {
  readonly tests: string[] = [];
  readonly binds: OracleBind[] = [];

  /** Adds a value. @returns the mark where it stands */
  mark(bind: OracleBind): string {
    this.binds.push(bind);
    return `:${this.binds.length}`;
  }

  /** Rows behind a key in the order of its columns, or up to it. */
  addBound(orders: readonly KeyOrder[], key: Row, bound: 'after' | 'upTo'): void {
    const sign = bound === 'after' ? '>' : '<';
    const nested = (at: number): string => {
      const order = orders[at] as KeyOrder;
      const value = (): string => order.mark(this.mark(order.bind(key[at] ?? null)));
      if (at === orders.length - 1) return `${order.expression} ${bound === 'after' ? '>' : '<='} ${value()}`;
      return `(${order.expression} ${sign} ${value()} OR (${order.expression} = ${value()} AND ${nested(at + 1)}))`;
    };
    this.tests.push(nested(0));
  }
}

/** How a column of a key is sorted: numbers, bytes and days by value, all else by the bytes of its text in transit. */
export function keyOrderOf(column: Column): KeyOrder {
  const name = quoteOracleName(column.name);
  const { type, declared } = column;
  switch (type.kind) {
    case 'decimal':
      return byText(decimalSql(name, type.precision, type.scale));
    case 'timestamp':
      return type.zone && type.precision > 0 ? byText(instantSql(name, declared)) : byValue(column, name);
    case 'text':
      return /^N?(VARCHAR2|CHAR)/.test(declared) || declared === '' ? textOrder(column, name) : byText(`TO_CHAR(${name})`);
    default:
      return byValue(column, name);
  }
}

function byValue(column: Column, name: string): KeyOrder {
  const { form, mark, encode } = cellForm(column);
  return { expression: name, mark, bind: (cell) => ({ form, value: cell === null ? null : encode(cell) }) };
}

/** Texts of the national character set are sorted by other units than bytes; spaces at the end of fixed ones are none of theirs. */
function textOrder(column: Column, name: string): KeyOrder {
  const isNational = column.declared.startsWith('N');
  const isPadded = column.type.kind === 'text' && column.type.fixed;
  if (!isNational && !isPadded) return byText(name);
  const text = isNational ? `TO_CHAR(${name})` : name;
  return byText(isPadded ? `RTRIM(${text})` : text);
}

function byText(expression: string): KeyOrder {
  return { expression, mark: (mark) => mark, bind: (cell) => textBind(cell === null ? null : String(cell)) };
}

/** The text of a decimal as it travels: with a digit before the point and as many behind it as the column has. */
function decimalSql(name: string, precision: number | null, scale: number | null): string {
  if (precision === null) return `REGEXP_REPLACE(TO_CHAR(${name}, 'TM9'), '^(-?)\\.', '\\10.')`;
  const places = scale ?? 0;
  const whole = '9'.repeat(Math.max(0, precision - places - 1));
  return `TO_CHAR(${name}, 'FM${whole}0${places === 0 ? '' : `.${'0'.repeat(places)}`}')`;
}

function instantSql(name: string, declared: string): string {
  const utc = /LOCAL/.test(declared) ? name : `SYS_EXTRACT_UTC(${name})`;
  return `RTRIM(RTRIM(TO_CHAR(${utc}, 'YYYY-MM-DD HH24:MI:SS.FF9'), '0'), '.') || 'Z'`;
}
