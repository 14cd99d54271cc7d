/** A check of a table that means the same in every database: how it is written there is up to its connector. */
export type CheckRule =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly CheckRule[] }
  | { readonly kind: 'not'; readonly part: CheckRule }
  | { readonly kind: 'null'; readonly operand: CheckOperand; readonly isNot: boolean }
  | { readonly kind: 'in'; readonly operand: CheckOperand; readonly isNot: boolean; readonly values: readonly CheckOperand[] }
  | {
      readonly kind: 'compare';
      readonly left: CheckOperand;
      readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
      readonly right: CheckOperand;
    };

/** What a check compares: a column, its length in characters, or a constant as it was written. */
export type CheckOperand =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'length'; readonly name: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'text'; readonly value: string };

interface Token {
  readonly kind: 'word' | 'name' | 'number' | 'text' | 'mark';
  readonly text: string;
}

const TOKENS =
  /\s+|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\d+(?:\.\d+)?(?![\w.])|[\p{L}_][\p{L}\p{N}_$]*|::|<=|>=|<>|!=|[-=<>(),[\]]/uy;
const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);
/** Words that are no names of columns. */
const RESERVED: ReadonlySet<string> = new Set(['and', 'or', 'not', 'is', 'null', 'in', 'between', 'any', 'all', 'array', 'true', 'false']);
/** Casts that change nothing of what is compared. */
const HARMLESS_CAST = /^(text|character|varying|varchar|bpchar|numeric|integer|bigint|smallint|double|precision|real|date)$/;

/**
 * Reads a check as SQLite, PostgreSQL and MariaDB write them; null where it has anything in it that is not the same in all of them.
 * @param lengths the functions that count characters there, in lower case
 */
export function readCheck(sql: string, lengths: ReadonlySet<string>): CheckRule | null {
  const tokens = tokensOf(sql);
  // What a backslash means in a text is another thing in each of them.
  if (tokens === null || sql.includes('\\')) return null;
  try {
    const reader = new CheckReader(tokens, lengths);
    const rule = reader.any();
    return reader.isAtEnd ? rule : null;
  } catch (error) {
    if (error instanceof NotPortable) return null;
    throw error;
  }
}

/** A column or constant of a rule, and what it is compared with; null: with nothing. */
export interface CheckPair {
  readonly left: CheckOperand;
  readonly right: CheckOperand | null;
  /** Whether one is to be less than the other, and not only the same. */
  readonly isOrdered: boolean;
}

/** All comparisons of a rule. */
export function checkPairs(rule: CheckRule): readonly CheckPair[] {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return rule.parts.flatMap(checkPairs);
    case 'not':
      return checkPairs(rule.part);
    case 'null':
      return [{ left: rule.operand, right: null, isOrdered: false }];
    case 'in':
      return rule.values.map((right) => ({ left: rule.operand, right, isOrdered: false }));
    case 'compare':
      return [{ left: rule.left, right: rule.right, isOrdered: rule.operator !== '=' && rule.operator !== '<>' }];
  }
}

/** How a database writes what a check is made of. */
export interface CheckWords {
  readonly name: (name: string) => string;
  readonly text: (text: string) => string;
  /** The function that counts characters. */
  readonly length: string;
}

/** A rule as SQL. */
export function checkSql(rule: CheckRule, words: CheckWords): string {
  const operand = (one: CheckOperand): string => {
    if (one.kind === 'number') return one.value;
    if (one.kind === 'text') return words.text(one.value);
    return one.kind === 'length' ? `${words.length}(${words.name(one.name)})` : words.name(one.name);
  };
  switch (rule.kind) {
    case 'and':
    case 'or':
      return rule.parts.map((part) => `(${checkSql(part, words)})`).join(` ${rule.kind.toUpperCase()} `);
    case 'not':
      return `NOT (${checkSql(rule.part, words)})`;
    case 'null':
      return `${operand(rule.operand)} IS ${rule.isNot ? 'NOT ' : ''}NULL`;
    case 'in':
      return `${operand(rule.operand)} ${rule.isNot ? 'NOT ' : ''}IN (${rule.values.map(operand).join(', ')})`;
    case 'compare':
      return `${operand(rule.left)} ${rule.operator} ${operand(rule.right)}`;
  }
}

class NotPortable extends Error {}

function tokensOf(sql: string): Token[] | null {
  const tokens: Token[] = [];
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < sql.length) {
    const text = TOKENS.exec(sql)?.[0];
    if (text === undefined) return null;
    const first = text[0] as string;
    const inner = text.slice(1, -1);
    if (first === "'") tokens.push({ kind: 'text', text: inner.replaceAll("''", "'") });
    else if (first === '"' || first === '`') tokens.push({ kind: 'name', text: inner.replaceAll(first + first, first) });
    else if (/\d/.test(first)) tokens.push({ kind: 'number', text });
    else if (/[\p{L}_]/u.test(first)) tokens.push({ kind: 'word', text });
    else if (!/\s/.test(first)) tokens.push({ kind: 'mark', text });
  }
  return tokens;
}

