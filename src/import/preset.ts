import { CrmError } from '../errors.ts';
import { RELATED_TYPES, type RelatedReading, type RelatedType, isRelatedType, relatedFields } from '../model/related-fields.ts';
import { TRANSFORMS, type TransformName } from './cell-transforms.ts';
import { presetTarget } from './preset-target.ts';

/** What a preset says of a column beside where it goes; other columns are named by their headers. */
export interface PresetColumn {
  /** A target as in `--map`. */
  readonly to: string;
  readonly value?: TransformName;
  readonly prefix?: string;
  readonly parts?: readonly string[];
  readonly else?: readonly string[];
  readonly label?: string;
  readonly primary?: boolean;
  readonly qq?: boolean;
  readonly any?: boolean;
  readonly carried?: boolean;
}

/**
 * The layout of a foreign file (schemas/presets/NAME.json, or `presets` of the config file). Headers are compared as
 * `headerKey` folds them; `{n}` in one stands for a number, in `custom` `{name}` for any text.
 */
export interface Preset {
  readonly name: string;
  readonly title: string;
  /** Whether it is the user's: then it goes before one of the program that fits as well. */
  readonly isOwn: boolean;
  /** What the rows are; companies are organisations. */
  readonly type: PresetType;
  /** System that the ids of the file belong to; null where it has none. */
  readonly source: string | null;
  /** Kind of a customer to be made where the row does not say; null: by what the row has. */
  readonly kind: 'person' | 'organisation' | null;
  /** Headers by which the layout is recognised: all of one of the lists. */
  readonly signature: readonly (readonly string[])[];
  /** Header → target, in order: where two columns fill one field, the one named first does. */
  readonly columns: Readonly<Record<string, string | PresetColumn>>;
  /** Headers that stay custom fields, whatever they might mean elsewhere. */
  readonly custom: readonly string[];
  /** Headers of related data that are left out: orders leave out what their items say, and items what their orders say. */
  readonly omit?: readonly string[];
  /** Values by column name that every row of related data has which says nothing else: the kind of calls. */
  readonly constants?: Readonly<Record<string, string>>;
}

/** What the rows of a layout may be. */
export type PresetType = 'customers' | 'companies' | RelatedType;

const TYPES: readonly PresetType[] = ['customers', 'companies', ...RELATED_TYPES];
const KINDS = ['person', 'organisation'] as const;
const COLUMN_TEXTS = ['to', 'prefix', 'label'] as const;
const COLUMN_FLAGS = ['primary', 'qq', 'any', 'carried'] as const;
/** Of a column of related data; the others say how a customer is made of it. */
const RELATED_MEMBERS: ReadonlySet<string> = new Set(['to', 'value', 'parts', 'carried']);
/** What may be said once for all rows: no keys, no amounts, no times. */
const CONSTANT_READINGS: ReadonlySet<RelatedReading> = new Set(['text', 'currency', 'interaction_kind', 'direction', 'consent_channel']);

/**
 * Checks a preset that a person may have written.
 * @param place where a preset of the user stands; null where it is the program's
 * @throws {CrmError} CONFIG_INVALID saying which member is wrong
 */
