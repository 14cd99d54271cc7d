import { ATTRIBUTE_PREFIX } from './customer.ts';
import { CONSENT_CHANNELS, CONTACT_KINDS, type ConsentChannel, type ContactKind } from './child-value.ts';
import {
  EXTERNAL_ID_ALIASES,
  type Field,
  ROW_ID_ALIASES,
  TAG_ALIASES,
  fieldByHeader,
  fieldByName,
  fieldByNameOrLabel,
  headerKey,
} from './fields.ts';

/** Where a column of a file goes. */
export type Target =
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'contact'; readonly contact: ContactKind; readonly label: string | null }
  /** `means`: what a yes in the cell says; `cell` where the cell itself says `in` or `out`. */
  | { readonly kind: 'consent'; readonly channel: ConsentChannel; readonly means: 'in' | 'out' | 'cell' }
  /** `source`: the system that the ids belong to, where the column names one itself. */
  | { readonly kind: 'external_id'; readonly source?: string }
  | { readonly kind: 'external_ids' | 'tags' | 'ignored' };

/** Columns that our own rejects files have beside those of the file; a mended rejects file is imported as it is. */
const REJECT_COLUMNS: ReadonlySet<string> = new Set(['_table', '_key', '_line', '_byte', '_column', '_code', '_reason']);
const EXTERNAL_ID_KEYS: ReadonlySet<string> = new Set(EXTERNAL_ID_ALIASES.map(headerKey));
const ROW_ID_KEYS: ReadonlySet<string> = new Set(ROW_ID_ALIASES.map(headerKey));
/** `fname_c1`, `surname 1`: the first of several columns that hold one value in parts. */
const FIRST_COMPONENT = / c?1$/;
const TAG_KEYS: ReadonlySet<string> = new Set(TAG_ALIASES.map(headerKey));
/** Header of exported external ids, each with its source: `hubspot:123; shop:9`. */
export const EXTERNAL_IDS_HEADER = 'external_ids';
/** `contact.email.work`, `consent.sms.out`, `external_id.shop`; a label and a source may hold dots. */
const DOTTED = /^(contact|consent|external_id)\.([^.\s]+)(?:\.(.*\S))?$/s;

/**
 * What a header means by itself, by its `exact` name or by an alias; null where it is nobody's: a custom field. The forms
 * of `targetOfName` with a dot mean the same in a file as in `--map`.
 */
export function knownTarget(header: string, exact: boolean): Target | null {
  if (REJECT_COLUMNS.has(header)) return { kind: 'ignored' };
  if (header === EXTERNAL_IDS_HEADER) return { kind: 'external_ids' };
  const custom = header.startsWith(ATTRIBUTE_PREFIX) ? header.slice(ATTRIBUTE_PREFIX.length).trim() : '';
  if (custom !== '') return { kind: 'attribute', name: custom };
  const dotted = dottedTarget(header.trim());
  if (dotted !== null) return dotted;
  const named = exact ? fieldByName(header) : fieldByHeader(header);
  if (named?.writable === true) return { kind: 'field', field: named };
  const key = headerKey(header);
  if (exact ? header === 'external_id' : EXTERNAL_ID_KEYS.has(key)) return { kind: 'external_id' };
  if (exact ? header === 'tags' : TAG_KEYS.has(key)) return { kind: 'tags' };
  return null;
}

/**
 * What a header means where no other column does: `row_id` is an external id, `fname_c1` a given name. Null where it is
 * nobody's even so.
 */
export function likelyTarget(header: string): Target | null {
  const key = headerKey(header);
  if (ROW_ID_KEYS.has(key)) return { kind: 'external_id' };
  const named = FIRST_COMPONENT.test(key) ? fieldByHeader(key.replace(FIRST_COMPONENT, '')) : undefined;
  return named === undefined ? null : { kind: 'field', field: named };
}

/**
 * The target of a name as people write it in `--map` and in presets: a field, `attributes.NAME`, `external_id` (of the
 * source of the file), `external_id.SOURCE`, `external_ids`, `tags`, `contact.KIND`, `contact.KIND.LABEL`,
 * `consent.CHANNEL`, `consent.CHANNEL.in`, `consent.CHANNEL.out`; empty, `-` or `ignore` leave the column out. Null where
 * there is no such target.
 */
export function targetOfName(name: string): Target | null {
  if (name === '' || name === '-' || name === 'ignore') return { kind: 'ignored' };
  if (name === 'external_id' || name === 'external_ids' || name === 'tags') return { kind: name };
  if (name.startsWith(ATTRIBUTE_PREFIX)) return { kind: 'attribute', name: name.slice(ATTRIBUTE_PREFIX.length) };
  const dotted = dottedTarget(name);
  if (dotted !== null) return dotted;
  const field = fieldByNameOrLabel(name);
  return field?.writable === true ? { kind: 'field', field } : null;
}

/** The name of a target as `targetOfName` reads it; null where the column is left out. */
export function targetName(target: Target): string | null {
  switch (target.kind) {
    case 'field':
      return target.field.name;
    case 'attribute':
      return ATTRIBUTE_PREFIX + target.name;
    case 'contact':
      return `contact.${target.contact}${target.label === null ? '' : `.${target.label}`}`;
    case 'consent':
      return `consent.${target.channel}${target.means === 'cell' ? '' : `.${target.means}`}`;
    case 'external_id':
      return target.source === undefined ? 'external_id' : `external_id.${target.source}`;
    default:
      return target.kind === 'ignored' ? null : target.kind;
  }
}

function dottedTarget(name: string): Target | null {
  const match = DOTTED.exec(name);
  if (match === null) return null;
  const [, kind, what = '', rest] = match;
  if (kind === 'external_id') return { kind: 'external_id', source: rest === undefined ? what : `${what}.${rest}` };
  if (kind === 'contact') {
    const contact = CONTACT_KINDS.find((known) => known === what);
    return contact === undefined ? null : { kind: 'contact', contact, label: rest ?? null };
  }
  const channel = CONSENT_CHANNELS.find((known) => known === what);
  if (channel === undefined || (rest !== undefined && rest !== 'in' && rest !== 'out')) return null;
  return { kind: 'consent', channel, means: rest ?? 'cell' };
}

/** The header that means the custom field of that name in a file: the name itself, or `attributes.NAME` where it means something else. */
export function headerOfCustomField(name: string): string {
  const isReserved =
    name === '' || [knownTarget(name, true), knownTarget(name, false), likelyTarget(name)].some((target) => target !== null);
  return isReserved ? ATTRIBUTE_PREFIX + name : name;
}

/** Whether these are the columns of an export of ours: what it holds was looked at when it came in. */
export function isOwnExport(header: ReadonlySet<string>): boolean {
  return header.has(EXTERNAL_IDS_HEADER) || (header.has('kind') && header.has('created_at'));
}
