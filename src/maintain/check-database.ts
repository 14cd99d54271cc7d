import type { Complaint } from '../engines/maintenance.ts';
import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import type { MaintenanceStore, RepairRequest, RunningRun, WordsCheck } from '../repository/maintenance-store.ts';

/** What is looked at. */
export type CheckName = 'structure' | 'references' | 'indexes' | 'search' | 'keys' | 'orphans' | 'runs' | 'archive' | 'leftovers';

/** What one check found. */
export interface Finding {
  readonly check: CheckName;
  /** `repairable`: `--repair` puts it right; `damaged`: data are lost or contradict each other; `note`: for information. */
  readonly state: 'ok' | 'note' | 'repairable' | 'damaged';
  /** So many complaints, rows or files. */
  readonly count: number;
  /** One line; no value of a customer. */
  readonly message: string;
}

/** What all checks found, and what a repair has to do about it. */
export interface CheckReport {
  readonly findings: readonly Finding[];
  readonly repair: RepairRequest;
  /** Whether the database has to be written anew, because pages are not accounted for. */
  readonly needsVacuum: boolean;
  /** Whether something between the database and its archive was broken off. */
  readonly isArchivePending: boolean;
}

/** How much is looked at. */
export interface CheckOptions {
  /** Samples and versions in place of every row. */
  readonly quick: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told what is looked at now. */
  readonly onStep?: (name: CheckName) => void;
}

/** A run that is at work for longer than this is taken for one whose process is gone, in milliseconds. */
const LONGEST_RUN_MS = 3_600_000;
/** So many of the database's own complaints are repeated. */
const SHOWN_COMPLAINTS = 3;
const NOTHING: RepairRequest = {
  indexes: [],
  entries: [],
  search: false,
  constraints: [],
  words: [],
  keys: false,
  orphans: false,
  runs: [],
};

/** Looks at everything and changes nothing; takes no lock. @throws {CrmError} INTERRUPTED */
export async function checkDatabase(store: MaintenanceStore, options: CheckOptions): Promise<CheckReport> {
  return new DatabaseCheck(store, options).run();
}

/** Where a finding comes from, and what it asks for. */
class DatabaseCheck {
  readonly #store: MaintenanceStore;
  readonly #options: CheckOptions;
  readonly #findings: Finding[] = [];
  #repair: RepairRequest = NOTHING;
  #needsVacuum = false;
  #isArchivePending = false;

  constructor(store: MaintenanceStore, options: CheckOptions) {
    this.#store = store;
    this.#options = options;
  }

  async run(): Promise<CheckReport> {
    const isReadable = await this.#structure();
    if (isReadable) {
      await this.#step('references', () => this.#references());
      await this.#step('indexes', () => this.#missingIndexes());
      await this.#step('search', () => this.#words());
      await this.#step('keys', () => this.#keys());
      await this.#step('orphans', () => this.#orphans());
      await this.#step('runs', () => this.#runs());
      await this.#step('archive', () => this.#archive());
    }
    await this.#step('leftovers', () => this.#leftovers());
    return {
      findings: this.#findings,
      repair: this.#repair,
      needsVacuum: this.#needsVacuum,
      isArchivePending: this.#isArchivePending,
    };
  }

  #check = (): Promise<void> => pause(this.#options.signal);