export function checkedPreset(name: string, value: unknown, place: string | null): Preset {
  const refuse = (what: string): never => {
    throw new CrmError('CONFIG_INVALID', `${place === null ? '' : `${place}: `}preset ${name}: ${what}`, {
      hint: 'import with --save-map NAME to see how one is written; docs/guide/presets.md explains it',
    });
  };
  if (!isObject(value)) return refuse('it must be an object');
  const { title = name, type = 'customers', source = null, kind = null, signature, columns, custom = [], ...others } = value;
  const { omit, constants, ...rest } = others;
  const unknown = Object.keys(rest).find((key) => key !== 'name' && key !== '$schema');
  if (unknown !== undefined) return refuse(`there is no member “${unknown}”`);
  if (typeof title !== 'string') return refuse('title must be a text');
  if (source !== null && (typeof source !== 'string' || source === '')) return refuse('source must be a text or null');
  const knownType = TYPES.find((known) => known === type) ?? refuse(`type must be one of ${TYPES.join(', ')}`);
  const knownKind = kind === null ? null : (KINDS.find((known) => known === kind) ?? refuse(`kind must be one of ${KINDS.join(', ')}`));
  if (!isListOf(signature, (list) => isListOf(list, isText) && list.length > 0) || signature.length === 0) {
    return refuse('signature must be a list of lists of headers');
  }
  if (!isListOf(custom, isText)) return refuse('custom must be a list of headers');
  if (!isObject(columns)) return refuse('columns must be an object');
  for (const [header, column] of Object.entries(columns)) {
    const wrong = typeof column === 'string' ? targetError(knownType, column) : columnError(knownType, column);
    if (wrong !== null) return refuse(`column “${header}”: ${wrong}`);
  }
  const wrong = relatedError(knownType, { kind, omit, constants });
  if (wrong !== null) return refuse(wrong);
  return {
    name,
    title,
    isOwn: place !== null,
    type: knownType,
    source,
    kind: knownType === 'companies' ? 'organisation' : knownKind,
    signature: signature as string[][],
    columns: columns as Preset['columns'],
    custom: custom as string[],
    ...(omit === undefined ? {} : { omit: omit as string[] }),
    ...(constants === undefined ? {} : { constants: constants as Record<string, string> }),
  };
}

/** What is wrong with the members that only related data has, or only customers. */
function relatedError(type: PresetType, { kind, omit, constants }: Readonly<Record<string, unknown>>): string | null {
  if (!isRelatedType(type)) return omit === undefined && constants === undefined ? null : `omit and constants have no meaning for ${type}`;
  if (kind !== null) return `kind has no meaning for ${type}`;
  if (omit !== undefined && !isListOf(omit, isText)) return 'omit must be a list of headers';
  if (constants === undefined) return null;
  if (!isObject(constants)) return 'constants must be an object';
  const names = relatedFields(type).flatMap(({ name, reads }) => (CONSTANT_READINGS.has(reads) ? [name] : []));
  const wrong = Object.entries(constants).find(([name, value]) => !names.includes(name) || typeof value !== 'string' || value === '');
  return wrong === undefined ? null : `constants may give a text to ${names.join(', ')}`;
}

function columnError(type: PresetType, column: unknown): string | null {
  if (!isObject(column)) return 'it must be a target or an object';
  const { value, parts, else: others, ...rest } = column;
  for (const name of COLUMN_TEXTS) if (rest[name] !== undefined && typeof rest[name] !== 'string') return `${name} must be a text`;
  for (const name of COLUMN_FLAGS) if (rest[name] !== undefined && typeof rest[name] !== 'boolean') return `${name} must be true or false`;
  const unknown = Object.keys(rest).find((name) => ![...COLUMN_TEXTS, ...COLUMN_FLAGS].includes(name as 'to'));
  if (unknown !== undefined) return `there is no member “${unknown}”`;
  const idle = Object.keys(column).find((name) => (isRelatedType(type) ? !RELATED_MEMBERS.has(name) : name === 'carried'));
  if (idle !== undefined) return `${idle} has no meaning for ${type}`;
  if (value !== undefined && !Object.hasOwn(TRANSFORMS, String(value))) return `value must be one of ${Object.keys(TRANSFORMS).join(', ')}`;
  if (parts !== undefined && !isListOf(parts, isText)) return 'parts must be a list of headers';
  if (others !== undefined && !isListOf(others, isText)) return 'else must be a list of headers';
  return typeof rest.to === 'string' ? targetError(type, rest.to) : 'to must be a target';
}

function targetError(type: PresetType, name: string): string | null {
  return presetTarget(type, name) === null ? `there is no target “${name}”` : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isItem);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
