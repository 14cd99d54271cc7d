import type { ChildValue } from '../model/child-value.ts';
import { SCALAR_COLUMNS, composeName, slotOf } from '../model/customer.ts';
import { type ExternalId, parseExternalIds } from '../model/external-id.ts';
import { TAG_SEPARATORS } from '../model/tag-list.ts';
import type { Normalizer } from '../normalize/normalizer.ts';
import { regionOfAddress } from '../normalize/address-region.ts';
import { normalizePhone } from '../normalize/phone.ts';
import { normalizeText } from '../normalize/text.ts';
import { ruledCell } from './cell-rule.ts';
import { isListTransform } from './cell-transforms.ts';
import { type Contact, arrayParts, contactsOf, listParts, mayHoldSeveral } from './contact-cell.ts';
import { type DoubtfulValues, looksDamaged } from './doubtful-values.ts';
import type { ColumnMapping } from './mapping.ts';
import { RowChildren, type RowFields } from './row-children.ts';
import type { RowOptions } from './row-options.ts';
import { type Step, stepsOf } from './row-steps.ts';
import { RowTexts } from './row-texts.ts';
import type { Warnings } from './warnings.ts';

/** Fields whose column cannot hold text that was not understood: it is kept as a custom field. */
const STRICT_TYPES: ReadonlySet<string> = new Set(['date', 'instant']);
/** Every customer has these: an empty cell cannot clear them. */
const ALWAYS_SET: ReadonlySet<string> = new Set(['kind', 'created_at']);
const NAME = slotOf('name');
const GIVEN_NAME = slotOf('given_name');
const FAMILY_NAME = slotOf('family_name');
const COMPANY_NAME = slotOf('company_name');
const KIND = slotOf('kind');
const EMAIL = slotOf('email');
const PHONE = slotOf('phone');
const PHONE_EXT = slotOf('phone_ext');
const COUNTRY = slotOf('country');
const POSTAL_CODE = slotOf('postal_code');
const REGION = slotOf('region');
const CITY = slotOf('city');
const STREET = slotOf('street');
/** What a normaliser but that of phones is told: nothing. */
const NO_CONTEXT = { region: null };
/** Longer external ids are no ids, longer tags no tags: they are kept as custom fields. */
const MAX_ID_LENGTH = 500;

/**
 * Values of one row: cells normalised and put into slots. One object serves all rows (`read` overwrites it),
 * because a million rows must not make a million objects.
 */
export class RowValues implements RowFields {
  /** Values of the fields by `slotOf`; null where the row says nothing. */
  readonly slots: (string | null)[] = SCALAR_COLUMNS.map(() => null);
  /** Custom fields of the row. */
  attributes: Record<string, string> = {};
  hasAttributes = false;
  /** Fields and custom fields that an empty cell clears. */
  cleared: string[] = [];
  externalId: string | null = null;
  /** Ids with their source, as in our own exports. */
  qualifiedIds: readonly ExternalId[] = [];
  tags: readonly string[] = [];
  /** Contact points and consents of the row. */
  children: readonly ChildValue[] = [];
  emailUnderstood = false;
  /** Kind of a customer to be made where the row does not say it; null: by what the row has. */
  defaultKind: 'person' | 'organisation' | null = null;
  readonly #options: RowOptions;
  readonly #warnings: Pick<Warnings, 'add'>;
  #doubts: DoubtfulValues | null;
  readonly #children: RowChildren;
  #texts: RowTexts | null;
  #isOneValue: boolean;
  #steps: Step[] = [];
  #phoneStep: Step | null = null;
  #hasExtensionColumn = false;

  /** @param doubts looks at what cannot be believed as it stands; null where every value is meant as it is written */
  constructor(options: RowOptions, warnings: Pick<Warnings, 'add'>, doubts: DoubtfulValues | null = null) {
    this.#options = options;
    this.#warnings = warnings;
    this.#doubts = doubts;
    this.#children = new RowChildren(warnings, doubts);
    this.#isOneValue = options.oneValue === true;
    this.#texts = options.asWritten === true ? null : new RowTexts(options, warnings);
  }

  /** Takes every value as it is written from now on: in a file of our own nothing was damaged on the way, and a cell is one value. */
  believe(): void {
    this.#doubts = null;
    this.#isOneValue = true;
    this.#texts = null;
    this.#children.believe();
  }

  /** Says what the columns are; may be called again when a file shows further ones. */
  setColumns(columns: readonly ColumnMapping[]): void {
    const steps = stepsOf(columns);
    this.#children.setColumns(columns);
    this.#phoneStep = steps.find(({ slot }) => slot === PHONE) ?? null;
    this.#steps = steps.filter(({ slot }) => slot !== PHONE);
    this.#hasExtensionColumn = steps.some(({ slot }) => slot === PHONE_EXT);
  }

