import { CrmError } from '../errors.ts';
import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';

/** What a line says of its pair; null: it is left open. */
export type FileDecision = 'same' | 'distinct' | null;

/** A customer as a line names it: by id, or by the id in another system. */
export type CustomerReference = { readonly id: number } | { readonly externalId: string };

/** A line that can be read; whether its customers are there is not known yet. */
export interface DecisionLine {
  readonly line: number;
  readonly left: CustomerReference;
  readonly right: CustomerReference;
  readonly decision: FileDecision;
}

/** A line that is not taken, and why; the reason holds no value. */
export interface DecisionReject {
  readonly line: number;
  readonly reason: string;
}

const WORDS: Readonly<Record<string, FileDecision>> = {
  ...{ same: 'same', y: 'same', yes: 'same', true: 'same', '1': 'same', 是: 'same', 同一: 'same', 相同: 'same' },
  ...{ distinct: 'distinct', n: 'distinct', no: 'distinct', false: 'distinct', '0': 'distinct', 否: 'distinct', 不同: 'distinct' },
  ...{ '': null, u: null, unsure: null, open: null, 不确定: null },
};
/** Ids are whole numbers that a number can hold exactly. */
const ID = /^#?\d{1,15}$/;
/** What protects a cell from being run as a formula in a spreadsheet. */
const GUARDED = /^'(?=[=+\-@\t\r])/;

type Column = 'left_id' | 'right_id' | 'left_external_id' | 'right_external_id' | 'decision';

/** Takes the records of a file of decisions; see `lines` and `rejects` when it has been read. */
export class DecisionLines implements RecordHandler {
  readonly lines: DecisionLine[] = [];
  readonly rejects: DecisionReject[] = [];
  readonly #columns = new Map<Column, number>();

  /** @throws {CrmError} INPUT_NO_HEADER where a column is missing */
  header(cells: readonly string[]): void {
    this.#columns.clear();
    for (const [index, cell] of cells.entries()) {
      const name = textOf(cell)
        .toLowerCase()
        .replace(/[\s-]+/g, '_') as Column;
      if (!this.#columns.has(name)) this.#columns.set(name, index);
    }
    const has = (...names: readonly Column[]): boolean => names.every((name) => this.#columns.has(name));
    if (has('decision') && (has('left_id', 'right_id') || has('left_external_id', 'right_external_id'))) return;
    throw new CrmError('INPUT_NO_HEADER', 'a file of decisions needs the columns left_id, right_id and decision', {
      hint: 'crm dedupe review --export FILE writes one to fill in; left_external_id and right_external_id do instead of ids',
    });
  }

  record(cells: readonly (string | undefined)[], at: RecordPosition): void {
    const { line } = at;
    const cell = (column: Column): string => cells[this.#columns.get(column) ?? -1] ?? '';
    const decision = decisionOf(cell('decision'));
    const left = referenceOf(cell('left_id'), cell('left_external_id'));
    const right = referenceOf(cell('right_id'), cell('right_external_id'));
    if (decision === undefined) this.#reject(line, 'the decision is neither same nor distinct');
    else if (typeof left === 'string') this.#reject(line, `left: ${left}`);
    else if (typeof right === 'string') this.#reject(line, `right: ${right}`);
    else this.lines.push({ line, left, right, decision });
  }

  bad(problem: BadRecord, at: RecordPosition): void {
    this.#reject(at.line, problem.reason);
  }

  #reject(line: number, reason: string): void {
    this.rejects.push({ line, reason });
  }
}

/** A reference, or why there is none. */
function referenceOf(idCell: string, externalCell: string): CustomerReference | string {
  const id = textOf(idCell);
  if (ID.test(id)) return { id: Number(id.replace('#', '')) };
  if (id !== '') return 'the id is no whole number';
  const externalId = externalCell.replace(GUARDED, '').trim();
  return externalId === '' ? 'the id is missing' : { externalId };
}

/** What a cell decides; undefined where it says something else. */
export function decisionOf(cell: string): FileDecision | undefined {
  const word = textOf(cell).toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
}

/** What a cell says: without blanks around it, full-width letters as plain ones. */
function textOf(cell: string): string {
  return cell.normalize('NFKC').trim();
}
