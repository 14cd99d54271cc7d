import type { ChildValue } from '../model/child-value.ts';
import { SCALAR_COLUMNS, composeName } from '../model/customer.ts';
import { type ExternalId, parseExternalIds } from '../model/external-id.ts';
import { FIELDS } from '../model/fields.ts';
import { phoneWords, WordBuffer } from '../model/search-words.ts';
import { NORMALIZERS } from '../normalize/index.ts';
import type { Normalizer } from '../normalize/normalizer.ts';
import { companyKey, nameKey, phoneKey } from '../normalize/keys.ts';
import { normalizePhone } from '../normalize/phone.ts';
import { normalizeText } from '../normalize/text.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Warnings } from './warnings.ts';

/** Fields whose column cannot hold text that was not understood: it is kept as a custom field. */
const STRICT_TYPES: ReadonlySet<string> = new Set(['date', 'instant']);
const SEPARATORS = /[;,；，、|]/;
/** Every customer has these: an empty cell cannot clear them. */
const ALWAYS_SET: ReadonlySet<string> = new Set(['kind', 'created_at']);
const SLOTS: ReadonlyMap<string, number> = new Map(SCALAR_COLUMNS.map((column, slot) => [column as string, slot]));
const NAME = slotOf('name');
const GIVEN_NAME = slotOf('given_name');
const FAMILY_NAME = slotOf('family_name');
const COMPANY_NAME = slotOf('company_name');
const KIND = slotOf('kind');
const EMAIL = slotOf('email');
const PHONE = slotOf('phone');
const PHONE_EXT = slotOf('phone_ext');
const COUNTRY = slotOf('country');
const SEARCHED: readonly number[] = FIELDS.filter((field) => field.searchable && field.name !== 'name').map(({ name }) => slotOf(name));
/** What a normaliser but that of phones is told: nothing. */
const NO_CONTEXT = { region: null };
/** Longer external ids are no ids, longer tags no tags: they are kept as custom fields. */
const MAX_ID_LENGTH = 500;

/** How raw cells become values. */
export interface RowOptions {
  /** ISO 3166-1 alpha-2 region of national phone numbers in rows without a country; null when not given. */
  readonly region: string | null;
  /** What an empty cell means: keep what is stored, or empty it. */
  readonly blank: 'keep' | 'clear';
  /** Tags that every row gets. */
  readonly tags: readonly string[];
}

/** One step of reading a row: which cell goes where. */
interface Step {
  readonly cell: number;
  readonly column: ColumnMapping;
  /** Of a field: its place in `slots`, else -1. */
  readonly slot: number;
  /** Of a field whose text is more than text. */
  readonly normalize: Normalizer | null;
}

/** The place of a scalar column of `customers` in `RowValues.slots`. */
export function slotOf(column: string): number {
  return SLOTS.get(column) as number;
}

/**
 * Values of one row: cells normalised and put into slots. One object serves all rows (`read` overwrites it),
 * because a million rows must not make a million objects.
 */
export class RowValues {
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
  readonly #options: RowOptions;
  readonly #warnings: Warnings;
  readonly #words = new WordBuffer();
  #steps: Step[] = [];
  #phoneStep: Step | null = null;
  #hasExtensionColumn = false;

  constructor(options: RowOptions, warnings: Warnings) {
    this.#options = options;
    this.#warnings = warnings;
  }

