import { CrmError } from '../errors.ts';
import { type Cell, type ColumnType, storedColumns, type TableSchema } from '../model/table-schema.ts';
import type { FolderFormat } from './folder-format.ts';
import { ForeignColumn } from './ndjson-columns.ts';
import { cellOfToken, tokenOf } from './json-tokens.ts';
import { NdjsonLines } from './ndjson-lines.ts';
import { badRecord, bareTable, pushedRows } from './pushed-rows.ts';

/**
 * Tables as NDJSON files. Ours write cells as `tokenOf` does; in those of others a column is what all its values are (see
 * `ForeignColumn`), and a member that is absent is NULL as `null` is.
 */
export const NDJSON_FORMAT: FolderFormat = {
  name: 'ndjson',
  title: 'a folder of NDJSON files',
  extensions: ['ndjson', 'jsonl'],
  head: () => '',
  line: (columns, row) =>
    `{${columns.map(({ name, type }, index) => `${JSON.stringify(name)}:${tokenOf(type, row[index] ?? null)}`).join(',')}}\n`,
  rows(path, table, wanted, isOurs) {
    const columns = new Map(storedColumns(table).map(({ name, type }) => [name, type]));
    const cellOf = isOurs ? cellOfToken : foreignCell;
    return pushedRows(path, (found) => {
      return new NdjsonLines((members, line) => {
        for (const name of members.keys()) if (!columns.has(name)) throw badRecord(line, 'a member is no column of the table');
        try {
          found.push(wanted.map((name): Cell => cellOf(columns.get(name) as ColumnType, members.get(name) ?? 'null')));
        } catch (error) {
          throw error instanceof CrmError ? badRecord(line, error.message) : error;
        }
      });
    });
  },
  async foreignSchema(path, name): Promise<TableSchema> {
    const columns = new Map<string, ForeignColumn>();
    const pieces = pushedRows(path, () => {
      return new NdjsonLines((members) => {
        for (const [key, token] of members) {
          const column = columns.get(key) ?? new ForeignColumn();
          columns.set(key, column);
          column.see(token);
        }
      });
    });
    for await (const _ of pieces);
    return bareTable(
      name,
      [...columns].map(([key, column]) => ({ name: key, type: column.type })),
    );
  },
};

/** As `cellOfToken`, but nothing is tagged. */
function foreignCell(type: ColumnType, token: string): Cell {
  return token.startsWith('{') ? token : cellOfToken(type, token);
}
