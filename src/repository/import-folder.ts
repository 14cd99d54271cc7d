import type { Connection } from '../engines/connection.ts';
import type { Customer, FieldValue } from '../model/customer.ts';
import { CustomerStore, type Update, type WordsSink } from './customer-store.ts';
import type { ChildWriter } from './import-child-writer.ts';
import { CustomerChildren, loadChildren } from './import-children.ts';
import type { CompanyWish, ImportCompanies } from './import-companies.ts';
import { CustomerFold, type Matched } from './import-fold.ts';
import type { ImportCounts, ImportSettings } from './import-settings.ts';
import { outcomesOf } from './row-outcomes.ts';
import type { RunLog } from './run-log.ts';

const PAGE = 1000;

/** Rows of one customer in file order, with what is stored of it. */
interface Group {
  readonly target: number;
  readonly rows: readonly Pick<Matched, 'row' | 'attached'>[];
}

/** What the folder shares with the other passes of an import. */
export interface FolderParts {
  readonly words: WordsSink;
  readonly children: ChildWriter;
  readonly companies: ImportCompanies;
}

/**
 * Third pass of an import: applies all rows of one existing customer together, in file order, so that importing the same
 * file again changes nothing even where two of its rows contradict each other, and one run makes one change of a customer.
 */
export class ImportFolder {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #settings: ImportSettings;
  readonly #counts: ImportCounts;
  readonly #store: CustomerStore;
  readonly #parts: FolderParts;
  #pending: Matched[] = [];
  #spilled = false;

  constructor(connection: Connection, log: RunLog, settings: ImportSettings, counts: ImportCounts, parts: FolderParts) {
    this.#connection = connection;
    this.#log = log;
    this.#settings = settings;
    this.#counts = counts;
    this.#parts = parts;
    this.#store = new CustomerStore(connection, parts.words);
  }

  /** Adds a row. */
  async add(matched: Matched): Promise<void> {
    this.#pending.push(matched);
    if (this.#pending.length < PAGE) return;
    if (!this.#spilled) {
      await this.#connection.script(
        'CREATE TEMPORARY TABLE import_matched (target bigint NOT NULL, seq bigint NOT NULL, payload text NOT NULL, PRIMARY KEY (target, seq))',
      );
    }
    this.#spilled = true;
    await this.#spill();
  }