  /** Says what the columns are; may be called again when a file shows further ones. */
  setColumns(columns: readonly ColumnMapping[]): void {
    const steps = columns.map(stepOf).filter((step) => step.column.target.kind !== 'ignored');
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
    for (const step of this.#steps) this.#readCell(step, cells[step.cell], line);
    if (this.#phoneStep !== null) this.#readPhone(this.#phoneStep, cells[this.#phoneStep.cell], line);
    if (this.cleared.includes('name')) this.#refillName();
  }

  #readCell(step: Step, raw: string | undefined, line: number): void {
    const text = raw === undefined || raw === '' ? '' : normalizeText(raw);
    if (step.slot >= 0) {
      if (text === '') this.#blank(step, raw !== undefined);
      else if (step.normalize === null) this.slots[step.slot] = text;
      else this.#readField(step, step.normalize, text, line);
      return;
    }
    const { target, header } = step.column;
    if (target.kind === 'attribute') {
      if (text !== '') this.#setAttribute(target.name, text);
      else if (raw !== undefined && this.#options.blank === 'clear') this.cleared.push(`attributes.${target.name}`);
    } else if (text !== '') {
      if (target.kind === 'tags') this.#readTags(header, splitList(text));
      else if (target.kind === 'external_ids') this.qualifiedIds = parseExternalIds(text);
      else if (text.length <= MAX_ID_LENGTH) this.externalId = text;
      else this.#setAttribute(header.trim(), text);
    }
  }

  #readTags(header: string, found: readonly string[]): void {
    const tags = found.filter((tag) => tag.length <= MAX_ID_LENGTH);
    this.tags = [...new Set([...this.tags, ...tags])];
    if (tags.length < found.length) this.#setAttribute(header, found.filter((tag) => tag.length > MAX_ID_LENGTH).join('; '));
  }

  #readField(step: Step, normalize: Normalizer, value: string, line: number): void {
    const { slot, column } = step;
    const normalized = normalize(value, NO_CONTEXT);
    if (slot === EMAIL) this.emailUnderstood = normalized.understood;
    this.slots[slot] = normalized.value;
    if (normalized.understood || column.target.kind !== 'field') return;
    const { field } = column.target;
    this.#warnings.add('NOT_UNDERSTOOD', field.name, line);
    if (!STRICT_TYPES.has(field.type) && field.normalizer !== 'kind') return;
    this.slots[slot] = null;
    this.#setAttribute(column.header.trim(), value);
  }

  #readPhone(step: Step, raw: string | undefined, line: number): void {
    const { slots } = this;
    const text = raw === undefined || raw === '' ? '' : normalizeText(raw);
    if (!this.#hasExtensionColumn) slots[PHONE_EXT] = null;
    if (text === '') {
      this.#blank(step, raw !== undefined);
      return;
    }
    const country = slots[COUNTRY] as string | null;
    const phone = normalizePhone(text, country !== null && country.length === 2 ? country : this.#options.region);
    slots[PHONE] = phone.value;
    if (!phone.understood) this.#warnings.add('NOT_UNDERSTOOD', 'phone', line);
    if (phone.extension !== null && slots[PHONE_EXT] === null) slots[PHONE_EXT] = phone.extension;
    else if (phone.extension !== null && slots[PHONE_EXT] !== phone.extension) this.#setAttribute(step.column.header.trim(), text);
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

  /** Match keys of a customer to be made, as `matchKeysOf` gives them for the finished one. */
  keys(kind: string, name: string | null): { email: string | null; phone: string | null; name: string | null; company: string | null } {
    const { slots } = this;
    const ownCompany = slots[COMPANY_NAME] as string | null;
    const company = kind === 'organisation' ? (name ?? ownCompany) : ownCompany;
    const phone = slots[PHONE] as string | null;
    return {
      email: this.emailUnderstood ? (slots[EMAIL] as string) : null,
      phone: phone === null ? null : phoneKey(phone),
      name: name === null ? null : nameKey(name),
      company: company === null ? null : companyKey(company),
    };
  }

  /** Full-text words of a customer to be made, as `wordsOf` gives them for the finished one; overwritten by the next row's. */
  words(name: string | null): WordBuffer {
    const words = this.#words;
    words.clear();
    if (name !== null) words.add(name);
    for (const slot of SEARCHED) {
      const value = this.slots[slot] as string | null;
      if (value === null || ((slot === GIVEN_NAME || slot === FAMILY_NAME) && name?.includes(value))) continue;
      words.add(slot === PHONE ? phoneWords(value) : value);
    }
    if (this.hasAttributes) for (const value of Object.values(this.attributes)) words.add(value);
    words.cut();
    return words;
  }
}

function stepOf(column: ColumnMapping, cell: number): Step {
  if (column.target.kind !== 'field') return { cell, column, slot: -1, normalize: null };
  const { name, normalizer } = column.target.field;
  return {
    cell,
    column,
    slot: slotOf(name),
    normalize: normalizer === undefined || normalizer === 'text' ? null : NORMALIZERS[normalizer],
  };
}

/** Values of one cell that holds a list: `a; b`, `a,b`, `甲、乙`. */
export function splitList(text: string): string[] {
  return text
    .split(SEPARATORS)
    .map(normalizeText)
    .filter((part) => part !== '');
}