  /** Values by field, of those that the row has. */
  get fields(): Record<string, string> {
    const entries = SCALAR_COLUMNS.map((column, slot) => [column, this.slots[slot] as string | null] as const);
    return Object.fromEntries(entries.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== null));
  }

  /** Reads one record. */
  read(cells: readonly (string | undefined)[], line: number): void {
    this.attributes = {};
    this.hasAttributes = false;
    this.cleared = [];
    this.externalId = null;
    this.qualifiedIds = [];
    this.tags = this.#options.tags;
    this.children = [];
    this.emailUnderstood = false;
    for (const step of this.#steps) this.#readCell(step, cells, line);
    if (this.#phoneStep !== null) this.#readPhone(this.#phoneStep, cells, line);
    const flagged = this.#doubts?.postalCode(this.slots, line) === true ? POSTAL_CODE : -1;
    this.#texts?.read(this.slots, { said: this.slots[KIND] as string | null, derived: this.derivedKind }, line, flagged);
    if (!this.#children.isIdle) this.children = this.#children.read(cells, this, line);
    if (this.cleared.includes('name')) this.#refillName();
  }

  #readCell(step: Step, cells: readonly (string | undefined)[], line: number): void {
    const raw = step.rule === null ? cells[step.cell] : ruledCell(step.cell, step.rule, cells);
    let text = raw === undefined || raw === '' ? '' : normalizeText(raw);
    if (text !== '' && step.normalize === null && this.#doubts !== null && looksDamaged(raw as string, text)) {
      const believed = this.#doubts.text(raw as string, text, step.column.target, line);
      if (believed === null) return this.#setAside(step, text);
      text = believed;
    }
    if (step.slot >= 0) {
      if (text === '') this.#blank(step, raw !== undefined);
      else if (step.normalize === null) this.slots[step.slot] = text;
      else this.#readField(step, step.normalize, text, cells, line);
      return;
    }
    const { target, header } = step.column;
    if (target.kind === 'attribute') {
      if (text !== '') this.#setAttribute(target.name, text);
      else if (raw !== undefined && this.#options.blank === 'clear') this.cleared.push(`attributes.${target.name}`);
    } else if (text !== '') {
      if (target.kind === 'tags') this.#readTags(header, isListTransform(step.rule?.value) ? listParts(text) : splitList(text));
      else if (target.kind === 'external_ids') this.qualifiedIds = [...this.qualifiedIds, ...parseExternalIds(text)];
      else if (text.length <= MAX_ID_LENGTH) this.#readExternalId(target, text);
      else this.#setAttribute(header.trim(), text);
    }
  }

  #readExternalId(target: ColumnMapping['target'], id: string): void {
    if (target.kind !== 'external_id' || target.source === undefined) this.externalId = id;
    else this.qualifiedIds = [...this.qualifiedIds, { source: target.source, id }];
  }

  #readTags(header: string, found: readonly string[]): void {
    const tags = found.filter((tag) => tag.length <= MAX_ID_LENGTH);
    this.tags = [...new Set([...this.tags, ...tags])];
    if (tags.length < found.length) this.#setAttribute(header, found.filter((tag) => tag.length > MAX_ID_LENGTH).join('; '));
  }

  #readField(step: Step, normalize: Normalizer, value: string, cells: readonly (string | undefined)[], line: number): void {
    const { slot, column } = step;
    if (step.rule?.qq === true && this.#readSeveral('email', step, value, cells)) return;
    const normalized = normalize(value, NO_CONTEXT);
    if (slot === EMAIL) this.emailUnderstood = normalized.understood;
    this.slots[slot] = normalized.value;
    if (normalized.understood || column.target.kind !== 'field') return;
    if (slot === EMAIL && this.#readSeveral('email', step, value, cells)) return;
    const { field } = column.target;
    const again = this.#doubts?.readAgain(field, step.cell, value, normalize, line) ?? { value, code: 'NOT_UNDERSTOOD' };
    this.slots[slot] = again.value;
    if (again.code === null) return;
    this.#warnings.add(again.code, field.name, line);
    if (STRICT_TYPES.has(field.type) || field.normalizer === 'kind' || again.code === 'EXCEL_ERROR') this.#setAside(step, again.value);
  }

  /** Keeps a text as a custom field: it is not the value of its column. */
  #setAside({ slot, column: { header, target } }: Step, text: string): void {
    if (slot >= 0) this.slots[slot] = null;
    this.#setAttribute(target.kind === 'attribute' ? target.name : header.trim(), text);
  }

  #readPhone(step: Step, cells: readonly (string | undefined)[], line: number): void {
    const { slots } = this;
    const raw = step.rule === null ? cells[step.cell] : ruledCell(step.cell, step.rule, cells);
    const text = raw === undefined || raw === '' ? '' : normalizeText(raw);
    if (!this.#hasExtensionColumn) slots[PHONE_EXT] = null;
    if (text === '') {
      this.#blank(step, raw !== undefined);
      return;
    }
    const phone = normalizePhone(text, this.phoneRegion);
    slots[PHONE] = phone.value;
    if (!phone.understood && this.#readSeveral('phone', step, text, cells)) return;
    if (!phone.understood) {
      const code = this.#doubts?.phone(text) ?? 'NOT_UNDERSTOOD';
      this.#warnings.add(code, 'phone', line);
      if (code === 'EXCEL_ERROR') this.#setAside(step, text);
    }
    if (phone.extension !== null && slots[PHONE_EXT] === null) slots[PHONE_EXT] = phone.extension;
    else if (phone.extension !== null && slots[PHONE_EXT] !== phone.extension) this.#setAttribute(step.column.header.trim(), text);
  }

  /** A cell with several addresses or numbers, each of them understood: the first is the field, the others are contact points. */
  #readSeveral(kind: 'email' | 'phone', step: Step, text: string, cells: readonly (string | undefined)[]): boolean {
    const withQq = step.rule?.qq === true;
    if (this.#isOneValue || !(withQq || mayHoldSeveral(kind, text))) return false;
    const found = contactsOf(kind, text, this.phoneRegion, withQq);
    if (found === null || found.length === 0) return false;
    const first = found.findIndex((contact) => contact.kind === kind);
    this.slots[kind === 'email' ? EMAIL : PHONE] = null;
    if (first >= 0) {
      const { extension } = this.setPrimary(found.splice(first, 1)[0] as Contact);
      if (extension !== null && extension !== this.slots[PHONE_EXT]) this.keep(step.column.header.trim(), text);
    }
    this.#children.add(found, this.#children.labelOf(step.rule ?? undefined, cells));
    return true;
  }

  /** The e-mail of the row; null where there is none. */
  get email(): string | null {
    return this.slots[EMAIL] as string | null;
  }

  /** The phone of the row; null where there is none. */
  get phone(): string | null {
    return this.slots[PHONE] as string | null;
  }

  /** ISO 3166-1 alpha-2 region of national phone numbers in this row: by its country, its address, or the usual one. */
  get phoneRegion(): string | null {
    const country = this.slots[COUNTRY] as string | null;
    if (country !== null && country.length === 2) return country;
    const { slots } = this;
    const known = this.#options.known?.country ?? regionOfAddress(slots[REGION] ?? null, slots[CITY] ?? null, slots[STREET] ?? null);
    return known ?? this.#options.region;
  }

  /** Makes an address or number the e-mail or phone of the row. */
  setPrimary(contact: Contact): Contact {
    const { kind, value, extension } = contact;
    const slot = kind === 'email' ? EMAIL : PHONE;
    this.slots[slot] = value;
    if (slot === EMAIL) this.emailUnderstood = true;
    else if (!this.#hasExtensionColumn || this.slots[PHONE_EXT] === null) this.slots[PHONE_EXT] = extension;
    this.cleared = this.cleared.filter((field) => field !== kind);
    return contact;
  }

  /** Keeps a cell as a custom field. */
  keep(name: string, text: string): void {
    this.#setAttribute(name, text);
  }

  /** A name that other cells of the row make is not cleared: they would make it again for a new customer. */
  #refillName(): void {
    if (this.derivedName(this.derivedKind) === null) return;
    this.cleared = this.cleared.filter((field) => field !== 'name');
    this.slots[NAME] = this.#composedName;
  }

  #blank({ slot, column: { target } }: Step, present: boolean): void {
    this.slots[slot] = null;
    if (!present || this.#options.blank !== 'clear' || target.kind !== 'field') return;
    if (!ALWAYS_SET.has(target.field.name)) this.cleared.push(target.field.name);
  }

  #setAttribute(name: string, value: string): void {
    if (name === '__proto__') Object.defineProperty(this.attributes, name, { value, enumerable: true, configurable: true, writable: true });
    else this.attributes[name] = value;
    this.hasAttributes = true;
  }

  /** Kind for a customer to be made: an organisation when there is a company and no person's name. */
  get derivedKind(): string {
    const { slots } = this;
    const kind = slots[KIND] as string | null;
    if (kind !== null) return kind;
    if (this.defaultKind !== null) return this.defaultKind;
    const hasPerson = slots[NAME] !== null || slots[GIVEN_NAME] !== null || slots[FAMILY_NAME] !== null;
    return !hasPerson && slots[COMPANY_NAME] !== null ? 'organisation' : 'person';
  }

  get #composedName(): string | null {
    return composeName(this.slots[GIVEN_NAME] as string | null, this.slots[FAMILY_NAME] as string | null);
  }

  /** Display name for a customer to be made. */
  derivedName(kind: string): string | null {
    const name = this.slots[NAME] as string | null;
    return name ?? this.#composedName ?? (kind === 'organisation' ? (this.slots[COMPANY_NAME] as string | null) : null);
  }
}

/** Values of one cell that holds a list: `a; b`, `a,b`, `甲、乙`, or a JSON array. */
export function splitList(text: string): string[] {
  return (arrayParts(text) ?? text.split(TAG_SEPARATORS)).map(normalizeText).filter((part) => part !== '');
}