class CheckReader {
  readonly #tokens: readonly Token[];
  readonly #lengths: ReadonlySet<string>;
  #at = 0;

  constructor(tokens: readonly Token[], lengths: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#lengths = lengths;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  any(): CheckRule {
    return this.#joined('or', () => this.#joined('and', () => this.#negated()));
  }

  #joined(kind: 'and' | 'or', part: () => CheckRule): CheckRule {
    const parts = [part()];
    while (this.#takes(kind)) parts.push(part());
    return parts.length === 1 ? (parts[0] as CheckRule) : { kind, parts };
  }

  #negated(): CheckRule {
    if (this.#takes('not')) return { kind: 'not', part: this.#negated() };
    const start = this.#at;
    if (this.#takes('(')) {
      // A bracket around a rule, or around an operand.
      try {
        const rule = this.any();
        this.#needs(')');
        return rule;
      } catch (error) {
        if (!(error instanceof NotPortable)) throw error;
        this.#at = start;
      }
    }
    return this.#predicate();
  }

  #predicate(): CheckRule {
    const left = this.#operand();
    if (this.#takes('is')) {
      const isNot = this.#takes('not');
      this.#needs('null');
      return { kind: 'null', operand: left, isNot };
    }
    const isNot = this.#takes('not');
    if (this.#takes('in')) return { kind: 'in', operand: left, isNot, values: this.#list('(', ')') };
    if (this.#takes('between')) {
      const low = this.#operand();
      this.#needs('and');
      const high = this.#operand();
      const rule: CheckRule = {
        kind: 'and',
        parts: [
          { kind: 'compare', left, operator: '>=', right: low },
          { kind: 'compare', left, operator: '<=', right: high },
        ],
      };
      return isNot ? { kind: 'not', part: rule } : rule;
    }
    const operator = this.#tokens[this.#at]?.text ?? '';
    if (isNot || !COMPARISONS.has(operator)) throw new NotPortable();
    this.#at++;
    const plain = (operator === '!=' ? '<>' : operator) as Extract<CheckRule, { kind: 'compare' }>['operator'];
    return this.#members(left, plain) ?? { kind: 'compare', left, operator: plain, right: this.#operand() };
  }

  /** `= ANY (ARRAY[…])` is IN, `<> ALL (ARRAY[…])` is NOT IN. */
  #members(operand: CheckOperand, operator: string): CheckRule | null {
    const isNot = operator === '<>';
    if ((operator !== '=' && !isNot) || !this.#takes(isNot ? 'all' : 'any')) return null;
    this.#needs('(');
    const isNested = this.#takes('(');
    this.#needs('array');
    const values = this.#list('[', ']');
    if (isNested) this.#needs(')');
    this.#casts();
    this.#needs(')');
    return { kind: 'in', operand, isNot, values };
  }

  #list(open: string, close: string): readonly CheckOperand[] {
    this.#needs(open);
    const values = [this.#operand()];
    while (this.#takes(',')) values.push(this.#operand());
    this.#needs(close);
    return values;
  }

  #operand(): CheckOperand {
    const operand = this.#plainOperand();
    this.#casts();
    return operand;
  }

  #plainOperand(): CheckOperand {
    if (this.#takes('(')) {
      const operand = this.#operand();
      this.#needs(')');
      return operand;
    }
    const sign = this.#takes('-') ? '-' : '';
    const token = this.#tokens[this.#at++];
    if (token?.kind === 'number') return { kind: 'number', value: sign + token.text };
    if (token === undefined || sign !== '' || token.kind === 'mark') throw new NotPortable();
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.kind === 'name') return { kind: 'column', name: token.text };
    const word = token.text.toLowerCase();
    if (RESERVED.has(word)) throw new NotPortable();
    if (this.#tokens[this.#at]?.text !== '(') return { kind: 'column', name: token.text };
    if (!this.#lengths.has(word)) throw new NotPortable();
    this.#at++;
    const inner = this.#operand();
    this.#needs(')');
    if (inner.kind !== 'column') throw new NotPortable();
    return { kind: 'length', name: inner.name };
  }

  #casts(): void {
    while (this.#takes('::')) {
      for (let words = 0; ; words++) {
        const token = this.#tokens[this.#at];
        if (token?.kind !== 'word' || !HARMLESS_CAST.test(token.text.toLowerCase())) {
          if (words === 0) throw new NotPortable();
          break;
        }
        this.#at++;
      }
      if (this.#takes('[')) this.#needs(']');
    }
  }

  #takes(text: string): boolean {
    const token = this.#tokens[this.#at];
    const isIt = token !== undefined && (token.kind === 'word' || token.kind === 'mark') && token.text.toLowerCase() === text;
    if (isIt) this.#at++;
    return isIt;
  }

  #needs(text: string): void {
    if (!this.#takes(text)) throw new NotPortable();
  }
}
