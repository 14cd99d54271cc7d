import type Database from 'better-sqlite3';
import type { SqlValue } from './engine.ts';
import { betweenTexts } from './between-texts.ts';

/** The values of a primary key. */
type RowKey = readonly SqlValue[];

/** A stretch of keys that cannot be read: those after one key and before another; null is the end of the table. */
interface OpenGap {
  readonly after: RowKey | null;
  readonly before: RowKey | null;
}

/** Rows that could not be read: those whose keys begin with numbers from one to another; null where keys are texts. */
export interface KeyGap {
  readonly from: number | null;
  readonly to: number | null;
}

/** A table to be read. */
export interface DamagedTable {
  readonly name: string;
  /** All its columns, in the order in which rows are given. */
  readonly columns: readonly string[];
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** What the first column of the key holds; ids and hashes are whole numbers. */
  readonly keyKind: keyof typeof MAX_PROBES;
}

/** Tries to find rows again in the middle of damage; then the rest is given up. Ids lie close together, others do not. */
const MAX_PROBES = { ids: 60_000, texts: 5_000, hashes: 10_000 } as const;
const BATCH = 500;

/** Whether an error says that what was read is damaged, rather than that something else went wrong. */
export function isDamage(error: unknown): boolean {
  const code = String((error as { code?: unknown }).code ?? '');
  return code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_IOERR') || code === 'SQLITE_NOTADB';
}

/**
 * Reads all rows of a table that can still be read: from both ends up to the damage, then between, where the keys of what is
 * left are halved again and again, the largest stretches first.
 */
export class DamagedTableReader {
  /** What could not be read; known when all rows were taken. */
  readonly gaps: KeyGap[] = [];
  readonly #db: Database.Database;
  readonly #table: DamagedTable;
  readonly #maxKey: number;
  readonly #places: readonly number[];
  readonly #statements = new Map<string, Database.Statement>();

  /** @param maxKey whole numbers of the first column of a key are not larger */
  constructor(db: Database.Database, table: DamagedTable, maxKey: number) {
    this.#db = db;
    this.#table = table;
    this.#maxKey = maxKey;
    this.#places = table.key.map((name) => table.columns.indexOf(name));
  }

