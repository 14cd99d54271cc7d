import { CrmError } from '../errors.ts';
import { compareKeys } from '../model/key-order.ts';
import { type Cell, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest } from './connector.ts';
import { listOf, type RedisLink } from './redis-client.ts';
import { cellOfField, EMPTY_ROW, keyOfMember, memberOf, type RedisLayout, typesOf } from './redis-layout.ts';
import { selectedRows } from './selected-rows.ts';
import { sortedRows } from './sorted-rows.ts';

const PAGE = 1000;

/** The keys of the rows of a table of ours, in pages. */
export async function* memberPages(link: RedisLink, layout: RedisLayout, table: string): AsyncGenerator<readonly Buffer[]> {
  let from: string | Buffer = '-';
  for (;;) {
    const page = listOf(await link.send(['ZRANGE', layout.keys(table), from, '+', 'BYLEX', 'LIMIT', '0', String(PAGE)]));
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    from = Buffer.concat([Buffer.from('('), last]);
  }
}

/** The rows of a table of ours that a request asks for: only those are fetched. @throws {CrmError} INTEGRITY when one is not there any more */
export async function* ownRows(link: RedisLink, layout: RedisLayout, request: ReadRequest): AsyncGenerator<readonly Row[]> {
  if (!request.ordered) {
    yield* selectedRows(request, (table, wanted) => fetchedRows(link, layout, table, wanted, memberPages(link, layout, table.name)));
    return;
  }
  const key = rowKey(request.table);
  const places = key.map((_, index) => index);
  const chosen = chosenKeys(link, layout, request);
  const types = typesOf(request.table, key);
  const members = toMembers(sortedRows(chosen, { key: places, batch: PAGE }), (row) => memberOf(types, row));
  const { table, columns, since, batch } = request;
  const rest = { table, columns, ordered: false, batch, ...(since === undefined ? {} : { since }) };
  yield* selectedRows(rest, (_, wanted) => fetchedRows(link, layout, table, wanted, members));
}

/** The keys of rows between two keys, in any order. */
async function* chosenKeys(link: RedisLink, layout: RedisLayout, { table, after, upTo }: ReadRequest): AsyncGenerator<readonly Row[]> {
  const types = typesOf(table, rowKey(table));
  for await (const members of memberPages(link, layout, table.name)) {
    const keys = members.map((member) => keyOfMember(types, member));
    yield keys.filter((key) => (after == null || compareKeys(key, after) > 0) && (upTo == null || compareKeys(key, upTo) <= 0));
  }
}

async function* toMembers(rows: AsyncIterable<readonly Row[]>, memberOfRow: (row: Row) => Buffer): AsyncGenerator<readonly Buffer[]> {
  for await (const some of rows) yield some.map(memberOfRow);
}

async function* fetchedRows(
  link: RedisLink,
  layout: RedisLayout,
  table: TableSchema,
  wanted: readonly string[],
  pages: AsyncIterable<readonly Buffer[]>,
): AsyncGenerator<readonly Row[]> {
  const types = typesOf(table, wanted);
  for await (const members of pages) {
    const rows = members.map((member) => layout.row(table.name, member));
    const replies = await link.sendAll(rows.map((row) => ['HMGET', row, ...wanted, EMPTY_ROW]));
    const doubtful = rows.filter((_, index) => listOf(replies[index]).every((value) => value === null));
    if (doubtful.length > 0 && (await link.send(['EXISTS', ...doubtful])) !== doubtful.length) throw vanished(table.name);
    yield replies.map((reply): Row => {
      const values = listOf(reply);
      return types.map((type, index): Cell => cellOfField(type, values[index] ?? undefined));
    });
  }
}

function vanished(table: string): CrmError {
  return new CrmError('INTEGRITY', `table ${table}: a row that is listed is not there`, {
    hint: 'it was deleted just now, has expired, or was evicted: run again when nobody writes',
  });
}
