import { ATTRIBUTE_PREFIX } from '../model/customer.ts';
import type { GrowingColumns } from './growing-columns.ts';
import { type CardContact, labelOf, messengerAccount, messengerOf, preferred, rankOf, telephoneOf } from './vcard-contacts.ts';
import { cardDate } from './vcard-dates.ts';
import { decodeValue } from './vcard-encoding.ts';
import { type CardProperty, splitParts, splitValues, unescapeText } from './vcard-property.ts';

/** Between several values of one column. */
const SEVERAL = ' ::: ';
/** Properties that become one column of their own. */
const COLUMN_OF: Readonly<Record<string, string>> = {
  FN: 'name',
  TITLE: 'job_title',
  NOTE: 'notes',
  UID: 'uid',
  LANG: 'language',
};
/** What is said of the file, not of somebody. */
const NOT_DATA: ReadonlySet<string> = new Set(['VERSION', 'PRODID', 'BEGIN', 'END', 'X-ABLABEL']);
const LIST_MARK = /[;,；，、|]/;
/** The parts of ADR (RFC 6350 section 6.3.1) from the fourth on. */
const PLACE_COLUMNS = ['city', 'region', 'postal_code', 'country'] as const;

interface Address extends CardContact {
  readonly parts: readonly string[];
}

/** Puts the properties of one card into columns; the columns are named so that the import knows what they mean. */
export class CardRecord {
  readonly #columns: GrowingColumns;
  readonly #labels = new Map<string, string>();
  readonly #contacts: CardContact[] = [];
  readonly #addresses: Address[] = [];
  readonly #isOld: boolean;
  #name: readonly string[] = [];
  #isWhole = true;

  /** @param isOld vCard 2.1 */
  constructor(columns: GrowingColumns, isOld: boolean) {
    this.#columns = columns;
    this.#isOld = isOld;
  }

  /** Puts in all properties. False when a value could not be decoded and is kept as it was written. */
  fill(properties: readonly CardProperty[]): boolean {
    for (const property of properties) {
      if (property.name === 'X-ABLABEL' && property.group !== null) this.#labels.set(property.group, this.#text(property.raw, property));
    }
    for (const property of properties) if (!NOT_DATA.has(property.name)) this.#property(property);
    this.#putName();
    this.#putAddresses();
    for (const [kind, column] of [
      ['email', 'email'],
      ['phone', 'phone'],
      ['url', 'website'],
    ] as const)
      this.#putContacts(kind, column);
    for (const contact of this.#contacts) if (contact.kind === 'social' || contact.kind === 'messenger') this.#putContact(contact);
    return this.#isWhole;
  }

  #property(property: CardProperty): void {
    const { name, raw } = property;
    const column = COLUMN_OF[name];
    if (column !== undefined) return this.#single(column, this.#text(raw, property), name);
    if (name === 'N') this.#name = this.#parts(property, ' ');
    else if (name === 'ORG') this.#organisation(property);
    else if (name === 'ADR') this.#address(property);
    else if (name === 'EMAIL') this.#contact('email', this.#text(raw, property).replace(/^mailto:/i, ''), property);
    else if (name === 'TEL') this.#contact('phone', telephoneOf(this.#text(raw, property)), property);
    else if (name === 'URL') this.#contact('url', this.#text(raw, property), property);
    else if (name === 'X-SOCIALPROFILE' || name === 'SOCIALPROFILE') this.#social(property);
    else if (name === 'IMPP' || messengerOf(name) !== null) this.#messenger(property);
    else if (name === 'CATEGORIES') this.#categories(property);
    else if (name === 'BDAY') this.#single('birthday', cardDate(this.#text(raw, property), property), name);
    else if (name === 'ANNIVERSARY') this.#custom(name, cardDate(this.#text(raw, property), property));
    else if (name === 'GENDER') this.#gender(property);
    else if (name === 'KIND' || name === 'X-ADDRESSBOOKSERVER-KIND' || name === 'X-ABSHOWAS') this.#kind(property);
    else this.#unknown(property);
  }

  #text(raw: string, property: CardProperty): string {
    const decoded = decodeValue(raw, property);
    if (decoded === null) this.#isWhole = false;
    return unescapeText(decoded ?? raw, this.#isOld).trim();
  }

  #parts(property: CardProperty, between: string): string[] {
    return splitParts(property.raw).map((part) =>
      this.#isOld
        ? this.#text(part, property)
        : splitValues(part)
            .map((value) => this.#text(value, property))
            .join(between),
    );
  }

