import { headerKey } from '../model/fields.ts';
import type { Target } from '../model/header-target.ts';
import { type CellRule, DATE_JOINT } from './cell-rule.ts';
import type { Preset, PresetColumn } from './preset.ts';
import { presetTarget } from './preset-target.ts';

/** What a preset says of one column of a file. */
export interface PresetMatch {
  /** Place of the column in the file. */
  readonly index: number;
  readonly target: Target;
  readonly rule: CellRule | null;
}

const NUMBER = '{n}';
const ANY = '{name}';
/** Of a longer header only the beginning is compared with `{name}`. */
const MAX_HEADER = 300;

/** What a preset says of the columns of a file, in its own order; columns that it does not name are left out. */
export function presetColumns(preset: Preset, header: readonly string[]): PresetMatch[] {
  const names = new HeaderNames(header);
  const matches: PresetMatch[] = [];
  for (const [name, value] of Object.entries(preset.columns)) {
    const column = typeof value === 'string' ? { to: value } : value;
    for (const n of name.includes(NUMBER) ? names.numbers([name, ...(column.parts ?? [])]) : [null]) {
      matches.push(...matchesOf({ type: preset.type, name, column }, n, names));
    }
  }
  for (const index of names.takeAll(preset.custom)) {
    matches.push({ index, target: { kind: 'attribute', name: header[index]?.trim() as string }, rule: null });
  }
  for (const index of names.takeAll(preset.omit ?? [])) matches.push({ index, target: { kind: 'ignored' }, rule: { omitted: true } });
  return matches;
}

/** The column of a header and those that are read with it. Where the header itself is missing, the first of its parts stands for it. */
function matchesOf(
  { type, name, column }: { readonly type: Preset['type']; readonly name: string; readonly column: PresetColumn },
  n: string | null,
  names: HeaderNames,
): PresetMatch[] {
  const of = (pattern: string): string => (n === null ? pattern : pattern.replace(NUMBER, n));
  const [index, ...parts] = [name, ...(column.parts ?? [])].map((part) => names.take(of(part))).filter((found) => found !== null);
  if (index === undefined) return [];
  const target = presetTarget(type, of(column.to)) as Target;
  const label = column.label === undefined ? null : labelOf(of(column.label), target, names);
  const prefix = column.prefix === undefined ? null : names.take(of(column.prefix));
  // They stay what they are: only an empty cell is read from them.
  const others = (column.else ?? []).map((other) => names.place(of(other))).filter((found) => found !== null);
  const rule: CellRule = {
    ...(column.value === undefined ? {} : { value: column.value }),
    ...(prefix === null ? {} : { prefix }),
    ...(parts.length === 0 ? {} : { parts }),
    ...(parts.length > 0 && target.kind === 'field' && target.field.name === 'birthday' ? { joint: DATE_JOINT } : {}),
    ...(others.length === 0 ? {} : { else: others }),
    ...(label === null ? {} : { label }),
    ...(column.primary === true ? { primary: true } : {}),
    ...(column.qq === true ? { qq: true } : {}),
    ...(column.any === true ? { any: true } : {}),
    ...(column.carried === true ? { carried: true } : {}),
  };
  const readWith = [...parts, ...(prefix === null ? [] : [prefix]), ...(label === null || target.kind === 'field' ? [] : [label])];
  return [
    { index, target, rule: Object.keys(rule).length === 0 ? null : rule },
    ...readWith.map((part) => ({ index: part, target, rule: { readWith: index } })),
  ];
}

/** A field has no label: there its column stays a custom field, and only names the further values of the cell. */
function labelOf(name: string, target: Target, names: HeaderNames): number | null {
  return target.kind === 'field' ? names.find(name) : names.take(name);
}

/** The headers of a file, each taken by one column of a preset. */
class HeaderNames {
  readonly #header: readonly string[];
  readonly #places = new Map<string, number[]>();
  readonly #taken = new Set<number>();

  constructor(header: readonly string[]) {
    this.#header = header;
    for (const [index, name] of header.entries()) {
      const key = headerKey(name);
      const places = this.#places.get(key);
      if (places === undefined) this.#places.set(key, [index]);
      else places.push(index);
    }
  }

  /** The first column of that name that nothing has taken yet; null where there is none. */
  find(name: string): number | null {
    return this.#places.get(headerKey(name))?.find((index) => !this.#taken.has(index)) ?? null;
  }

  /** The first column of that name, taken or not; null where there is none. */
  place(name: string): number | null {
    return this.#places.get(headerKey(name))?.[0] ?? null;
  }

  /** Takes it. */
  take(name: string): number | null {
    const index = this.find(name);
    if (index !== null) this.#taken.add(index);
    return index;
  }

  /** The numbers for which one of the patterns names a column, ascending. */
  numbers(patterns: readonly string[]): string[] {
    const found = new Set<number>();
    for (const pattern of patterns) {
      const [before = '', after = ''] = headerKey(pattern).split(NUMBER);
      for (const [key, places] of this.#places) {
        if (!key.startsWith(before) || !key.endsWith(after) || places.every((index) => this.#taken.has(index))) continue;
        const middle = key.slice(before.length, key.length - after.length);
        if (/^[1-9]\d{0,3}$/.test(middle)) found.add(Number(middle));
      }
    }
    return [...found].sort((a, b) => a - b).map(String);
  }

  /** Takes the columns of those headers that nothing has taken yet. */
  takeAll(patterns: readonly string[]): number[] {
    const keys = new Set(patterns.filter((pattern) => !pattern.includes(ANY)).map(headerKey));
    const wildcards = patterns.filter((pattern) => pattern.includes(ANY)).map(wildcard);
    const found = [...this.#header.keys()].filter((index) => {
      const name = (this.#header[index] as string).slice(0, MAX_HEADER).trim();
      return !this.#taken.has(index) && (keys.has(headerKey(name)) || wildcards.some((pattern) => pattern.test(name)));
    });
    for (const index of found) this.#taken.add(index);
    return found;
  }
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split(ANY).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`, 'i');
}
