import { CrmError } from '../errors.ts';
import { ATTRIBUTE_PREFIX, SCALAR_COLUMNS } from '../model/customer.ts';
import { fieldByNameOrLabel } from '../model/fields.ts';
import { nearest } from '../model/nearest.ts';
import { DEFAULT_SURVIVORSHIP, FIXED_FIELDS, type FieldSurvivorship, SURVIVOR_RULES, type Survivorship, WHOLES } from './survivorship.ts';
import { SURVIVORSHIP_RULES, type SurvivorshipRule } from './survivorship-rules.ts';

/** The setting of the config file that holds the rules. */
const SETTING = 'survivorship';
const MEMBERS = ['survivor', 'default', 'fields', 'sources'];
const FIELD_MEMBERS = ['rule', 'sources'];
const NAMES: readonly string[] = SCALAR_COLUMNS.filter((column) => FIXED_FIELDS[column] === undefined);

/**
 * What is kept when customers become one, from the setting `survivorship` of the config file.
 * @param setting the value of the setting; the defaults where it is undefined
 * @param configPath the config file, for messages
 * @throws {CrmError} CONFIG_INVALID naming the place of the mistake
 */
export function survivorshipOf(setting: unknown, configPath: string): Survivorship {
  if (setting === undefined) return DEFAULT_SURVIVORSHIP;
  const reader = new Reader(configPath);
  const { survivor, default: byDefault, fields, sources } = reader.object(setting, SETTING, MEMBERS);
  return {
    survivor: survivor === undefined ? DEFAULT_SURVIVORSHIP.survivor : reader.rules(survivor, `${SETTING}.survivor`, SURVIVOR_RULES),
    byDefault: byDefault === undefined ? DEFAULT_SURVIVORSHIP.byDefault : reader.rules(byDefault, `${SETTING}.default`, SURVIVORSHIP_RULES),
    sources: sources === undefined ? [] : reader.texts(sources, `${SETTING}.sources`),
    fields: fields === undefined ? {} : reader.fields(fields, `${SETTING}.fields`),
  };
}

/** Reads the parts of the setting. */
class Reader {
  readonly #configPath: string;

  constructor(configPath: string) {
    this.#configPath = configPath;
  }

  object(value: unknown, place: string, members: readonly string[] | null): Readonly<Record<string, unknown>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.#invalid(place, 'it must be an object');
    for (const name of Object.keys(value)) {
      if (members !== null && !members.includes(name))
        throw this.#invalid(`${place}.${name}`, 'there is no such member', nearOf(name, members));
    }
    return value as Readonly<Record<string, unknown>>;
  }

  /** One rule, or several in their order. */
  rules<T extends string>(value: unknown, place: string, known: readonly T[]): T[] {
    const list = typeof value === 'string' ? [value] : this.texts(value, place);
    return list.map((name, i) => {
      if (known.includes(name as T)) return name as T;
      const at = typeof value === 'string' ? place : `${place}[${i}]`;
      throw this.#invalid(at, `there is no rule ${name}`, nearOf(name, known));
    });
  }

  texts(value: unknown, place: string): string[] {
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
    throw this.#invalid(place, 'it must be a list of texts');
  }

  fields(value: unknown, place: string): Record<string, FieldSurvivorship> {
    const result: Record<string, FieldSurvivorship> = {};
    for (const [name, setting] of Object.entries(this.object(value, place, null))) {
      const at = `${place}.${name}`;
      const unit = this.#unitOf(name, at);
      if (Object.hasOwn(result, unit))
        throw this.#invalid(at, `it belongs to ${unit}, which has a rule already`, 'they are taken together: give one rule');
      result[unit] = this.#field(setting, at);
    }
    return result;
  }

  #field(setting: unknown, place: string): FieldSurvivorship {
    const rules = (value: unknown, at: string): SurvivorshipRule[] => this.rules(value, at, SURVIVORSHIP_RULES);
    if (typeof setting === 'string' || Array.isArray(setting)) return { rules: rules(setting, place) };
    const { rule, sources } = this.object(setting, place, FIELD_MEMBERS);
    if (rule === undefined) throw this.#invalid(place, 'it needs a rule', `rules are ${SURVIVORSHIP_RULES.join(', ')}`);
    return { rules: rules(rule, `${place}.rule`), ...(sources === undefined ? {} : { sources: this.texts(sources, `${place}.sources`) }) };
  }

  /** The first field of the whole that a field belongs to; the field itself where it stands alone. */
  #unitOf(name: string, place: string): string {
    if (name.startsWith(ATTRIBUTE_PREFIX)) return name;
    const field = fieldByNameOrLabel(name)?.name ?? name;
    const fixed = FIXED_FIELDS[field];
    if (fixed !== undefined) throw this.#invalid(place, `${field} has no rule: ${fixed}`);
    if (!NAMES.includes(field)) throw this.#invalid(place, `there is no field ${name}`, nearOf(name, NAMES));
    return WHOLES.find((whole) => whole.includes(field))?.[0] ?? field;
  }

  #invalid(place: string, what: string, hint?: string): CrmError {
    return new CrmError('CONFIG_INVALID', `${this.#configPath}: ${place}: ${what}`, hint === undefined ? {} : { hint });
  }
}

function nearOf(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
}