  /** A look that meets damaged pages has found something, too. */
  async #step(name: CheckName, look: () => Promise<void>): Promise<void> {
    this.#options.onStep?.(name);
    await this.#check();
    try {
      await look();
    } catch (error) {
      if (!(error instanceof CrmError) || error.code !== 'INTEGRITY') throw error;
      const isRepairable = this.#findings[0]?.state === 'repairable';
      const message = isRepairable
        ? 'can be looked at when the structure is repaired'
        : 'could not be looked at: the pages that it needs are damaged';
      this.#add(name, isRepairable ? 'note' : 'damaged', 1, message);
    }
  }

  #add(check: CheckName, state: Finding['state'], count: number, message: string): void {
    this.#findings.push({ check, state, count, message });
  }

  /** @returns whether the rest can be looked at */
  async #structure(): Promise<boolean> {
    this.#options.onStep?.('structure');
    await this.#check();
    const complaints = await this.#store.structure({ quick: this.#options.quick });
    if (complaints.length === 0) {
      this.#add(
        'structure',
        'ok',
        0,
        this.#options.quick ? 'nothing is wrong at a quick look' : 'pages, indexes and constraints are sound',
      );
      return true;
    }
    const damaged = complaints.filter(({ kind }) => kind === 'table');
    const state = damaged.length > 0 ? 'damaged' : 'repairable';
    this.#add('structure', state, complaints.length, `${objectsOf(damaged.length > 0 ? damaged : complaints)}: ${quoted(complaints)}`);
    if (damaged.length > 0) return damaged.every(({ object }) => object !== null);
    const named = (wanted: (complaint: Complaint) => boolean): string[] => [
      ...new Set(complaints.filter(wanted).flatMap(({ object }) => (object === null ? [] : [object]))),
    ];
    const indexes = named(({ kind, isStructural }) => kind === 'index' && isStructural);
    const search = complaints.some(({ kind }) => kind === 'search');
    this.#repair = {
      ...this.#repair,
      indexes,
      entries: named(({ kind, isStructural }) => kind === 'index' && !isStructural).filter((name) => !indexes.includes(name)),
      constraints: named(({ kind }) => kind === 'constraint'),
      search,
    };
    this.#needsVacuum = search || indexes.length > 0 || complaints.some(({ kind }) => kind === 'space');
    return true;
  }

  async #references(): Promise<void> {
    const broken = await this.#store.brokenReferences();
    if (broken.length === 0) return this.#add('references', 'ok', 0, 'every reference leads somewhere');
    // Rows of customers are counted as orphans, which can be removed; of others nobody knows what they belonged to.
    const own = broken.filter(({ parent }) => !['customers', 'orders', 'products'].includes(parent));
    const count = broken.reduce((sum, one) => sum + one.count, 0);
    const words = broken.map((one) => `${one.table} → ${one.parent}: ${one.count}`).join(', ');
    this.#add('references', own.length > 0 ? 'damaged' : 'repairable', count, `references that lead nowhere: ${words}`);
    if (own.length === 0) this.#repair = { ...this.#repair, orphans: true };
  }

  async #missingIndexes(): Promise<void> {
    const missing = await this.#store.missingIndexes();
    if (missing.length === 0) return this.#add('indexes', 'ok', 0, 'none is missing');
    this.#add('indexes', 'repairable', missing.length, `missing: ${missing.join(', ')}`);
    const indexes = [...new Set([...this.#repair.indexes, ...missing.filter((name) => name !== SEARCH_INDEX)])];
    this.#repair = { ...this.#repair, indexes, search: this.#repair.search || missing.includes(SEARCH_INDEX) };
  }

  async #words(): Promise<void> {
    if (this.#repair.search) return this.#add('search', 'repairable', 1, 'the full-text index is damaged or missing');
    const words = await this.#store.words(this.#options.quick, this.#check);
    const count = words.differing.length + words.surplus.length;
    this.#add('search', count === 0 ? 'ok' : 'repairable', count, wordsMessage(words, this.#options.quick));
    this.#repair = { ...this.#repair, words: [...words.differing, ...words.surplus] };
  }

  async #keys(): Promise<void> {
    const { stale, isOldVersion } = await this.#store.staleKeys(this.#options.quick, this.#check);
    const isOk = stale === 0 && !isOldVersion;
    const message = isOldVersion
      ? 'match keys were made by older rules'
      : stale > 0
        ? 'match keys differ from what they are made of'
        : 'match keys are up to date';
    this.#add('keys', isOk ? 'ok' : 'repairable', stale, message);
    if (!isOk) this.#repair = { ...this.#repair, keys: true };
  }

  async #orphans(): Promise<void> {
    const orphans = await this.#store.orphans();
    const count = orphans.reduce((sum, one) => sum + one.count, 0);
    if (count === 0) return this.#add('orphans', 'ok', 0, 'every row belongs to somebody');
    const words = orphans.map((one) => `${one.table}.${one.column}: ${one.count}`).join(', ');
    this.#add('orphans', 'repairable', count, `rows that belong to nobody: ${words}`);
    this.#repair = { ...this.#repair, orphans: true };
  }

  async #runs(): Promise<void> {
    const running = await this.#store.running();
    const now = this.#store.now().getTime();
    const isDead = ({ startedAt }: RunningRun): boolean => now - Date.parse(startedAt) > LONGEST_RUN_MS;
    const dead = running.filter(isDead).map(({ id }) => id);
    if (dead.length > 0) this.#add('runs', 'repairable', dead.length, `runs that never ended: ${dead.join(', ')}`);
    else if (running.length > 0)
      this.#add('runs', 'note', running.length, `at work: ${running.map(({ id, command }) => `run ${id} (${command})`).join(', ')}`);
    else this.#add('runs', 'ok', 0, 'every run has ended');
    this.#repair = { ...this.#repair, runs: dead };
  }

  async #archive(): Promise<void> {
    try {
      const found = await this.#store.archive(this.#check);
      if (found === null) return this.#add('archive', 'ok', 0, 'nothing is archived');
      const { pending, both, missing } = found;
      this.#isArchivePending = pending > 0;
      if (both + missing > 0) {
        const words = `customers both here and in the archive: ${both}; archived, but not in the archive: ${missing}`;
        return this.#add('archive', 'damaged', both + missing, words);
      }
      const message = pending === 0 ? 'database and archive fit together' : 'moves between database and archive that were broken off';
      this.#add('archive', pending === 0 ? 'ok' : 'repairable', pending, message);
    } catch (error) {
      if (!(error instanceof CrmError) || error.code === 'INTERRUPTED' || error.code === 'INTEGRITY') throw error;
      this.#add('archive', 'note', 1, `the archive could not be looked at: ${error.message}`);
    }
  }

  async #leftovers(): Promise<void> {
    const files = this.#store.leftovers();
    if (files.length === 0) this.#add('leftovers', 'ok', 0, 'no temporary files are left');
    else this.#add('leftovers', 'note', files.length, 'temporary files of processes that are gone');
  }
}

/** Where an engine has the full-text index as a table of its own. */
const SEARCH_INDEX = 'customer_search';

function objectsOf(complaints: readonly Complaint[]): string {
  const names = [...new Set(complaints.map(({ object }) => object ?? 'the file'))];
  return names.length > SHOWN_COMPLAINTS
    ? `${names.slice(0, SHOWN_COMPLAINTS).join(', ')} and ${names.length - SHOWN_COMPLAINTS} more`
    : names.join(', ');
}

function quoted(complaints: readonly Complaint[]): string {
  const shown = complaints.slice(0, SHOWN_COMPLAINTS).map(({ message }) => message);
  return complaints.length > shown.length ? `${shown.join('; ')}; …` : shown.join('; ');
}

function wordsMessage({ examined, differing, surplus }: WordsCheck, isSample: boolean): string {
  const sample = isSample ? ` (a sample of ${examined})` : '';
  if (differing.length + surplus.length === 0) return `customers are found by their words${sample}`;
  return `customers found by other words than theirs: ${differing.length}${sample}; words of nobody: ${surplus.length}`;
}
