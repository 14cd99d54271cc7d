import { SCALAR_COLUMNS, composeName } from '../model/customer.ts';
import { type ExternalId, parseExternalIds } from '../model/external-id.ts';
import { FIELDS } from '../model/fields.ts';
import { cutWords, phoneWords, searchWords } from '../model/search-words.ts';
import { NORMALIZERS } from '../normalize/index.ts';
import { companyKey, nameKey, phoneKey } from '../normalize/keys.ts';
import { normalizePhone } from '../normalize/phone.ts';
import { normalizeText } from '../normalize/text.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Warnings } from './warnings.ts';

/** Fields whose column cannot hold text that was not understood: it is kept as a custom field. */
const STRICT_TYPES: ReadonlySet<string> = new Set(['date', 'instant']);
const SEARCHED: readonly string[] = FIELDS.filter((field) => field.searchable && field.name !== 'name').map((field) => field.name);
const SEPARATORS = /[;,；，、|]/;
/** Every customer has these: an empty cell cannot clear them. */
const ALWAYS_SET: ReadonlySet<string> = new Set(['kind', 'created_at']);
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
}

/**
 * Values of one row: cells normalised and put into named slots. One object serves all rows (`read` overwrites it),
 * because a million rows must not make a million objects.
 */
export class RowValues {
  /** Field → value; null where the row says nothing. */
  readonly fields: Record<string, string | null> = {};
  /** Custom fields of the row. */
  attributes: Record<string, string> = {};
  hasAttributes = false;
  /** Fields and custom fields that an empty cell clears. */
  cleared: string[] = [];
  externalId: string | null = null;
  /** Ids with their source, as in our own exports. */
  qualifiedIds: readonly ExternalId[] = [];
  tags: readonly string[] = [];
  emailUnderstood = false;
  readonly #options: RowOptions;
  readonly #warnings: Warnings;
  #steps: Step[] = [];
  #phoneStep: Step | null = null;

  constructor(options: RowOptions, warnings: Warnings) {
    this.#options = options;
    this.#warnings = warnings;
    for (const column of SCALAR_COLUMNS) this.fields[column] = null;
  }

  /** Says what the columns are; may be called again when a file shows further ones. */
  setColumns(columns: readonly ColumnMapping[]): void {
    const steps = columns.map((column, cell) => ({ cell, column })).filter((step) => step.column.target.kind !== 'ignored');
    const isPhone = (step: Step): boolean => step.column.target.kind === 'field' && step.column.target.field.type === 'phone';
    this.#phoneStep = steps.find(isPhone) ?? null;
    this.#steps = steps.filter((step) => !isPhone(step));
  }

  /** Reads one record. */
  read(cells: readonly (string | undefined)[], line: number): void {
    this.attributes = {};
    this.hasAttributes = false;
    this.cleared = [];
    this.externalId = null;
    this.qualifiedIds = [];
    this.tags = this.#options.tags;
    this.emailUnderstood = false;
    for (const step of this.#steps) this.#readCell(step, cells[step.cell], line);
    if (this.#phoneStep !== null) this.#readPhone(this.#phoneStep, cells[this.#phoneStep.cell], line);
    if (this.cleared.includes('name')) this.#refillName();
  }

  #readCell({ column }: Step, raw: string | undefined, line: number): void {
    const { target } = column;
    if (target.kind === 'field') {
      const value = raw === undefined || raw === '' ? '' : normalizeText(raw);
      if (value === '') this.#blank(target.field.name, raw !== undefined);
      else this.#readField(column, target.field.name, value, line);
      return;
    }
    const text = raw === undefined || raw === '' ? '' : normalizeText(raw);
    if (target.kind === 'attribute') {
      if (text !== '') this.#setAttribute(target.name, text);
      else if (raw !== undefined && this.#options.blank === 'clear') this.cleared.push(`attributes.${target.name}`);
    } else if (text !== '') {
      if (target.kind === 'tags') this.#readTags(column.header, splitList(text));
      else if (target.kind === 'external_ids') this.qualifiedIds = parseExternalIds(text);
      else if (text.length <= MAX_ID_LENGTH) this.externalId = text;
      else this.#setAttribute(column.header.trim(), text);
    }
  }

  #readTags(header: string, found: readonly string[]): void {
    const tags = found.filter((tag) => tag.length <= MAX_ID_LENGTH);
    this.tags = [...new Set([...this.tags, ...tags])];
    if (tags.length < found.length) this.#setAttribute(header, found.filter((tag) => tag.length > MAX_ID_LENGTH).join('; '));
  }

  #readField(column: ColumnMapping, name: string, value: string, line: number): void {
    const field = column.target.kind === 'field' ? column.target.field : undefined;
    const normalizer = field?.normalizer ?? 'text';
    if (normalizer === 'text') {
      this.fields[name] = value;
      return;
    }
    const normalized = NORMALIZERS[normalizer](value, { region: null });
    if (name === 'email') this.emailUnderstood = normalized.understood;
    if (normalized.understood) {
      this.fields[name] = normalized.value;
      return;
    }
    this.#warnings.add('NOT_UNDERSTOOD', name, line);
    if (STRICT_TYPES.has(field?.type ?? '') || normalizer === 'kind') {
      this.fields[name] = null;
      this.#setAttribute(column.header.trim(), value);
    } else {
      this.fields[name] = normalized.value;
    }
  }