  #single(column: string, value: string, name: string): void {
    if (value === '' || this.#columns.get(column) === value) return;
    if (column === 'notes') this.#columns.append(column, value, '\n\n');
    else if (!this.#columns.put(column, value)) this.#custom(name, value);
  }

  #custom(name: string, value: string): void {
    if (value !== '') this.#columns.append(ATTRIBUTE_PREFIX + name, value, SEVERAL);
  }

  #unknown(property: CardProperty): void {
    const label = labelOf(property, this.#labels);
    this.#custom(label === null ? property.name : `${property.name}.${label}`, this.#text(property.raw, property));
  }

  #putName(): void {
    const [family = '', given = '', additional = '', prefix = '', suffix = ''] = this.#name;
    const filled = this.#name.filter((part) => part !== '');
    // Many phones put the whole name into one part.
    if (filled.length === 1 && filled[0] === this.#columns.get('name')) return;
    this.#single('family_name', family, 'N');
    this.#single('given_name', given, 'N');
    this.#custom('additional_name', additional);
    this.#custom('name_prefix', prefix);
    this.#custom('name_suffix', suffix);
  }

  #organisation(property: CardProperty): void {
    const [company = '', ...units] = splitParts(property.raw).map((part) => this.#text(part, property));
    this.#single('company_name', company, 'ORG');
    this.#custom('department', units.filter((unit) => unit !== '').join('; '));
  }

  #contact(kind: CardContact['kind'], value: string, property: CardProperty, label = labelOf(property, this.#labels)): void {
    if (value !== '') this.#contacts.push({ kind, value, label, rank: rankOf(property) });
  }

  #address(property: CardProperty): void {
    const parts = this.#parts(property, ', ');
    const value = parts.filter((part) => part !== '').join(', ');
    if (value !== '')
      this.#addresses.push({ kind: 'address', value, label: labelOf(property, this.#labels), rank: rankOf(property), parts });
    const label = property.params.get('LABEL');
    if (label !== undefined) this.#custom('LABEL', label);
  }

  #social(property: CardProperty): void {
    const value = this.#text(property.raw, property);
    const user = property.params.get('X-USER');
    const service = property.params.get('SERVICE-TYPE')?.toLowerCase() ?? labelOf(property, this.#labels);
    this.#contact('social', /^x-apple:/i.test(value) ? (user ?? value.slice(8)) : value, property, service);
  }

  #messenger(property: CardProperty): void {
    const text = this.#text(property.raw, property);
    const known = messengerOf(property.name);
    const { value, service } = known === null ? messengerAccount(text, property) : { value: text, service: known };
    this.#contact('messenger', value, property, service ?? labelOf(property, this.#labels));
  }

  #categories(property: CardProperty): void {
    const tags = splitValues(property.raw).map((value) => this.#text(value, property));
    for (const tag of tags.filter((value) => value !== '')) {
      if (LIST_MARK.test(tag)) this.#custom('CATEGORIES', tag);
      else this.#columns.append('tags', tag, '; ');
    }
  }

  #gender(property: CardProperty): void {
    const [sex = '', identity = ''] = splitParts(property.raw).map((part) => this.#text(part, property));
    if (/^[MFO]$/i.test(sex)) this.#single('gender', sex.toUpperCase() === 'O' ? 'other' : sex, 'GENDER');
    else this.#custom('GENDER', sex);
    this.#custom('gender_identity', identity);
  }

  #kind(property: CardProperty): void {
    const kind = this.#text(property.raw, property).toLowerCase();
    if (kind === 'org' || kind === 'organization' || kind === 'company') this.#single('kind', 'organisation', property.name);
    else if (kind !== 'individual') this.#custom(property.name, kind);
  }

  #putContacts(kind: CardContact['kind'], column: string): void {
    const all = this.#contacts.filter((contact) => contact.kind === kind);
    const primary = preferred(all.filter(({ label }) => kind !== 'phone' || !/fax|pager/i.test(label ?? '')));
    if (primary !== undefined) this.#columns.put(column, primary.value);
    for (const contact of all) if (contact !== primary) this.#putContact(contact);
  }

  #putContact({ kind, label, value }: CardContact): void {
    this.#columns.append(label === null ? `contact.${kind}` : `contact.${kind}.${label}`, value, SEVERAL);
  }

  #putAddresses(): void {
    const primary = preferred(this.#addresses);
    for (const address of this.#addresses) if (address !== primary) this.#putContact(address);
    if (primary === undefined) return;
    const [box = '', extended = '', street = '', ...place] = primary.parts;
    const lines = [box, extended, street].filter((part) => part !== '').join(', ');
    if (lines !== '') this.#columns.put('street', lines);
    for (const [index, column] of PLACE_COLUMNS.entries()) {
      const part = place[index] ?? '';
      if (part !== '') this.#columns.put(column, part);
    }
  }
}
