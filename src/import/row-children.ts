import type { ChildValue, ConsentChannel, ConsentValue, ContactPointValue } from '../model/child-value.ts';
import { type Target, targetName } from '../model/header-target.ts';
import { normalizeText } from '../normalize/text.ts';
import { type CellRule, ruledCell } from './cell-rule.ts';
import { withoutStar } from './cell-transforms.ts';
import { readConsent } from './consent-cell.ts';
import { type Contact, contactItems, contactPoint, listParts, plainContactPoint } from './contact-cell.ts';
import { type DoubtfulValues, looksDamaged } from './doubtful-values.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Warnings } from './warnings.ts';

/** Labels that every program knows, in one spelling. */
const KNOWN_LABEL = /^(?:work|home|mobile|main|other|pager|school|personal|primary|fax)$/i;

/** The row whose further addresses and consents are read: its own fields have been read already. */
export interface RowFields {
  /** Canonical e-mail address and phone of the row; null where it has none. */
  readonly email: string | null;
  readonly phone: string | null;
  /** ISO 3166-1 alpha-2 region of its national phone numbers. */
  readonly phoneRegion: string | null;
  /** Makes an address or number its e-mail or phone. */
  setPrimary(contact: Contact): unknown;
  /** Keeps a cell as a custom field. */
  keep(name: string, text: string): void;
}

interface ChildColumn {
  readonly cell: number;
  readonly header: string;
  readonly target: Extract<Target, { kind: 'contact' | 'consent' }>;
  readonly rule: CellRule;
}

/** Contact points and consents of a row, from columns of their own and from cells that hold several values. One object serves all rows. */
export class RowChildren {
  readonly #warnings: Pick<Warnings, 'add'>;
  #doubts: DoubtfulValues | null;
  #columns: readonly ChildColumn[] = [];
  #headers: readonly string[] = [];
  #contacts: ContactPointValue[] = [];
  #consents = new Map<ConsentChannel, ConsentValue>();

  constructor(warnings: Pick<Warnings, 'add'>, doubts: DoubtfulValues | null = null) {
    this.#warnings = warnings;
    this.#doubts = doubts;
  }

  /** Takes every value as it is written from now on. */
  believe(): void {
    this.#doubts = null;
  }

