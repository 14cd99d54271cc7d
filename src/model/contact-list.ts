import type { ContactKind } from './child-value.ts';
import { decodedPart } from './external-id.ts';

/** A contact point as a list of them shows it. */
export interface ListedContact {
  readonly kind: ContactKind;
  /** Null where it has none. */
  readonly label: string | null;
  readonly value: string;
}

/** Between several contact points of one kind and label in one cell of a file. */
export const CONTACT_SEPARATOR = ' ::: ';

/**
 * The contact points in a list `email.work:ada@x.org; phone:+4930123456`, as a query shows them in the field
 * `contact_points`: a colon in a label, a semicolon and a percent sign are written as in a URL (RFC 3986).
 */
export function parseContacts(text: string): ListedContact[] {
  return text.split(/;\s*/).map((part) => {
    const colon = part.indexOf(':');
    const name = part.slice(0, colon);
    const dot = name.indexOf('.');
    const kind = (dot < 0 ? name : name.slice(0, dot)) as ContactKind;
    return { kind, label: dot < 0 ? null : decodedPart(name.slice(dot + 1)), value: decodedPart(part.slice(colon + 1)) };
  });
}

/**
 * Several contact points of one kind and label in one cell of a file: with the separator between them, or as a JSON array
 * where an import would tell other values apart.
 */
export function contactCell(values: readonly string[]): string {
  const cell = values.join(CONTACT_SEPARATOR);
  const parts = cell.startsWith('[') && cell.endsWith(']') ? [] : cell.split(CONTACT_SEPARATOR);
  return parts.length === values.length && parts.every((part, i) => part === values[i]) ? cell : JSON.stringify(values);
}

/** The header that means further contact points of a kind and label in a file. */
export function headerOfContacts({ kind, label }: Pick<ListedContact, 'kind' | 'label'>): string {
  return `contact.${kind}${label === null ? '' : `.${label}`}`;
}
