import type { StoreFacts } from '../connectors/connector.ts';
import type { Column, ColumnType } from '../model/table-schema.ts';
import { converter } from './conversion.ts';
import { Converted, Unfit } from './conversion-rules.ts';

/** The default of a column in the target, and what is to be said of it. */
interface Preset {
  readonly value: Column['default'];
  readonly note: string | null;
}

/** Ways of saying: the moment at which the row is written. */
const NOW =
  /^\(*\s*(?:current_timestamp|current_date|current_time|localtimestamp|localtime|now|sysdate|systimestamp|getdate|transaction_timestamp|statement_timestamp|(?:datetime|date|time)\(\s*'now'\s*\))\s*(?:\(\s*\d*\s*\))?\s*\)*(?:::[a-z ]+(?:\(\d\))?)?$/i;
const TYPED_NOW = { timestamp: 'CURRENT_TIMESTAMP', date: 'CURRENT_DATE', time: 'CURRENT_TIME' } as const;

/** Carries a default over: constants as cells of the new type, of expressions only the time of now. */
export function columnDefault(source: Column, type: ColumnType, facts: StoreFacts, sameEngine: boolean): Preset {
  const { default: preset } = source;
  if (preset === null || source.identity) return { value: preset, note: null };
  if ('value' in preset) return constant(source.type, type, facts, preset);
  if (sameEngine) return { value: preset, note: null };
  const expression = NOW.test(preset.expression) ? nowExpression(type, facts.name) : null;
  if (expression === null) return { value: null, note: 'the default is not kept: it is an expression of the source' };
  return { value: { expression }, note: null };
}

function constant(from: ColumnType, to: ColumnType, facts: StoreFacts, preset: { readonly value: Column['default'] | unknown }): Preset {
  const { value } = preset as { value: Parameters<NonNullable<ReturnType<typeof converter>>>[0] };
  const convert = converter(from, to, facts.limits);
  const cell = convert === null ? value : convert(value);
  if (cell instanceof Unfit) return { value: null, note: 'the default is not kept: the new type cannot hold it' };
  if (cell instanceof Converted) return { value: { value: cell.value }, note: `the default is changed: ${cell.reason}` };
  return { value: { value: cell }, note: null };
}

/** MySQL wants the digits of the second with it, and parentheses around all but timestamps. */
function nowExpression(type: ColumnType, engine: string): string | null {
  if (type.kind !== 'timestamp' && type.kind !== 'date' && type.kind !== 'time') return null;
  const expression = TYPED_NOW[type.kind];
  if (engine !== 'mysql') return expression;
  if (type.kind === 'timestamp') return type.precision === 0 ? expression : `${expression}(${type.precision})`;
  return `(${expression})`;
}
