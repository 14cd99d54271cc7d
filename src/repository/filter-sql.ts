import type { EngineFacts } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import { fold } from '../model/fold.ts';
import type { CustomFields, QueryField } from '../model/filter-fields.ts';
import { valueType } from '../model/filter-fields.ts';
import { parseDecimal, parseInteger } from '../model/filter-values.ts';
import type { Filter } from '../model/filter.ts';
import { emailEquals, phoneContains, phoneEquals } from './filter-contact-sql.ts';
import { compareDate, compareInstant, relativeDate } from './filter-time-sql.ts';
import { fieldValue, requireField, setSource } from './query-fields.ts';
import { combine, join, mapText, opposite, raw, sql, type Fragment } from './query-fragment.ts';
import { compareAmount } from './query-money.ts';

/** What a filter is compiled for. */
export interface FilterContext {
  readonly facts: EngineFacts;
  readonly custom: CustomFields;
  /** What `today` and `-90d` count from. */
  readonly now: Date;
}

/** The operators that are compiled; the others are opposites of these. */
export type Comparison = '=' | '<' | '<=' | '>' | '>=' | '~';

/** From this many values on, a list is one JSON parameter instead of a parameter for each. */
const LONG_LIST = 100;

/**
 * SQL condition on a row of `customers` that is true where the filter is; every value is a `?` parameter.
 * Equality is exact, but e-mail ignores case, two letters of a country are upper case, and a phone number without its
 * country matches the end of a number. An instant compared with a date means the whole UTC day.
 * @throws {CrmError} FILTER_SYNTAX for a value that its field cannot be compared with; UNKNOWN_FIELD.
 */
export function compileFilter(filter: Filter, context: FilterContext): Fragment {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const operands = filter.operands.map((operand) => compileFilter(operand, context));
      return combine(operands, filter.kind === 'and' ? 'AND' : 'OR');
    }
    case 'not':
      return opposite(compileFilter(filter.operand, context));
    default:
      return compilePredicate(filter, context);
  }
}

function compilePredicate(filter: Exclude<Filter, { kind: 'and' | 'or' | 'not' }>, context: FilterContext): Fragment {
  const field = requireField(filter.field, context.custom);
  switch (filter.kind) {
    case 'compare': {
      const negated = filter.operator.startsWith('!');
      const operator = (negated ? filter.operator.slice(1) : filter.operator) as Comparison;
      return negateIf(
        negated,
        where(field, context, (value) => compare(field, value, operator, filter.value, context)),
      );
    }
    case 'between':
      return negateIf(
        filter.negated,
        where(field, context, (value) =>
          combine([compare(field, value, '>=', filter.low, context), compare(field, value, '<=', filter.high, context)], 'AND'),
        ),
      );
    case 'in':
      return negateIf(filter.negated, compileList(field, filter.values, context));
    case 'empty':
      return filter.negated ? sql`(NOT ${isEmpty(field, context)})` : isEmpty(field, context);
  }
}

function negateIf(negated: boolean, condition: Fragment): Fragment {
  return negated ? opposite(condition) : condition;
}

/** A condition on the value of a field; on a set, that one of its values fulfils it. */
function where(field: QueryField, { facts }: FilterContext, condition: (value: Fragment) => Fragment): Fragment {
  if (field.kind !== 'set') return condition(fieldValue(field, facts));
  const { table, column, rows } = setSource(field.name);
  return sql`customers.id IN (SELECT ${raw(`${table}.customer_id ${rows}`)} AND ${condition(raw(column))})`;
}

function compileList(field: QueryField, values: readonly (string | null)[], context: FilterContext): Fragment {
  const given = values.filter((value) => value !== null);
  const conditions: Fragment[] = [];
  if (given.length > 0) conditions.push(where(field, context, (value) => oneOf(field, value, given, context)));
  if (given.length < values.length) conditions.push(isEmpty(field, context));
  return combine(conditions, 'OR');
}

function oneOf(field: QueryField, value: Fragment, given: readonly string[], context: FilterContext): Fragment {
  const type = valueType(field);
  if (type !== 'text' && type !== 'custom')
    return combine(
      given.map((text) => compare(field, value, '=', text, context)),
      'OR',
    );
  if (given.length >= LONG_LIST) return sql`${mapText(asText(field, value), context.facts.inJsonArray)}${raw('', JSON.stringify(given))}`;
  return sql`${asText(field, value)} IN (${join(
    given.map((text) => sql`${text}`),
    ', ',
  )})`;
}

