import type { SqlValue } from '../engines/engine.ts';

/** A piece of SQL with the values of its `?` parameters, in order. */
export interface Fragment {
  readonly text: string;
  readonly parameters: readonly SqlValue[];
}

/** SQL of our own – names of tables and columns, facts of an engine – with the values of the `?` in it. */
export function raw(text: string, ...parameters: readonly SqlValue[]): Fragment {
  return { text, parameters };
}

/** Template of SQL: a fragment is put in as it stands, any other value becomes a `?` parameter. */
export function sql(strings: TemplateStringsArray, ...values: readonly (Fragment | SqlValue)[]): Fragment {
  let text = strings[0] as string;
  const parameters: SqlValue[] = [];
  values.forEach((value, i) => {
    const fragment = isFragment(value) ? value : raw('?', value);
    text += fragment.text + (strings[i + 1] as string);
    parameters.push(...fragment.parameters);
  });
  return { text, parameters };
}

function isFragment(value: Fragment | SqlValue): value is Fragment {
  return typeof value === 'object' && value !== null && 'text' in value;
}

/** Applies a fact of an engine to a fragment: `wrap` uses its expression exactly once. */
export function mapText(fragment: Fragment, wrap: (text: string) => string): Fragment {
  return { text: wrap(fragment.text), parameters: fragment.parameters };
}

/** Fragments separated by text. */
export function join(fragments: readonly Fragment[], separator: string): Fragment {
  return {
    text: fragments.map((fragment) => fragment.text).join(separator),
    parameters: fragments.flatMap((fragment) => fragment.parameters),
  };
}

/** A condition that is true where every one is (`AND`) or any (`OR`); halved and halved, as engines limit the depth of a chain. */
export function combine(conditions: readonly Fragment[], operator: 'AND' | 'OR'): Fragment {
  if (conditions.length === 0) return raw(operator === 'AND' ? '1 = 1' : '1 = 0');
  if (conditions.length <= 16) return conditions.length === 1 ? (conditions[0] as Fragment) : sql`(${join(conditions, ` ${operator} `)})`;
  const half = conditions.length >> 1;
  return sql`(${combine(conditions.slice(0, half), operator)} ${raw(operator)} ${combine(conditions.slice(half), operator)})`;
}

/** The exact opposite of a condition: true where it is false, and where it is unknown because a value is missing. */
export function opposite(condition: Fragment): Fragment {
  return sql`((${condition}) IS NOT TRUE)`;
}
