import { CrmError } from '../errors.ts';
import type { SqlValue } from '../engines/engine.ts';
import { type RelatedField, type RelatedType, relatedFields } from '../model/related-fields.ts';
import { dateOrderEvidence } from '../normalize/date-order.ts';
import { normalizeInstant } from '../normalize/date.ts';
import { halfWidth } from '../normalize/half-width.ts';
import { emailKey } from '../normalize/email-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { isInDoubt, type MoneyProblem, normalizeCurrency, parseMoney } from '../normalize/money.ts';
import type { Normalized } from '../normalize/normalizer.ts';
import { normalizePhone } from '../normalize/phone.ts';
import {
  INTERACTION_KIND_NAMES,
  normalizeConsentChannel,
  normalizeConsentStatus,
  normalizeDirection,
  normalizeInteractionKind,
} from '../normalize/related-words.ts';
import { normalizeText } from '../normalize/text.ts';
import { CONSENT_CHANNELS } from '../model/child-value.ts';
import type { RelatedLink } from '../repository/related-rows.ts';
import { type CellRule, ruledCell } from './cell-rule.ts';
import type { DateOrders } from './column-facts.ts';
import type { DecimalSign } from './decimal-facts.ts';
import type { ColumnMapping } from './mapping.ts';

/** Longer ids, numbers and names of products are none: they could not be found again by an index. */
const MAX_KEY_LENGTH = 500;
const KEYS: ReadonlySet<string> = new Set(['sku', 'number', 'external_id', 'name']);

/** How cells of related data become values. */
export interface RelatedValueOptions {
  /** ISO 3166-1 alpha-2 region of national phone numbers. */
  readonly region: string | null;
  readonly blank: 'keep' | 'clear';
  /** ISO 4217 code of amounts that name none. */
  readonly currency: string | null;
}

/** What a row says. */
export interface RelatedValues {
  readonly link: RelatedLink;
  readonly values: Readonly<Record<string, SqlValue>>;
  readonly attributes: Readonly<Record<string, string | null>>;
}

/** Why a row cannot be read. */
export interface UnreadableCell {
  readonly header: string;
  readonly code: string;
  readonly reason: string;
}

interface Step {
  readonly cell: number;
  readonly header: string;
  readonly field: RelatedField;
  /** What a preset says of its cells. */
  readonly rule: CellRule | null;
}

const WORDS: Readonly<Record<string, { readonly read: (raw: string) => Normalized; readonly allowed: string }>> = {
  interaction_kind: { read: normalizeInteractionKind, allowed: INTERACTION_KIND_NAMES.join(', ') },
  direction: { read: normalizeDirection, allowed: 'in, out' },
  consent_status: { read: normalizeConsentStatus, allowed: 'in, out' },
  consent_channel: { read: normalizeConsentChannel, allowed: CONSENT_CHANNELS.join(', ') },
};

const MONEY_REASONS: Readonly<Record<MoneyProblem, string>> = {
  NOT_AN_AMOUNT: 'this is no amount of money',
  AMBIGUOUS_AMOUNT: 'its comma or point may stand before decimals or before thousands: say which with --decimal',
  AMOUNT_TOO_PRECISE: 'it has more decimals than its currency',
  AMOUNT_TOO_LARGE: 'the amount is too large',
  NO_CURRENCY: 'nothing says the currency: name it with --currency, or in a column',
  CURRENCY_CONFLICT: 'the amount is in another currency than the row or the header says',
};

/** Reads rows of related data: cells become values of the columns of their table. */
export class RelatedReader {
  readonly #options: RelatedValueOptions;
  readonly #orders: DateOrders;
  readonly #sign: DecimalSign;
  #steps: Step[] = [];
  #others: { readonly cell: number; readonly name: string; readonly rule: CellRule | null }[] = [];
  #constants: Readonly<Record<string, SqlValue>> = {};
  #amount: Step | null = null;

  constructor(options: RelatedValueOptions, orders: DateOrders, sign: DecimalSign) {
    this.#options = options;
    this.#orders = orders;
    this.#sign = sign;
  }

  /** Says what the columns are; may be called again when a file shows further ones. */
  setColumns(columns: readonly ColumnMapping[]): void {
    const own = columns.flatMap((column, cell) => (column.rule?.readWith === undefined ? [{ ...column, cell }] : []));
    const steps = own.flatMap(({ header, target, rule = null, cell }) =>
      target.kind === 'field' ? [{ cell, header, field: target.field as RelatedField, rule }] : [],
    );
    this.#others = own.flatMap(({ target, rule = null, cell }) => (target.kind === 'attribute' ? [{ cell, name: target.name, rule }] : []));
    this.#amount = steps.find(({ field }) => field.reads === 'money') ?? null;
    this.#steps = steps.filter((step) => step !== this.#amount);
  }

  /**
   * Says what rows have that say nothing else, by column name.
   * @throws {CrmError} CONFIG_INVALID when such a text is not understood
   */
  setConstants(type: RelatedType, constants: Readonly<Record<string, string>>): void {
    const entries = Object.entries(constants).map(([name, text]) => {
      const field = relatedFields(type).find((known) => known.name === name) as RelatedField;
      const value = readCell(field, normalizeText(text));
      if (typeof value !== 'object') return [name, value] as const;
      throw new CrmError('CONFIG_INVALID', `the constant of ${name}, of a preset: ${value.reason}`, { hint: 'see docs/guide/presets.md' });
    });
    this.#constants = Object.fromEntries(entries);
  }