  /** Says what the columns are. */
  setColumns(columns: readonly ColumnMapping[]): void {
    this.#headers = columns.map(({ header }) => header.trim());
    this.#columns = columns.flatMap(({ header, target, rule = {} }, cell) =>
      (target.kind === 'contact' || target.kind === 'consent') && rule.readWith === undefined
        ? [{ cell, header: header.trim(), target, rule }]
        : [],
    );
  }

  /** Whether there is nothing to read and nothing was found: most files never have any. */
  get isIdle(): boolean {
    return this.#columns.length === 0 && this.#contacts.length === 0;
  }

  /** Takes the further values of a cell whose first one became a field. */
  add(contacts: readonly Contact[], label: string | null): void {
    for (const contact of contacts) this.#contacts.push(contactPoint(contact, contact.kind === 'messenger' ? null : label));
  }

  /** Reads the columns of one row. @returns each address, number and consent once; never the e-mail and phone of the row itself */
  read(cells: readonly (string | undefined)[], row: RowFields, line: number): readonly ChildValue[] {
    for (const column of this.#columns) {
      const text = this.#believed(column, ruledCell(column.cell, column.rule, cells) ?? '', row, line);
      const label = this.labelOf(column.rule, cells);
      if (text === '') this.#keepLabel(column.rule, cells, row);
      else if (column.target.kind === 'consent') this.#readConsent(column, text, row, line);
      else this.#readContact(column, column.target.label ?? label, text, cells, row, line);
    }
    const children: ChildValue[] = [...distinct(this.#contacts, row), ...this.#consents.values()];
    this.#contacts = [];
    this.#consents = new Map();
    return children;
  }

  /** The text of a cell, repaired where that is proven; empty where it is damage, which is kept as a custom field. */
  #believed({ header, target }: ChildColumn, raw: string, row: RowFields, line: number): string {
    const isDoubtful = raw !== '' && this.#doubts !== null && looksDamaged(raw, raw);
    const text = isDoubtful ? (this.#doubts as DoubtfulValues).text(raw, raw, target, line) : raw;
    if (text === null) row.keep(header, raw);
    return text ?? '';
  }

  /** The label that another column of the row gives. */
  labelOf(rule: CellRule | undefined, cells: readonly (string | undefined)[]): string | null {
    if (rule?.label === undefined) return null;
    const label = withoutStar(normalizeText(cells[rule.label] ?? ''));
    if (label === '') return null;
    return KNOWN_LABEL.test(label) ? label.toLowerCase() : label;
  }

  #readContact(
    { header, target, rule }: ChildColumn,
    label: string | null,
    text: string,
    cells: readonly (string | undefined)[],
    row: RowFields,
    line: number,
  ): void {
    const kind = (target as Extract<Target, { kind: 'contact' }>).contact;
    if (kind !== 'email' && kind !== 'phone') {
      for (const part of listParts(text)) this.#contacts.push(plainContactPoint(kind, part, label));
      return;
    }
    const items = contactItems(kind, text, row.phoneRegion);
    const contacts = items.filter((item) => typeof item !== 'string');
    for (const item of items) {
      if (typeof item !== 'string') continue;
      this.#warnings.add('NOT_UNDERSTOOD', targetName(target), line);
      this.#contacts.push(plainContactPoint(kind, item, label));
    }
    const promoted = rule.primary === true && row[kind] === null ? contacts[0] : undefined;
    if (promoted !== undefined) {
      row.setPrimary(promoted);
      // What it was called is not lost: the cell also stays under its own header, and so does its label.
      row.keep(header, text);
      this.#keepLabel(rule, cells, row);
    }
    this.add(promoted === undefined ? contacts : contacts.slice(1), label);
  }

  #readConsent({ header, target, rule }: ChildColumn, text: string, row: RowFields, line: number): void {
    const { channel, means } = target as Extract<Target, { kind: 'consent' }>;
    const consent = readConsent(channel, rule.any === true && means !== 'cell' ? `any ${means}` : means, header, text);
    if (consent === 'unknown') {
      this.#warnings.add('NOT_UNDERSTOOD', targetName(target), line);
      row.keep(header, text);
    } else if (consent !== 'nothing') {
      const before = this.#consents.get(channel);
      this.#consents.set(channel, before === undefined ? consent : together(before, consent));
    }
  }

  /** A label without a value is kept as the custom field that its column would have been. */
  #keepLabel(rule: CellRule, cells: readonly (string | undefined)[], row: RowFields): void {
    if (rule.label === undefined) return;
    const label = normalizeText(cells[rule.label] ?? '');
    if (label !== '') row.keep(this.#headers[rule.label] as string, label);
  }
}

/** What two statements about a channel in one row say together: an opt-out is never lost, nor is what either rests on. */
function together(a: ConsentValue, b: ConsentValue): ConsentValue {
  const [first, second] = a.status === 'in' && b.status === 'out' ? [b, a] : [a, b];
  const decidedAt = first.decided_at ?? (first.status === second.status ? second.decided_at : null);
  return { ...first, ground: `${first.ground}; ${second.ground}`, decided_at: decidedAt };
}

function distinct(contacts: readonly ContactPointValue[], row: RowFields): ContactPointValue[] {
  const seen = new Set<string>();
  return contacts.filter(({ kind, value, key }) => {
    const identity = `${kind} ${key ?? value}`;
    if (seen.has(identity) || ((kind === 'email' || kind === 'phone') && row[kind] === value)) return false;
    seen.add(identity);
    return true;
  });
}
