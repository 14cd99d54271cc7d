import { isUtf8 } from 'node:buffer';
import { NO_LIMITS, type ValueLimits } from '../connectors/connector.ts';
import type { Cell, ColumnType } from '../model/table-schema.ts';
import { converter } from './conversion.ts';
import { type ConversionRule, Converted, type Converter, Unfit } from './conversion-rules.ts';
import { numberForm } from './decimal-text.ts';
import { intervalForm } from './interval-text.ts';
import { jsonForm } from './json-form.ts';

/** How two columns are compared, cell by cell. */
export interface Comparable {
  /** Brings a cell of the first column, converted as it is meant to be, to the form in which equal values are equal cells. */
  readonly left: (cell: Cell) => Cell;
  /** The same for a cell of the second column. */
  readonly right: (cell: Cell) => Cell;
  /** The conversion by which a cell of the first column becomes one of the second; null: by none. */
  readonly conversionOf: (cell: Cell) => ConversionRule | null;
  /** Whether cells that are the same as they come need not be looked at. */
  readonly isSameForm: boolean;
}

type Form = (cell: Cell) => Cell;

/** Digits of a second: nanoseconds. */
const FINEST = 9;
/** `2009-01-01 00:00:00` */
const SECONDS_LENGTH = 19;

/** Compares a column of one type with one of another; the first is what the second was made from. */
export function comparable(a: ColumnType, b: ColumnType, limitsB: ValueLimits): Comparable {
  const convert = converter(a, b, limitsB);
  const form = formOf(a, b);
  const right: Form = (cell) => (cell === null ? null : form(cell));
  if (convert === null) return { left: right, right, conversionOf: () => null, isSameForm: true };
  const left: Form = (cell) => {
    const converted = convert(cell);
    if (converted instanceof Unfit) return right(cell);
    return right(converted instanceof Converted ? converted.value : converted);
  };
  const conversionOf = (cell: Cell): ConversionRule | null => {
    const converted = convert(cell);
    return converted instanceof Converted ? converted.reason : null;
  };
  return { left, right, conversionOf, isSameForm: a.kind === b.kind };
}

/** Whether two cells in comparable form are the same value. */
export function sameCell(a: Cell, b: Cell): boolean {
  if (a === b) return true;
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

/** The form of a cell of type `b`; what type `a` cannot tell apart is not told apart. */
function formOf(a: ColumnType, b: ColumnType): Form {
  switch (b.kind) {
    case 'boolean':
    case 'date':
    case 'set':
      return usualForm(b);
    case 'time':
    case 'timestamp':
      return usualForm({ ...b, precision: FINEST });
    case 'integer':
      return integerForm;
    case 'decimal':
      return isShortFloat(a) ? shortFloatForm : decimalForm;
    case 'float':
      return isShortFloat(b) || isShortFloat(a) ? shortFloatForm : floatForm;
    case 'text':
      return textForm(a, b);
    case 'interval':
      return (cell) => (typeof cell === 'string' ? intervalForm(cell) : cell);
    case 'json':
      return b.binary || (a.kind === 'json' && a.binary) || a.kind === 'array' ? binaryJsonForm : plainForm;
    case 'uuid':
      return (cell) => (typeof cell === 'string' ? cell.toLowerCase() : cell);
    case 'network':
      return networkForm;
    case 'array':
      return arrayForm(formOf(a.kind === 'array' ? a.of : a, b.of));
    case 'any':
      return anyForm(a);
    default:
      return plainForm;
  }
}

const plainForm: Form = (cell) => (Array.isArray(cell) ? elementText(cell, plainForm) : cell);

/** A column that takes anything may hold one value in several ways: all of them as the type has it. */
function usualForm(type: ColumnType): Form {
  const convert = converter(type, type, NO_LIMITS) as Converter;
  return (cell) => {
    if (type.kind === 'timestamp' && !type.zone && typeof cell === 'string' && cell.length === SECONDS_LENGTH && cell[10] === ' ')
      return cell;
    const converted = convert(cell);
    return converted instanceof Unfit || converted instanceof Converted ? cell : converted;
  };
}

/** A number is one number, whether it came as `number` or `bigint`. */
const integerForm: Form = (cell) => {
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'bigint') return Number.isSafeInteger(Number(cell)) ? Number(cell) : cell;
  if (typeof cell === 'number') return cell === 0 ? 0 : cell;
  return cell;
};

const decimalForm: Form = (cell) => {
  if (typeof cell === 'boolean' || typeof cell === 'object') return cell;
  return numberForm(String(cell)) ?? cell;
};

const floatForm: Form = (cell) => {
  if (typeof cell === 'number') return Number.isNaN(cell) ? 'NaN' : cell === 0 ? 0 : cell;
  return typeof cell === 'bigint' ? Number(cell) : cell;
};

const shortFloatForm: Form = (cell) => {
  if (typeof cell === 'boolean' || typeof cell === 'object') return cell;
  const value = Number(cell);
  return typeof cell === 'string' && numberForm(cell) === null ? cell : floatForm(Math.fround(value));
};

function textForm(a: ColumnType, b: Extract<ColumnType, { kind: 'text' }>): Form {
  const isPadded = b.fixed || (a.kind === 'text' && a.fixed);
  const isDeep = a.kind === 'json' && a.binary;
  return (cell) => {
    if (cell instanceof Uint8Array) return isUtf8(cell) ? Buffer.from(cell).toString() : cell;
    if (typeof cell !== 'string') return cell === null ? null : plainForm(cell);
    if (isDeep) return binaryJsonForm(cell);
    return isPadded && cell.endsWith(' ') ? cell.replace(/ +$/, '') : cell;
  };
}

const binaryJsonForm: Form = (cell) => (typeof cell === 'string' ? (jsonForm(cell)?.text ?? cell) : cell);

/** `10.0.0.1/32` is `10.0.0.1`. */
const networkForm: Form = (cell) => {
  if (typeof cell !== 'string') return cell;
  const text = cell.toLowerCase();
  return text.includes(':') ? text.replace(/\/128$/, '') : text.replace(/\/32$/, '');
};

/** In a column without a type values are told apart as what they are, numbers by value. */
function anyForm(a: ColumnType): Form {
  if (a.kind === 'decimal') return decimalForm;
  if (a.kind === 'float' && a.bits === 32) return shortFloatForm;
  return (cell) => (typeof cell === 'number' ? floatForm(cell) : integerForm(cell));
}

function isShortFloat(type: ColumnType): boolean {
  return type.kind === 'float' && type.bits === 32;
}

function arrayForm(form: Form): Form {
  return (cell) => (Array.isArray(cell) ? elementText(cell, form) : cell);
}

/** An array as one text; strings are quoted, so that nothing else reads like them. */
function elementText(cell: Cell, form: Form): string {
  if (Array.isArray(cell)) return `[${cell.map((one) => elementText(one, form)).join(',')}]`;
  const value = cell === null ? null : form(cell);
  if (typeof value === 'string') return JSON.stringify(value);
  return value instanceof Uint8Array ? `x${Buffer.from(value).toString('hex')}` : String(value);
}