  #readPhone(step: Step, raw: string | undefined, line: number): void {
    const text = raw === undefined || raw === '' ? '' : normalizeText(raw);
    const hasExtensionColumn = this.#steps.some(({ column }) => column.target.kind === 'field' && column.target.field.name === 'phone_ext');
    if (!hasExtensionColumn) this.fields.phone_ext = null;
    if (text === '') {
      this.#blank('phone', raw !== undefined);
      return;
    }
    const country = this.fields.country;
    const region = country !== null && country !== undefined && country.length === 2 ? country : this.#options.region;
    const phone = normalizePhone(text, region);
    this.fields.phone = phone.value;
    if (!phone.understood) this.#warnings.add('NOT_UNDERSTOOD', 'phone', line);
    if (phone.extension !== null && this.fields.phone_ext === null) this.fields.phone_ext = phone.extension;
    else if (phone.extension !== null && this.fields.phone_ext !== phone.extension) this.#setAttribute(step.column.header.trim(), text);
  }

  /** A name that other cells of the row make is not cleared: they would make it again for a new customer. */
  #refillName(): void {
    if (this.derivedName(this.derivedKind) === null) return;
    this.cleared = this.cleared.filter((field) => field !== 'name');
    this.fields.name = composeName(this.fields.given_name ?? null, this.fields.family_name ?? null);
  }

  #blank(field: string, present: boolean): void {
    this.fields[field] = null;
    if (present && this.#options.blank === 'clear' && !ALWAYS_SET.has(field)) this.cleared.push(field);
  }

  #setAttribute(name: string, value: string): void {
    if (name === '__proto__') Object.defineProperty(this.attributes, name, { value, enumerable: true, configurable: true, writable: true });
    else this.attributes[name] = value;
    this.hasAttributes = true;
  }

  /** Kind for a customer to be made: an organisation when there is a company and no person's name. */
  get derivedKind(): string {
    const { fields } = this;
    if (fields.kind !== null) return fields.kind as string;
    const hasPerson = fields.name !== null || fields.given_name !== null || fields.family_name !== null;
    return !hasPerson && fields.company_name !== null ? 'organisation' : 'person';
  }

  /** Display name for a customer to be made. */
  derivedName(kind: string): string | null {
    const { fields } = this;
    if (fields.name !== null) return fields.name as string;
    const composed = composeName(fields.given_name ?? null, fields.family_name ?? null);
    return composed ?? (kind === 'organisation' ? (fields.company_name ?? null) : null);
  }

  /** Match keys of a customer to be made, as `matchKeysOf` gives them for the finished one. */
  keys(kind: string, name: string | null): { email: string | null; phone: string | null; name: string | null; company: string | null } {
    const { fields } = this;
    const company = kind === 'organisation' ? (name ?? fields.company_name) : fields.company_name;
    return {
      email: this.emailUnderstood ? (fields.email as string) : null,
      phone: fields.phone === null ? null : phoneKey(fields.phone as string),
      name: name === null ? null : nameKey(name),
      company: company === null || company === undefined ? null : companyKey(company),
    };
  }

  /** Full-text words of a customer to be made, as `wordsOf` gives them for the finished one. */
  words(name: string | null): string {
    let words = name === null ? '' : searchWords(name);
    const add = (text: string): void => {
      const more = searchWords(text);
      if (more !== '') words = words === '' ? more : `${words} ${more}`;
    };
    for (let i = 0; i < SEARCHED.length; i++) {
      const field = SEARCHED[i] as string;
      const value = this.fields[field];
      if (value === null || value === undefined) continue;
      if ((field === 'given_name' || field === 'family_name') && name?.includes(value)) continue;
      add(field === 'phone' ? phoneWords(value) : value);
    }
    if (this.hasAttributes) for (const value of Object.values(this.attributes)) add(value);
    return cutWords(words);
  }
}

/** Values of one cell that holds a list: `a; b`, `a,b`, `甲、乙`. */
export function splitList(text: string): string[] {
  return text
    .split(SEPARATORS)
    .map(normalizeText)
    .filter((part) => part !== '');
}
