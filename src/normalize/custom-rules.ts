import { slotOf } from '../model/customer.ts';

/** One rule of the user, ready to be sent to another thread: a table of values, or a regular expression with its replacement. */
export interface CustomRule {
  /** What changesets and reports call it. */
  readonly name: string;
  /** Name of a scalar field. */
  readonly field: string;
  /** Value → canonical value. */
  readonly map?: Readonly<Record<string, string>>;
  readonly pattern?: string;
  /** Flags of the pattern; `u` is always among them. */
  readonly flags?: string;
  readonly replace?: string;
}

interface Compiled {
  readonly slot: number;
  readonly name: string;
  readonly apply: (value: string) => string;
}

/**
 * Rules of the user, applied to canonical values. A rule that would change its own result again (it is not idempotent), or
 * would leave nothing of a value, leaves that value alone.
 */
export class CustomRules {
  /** Which rule changed a slot of the last customer; only those that did. */
  readonly changedBy = new Map<number, string>();
  readonly #rules: readonly Compiled[];

  constructor(rules: readonly CustomRule[]) {
    this.#rules = rules.map((rule) => ({
      slot: slotOf(rule.field),
      name: rule.name,
      apply: compiled(rule),
    }));
  }

  /** Applies all rules in their order, in place. */
  apply(slots: (string | null)[]): void {
    if (this.changedBy.size > 0) this.changedBy.clear();
    for (const { slot, name, apply } of this.#rules) {
      const value = slots[slot] as string | null;
      if (value === null) continue;
      const next = apply(value);
      if (next === value || next === '' || apply(next) !== next) continue;
      slots[slot] = next;
      this.changedBy.set(slot, name);
    }
  }
}

/** The regular expression of a rule. @throws {SyntaxError} */
export function ruleExpression(pattern: string, flags: string): RegExp {
  return new RegExp(pattern, [...new Set(`${flags}u`)].join(''));
}

function compiled({ map, pattern, flags = '', replace = '' }: CustomRule): (value: string) => string {
  if (map !== undefined) {
    const table = new Map(Object.entries(map));
    return (value) => table.get(value) ?? value;
  }
  const expression = ruleExpression(pattern as string, flags);
  return (value) => value.replace(expression, replace).trim();
}
