import { dirname, resolve } from 'node:path';
import { CrmError } from '../errors.ts';
import { SCALAR_COLUMNS } from '../model/customer.ts';
import { fieldByName, fieldByNameOrLabel } from '../model/fields.ts';
import { nearest } from '../model/nearest.ts';
import { type CustomRule, ruleExpression } from '../normalize/custom-rules.ts';
import { readLookup } from './lookup-file.ts';

/** The setting of the config file that holds the rules. */
const SETTING = 'normalize';
const MEMBERS = ['name', 'field', 'map', 'pattern', 'flags', 'replace', 'lookup', 'from', 'to'];
/** Members of which a rule has exactly one: they say what it does. */
const KINDS = ['map', 'pattern', 'lookup'] as const;

/**
 * The rules of the user for canonical values, from the setting `normalize` of the config file: each a table of values
 * (`map`), a regular expression (`pattern`, `flags`, `replace`) or a CSV file (`lookup`, its columns `from` and `to`).
 * @param setting the value of the setting; none where it is undefined
 * @param configPath the config file: lookups are named from its folder
 * @throws {CrmError} CONFIG_INVALID naming the place of the mistake
 */
export function customRules(setting: unknown, configPath: string): readonly CustomRule[] {
  if (setting === undefined) return [];
  const { rules = [], ...others } = setting as { rules?: unknown };
  const [other] = Object.keys(others);
  if (other !== undefined) throw invalid(configPath, `${SETTING}.${other}`, 'there is no such setting', 'known is rules');
  if (!Array.isArray(rules))
    throw invalid(configPath, `${SETTING}.rules`, 'it must be a list', '[{ "field": "tier", "map": { "gold": "Gold" } }]');
  return rules.map((rule: unknown, i) => ruleOf(rule, `${SETTING}.rules[${i}]`, configPath));
}

function ruleOf(rule: unknown, place: string, configPath: string): CustomRule {
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) {
    throw invalid(configPath, place, 'a rule must be an object', '{ "field": "tier", "map": { "gold": "Gold" } }');
  }
  const members = rule as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    if (MEMBERS.includes(name)) continue;
    const near = nearest(name, MEMBERS);
    throw invalid(
      configPath,
      `${place}.${name}`,
      'there is no such member',
      near === undefined ? `known are ${MEMBERS.join(', ')}` : `did you mean ${near}?`,
    );
  }
  const text = (name: string): string | undefined => {
    const value = members[name];
    if (value === undefined || typeof value === 'string') return value;
    throw invalid(configPath, `${place}.${name}`, 'it must be a text');
  };
  const field = fieldOf(text('field'), `${place}.field`, configPath);
  if (KINDS.filter((name) => members[name] !== undefined).length !== 1) {
    throw invalid(configPath, place, 'a rule has either map, or pattern, or lookup');
  }
  const base = { name: text('name') ?? `${field} rule`, field };
  const pattern = text('pattern');
  if (pattern !== undefined) return { ...base, ...expression(pattern, text('flags') ?? '', text('replace') ?? '', place, configPath) };
  const lookup = text('lookup');
  if (lookup === undefined) return { ...base, map: tableOf(members.map, `${place}.map`, configPath) };
  return { ...base, map: readLookup(resolve(dirname(configPath), lookup), { from: text('from'), to: text('to') }) };
}

function fieldOf(name: string | undefined, place: string, configPath: string): string {
  const field = name === undefined ? undefined : (fieldByName(name) ?? fieldByNameOrLabel(name));
  if (field?.writable === true && SCALAR_COLUMNS.includes(field.name as (typeof SCALAR_COLUMNS)[number])) return field.name;
  const near = name === undefined ? undefined : nearest(name, SCALAR_COLUMNS);
  throw invalid(
    configPath,
    place,
    name === undefined ? 'a rule needs a field' : `there is no field ${name} that can be set`,
    near && `did you mean ${near}?`,
  );
}

function expression(
  pattern: string,
  flags: string,
  replace: string,
  place: string,
  configPath: string,
): Omit<CustomRule, 'name' | 'field'> {
  try {
    ruleExpression(pattern, flags);
  } catch (error) {
    throw invalid(configPath, `${place}.pattern`, 'it is no regular expression', (error as Error).message);
  }
  return { pattern, flags, replace };
}

function tableOf(map: unknown, place: string, configPath: string): Readonly<Record<string, string>> {
  const isTable =
    typeof map === 'object' && map !== null && !Array.isArray(map) && Object.values(map).every((value) => typeof value === 'string');
  if (!isTable) throw invalid(configPath, place, 'it must be an object of texts', '{ "gold": "Gold" }');
  return map as Readonly<Record<string, string>>;
}

function invalid(configPath: string, place: string, what: string, hint?: string): CrmError {
  return new CrmError('CONFIG_INVALID', `${configPath}: ${place}: ${what}`, hint === undefined ? {} : { hint });
}
