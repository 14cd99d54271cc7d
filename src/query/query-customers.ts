import type { SqlValue } from '../engines/engine.ts';
import type { QueryOptions } from '../repository/query-options.ts';
import type { Repository } from '../repository/repository.ts';
import { interruptible } from './interruptible.ts';
import { type Selection, queryOptions } from './selected-customers.ts';

/** Rows of a query as they come, and how many there would be without its limit. */
export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: AsyncIterable<SqlValue[][]>;
  /** Known when the last row has been taken; null when it was not asked for and is not known. */
  total(): number | null;
}

/** How a query is run. */
export interface QueryRunOptions {
  readonly signal?: AbortSignal;
  /** Whether the total is wanted even where it has to be counted on its own. */
  readonly wantsTotal?: boolean;
}

/** Streams the customers, or groups of them, that a selection means. @throws {CrmError} what `queryOptions` throws, USAGE */
export async function queryCustomers(repository: Repository, selection: Selection, run: QueryRunOptions = {}): Promise<QueryAnswer> {
  const options = await queryOptions(repository, selection);
  const { columns, rows } = await repository.query(options);
  let total: number | null = null;
  const count = async (shown: number): Promise<void> => {
    total = knownTotal(options, shown) ?? (run.wantsTotal === true ? await repository.queryCount(options) : null);
  };
  return { columns, rows: counted(interruptible(rows, run.signal), count), total: () => total };
}

/** How many customers, or groups of them, a selection means, without its limit. */
export async function countCustomers(repository: Repository, selection: Selection): Promise<number> {
  return repository.queryCount(await queryOptions(repository, selection));
}

/**
 * Runs a statement of the user, which can only read; `limit` stops after that many rows.
 * @throws {CrmError} PERMISSION when it would write, USAGE when it is no statement
 */
export async function querySql(
  repository: Repository,
  sql: string,
  run: { readonly limit?: number; readonly signal?: AbortSignal } = {},
): Promise<QueryAnswer> {
  const { columns, rows } = await repository.readOnlySql(sql);
  let total: number | null = null;
  const watched = interruptible(rows, run.signal);
  return {
    columns: columns.map((name) => ({ name, type: 'text' })),
    rows: counted(run.limit === undefined ? watched : firstRows(watched, run.limit), async (shown) => {
      total = shown;
    }),
    total: () => total,
  };
}

/** Without a limit, or where fewer rows came than were allowed, no second query is needed. */
function knownTotal({ limit, offset = 0 }: QueryOptions, shown: number): number | null {
  const isComplete = limit === undefined || shown < limit;
  return isComplete && (offset === 0 || shown > 0) ? offset + shown : null;
}

async function* counted(batches: AsyncIterable<SqlValue[][]>, end: (count: number) => Promise<void>): AsyncGenerator<SqlValue[][]> {
  let count = 0;
  for await (const batch of batches) {
    count += batch.length;
    yield batch;
  }
  await end(count);
}

async function* firstRows(batches: AsyncIterable<SqlValue[][]>, limit: number): AsyncGenerator<SqlValue[][]> {
  let left = limit;
  if (left === 0) return;
  for await (const batch of batches) {
    yield batch.slice(0, left);
    left -= batch.length;
    if (left <= 0) return;
  }
}
