import type { Column, ColumnType } from '../model/table-schema.ts';
import { cellForm } from './oracle-cells.ts';
import { decodeMoment } from './oracle-moments.ts';
import type { TextRow } from './oracle-session.ts';
import { type DescribedType, typeOfDescribed } from './oracle-types.ts';

/** What is known of a table beside the row of a column. */
export interface ColumnContext {
  /** Columns NUMBER(1) that hold other numbers than 0 and 1, and NUMBERs in keys that hold whole ones only. */
  readonly numeric: ReadonlySet<string>;
  readonly whole: ReadonlySet<string>;
  /** Columns that number new rows, with the number that comes next. */
  readonly identities: ReadonlyMap<string, bigint>;
  readonly comments: ReadonlyMap<string, string>;
}

/** The columns of `ALL_TAB_COLS` that are asked for, in the order of `DescribedColumn`. */
export const COLUMN_FACTS =
  'COLUMN_NAME, DATA_TYPE, DATA_LENGTH, CHAR_LENGTH, DATA_PRECISION, DATA_SCALE, NULLABLE, VIRTUAL_COLUMN, DATA_TYPE_OWNER, DATA_DEFAULT';

/** A row of these, by name. */
export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  readonly bytes: number | null;
  readonly characters: number | null;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly nullable: boolean;
  readonly virtual: boolean;
  readonly default: string | null;
}

/** Names the values of such a row. */
export function describedColumn(row: TextRow): DescribedColumn {
  const [name, type, bytes, characters, precision, scale, nullable, virtual, owner, preset] = row;
  const number = (text: string | null | undefined): number | null => (text === null || text === undefined ? null : Number(text));
  const isForeign = owner !== null && owner !== undefined && type !== 'XMLTYPE';
  return {
    name: name ?? '',
    type: isForeign ? `${owner}.${type}` : (type ?? ''),
    bytes: number(bytes),
    characters: number(characters),
    precision: number(precision),
    scale: number(scale),
    nullable: nullable === 'Y',
    virtual: virtual === 'YES',
    default: preset ?? null,
  };
}

/** Whether a column may hold booleans: a number of one digit. */
export function isOneDigit({ type, precision, scale }: DescribedColumn): boolean {
  return type === 'NUMBER' && precision === 1 && scale === 0;
}

/** Whether nothing is said of the digits of a number. */
export function isBareNumber({ type, precision, scale }: DescribedColumn): boolean {
  return type === 'NUMBER' && precision === null && scale === null;
}

/** A column as the server describes it. */
export function columnOf(described: DescribedColumn, context: ColumnContext): Column {
  const { name } = described;
  const facts: DescribedType = {
    name: described.type,
    precision: described.precision,
    scale: described.scale,
    length: /CHAR/.test(described.type) ? described.characters : described.bytes,
    isBoolean: isOneDigit(described) && !context.numeric.has(name),
    isWhole: context.whole.has(name),
  };
  const type = typeOfDescribed(facts);
  const nextIdentity = context.identities.get(name) ?? null;
  const column: Column = {
    name,
    type,
    declared: declaredOf(described),
    nullable: described.nullable,
    default: null,
    generated: described.virtual ? { expression: described.default?.trim() ?? '', stored: false } : null,
    identity: nextIdentity !== null,
    nextIdentity,
    comment: context.comments.get(name) ?? null,
    collation: null,
  };
  const hasDefault = !described.virtual && nextIdentity === null;
  return hasDefault ? { ...column, default: defaultOf(described.default, column) } : column;
}

function declaredOf({ type, bytes, characters, precision, scale }: DescribedColumn): string {
  if (/^N?(VARCHAR2|CHAR)$/.test(type)) return `${type}(${characters}${type.startsWith('N') ? '' : ' CHAR'})`;
  if (type === 'RAW') return `RAW(${bytes})`;
  if (type !== 'NUMBER' || (precision === null && scale === null)) return type;
  return `NUMBER(${precision ?? '*'},${scale ?? 0})`;
}

const DATE_TEXT = /^(?:DATE|TIMESTAMP) ?'([^']+)'$|^TO_(?:DATE|TIMESTAMP|TIMESTAMP_TZ) ?\('([^']+)', ?'[^']+'\)$/i;

/** Constants are told apart from expressions by how they are written. */
function defaultOf(written: string | null, column: Column): Column['default'] {
  const text = written?.trim() ?? '';
  if (text === '' || /^NULL$/i.test(text) || text === "''") return null;
  return constantOf(text, column.type, column) ?? { expression: text };
}

function constantOf(text: string, type: ColumnType, column: Column): Column['default'] {
  const quoted = /^'((?:[^']|'')*)'$/s.exec(text)?.[1]?.replaceAll("''", "'");
  if (type.kind === 'text') return quoted === undefined ? null : { value: quoted };
  const number = /^-?\d*\.?\d+(?:E[+-]?\d+)?$/i.test(quoted ?? text) ? (quoted ?? text) : null;
  if (type.kind === 'float') return number === null ? null : { value: Number(number) };
  const isExact = ['integer', 'decimal', 'boolean'].includes(type.kind);
  if (isExact) return number === null || /e/i.test(number) ? null : { value: cellForm(column).decode(number) };
  if (type.kind === 'bytes') {
    const hex = /^HEXTORAW\('([0-9A-F]*)'\)$/i.exec(text)?.[1];
    return hex === undefined ? null : { value: new Uint8Array(Buffer.from(hex, 'hex')) };
  }
  if (type.kind !== 'timestamp') return null;
  const moment = DATE_TEXT.exec(text);
  const value = moment?.[1] ?? moment?.[2];
  if (value === undefined) return null;
  const whole = /^\d{4}-\d\d-\d\d$/.test(value) ? `${value} 00:00:00` : value;
  const isUtc = !type.zone || / \+00:00$/.test(whole);
  return isUtc ? { value: decodeMoment(whole.replace(/ \+00:00$/, ''), type.zone) } : null;
}
