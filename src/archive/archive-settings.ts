import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';

/** What the config file says of the archive. */
export interface ArchiveSettings {
  readonly database: string | undefined;
  /** Filters by the name of the policy. */
  readonly policies: ReadonlyMap<string, string>;
}

const MEMBERS = ['database', 'policies'];

/**
 * The setting `archive` of the config file.
 * @param configPath the config file, for messages
 * @throws {CrmError} CONFIG_INVALID naming the place of the mistake
 */
export function archiveSettings(setting: unknown, configPath: string): ArchiveSettings {
  const invalid = (place: string, what: string, hint = '"archive": { "policies": { "inactive": "last_contacted_at < -3y" } }'): CrmError =>
    new CrmError('CONFIG_INVALID', `${configPath}: ${place}: ${what}`, { hint });
  if (setting === undefined) return { database: undefined, policies: new Map() };
  if (!isObject(setting)) throw invalid('archive', 'it must be an object');
  for (const name of Object.keys(setting)) {
    const near = nearest(name, MEMBERS);
    if (!MEMBERS.includes(name))
      throw invalid(`archive.${name}`, 'there is no such member', near === undefined ? undefined : `did you mean “${near}”?`);
  }
  const { database, policies = {} } = setting;
  if (database !== undefined && (typeof database !== 'string' || database === ''))
    throw invalid('archive.database', 'it must be a path or URL');
  if (!isObject(policies)) throw invalid('archive.policies', 'it must be an object: filters by name');
  for (const [name, filter] of Object.entries(policies)) {
    if (!/^[\p{L}\p{N}_.-]+$/u.test(name)) throw invalid('archive.policies', 'names are letters, digits, - and _');
    if (typeof filter !== 'string' || filter.trim() === '')
      throw invalid(`archive.policies.${name}`, 'it must be a filter, as crm query takes it');
  }
  return { database, policies: new Map(Object.entries(policies as Record<string, string>)) };
}

/** A policy as it is used: its name, and which customers it means. */
export interface NamedPolicy {
  readonly name: string;
  readonly filter: string;
}

/**
 * The policies of these names, or all of them where none is named.
 * @throws {CrmError} USAGE for a name that is none, or where there are none at all
 */
export function policiesNamed({ policies }: ArchiveSettings, names: readonly string[]): NamedPolicy[] {
  return (names.length === 0 ? [...policies.keys()] : [...new Set(names)]).map((name) => {
    const filter = policies.get(name);
    if (filter !== undefined) return { name, filter };
    const near = nearest(name, policies.keys());
    throw new CrmError('USAGE', `there is no archive policy ${name}`, {
      hint:
        policies.size === 0
          ? 'write policies into the config file, or give a filter: crm archive run --where FILTER'
          : `${near === undefined ? 'there are' : `did you mean ${near}? there are`} ${[...policies.keys()].join(', ')}`,
    });
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