  /** One record as values, or the first cell that cannot be read. */
  read(cells: readonly (string | undefined)[]): RelatedValues | UnreadableCell {
    const values: Record<string, SqlValue> = {};
    const texts: Record<string, string> = {};
    for (const { cell, header, field, rule } of this.#steps) {
      const raw = rule === null ? cells[cell] : ruledCell(cell, rule, cells);
      const text = raw === undefined || raw === '' ? '' : normalizeText(raw);
      if (text === '') {
        // A row without a line among rows that have one must not take the place of another.
        const isCleared = raw !== undefined && this.#options.blank === 'clear' && !field.name.startsWith('customer.');
        if (isCleared || field.name === 'line') values[field.name] = null;
        continue;
      }
      if (field.name.startsWith('customer.')) {
        texts[field.name] = text;
        continue;
      }
      const value = field.reads === 'instant' ? this.#readInstant(cell, text) : readCell(field, text);
      if (typeof value === 'object') return { header, ...value };
      values[field.name] = value;
    }
    for (const name in this.#constants) values[name] ??= this.#constants[name] as SqlValue;
    const amount = this.#readAmount(cells, values);
    if (amount !== null) return amount;
    return { link: this.#linkOf(texts), values, attributes: this.#attributesOf(cells) };
  }

  #readInstant(cell: number, text: string): string | CellProblem {
    const isEither = dateOrderEvidence(text) === 'either';
    const dateOrder = this.#orders.decided(cell) ?? (isEither ? this.#orders.orderOf(cell) : null) ?? undefined;
    const { value, understood } = normalizeInstant(text, { dateOrder });
    if (understood) return value;
    if (isEither) return { code: 'AMBIGUOUS_DATE', reason: 'day and month may be either: say which with --on-ambiguous-date dmy or mdy' };
    return { code: 'NOT_UNDERSTOOD', reason: 'it is no date that can be read in one way only: write 2026-01-31 or 2026-01-31T10:00:00Z' };
  }

  #readAmount(cells: readonly (string | undefined)[], values: Record<string, SqlValue>): UnreadableCell | null {
    const { currency = null } = values;
    delete values.currency;
    if (this.#amount === null) return null;
    const { cell, header, field, rule } = this.#amount;
    const raw = rule === null ? cells[cell] : ruledCell(cell, rule, cells);
    const text = raw === undefined ? '' : normalizeText(raw);
    if (text === '') {
      if (raw !== undefined && this.#options.blank === 'clear') Object.assign(values, amountOf(field, null, null));
      return null;
    }
    const decimal = this.#sign.given ?? (isInDoubt(text) ? this.#sign.of(cell) : null);
    if (decimal === 'both') return { header, code: 'AMBIGUOUS_AMOUNT', reason: MONEY_REASONS.AMBIGUOUS_AMOUNT };
    const fallback = this.#options.currency;
    const money = parseMoney(text, { currency: (currency as string | null) ?? currencyOfHeader(header), fallback, decimal });
    if (typeof money === 'string') return { header, code: money, reason: MONEY_REASONS[money] };
    Object.assign(values, amountOf(field, money.minor, money.currency));
    return null;
  }

  #linkOf(texts: Readonly<Record<string, string>>): RelatedLink {
    const id = /^#?(\d{1,15})$/.exec(texts['customer.id'] ?? '')?.[1];
    const phone = texts['customer.phone'];
    return {
      id: id === undefined ? null : Number(id),
      externalId: texts['customer.external_id'] ?? null,
      email: texts['customer.email'] === undefined ? null : emailKey(texts['customer.email']),
      phone: phone === undefined ? null : phoneKey(normalizePhone(phone, this.#options.region).value),
    };
  }

  #attributesOf(cells: readonly (string | undefined)[]): Record<string, string | null> {
    const attributes: [string, string | null][] = [];
    for (const { cell, name, rule } of this.#others) {
      const raw = rule === null ? cells[cell] : ruledCell(cell, rule, cells);
      const text = raw === undefined || raw === '' ? '' : normalizeText(raw);
      if (text !== '') attributes.push([name, text]);
      else if (raw !== undefined && this.#options.blank === 'clear') attributes.push([name, null]);
    }
    return Object.fromEntries(attributes);
  }
}

function amountOf({ name }: RelatedField, minor: number | null, currency: string | null): Record<string, SqlValue> {
  return { [`${name}_minor`]: minor, [`${name}_currency`]: currency };
}

/** `Total (EUR)`: the currency of the column. */
function currencyOfHeader(header: string): string | null {
  const bracket = /[(（[【]([^)）\]】]+)[)）\]】]\s*$/.exec(header)?.[1] ?? /\s([A-Z]{3})$/.exec(header)?.[1];
  return bracket === undefined ? null : normalizeCurrency(bracket);
}

type CellProblem = Pick<UnreadableCell, 'code' | 'reason'>;

function readCell(field: RelatedField, text: string): string | number | CellProblem {
  const words = WORDS[field.reads];
  if (words !== undefined) {
    const { value, understood } = words.read(text);
    return understood ? value : { code: 'NOT_UNDERSTOOD', reason: `it is none of ${words.allowed}, nor a word for one` };
  }
  if (KEYS.has(field.name) && text.length > MAX_KEY_LENGTH)
    return { code: 'TOO_LONG', reason: `it has more than ${MAX_KEY_LENGTH} characters` };
  switch (field.reads) {
    case 'currency':
      return normalizeCurrency(text) ?? { code: 'NOT_UNDERSTOOD', reason: 'it is no currency code (ISO 4217) like EUR' };
    case 'integer':
      return integer(text);
    default:
      return text;
  }
}

/** `2`, `2.0`, `2,00`; three zeros may be thousands. */
function integer(text: string): number | CellProblem {
  const match = /^([-+]?\d{1,15})(?:[.,](?:0{1,2}|0{4,}))?$/.exec(halfWidth(text));
  return match === null ? { code: 'NOT_A_WHOLE_NUMBER', reason: 'it is no whole number' } : Number(match[1]);
}
