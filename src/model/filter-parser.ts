import type { CrmError } from '../errors.ts';
import { filterError } from './filter-error.ts';
import { resolveField, suggestField, valueType, type CustomFields, type QueryField } from './filter-fields.ts';
import { tokenize, type Token } from './filter-lexer.ts';
import { parseDecimal, parseInteger, parseTime } from './filter-values.ts';
import type { Filter, FilterOperator } from './filter.ts';

/** Brackets and `not` inside of each other; keeps the SQL below the depth that engines accept. */
const MAX_DEPTH = 100;
const OPERATOR_HINT = 'operators: = != < <= > >= ~ !~ in between is';

/**
 * Parses a filter such as `city = 'Berlin' and (tag = vip or orders.total >= 1000) and email is not empty`.
 * Values are checked against the type of their field; keywords are case-insensitive; full-width signs are read.
 * @throws {CrmError} FILTER_SYNTAX with a caret under the place; UNKNOWN_FIELD that names the nearest field.
 */
export function parseFilter(text: string, custom: CustomFields): Filter {
  return new Parser(text, custom).parse();
}

class Parser {
  readonly #text: string;
  readonly #custom: CustomFields;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string, custom: CustomFields) {
    this.#text = text;
    this.#custom = custom;
    this.#tokens = tokenize(text);
  }

  parse(): Filter {
    const filter = this.#or();
    if (this.#peek().kind === 'end') return filter;
    throw this.#unexpected('expected and, or, or the end', "put quotes around a value of several words: 'New York'");
  }

  #or(): Filter {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(kind: 'and' | 'or', operand: () => Filter): Filter {
    const first = operand();
    const operands = [first];
    while (this.#takeWord(kind)) operands.push(operand());
    return operands.length === 1 ? first : { kind, operands };
  }

  #not(): Filter {
    if (this.#isWord('not')) return this.#deeper(() => ({ kind: 'not', operand: this.#not() }));
    if (this.#peek().kind !== 'open') return this.#predicate();
    return this.#deeper(() => {
      const filter = this.#or();
      this.#close();
      return filter;
    });
  }

  /** Steps over a bracket or `not` and parses what is inside. */
  #deeper(inside: () => Filter): Filter {
    if (++this.#depth > MAX_DEPTH) throw this.#unexpected(`more than ${MAX_DEPTH} brackets inside of each other`);
    this.#next++;
    const filter = inside();
    this.#depth--;
    return filter;
  }

  #predicate(): Filter {
    const field = this.#field();
    const { name } = field;
    if (this.#takeWord('is')) {
      const negated = this.#takeWord('not');
      if (!this.#takeWord('empty') && !this.#takeWord('null')) throw this.#unexpected('expected empty or not empty');
      return { kind: 'empty', field: name, negated };
    }
    const negated = this.#takeWord('not');
    if (this.#takeWord('in')) return { kind: 'in', field: name, negated, values: this.#list(field) };
    if (this.#takeWord('between')) {
      const low = this.#definite(field, '>=');
      if (!this.#takeWord('and')) throw this.#unexpected('expected and: between LOW and HIGH');
      return { kind: 'between', field: name, negated, low, high: this.#definite(field, '<=') };
    }
    if (negated) throw this.#unexpected('expected in or between');
    return this.#comparison(field);
  }

  #comparison(field: QueryField): Filter {
    const sign = this.#peek();
    if (sign.kind !== 'operator') throw this.#unexpected(`expected an operator after ${field.name}`, OPERATOR_HINT);
    this.#next++;
    const equality = sign.text === '=' || sign.text === '!=';
    if (!equality) return { kind: 'compare', field: field.name, operator: sign.text, value: this.#definite(field, sign.text) };
    const value = this.#value(field, sign.text);
    if (value === null) return { kind: 'empty', field: field.name, negated: sign.text === '!=' };
    return { kind: 'compare', field: field.name, operator: sign.text, value };
  }

  #field(): QueryField {
    const token = this.#peek();
    const keyword = token.kind === 'word' && /^(and|or)$/i.test(token.text);
    if ((token.kind !== 'word' && token.kind !== 'quoted') || keyword) throw this.#unexpected('expected a field');
    this.#next++;
    const rest = this.#peek();
    let name = token.text;
    // attributes."Lead source"
    if (token.kind === 'word' && name.endsWith('.') && rest.kind === 'quoted' && rest.at === token.end) {
      name += rest.text;
      this.#next++;
    }
    const field = resolveField(name, this.#custom);
    if (field !== undefined) return field;
    throw this.#unknownField(name, token);
  }

  #unknownField(name: string, token: Token): CrmError {
    const near = suggestField(name, this.#custom);
    const question = near === undefined ? '' : `; did you mean ${near}?`;
    return filterError('UNKNOWN_FIELD', this.#text, token.at, `there is no field ${name}${question}`, {
      hint: 'fields are those of the catalogue, custom fields, tag, source, orders.total …; any custom field: attributes.NAME',
      details: { field: name, nearest: near ?? null },
    });
  }

  #list(field: QueryField): (string | null)[] {
    if (this.#peek().kind !== 'open') throw this.#unexpected('expected ( and a list of values');
    this.#next++;
    const values = [this.#value(field, '=')];
    while (this.#peek().kind === 'comma') {
      this.#next++;
      values.push(this.#value(field, '='));
    }
    this.#close();
    return values;
  }

  #close(): void {
    if (this.#peek().kind !== 'close') throw this.#unexpected('expected )');
    this.#next++;
  }

  /** A value that is neither `null` nor an empty text. */
  #definite(field: QueryField, operator: FilterOperator): string {
    const token = this.#peek();
    const value = this.#value(field, operator);
    if (value !== null) return value;
    throw filterError('FILTER_SYNTAX', this.#text, token.at, 'an empty value can only be compared with = and !=', {
      hint: `use: ${field.name} is empty`,
    });
  }

  #value(field: QueryField, operator: FilterOperator): string | null {
    const token = this.#peek();
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.#unexpected('expected a value');
    this.#next++;
    if (token.text === '' || (token.kind === 'word' && token.text.toLowerCase() === 'null')) return null;
    const problem = valueProblem(field, operator, token.text);
    if (problem === undefined) return token.text;
    throw filterError('FILTER_SYNTAX', this.#text, token.at, problem);
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #isWord(keyword: string): boolean {
    const token = this.#peek();
    return token.kind === 'word' && token.text.toLowerCase() === keyword;
  }

  #takeWord(keyword: string): boolean {
    const found = this.#isWord(keyword);
    if (found) this.#next++;
    return found;
  }

  #unexpected(expectation: string, hint?: string): CrmError {
    const token = this.#peek();
    const text = token.kind === 'end' && !expectation.includes('end') ? `${expectation}, the filter ends here` : expectation;
    return filterError('FILTER_SYNTAX', this.#text, token.at, text, hint === undefined ? {} : { hint });
  }
}

const DAY_OF_CHECK = new Date(Date.UTC(2000, 0, 1));

/** Why a value cannot be compared with a field; undefined when it can. */
function valueProblem(field: QueryField, operator: FilterOperator, text: string): string | undefined {
  const type = valueType(field);
  const contains = operator === '~' || operator === '!~';
  if (contains && (type === 'integer' || type === 'number' || type === 'date' || type === 'instant')) {
    return `${operator} looks into text, but ${field.name} is ${type === 'date' || type === 'instant' ? 'a date' : 'a number'}`;
  }
  if (type === 'integer') return parseInteger(text) === undefined ? `${field.name} is compared with a whole number` : undefined;
  if (type === 'number') return parseDecimal(text) === undefined ? `${field.name} is compared with a number` : undefined;
  if (type === 'date' || type === 'instant') {
    return parseTime(text, DAY_OF_CHECK) === undefined
      ? `${field.name} is compared with a date: 2026-01-31, today, -90d, -6w, -3m, -1y`
      : undefined;
  }
  if (type === 'consent' && !contains && !/^(in|out)$/i.test(text)) return `${field.name} is in, out or empty`;
  return undefined;
}
