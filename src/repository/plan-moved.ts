import { CrmError } from '../errors.ts';

/** A place where the data is not what it was when a plan was made. */
export interface MovedPlace {
  readonly entity: string;
  /** The customer. */
  readonly id: number;
  /** Field name; `*` for a whole row. */
  readonly field: string;
}

const SHOWN = 10;

function placeText({ entity, id, field }: MovedPlace): string {
  if (entity === 'products') return `product ${id}${field === '*' ? '' : ` ${field}`}`;
  return `#${id} ${field === '*' ? (entity === 'customers' ? 'gone' : entity) : field}`;
}

/** Where, and by which runs, the data moved since a plan was made. */
export class MovedPlaces {
  readonly #first: MovedPlace[] = [];
  #count = 0;
  #runs: readonly { readonly id: number; readonly command: string }[] = [];
  #isOther = false;

  /** Whether anything moved. */
  get isMoved(): boolean {
    return this.#count > 0 || this.#isOther;
  }

  /** Says that the database is not the one that the plan was made for, or that these runs were done since. */
  setRuns(runs: readonly { readonly id: number; readonly command: string }[]): void {
    this.#isOther = true;
    this.#runs = runs;
  }

  /** Adds a place. */
  add(place: MovedPlace): void {
    this.#count++;
    if (this.#first.length < SHOWN) this.#first.push(place);
  }

  /** @throws {CrmError} GUARD_RAIL when anything moved */
  check(): void {
    if (!this.isMoved) return;
    const runs = this.#runs.map(({ id, command }) => `run ${id} (${command})`).join(', ');
    const since = runs === '' ? '' : ` since then: ${runs};`;
    const other =
      this.#isOther && runs === '' ? ' it is not the database that the plan was made for, or it was taken back to an earlier state;' : '';
    const shown = this.#first.map(placeText).join(', ');
    const more = this.#count > this.#first.length ? ', …' : '';
    const places = this.#count === 0 ? '' : ` ${this.#count} ${this.#count === 1 ? 'place differs' : 'places differ'}: ${shown}${more};`;
    throw new CrmError('GUARD_RAIL', `the data moved since the plan was made;${since}${other}${places} nothing was written`, {
      hint: 'make the plan again, look at it, and apply that one',
      details: { runs: this.#runs, places: this.#count, first: this.#first },
    });
  }
}
