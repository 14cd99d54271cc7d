import { targetName } from '../model/header-target.ts';
import type { DoubtOptions } from './doubtful-values.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Warnings } from './warnings.ts';

/** Why a row is not taken though it is one: a value of it. */
export interface RowProblem {
  readonly code: 'AMBIGUOUS_DATE' | 'NOT_UNDERSTOOD' | 'EXCEL_DAMAGE' | 'MOJIBAKE';
  /** Header of the column with the value. */
  readonly column: string | null;
  /** One English sentence without the value. */
  readonly reason: string;
}

const PROBLEMS: Readonly<Record<string, readonly [code: RowProblem['code'], reason: string]>> = {
  AMBIGUOUS_DATE: ['AMBIGUOUS_DATE', 'day and month of the date could be either'],
  NOT_UNDERSTOOD: ['NOT_UNDERSTOOD', 'the value is not understood'],
  EXCEL_ERROR: ['EXCEL_DAMAGE', 'the value is an error of a spreadsheet'],
  EXCEL_NUMBER: ['EXCEL_DAMAGE', 'a spreadsheet has cut the digits of the value'],
  EXCEL_DATE: ['EXCEL_DAMAGE', 'the date is the number of a day in a spreadsheet'],
  LOST_ZERO: ['EXCEL_DAMAGE', 'the postal code has lost a leading zero'],
  MOJIBAKE: ['MOJIBAKE', 'the text was garbled by a wrong encoding'],
};

/** Holds back the warnings of one row until it is known whether the row is taken: a rejected row has none. */
export class RowFlags implements Pick<Warnings, 'add'> {
  readonly #warnings: Pick<Warnings, 'add'>;
  readonly #rejected: (code: string) => boolean;
  #flags: { code: string; field: string | null; line: number }[] = [];

  constructor(warnings: Pick<Warnings, 'add'>, { strict }: Pick<DoubtOptions, 'strict'>) {
    this.#warnings = warnings;
    this.#rejected = (code) => (strict ? Object.hasOwn(PROBLEMS, code) : code === 'AMBIGUOUS_DATE');
  }

  /** Takes a warning of the row. */
  add(code: string, field: string | null, line: number): void {
    this.#flags.push({ code, field, line });
  }

  /** Ends the row. @returns its first problem; null, and its warnings passed on, when it is to be taken */
  settle(columns: readonly ColumnMapping[]): RowProblem | null {
    if (this.#flags.length === 0) return null;
    const flags = this.#flags;
    this.#flags = [];
    const problem = flags.find(({ code }) => this.#rejected(code));
    if (problem === undefined) {
      for (const { code, field, line } of flags) this.#warnings.add(code, field, line);
      return null;
    }
    const [code, reason] = PROBLEMS[problem.code] as (typeof PROBLEMS)[string];
    const column = columns.find(({ target }) => targetName(target) === problem.field);
    return { code, reason, column: column?.header ?? null };
  }
}
