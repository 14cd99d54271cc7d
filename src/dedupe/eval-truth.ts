import { CrmError } from '../errors.ts';
import { headerKey } from '../model/fields.ts';
import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';
import { UnionFind } from './cluster/union-find.ts';

/** What a file says of which external ids are one person. */
export interface Truth {
  /** Each id once, as the file writes it: `17` or `shop:17`. */
  readonly ids: readonly string[];
  /** For each id the number of its person. */
  readonly persons: Int32Array;
  /** Ids that the file gives to a second person; the first one counts. */
  readonly contradictions: number;
  /** Lines that could not be read or lack a value. */
  readonly badLines: readonly number[];
}

const ID = new Set(['external id', 'id', 'record id', 'rec id', 'unique id']);
const PERSON = new Set(['cluster', 'cluster id', 'entity', 'entity id', 'ent id', 'person', 'person id']);
const LEFT = new Set(['left external id', 'left id', 'left']);
const RIGHT = new Set(['right external id', 'right id', 'right']);
/** What protects a cell from being run as a formula in a spreadsheet. */
const GUARDED = /^'(?=[=+\-@\t\r])/;

/** Places of the two columns, and what the second one is. */
interface Columns {
  readonly first: number;
  readonly second: number;
  readonly isPairs: boolean;
}

/** Takes the records of a truth file: `external_id,cluster`, or pairs `left_external_id,right_external_id`. */
export class TruthLines implements RecordHandler {
  readonly #numbers = new Map<string, number>();
  /** Of each id its person. */
  readonly #persons: number[] = [];
  readonly #names = new Map<string, number>();
  /** Ids of pairs, one after the other. */
  readonly #pairs: number[] = [];
  readonly #badLines: number[] = [];
  #columns: Columns | null = null;
  #contradictions = 0;

  /** @throws {CrmError} INPUT_NO_HEADER where the columns are not there */
  header(cells: readonly string[]): void {
    const keys = cells.map(headerKey);
    const place = (names: ReadonlySet<string>): number => keys.findIndex((key) => names.has(key));
    const [id, person, left, right] = [place(ID), place(PERSON), place(LEFT), place(RIGHT)];
    if (left >= 0 && right >= 0) this.#columns = { first: left, second: right, isPairs: true };
    else if (id >= 0 && person >= 0) this.#columns = { first: id, second: person, isPairs: false };
    else
      throw new CrmError('INPUT_NO_HEADER', 'a truth file needs the columns external_id and cluster', {
        hint: 'or left_external_id and right_external_id, a pair that is one person on each line',
      });
  }

  record(cells: readonly (string | undefined)[], { line }: Pick<RecordPosition, 'line'>): void {
    const { first, second, isPairs } = this.#columns as Columns;
    const [a, b] = [textOf(cells[first]), textOf(cells[second])];
    if (a === '' || b === '') this.#badLines.push(line);
    else if (isPairs) this.#pairs.push(this.#number(a), this.#number(b));
    else this.#assign(this.#number(a), b);
  }

  bad(_problem: BadRecord, { line }: RecordPosition): void {
    this.#badLines.push(line);
  }

  /** What all lines say. */
  get truth(): Truth {
    const ids = [...this.#numbers.keys()];
    const persons = this.#columns?.isPairs === true ? this.#closure(ids.length) : Int32Array.from(this.#persons);
    return { ids, persons, contradictions: this.#contradictions, badLines: this.#badLines };
  }

  #number(id: string): number {
    const known = this.#numbers.get(id);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(id, number);
    return number;
  }

  #closure(size: number): Int32Array {
    const groups = new UnionFind(size);
    for (let i = 0; i < this.#pairs.length; i += 2) groups.join(this.#pairs[i] as number, this.#pairs[i + 1] as number);
    return Int32Array.from({ length: size }, (_, number) => groups.root(number));
  }

  #assign(number: number, name: string): void {
    let person = this.#names.get(name);
    if (person === undefined) {
      person = this.#names.size;
      this.#names.set(name, person);
    }
    this.#persons[number] ??= person;
    if (this.#persons[number] !== person) this.#contradictions++;
  }
}

function textOf(cell: string | undefined): string {
  return (cell ?? '').replace(GUARDED, '').trim();
}
