import { CrmError } from '../errors.ts';
import { ATTRIBUTE_PREFIX } from '../model/customer.ts';
import { contactCell, headerOfContacts, parseContacts } from '../model/contact-list.ts';
import { FIELDS } from '../model/fields.ts';
import { EXTERNAL_IDS_HEADER, headerOfCustomField } from '../model/header-target.ts';
import { tagCell } from '../model/tag-list.ts';
import type { SqlValue } from '../engines/engine.ts';
import type { TableCell } from '../formats/export-format.ts';
import type { QueryColumn } from '../repository/query-options.ts';
import type { Repository } from '../repository/repository.ts';

/** What an export takes from the database, and how it becomes the columns of the file. */
export interface ExportColumns {
  /** Names for a query. */
  readonly select: readonly string[];
  /** Headers of the file, known when the query's columns are. */
  headers(columns: readonly QueryColumn[]): string[];
  /** Makes a function that turns a row of the query into cells of the file; it reuses one array. */
  cells(columns: readonly QueryColumn[]): (row: readonly SqlValue[]) => readonly TableCell[];
}

/** The fields named by the user, each as one column; headers are such that an import reads them as the same fields. */
export function selectedColumns(select: readonly string[]): ExportColumns {
  return {
    select,
    headers: (columns) => columns.map(headerOf),
    cells: () => (row) => row.map(cell),
  };
}

/**
 * Everything that an import can take back: external ids, all fields that a file may fill, tags, contact points, consents,
 * custom fields. What no customer has is not asked of the database; contact points and custom fields come as one value a
 * row each.
 */
export async function wholeCustomers(repository: Repository): Promise<ExportColumns> {
  const used = await repository.inUse();
  const custom = await repository.customFields();
  const fields = FIELDS.filter((field) => field.writable).map((field) => field.name);
  const plain = [...(used.externalIds ? ['external_ids'] : []), ...fields, ...(used.tags ? ['tag_list'] : [])];
  const contacts = used.contacts.map(headerOfContacts);
  const consents = used.consents.map((channel) => `consent.${channel}`);
  return {
    select: [...plain, ...consents, ...(contacts.length > 0 ? ['contact_points'] : []), ...(custom.length > 0 ? ['attributes'] : [])],
    headers: () => [
      ...(used.externalIds ? [EXTERNAL_IDS_HEADER] : []),
      ...fields,
      'tags',
      ...consents,
      ...contacts,
      ...custom.map(headerOfCustomField),
    ],
    cells: () => wholeRow({ plain: plain.length, tags: used.tags, consents: consents.length, contacts, custom }),
  };
}

/** How a row of the query becomes a row of the file: what is taken as it is, and the columns of what comes as one value. */
interface RowLayout {
  /** How many values are taken as they are; the column of tags follows even where there are none. */
  readonly plain: number;
  readonly tags: boolean;
  readonly consents: number;
  /** Headers of contact points. */
  readonly contacts: readonly string[];
  /** Names of custom fields. */
  readonly custom: readonly string[];
}

function wholeRow({ plain, tags, consents, contacts, custom }: RowLayout): (row: readonly SqlValue[]) => readonly TableCell[] {
  const firstConsent = plain + (tags ? 0 : 1);
  const firstContact = firstConsent + consents;
  const firstCustom = firstContact + contacts.length;
  const cells: TableCell[] = new Array(firstCustom + custom.length).fill(null);
  const contactPlace = new Map(contacts.map((header, i) => [header, firstContact + i]));
  const customPlace = new Map(custom.map((name, i) => [name, firstCustom + i]));
  const contactsAt = contacts.length > 0 ? plain + consents : -1;
  const customAt = plain + consents + (contacts.length > 0 ? 1 : 0);
  return (row) => {
    for (let i = 0; i < plain; i++) cells[i] = row[i] as TableCell;
    if (tags && typeof row[plain - 1] === 'string') cells[plain - 1] = tagCell(row[plain - 1] as string);
    for (let i = 0; i < consents; i++) cells[firstConsent + i] = row[plain + i] as TableCell;
    if (firstContact === cells.length) return cells;
    cells.fill(null, firstContact);
    const list = row[contactsAt];
    if (typeof list === 'string') for (const [header, cell] of contactCells(list)) cells[placeOf(header, contactPlace)] = cell;
    const json = custom.length > 0 ? row[customAt] : null;
    if (typeof json === 'string')
      for (const [name, value] of Object.entries(JSON.parse(json) as Record<string, unknown>))
        cells[placeOf(name, customPlace)] = jsonCell(value);
    return cells;
  };
}

/** Cells of contact points by header, several of one kind and label in one. */
function contactCells(list: string): Map<string, string> {
  const values = new Map<string, string[]>();
  for (const contact of parseContacts(list)) {
    const header = headerOfContacts(contact);
    const before = values.get(header);
    if (before === undefined) values.set(header, [contact.value]);
    else before.push(contact.value);
  }
  return new Map([...values].map(([header, several]) => [header, contactCell(several)]));
}

function placeOf(name: string, place: ReadonlyMap<string, number>): number {
  const found = place.get(name);
  if (found !== undefined) return found;
  throw new CrmError('BUSY', 'a customer got a new custom field or contact point while the export was running', { hint: 'run it again' });
}

function jsonCell(value: unknown): TableCell {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function headerOf({ name, key }: QueryColumn): string {
  if (!key.startsWith('custom_')) return name;
  return headerOfCustomField(name.startsWith(ATTRIBUTE_PREFIX) ? name.slice(ATTRIBUTE_PREFIX.length) : name);
}

function cell(value: SqlValue): TableCell {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
