import type { ValueLimits } from '../connectors/connector.ts';
import type { ColumnType } from '../model/table-schema.ts';
import { type Converter, Unfit } from './conversion-rules.ts';
import { toDate, toInterval, toTime, toTimestamp } from './convert-moments.ts';
import { toBits, toBoolean, toDecimal, toFloat, toInteger } from './convert-numbers.ts';
import { toAny, toArray, toJson } from './convert-structures.ts';
import { toBytes, toEnum, toNetwork, toSet, toText, toUuid } from './convert-texts.ts';
import { sameType } from './type-name.ts';

export {
  type ConversionRule,
  type Converter,
  CONVERSION_RULES,
  Converted,
  UNFIT_REASONS,
  Unfit,
} from './conversion-rules.ts';

const ANY_TEXT = { kind: 'text', length: null, fixed: false } as const;

/**
 * How cells of one type become cells of another: the cell itself, one in another form, a `Converted` one that lost something, or
 * `Unfit` where the row cannot be stored. null: cells go as they are.
 */
export function converter(source: ColumnType, target: ColumnType, limits: ValueLimits): Converter | null {
  if (target.kind === 'other') return null;
  if (limits.anyCell === true) return sameType(source, target) ? null : obliging(converterTo(source, target, limits));
  const convert = converterTo(source, target, limits);
  return (cell) => (cell === null ? null : convert(cell));
}

/** Where columns take anything, what does not fit goes as it is. */
function obliging(convert: Converter): Converter {
  return (cell) => {
    if (cell === null) return null;
    const converted = convert(cell);
    return converted instanceof Unfit ? cell : converted;
  };
}

function converterTo(source: ColumnType, target: Exclude<ColumnType, { kind: 'other' }>, limits: ValueLimits): Converter {
  switch (target.kind) {
    case 'boolean':
      return toBoolean();
    case 'integer':
      return toInteger(source, target);
    case 'decimal':
      return toDecimal(target, limits);
    case 'float':
      return toFloat(source, target, limits);
    case 'text':
      return toText(source, target, limits);
    case 'bytes':
      return toBytes(source, target, limits);
    case 'bits':
      return toBits(target);
    case 'date':
      return toDate(limits);
    case 'time':
      return toTime(target, limits);
    case 'timestamp':
      return toTimestamp(target, limits);
    case 'interval':
      return toInterval();
    case 'json':
      return toJson(source, target, limits);
    case 'uuid':
      return toUuid();
    case 'network':
      return toNetwork();
    case 'enum':
      return toEnum(target);
    case 'set':
      return toSet(target);
    case 'array':
      return toArray(source, converter(source.kind === 'array' ? source.of : { kind: 'any' }, target.of, limits));
    case 'any':
      return toAny(toText(source, ANY_TEXT, limits));
  }
}
