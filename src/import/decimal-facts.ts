import type { RecordHandler } from '../formats/record-reader.ts';
import { provenDecimal } from '../normalize/money.ts';
import { type BesideRequest, readBeside } from './column-facts.ts';

/** How many amounts of a column can be read with one decimal sign only. */
export interface DecimalEvidence {
  point: number;
  comma: number;
}

/** Counts the evidence of one column (by its place in a record, from 0) over the whole file. */
export type DecimalLookAhead = (cell: number) => DecimalEvidence;

/**
 * Reads a file from beginning to end, beside the import of it, and counts what the amounts of a column say.
 * @throws {CrmError} INPUT_… as the import of the file would
 */
export function readDecimalEvidence(request: BesideRequest, cell: number): DecimalEvidence {
  const counter = new DecimalCounter(cell);
  readBeside(request, counter);
  return counter.evidence;
}

class DecimalCounter implements RecordHandler {
  readonly evidence: DecimalEvidence = { point: 0, comma: 0 };
  readonly #cell: number;

  constructor(cell: number) {
    this.#cell = cell;
  }

  header(): void {}

  record(cells: readonly (string | undefined)[]): void {
    const found = provenDecimal(cells[this.#cell] ?? '');
    if (found === '.') this.evidence.point++;
    else if (found === ',') this.evidence.comma++;
  }

  bad(): void {}
}

/** The decimal sign of the amounts of a file, found out when it is first asked for: most files never ask. */
export class DecimalSign {
  readonly #lookAhead: DecimalLookAhead | null;
  readonly #given: '.' | ',' | null;
  #found: { readonly sign: '.' | ',' | 'both' | null } | null = null;

  /** @param lookAhead null where the file cannot be read twice @param given decides in any case */
  constructor(lookAhead: DecimalLookAhead | null, given: '.' | ',' | null) {
    this.#lookAhead = lookAhead;
    this.#given = given;
  }

  /** The sign that the user named. */
  get given(): '.' | ',' | null {
    return this.#given;
  }

  /** The sign of the column: both where it contradicts itself, null where it says nothing; reads the file again at the first call. */
  of(cell: number): '.' | ',' | 'both' | null {
    if (this.#given !== null) return this.#given;
    this.#found ??= { sign: this.#look(cell) };
    return this.#found.sign;
  }

  #look(cell: number): '.' | ',' | 'both' | null {
    const { point, comma } = this.#lookAhead?.(cell) ?? { point: 0, comma: 0 };
    if (point > 0 && comma > 0) return 'both';
    return point > 0 ? '.' : comma > 0 ? ',' : null;
  }
}