  async #spill(): Promise<void> {
    const rows = this.#pending.map(({ target, seq, row, attached }) => ({ target, seq, payload: JSON.stringify({ row, attached }) }));
    await this.#connection.upsert('import_matched', ['target', 'seq'], rows);
    this.#pending = [];
  }

  /** Applies everything added. */
  async fold(): Promise<void> {
    if (!this.#spilled) {
      this.#pending.sort((a, b) => a.target - b.target || a.seq - b.seq);
      await this.#applyGroups(groupsOf(this.#pending));
      this.#pending = [];
      return;
    }
    await this.#spill();
    let rest: Matched[] = [];
    for (let [target, seq] = [0, 0]; ; ) {
      const page = await this.#connection.all<{ target: number; seq: number; payload: string }>(
        'SELECT target, seq, payload FROM import_matched WHERE target > ? OR (target = ? AND seq > ?) ORDER BY target, seq LIMIT ?',
        [target, target, seq, PAGE],
      );
      const rows = [
        ...rest,
        ...page.map(({ target: of, seq: at, payload }) => ({
          target: of,
          seq: at,
          ...(JSON.parse(payload) as Pick<Matched, 'row' | 'attached'>),
        })),
      ];
      const last = page.at(-1);
      if (last === undefined) {
        await this.#applyGroups(groupsOf(rows));
        break;
      }
      rest = rows.filter((matched) => matched.target === last.target);
      await this.#applyGroups(groupsOf(rows.filter((matched) => matched.target !== last.target)));
      [target, seq] = [last.target, last.seq];
    }
    await this.#connection.script('DROP TABLE import_matched');
  }

  async #applyGroups(groups: readonly Group[]): Promise<void> {
    await this.#settings.check();
    const folds = await this.#foldsOf(groups);
    await this.#linkCompanies(folds.map(({ fold }) => fold));
    const saved: Update[] = [];
    const marks: { rowHash: number; id: number }[] = [];
    for (const { fold, group } of folds) {
      const update = this.#settle(fold, group);
      if (update === null) continue;
      saved.push(update);
      if (update.rowHash === null) marks.push(...group.rows.map(({ row }) => ({ rowHash: row.rowHash, id: group.target })));
    }
    await this.#store.update(saved);
    await this.#store.mark(marks);
    this.#settings.onMarks?.(marks);
    const brought = folds.flatMap(({ fold }) => fold.brought);
    await this.#store.saveChildren(
      'tags',
      brought.flatMap(({ table, row }) => (table === 'tags' ? [row] : [])),
    );
    for (const { customer, changed } of saved) {
      if (changed !== null && !this.#log.made(customer.id))
        await this.#log.add({ entity: 'customers', id: customer.id, action: 'update', ...changed });
    }
    for (const { table, row } of brought) {
      const id = row.customer_id as number;
      if (!this.#log.made(id))
        await this.#log.add({ entity: table, id, action: 'insert', before: null, after: row as Record<string, FieldValue> });
    }
    await this.#parts.children.save(folds.flatMap(({ fold }) => fold.writes));
  }

  /** The customers of these groups with their rows applied. */
  async #foldsOf(groups: readonly Group[]): Promise<{ fold: CustomerFold; group: Group }[]> {
    const customers = await this.#store.load(groups.map((group) => group.target));
    const tagged = groups.filter(({ rows }) => rows.some(({ row }) => row.tags.length > 0));
    const tags = await this.#store.tagsOf(tagged.map(({ target }) => target));
    const rich = groups.filter(({ rows }) => rows.some(({ row }) => row.children.length > 0));
    const children = await loadChildren(
      this.#store,
      rich.map(({ target }) => target),
    );
    const { onMatch, now, warn } = this.#settings;
    const rules = { mode: onMatch === 'fill' ? 'fill' : 'update', now } as const;
    return groups.flatMap((group) => {
      const stored = customers.get(group.target);
      if (stored === undefined) return [];
      const { id } = stored;
      const base = { tags: tags.get(id) ?? new Set<string>(), children: children.get(id) ?? new CustomerChildren(id), rules, warn };
      const fold = new CustomerFold(stored, base);
      for (const row of group.rows) fold.apply(row);
      fold.end();
      return [{ fold, group }];
    });
  }

  /** Gives customers the companies that their rows name; those made by this import get theirs at the end. */
  async #linkCompanies(folds: readonly CustomerFold[]): Promise<void> {
    const { companies } = this.#parts;
    if (!companies.isWanted) return;
    const wishes: CompanyWish[] = [];
    for (const fold of folds) {
      const line = fold.namedAt;
      if (this.#log.made(fold.stored.id)) {
        if (!fold.isRenamed) continue;
        companies.noteRenamed();
        fold.link(null);
      } else if (line !== null && companies.isWished(fold.stored, fold.state)) wishes.push({ customer: fold.state, line });
    }
    const found = await companies.companiesOf(wishes);
    for (const fold of folds) {
      const company = found.get(fold.stored.id);
      if (company !== undefined) fold.link(company);
    }
  }

  /** Counts the rows of a customer. @returns what is to be written of it, null where nothing changes */
  #settle(fold: CustomerFold, { rows }: Group): Update | null {
    const { stored, state, changed } = fold;
    const changesAnything = changed !== null || fold.brought.length > 0 || fold.writes.length > 0;
    const changedRows = changesAnything ? fold.changingRows : 0;
    const { onOutcome, onMatch } = this.#settings;
    if (onOutcome !== undefined) for (const outcome of outcomesOf(fold.steps, changesAnything ? state : null)) onOutcome(outcome);
    this.#counts.updated += changedRows;
    this.#counts.unchanged += rows.length - changedRows;
    if (!changesAnything) return null;
    const made = this.#log.made(stored.id);
    const rowHash = rows.length === 1 && !made && onMatch !== 'fill' ? (rows[0] as Matched).row.rowHash : null;
    const customer: Customer = { ...state, version: stored.version + (made ? 0 : 1), updated_at: this.#settings.now };
    return { changed, customer, rowHash };
  }
}

function groupsOf(rows: readonly Matched[]): Group[] {
  const groups: { target: number; rows: Matched[] }[] = [];
  for (const matched of rows) {
    const last = groups.at(-1);
    if (last?.target === matched.target) last.rows.push(matched);
    else groups.push({ target: matched.target, rows: [matched] });
  }
  return groups;
}
