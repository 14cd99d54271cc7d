import { CrmError } from '../errors.ts';
import type { Cell, Row, TableSchema } from '../model/table-schema.ts';
import { listOf, type RedisLink } from './redis-client.ts';
import { cellOfField, fieldsOf, type RedisLayout, typesOf } from './redis-layout.ts';

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

/** The rows of a table of ours, in the order of their Redis keys. @throws {CrmError} INTEGRITY when one is not there any more */
export async function* ownRows(
  link: RedisLink,
  layout: RedisLayout,
  table: TableSchema,
  wanted: readonly string[],
): AsyncGenerator<readonly Row[]> {
  const types = typesOf(table, wanted);
  for await (const members of memberPages(link, layout, table.name)) {
    const hashes = await link.sendAll(members.map((member) => ['HGETALL', layout.row(table.name, member)]));
    yield hashes.map((reply): Row => {
      const fields = fieldsOf(listOf(reply));
      if (fields.size === 0) {
        throw new CrmError('INTEGRITY', `table ${table.name}: a row that is listed is not there`, {
          hint: 'it was deleted just now, has expired, or was evicted: run again when nobody writes',
        });
      }
      return wanted.map((name, index): Cell => cellOfField(types[index] ?? { kind: 'any' }, fields.get(name)));
    });
  }
}