/** Never unknown, so it can be negated with a plain NOT. */
function isEmpty(field: QueryField, { facts }: FilterContext): Fragment {
  if (field.kind === 'set') {
    const { table, rows } = setSource(field.name);
    return raw(`NOT EXISTS (SELECT 1 ${rows} AND ${table}.customer_id = customers.id)`);
  }
  if (field.kind === 'money') return raw('NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)');
  if (field.kind === 'count') return raw(`NOT EXISTS (SELECT 1 FROM ${field.table} WHERE ${field.table}.customer_id = customers.id)`);
  const value = fieldValue(field, facts);
  const type = valueType(field);
  if (type === 'integer' || type === 'date' || type === 'instant') return sql`(${value} IS NULL)`;
  if (field.kind === 'column' && field.type === 'json') return sql`(coalesce(${asText(field, value)}, '{}') = '{}')`;
  return sql`(coalesce(${value}, '') = '')`;
}

function asText(field: QueryField, value: Fragment): Fragment {
  return field.kind === 'column' && field.type === 'json' ? sql`CAST(${value} AS text)` : value;
}

function compare(field: QueryField, value: Fragment, operator: Comparison, text: string, context: FilterContext): Fragment {
  const { facts, now } = context;
  const type = valueType(field);
  if (type === 'date' || type === 'instant') {
    const compareTime = type === 'date' ? compareDate : compareInstant;
    return operator === '~' ? invalid(field) : (compareTime(value, operator, text, facts, now) ?? invalid(field));
  }
  if (type === 'integer' || type === 'number') return compareNumber(field, value, operator, text);
  if (type === 'custom' && operator !== '=' && operator !== '~') return compareCustom(value, operator, text, context);
  if (type === 'email' && operator === '=') return emailEquals(value, text);
  if (type === 'phone' && operator === '=') return phoneEquals(value, text);
  if (type === 'phone' && operator === '~') return phoneContains(value, text);
  const wanted =
    type === 'country' && /^[a-z]{2}$/i.test(text)
      ? text.toUpperCase()
      : type === 'consent' || type === 'email'
        ? text.toLowerCase()
        : text;
  return compareText(asText(field, value), operator, wanted, facts);
}

function compareText(value: Fragment, operator: Comparison, text: string, facts: EngineFacts): Fragment {
  if (operator === '=') return sql`${value} = ${text}`;
  if (operator === '~') return sql`${mapText(value, facts.folded)} LIKE ${`%${escapeLike(fold(text))}%`} ESCAPE '!'`;
  // Only a text can be less than everything, and an empty one is no value.
  const present = operator.startsWith('<') ? sql`nullif(${value}, '')` : value;
  return sql`${mapText(present, facts.byteOrder)} ${raw(operator)} ${text}`;
}

/** Text with the signs of LIKE taken literally, for `ESCAPE '!'`. */
function escapeLike(text: string): string {
  return text.replace(/[!%_]/g, '!$&');
}

function compareNumber(field: QueryField, value: Fragment, operator: Comparison, text: string): Fragment {
  const decimal = parseDecimal(text);
  if (decimal === undefined || operator === '~') return invalid(field);
  if (field.kind === 'money') return compareAmount(value, operator, decimal);
  if (field.kind === 'count') return sql`${value} ${raw(operator)} CAST(${decimal} AS numeric)`;
  const integer = parseInteger(text);
  return integer === undefined ? invalid(field) : sql`${value} ${raw(operator)} ${integer}`;
}

/** Custom fields are text; in an order they are numbers where the filter gives one, and dates for `today` and `-90d`. */
function compareCustom(value: Fragment, operator: '<' | '<=' | '>' | '>=', text: string, { facts, now }: FilterContext): Fragment {
  const decimal = parseDecimal(text);
  if (decimal !== undefined) return sql`${mapText(value, facts.toNumber)} ${raw(operator)} CAST(${decimal} AS numeric)`;
  return compareText(value, operator, relativeDate(text, now) ?? text, facts);
}

function invalid(field: QueryField): never {
  throw new CrmError('FILTER_SYNTAX', `${field.name} cannot be compared with a value of that kind`);
}
