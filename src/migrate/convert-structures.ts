import type { ValueLimits } from '../connectors/connector.ts';
import type { Cell, ColumnType } from '../model/table-schema.ts';
import { type ConversionRule, Converted, type Converter, Unfit } from './conversion-rules.ts';
import { arrayJson, jsonForm } from './json-form.ts';

type Of<Kind extends ColumnType['kind']> = Extract<ColumnType, { readonly kind: Kind }>;

/** A backslash by itself, or an escaped U+0000. */
const ESCAPED_NUL = /\\\\|\\u0000/g;

/** To JSON texts: arrays and single values are written as JSON, texts have to be JSON. */
export function toJson(source: ColumnType, { binary }: Of<'json'>, limits: ValueLimits): Converter {
  const isKnown = source.kind === 'json' && (source.binary || !binary);
  const isText = source.kind === 'json' || source.kind === 'text' || source.kind === 'any';
  return (cell) => {
    if (cell instanceof Uint8Array) return new Unfit('NOT_JSON');
    const text = typeof cell === 'string' && isText ? cell : arrayJson(cell);
    if (isKnown && (!binary || limits.nulInText)) return text;
    const form = jsonForm(text);
    if (form === null) return new Unfit('NOT_JSON');
    if (!binary) return text;
    const value = limits.nulInText ? text : text.replace(ESCAPED_NUL, (found) => (found === '\\\\' ? found : ''));
    if (value !== text) return new Converted(value, 'NUL_REMOVED');
    return form.hasRepeatedKey ? new Converted(text, 'JSON_NORMALIZED') : text;
  };
}

/** To arrays: element by element, from an array or from its JSON text; what one element needs is told of the whole. */
export function toArray(source: ColumnType, convert: Converter | null): Converter {
  return (cell) => {
    const array = typeof cell === 'string' && source.kind !== 'array' ? parsedArray(cell) : cell;
    if (!Array.isArray(array)) return new Unfit('NOT_AN_ARRAY');
    return convert === null ? array : elements(array, convert);
  };
}

function elements(array: readonly Cell[], convert: Converter): Cell | Converted | Unfit {
  let reason: ConversionRule | null = null;
  const converted: Cell[] = [];
  for (const element of array) {
    const result = Array.isArray(element) ? elements(element, convert) : convert(element);
    if (result instanceof Unfit) return result;
    if (result instanceof Converted) reason ??= result.reason;
    converted.push(result instanceof Converted ? result.value : result);
  }
  return reason === null ? converted : new Converted(converted, reason);
}

function parsedArray(text: string): Cell {
  try {
    return JSON.parse(text, (_, value) => (isPlainObject(value) ? JSON.stringify(value) : value)) as Cell;
  } catch {
    return null;
  }
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** To a column without a type: only what such a column never holds is written otherwise. */
export function toAny(text: Converter): Converter {
  return (cell) => {
    if (typeof cell === 'string') return text(cell);
    if (typeof cell === 'boolean') return cell ? 1 : 0;
    return Array.isArray(cell) ? arrayJson(cell) : cell;
  };
}
