import { ATTRIBUTE_PREFIX } from './customer.ts';

/** How a field is compared with a value; `~` is "contains", ignoring case and accents. */
export type FilterOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~';

/**
 * A parsed filter: plain data, safe to store as JSON. `field` is a canonical name: a catalogue field, a derived field
 * (`orders.total`), or `attributes.NAME` for a custom one. Values stay text as written; what they mean depends on the
 * field. A null in `values` is the bare word `null` or an empty text: `empty`; no other value is an empty text.
 *
 * Meaning: a missing value and an empty text are both empty. A comparison with an empty field is false, and `!=`, `!~`,
 * `not` are the exact opposite, so `city != Berlin` is true of a customer without a city.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter }
  | { readonly kind: 'compare'; readonly field: string; readonly operator: FilterOperator; readonly value: string }
  | { readonly kind: 'in'; readonly field: string; readonly negated: boolean; readonly values: readonly (string | null)[] }
  | { readonly kind: 'between'; readonly field: string; readonly negated: boolean; readonly low: string; readonly high: string }
  | { readonly kind: 'empty'; readonly field: string; readonly negated: boolean };

/** Words that mean something to the parser and are quoted as values. */
const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'between', 'is', 'empty', 'null']);
const BARE = /^[\p{L}\p{N}_@.+-][\p{L}\p{M}\p{N}_@.+:/-]*$/u;

/** Canonical text of a filter: `parseFilter(formatFilter(x))` is `x` again. */
export function formatFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.map(formatOperand).join(` ${filter.kind} `);
    case 'not':
      return `not ${formatOperand(filter.operand)}`;
    case 'compare':
      return `${formatField(filter.field)} ${filter.operator} ${formatValue(filter.value)}`;
    case 'in':
      return `${formatField(filter.field)} ${filter.negated ? 'not in' : 'in'} (${filter.values.map(formatValue).join(', ')})`;
    case 'between':
      return `${formatField(filter.field)} ${filter.negated ? 'not between' : 'between'} ${formatValue(filter.low)} and ${formatValue(filter.high)}`;
    case 'empty':
      return `${formatField(filter.field)} is ${filter.negated ? 'not empty' : 'empty'}`;
  }
}

/** `and`, `or` inside of another operator keep their brackets, so that the tree comes back as it was. */
function formatOperand(filter: Filter): string {
  return filter.kind === 'and' || filter.kind === 'or' ? `(${formatFilter(filter)})` : formatFilter(filter);
}

function formatField(name: string): string {
  if (!name.startsWith(ATTRIBUTE_PREFIX)) return name;
  const custom = name.slice(ATTRIBUTE_PREFIX.length);
  return BARE.test(custom) ? name : `${ATTRIBUTE_PREFIX}${quoted(custom, '"')}`;
}

function formatValue(value: string | null): string {
  if (value === null) return 'null';
  return BARE.test(value) && !KEYWORDS.has(value.toLowerCase()) ? value : quoted(value, "'");
}

function quoted(text: string, quote: string): string {
  return quote + text.replaceAll('\\', '\\\\').replaceAll(quote, quote + quote) + quote;
}
