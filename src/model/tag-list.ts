import { decodedPart } from './external-id.ts';

/** What people write between several tags in one cell. */
export const TAG_SEPARATORS = /[;,；，、|]/;
/** Signs that a list may not be read back as it stands: a separator within a tag, an escape, a JSON array. */
const UNUSUAL = /[,；，、|%[]/;

/**
 * Tags in one cell of a file: `a; b`, or a JSON array where an import would tell other tags apart.
 * @param list as a query shows it in the field `tag_list`: semicolon and percent sign are written as in a URL (RFC 3986)
 */
export function tagCell(list: string): string {
  if (!UNUSUAL.test(list)) return list;
  const tags = list.split('; ').map(decodedPart);
  const isClear = !tags.some((tag) => TAG_SEPARATORS.test(tag) || tag.startsWith('['));
  return isClear ? tags.join('; ') : JSON.stringify(tags);
}
