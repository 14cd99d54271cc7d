/** A record's key in another system. */
export interface ExternalId {
  readonly source: string;
  readonly id: string;
}

const ESCAPED = /%(25|3A|3B)/gi;

/**
 * The ids in a list `shop:1; crm:2`, as a query shows them in the field `external_ids`: a colon in a source, a semicolon
 * and a percent sign are written as in a URL (RFC 3986). What has no colon is left out.
 */
export function parseExternalIds(text: string): ExternalId[] {
  const ids: ExternalId[] = [];
  for (const part of text.split(/;\s*/)) {
    const colon = part.indexOf(':');
    if (colon >= 0) ids.push({ source: decodedPart(part.slice(0, colon)), id: decodedPart(part.slice(colon + 1)) });
  }
  return ids;
}

/** A part of such a list without its escapes. */
export function decodedPart(text: string): string {
  return text.includes('%') ? text.replace(ESCAPED, (found) => String.fromCharCode(Number.parseInt(found.slice(1), 16))) : text;
}

/** The text that keeps external ids of a row which name another customer in their source, as a custom field of its own one. */
export function idsKept(ids: readonly ExternalId[]): string {
  return ids.map(({ source, id }) => `${source}:${id}`).join('; ');
}
