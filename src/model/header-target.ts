import { ATTRIBUTE_PREFIX } from './customer.ts';
import type { ConsentChannel, ContactKind } from './child-value.ts';
import { EXTERNAL_ID_ALIASES, type Field, TAG_ALIASES, fieldByHeader, fieldByName, headerKey } from './fields.ts';

/** Where a column of a file goes. */
export type Target =
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'contact'; readonly contact: ContactKind; readonly label: string | null }
  | { readonly kind: 'consent'; readonly channel: ConsentChannel; readonly means: 'in' | 'out' | 'cell' }
  | { readonly kind: 'external_id' | 'external_ids' | 'tags' | 'ignored' };

/** Columns that our own rejects files add; a mended rejects file is imported as it is. */
const REJECT_COLUMNS: ReadonlySet<string> = new Set(['_line', '_byte', '_column', '_code', '_reason']);
const EXTERNAL_ID_KEYS: ReadonlySet<string> = new Set(EXTERNAL_ID_ALIASES.map(headerKey));
const TAG_KEYS: ReadonlySet<string> = new Set(TAG_ALIASES.map(headerKey));
/** Header of exported external ids, each with its source: `hubspot:123; shop:9`. */
export const EXTERNAL_IDS_HEADER = 'external_ids';

/** What a header means by itself, by its `exact` name or by an alias; null where it is nobody's: a custom field. */
export function knownTarget(header: string, exact: boolean): Target | null {
  if (REJECT_COLUMNS.has(header)) return { kind: 'ignored' };
  if (header === EXTERNAL_IDS_HEADER) return { kind: 'external_ids' };
  const custom = header.startsWith(ATTRIBUTE_PREFIX) ? header.slice(ATTRIBUTE_PREFIX.length).trim() : '';
  if (custom !== '') return { kind: 'attribute', name: custom };
  const named = exact ? fieldByName(header) : fieldByHeader(header);
  if (named?.writable === true) return { kind: 'field', field: named };
  const key = headerKey(header);
  if (exact ? header === 'external_id' : EXTERNAL_ID_KEYS.has(key)) return { kind: 'external_id' };
  if (exact ? header === 'tags' : TAG_KEYS.has(key)) return { kind: 'tags' };
  return null;
}

/** The header that means the custom field of that name in a file: the name itself, or `attributes.NAME` where it means something else. */
export function headerOfCustomField(name: string): string {
  const isReserved = name === '' || knownTarget(name, true) !== null || knownTarget(name, false) !== null;
  return isReserved ? ATTRIBUTE_PREFIX + name : name;
}