  /** Rows in batches; their order means nothing. */
  *rows(): Generator<SqlValue[][]> {
    const end = yield* this.#read({ after: null, before: null }, 'ASC');
    if (end === null) return;
    const back = yield* this.#read({ after: end.last, before: null }, 'DESC');
    if (back === null) return;
    const given: OpenGap[] = [];
    // Grows while it is gone through: the largest stretches come first.
    const waiting: OpenGap[] = [{ after: end.last, before: back.last }];
    for (const [probe, gap] of waiting.entries()) {
      const middle = probe < MAX_PROBES[this.#table.keyKind] ? this.#middleOf(gap) : null;
      if (middle === null) {
        given.push(gap);
        continue;
      }
      const lower = yield* this.#read({ after: gap.after, before: [middle] }, 'DESC');
      if (lower !== null) waiting.push({ after: gap.after, before: lower.last });
      const upper = yield* this.#readFrom(middle, gap.before);
      if (upper !== null) waiting.push(upper);
    }
    this.gaps.push(...this.#giveUp(given));
  }

  /** Rows whose key begins with `middle` or what is larger. @returns the stretch that was not read */
  *#readFrom(middle: SqlValue, before: RowKey | null): Generator<SqlValue[][], OpenGap | null> {
    const { key } = this.#table;
    const end = yield* this.#readWhere([`${key[0]} >= ?`, ...this.#below(before)], [middle, ...(before ?? [])], 'ASC');
    return end === null ? null : { after: end.last ?? justBelow(middle), before };
  }

  *#read({ after, before }: OpenGap, order: 'ASC' | 'DESC'): Generator<SqlValue[][], { readonly last: RowKey | null } | null> {
    const conditions = [...(after === null ? [] : [compared(this.#table.key, '>', after)]), ...this.#below(before)];
    const end = yield* this.#readWhere(conditions, [...(after ?? []), ...(before ?? [])], order);
    if (end === null) return null;
    return { last: end.last ?? (order === 'ASC' ? after : before) };
  }

  #below(before: RowKey | null): string[] {
    return before === null ? [] : [compared(this.#table.key, '<', before)];
  }

  /** @returns null when all was read, else the last key before the damage; null in it when there was none */
  *#readWhere(
    conditions: readonly string[],
    values: readonly SqlValue[],
    order: 'ASC' | 'DESC',
  ): Generator<SqlValue[][], { readonly last: RowKey | null } | null> {
    const { name, columns, key } = this.#table;
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    const sql = `SELECT ${columns.join(', ')} FROM ${name} NOT INDEXED${where} ORDER BY ${key.map((one) => `${one} ${order}`).join(', ')}`;
    let batch: SqlValue[][] = [];
    let last: RowKey | null = null;
    try {
      for (const row of this.#statement(sql).iterate(...values) as Iterable<SqlValue[]>) {
        batch.push(row);
        const found = this.#places.map((place) => row[place] as SqlValue);
        if (this.#isInOrder(last, found, order)) last = found;
        if (batch.length < BATCH) continue;
        yield batch;
        batch = [];
      }
    } catch (error) {
      if (!isDamage(error)) throw error;
      if (batch.length > 0) yield batch;
      return { last };
    }
    if (batch.length > 0) yield batch;
    return null;
  }

  #statement(sql: string): Database.Statement {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql).raw();
    this.#statements.set(sql, statement);
    return statement;
  }

  /** A key out of order is damaged itself: what follows is not looked for beyond it. */
  #isInOrder(last: RowKey | null, found: RowKey, order: 'ASC' | 'DESC'): boolean {
    const [first] = found;
    if (typeof first === 'number' && (first > this.#maxKey || first < 0)) return false;
    const before = last?.[0];
    if (before === undefined || before === null || first === undefined || first === null) return true;
    return order === 'ASC' ? first >= before : first <= before;
  }

  /** A first value of keys about half-way through a stretch; null where there is none between. */
  #middleOf({ after, before }: OpenGap): SqlValue | null {
    const [low, high] = [after?.[0] ?? null, before?.[0] ?? null];
    if (this.#table.keyKind === 'texts') return betweenTexts(low === null ? '' : String(low), high === null ? null : String(high));
    const [from, to] = [low === null ? -1 : Number(low), high === null ? this.#maxKey + 1 : Number(high)];
    return to - from > 1 ? Math.floor((from + to) / 2) : null;
  }

  /** What is given up: numbers of keys that follow one another are one gap; texts are not told. */
  #giveUp(gaps: readonly OpenGap[]): KeyGap[] {
    if (this.#table.keyKind === 'texts') return gaps.length === 0 ? [] : [{ from: null, to: null }];
    // Of a key of one column, neither end is in the gap; of a longer one, rows with the numbers of both ends may be.
    const inner = this.#table.key.length === 1 ? 1 : 0;
    const ranges = gaps.map(({ after, before }) => ({
      from: after === null ? 0 : Number(after[0]) + inner,
      to: before === null ? this.#maxKey : Number(before[0]) - inner,
    }));
    const merged: { from: number; to: number }[] = [];
    for (const range of ranges.filter(({ from, to }) => from <= to).sort((a, b) => a.from - b.from)) {
      const last = merged.at(-1);
      if (last !== undefined && range.from <= last.to + 1) last.to = Math.max(last.to, range.to);
      else merged.push({ ...range });
    }
    return merged;
  }
}

function compared(key: readonly string[], operator: '<' | '>', values: RowKey): string {
  const names = key.slice(0, values.length);
  return `(${names.join(', ')}) ${operator} (${names.map(() => '?').join(', ')})`;
}

/** A key that lies before all that begin with a value. */
function justBelow(value: SqlValue): RowKey {
  return typeof value === 'number' ? [value - 1] : [value];
}
