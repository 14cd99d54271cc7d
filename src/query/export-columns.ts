import { CrmError } from '../errors.ts';
import { ATTRIBUTE_PREFIX } from '../model/customer.ts';
import { FIELDS } from '../model/fields.ts';
import { EXTERNAL_IDS_HEADER, headerOfCustomField } from '../model/header-target.ts';
import type { SqlValue } from '../engines/engine.ts';
import type { TableCell } from '../formats/export-format.ts';
import type { QueryColumn } from '../repository/query-options.ts';
import type { Repository } from '../repository/repository.ts';

/** What an export takes from the database, and how it becomes the columns of the file. */
export interface ExportColumns {
  /** Names for a query. */
  readonly select: readonly string[];
  /** Headers of the file, known when the query's columns are. */
  headers(columns: readonly QueryColumn[]): string[];
  /** Makes a function that turns a row of the query into cells of the file; it reuses one array. */
  cells(columns: readonly QueryColumn[]): (row: readonly SqlValue[]) => readonly TableCell[];
}

/** The fields named by the user, each as one column; headers are such that an import reads them as the same fields. */
export function selectedColumns(select: readonly string[]): ExportColumns {
  return {
    select,
    headers: (columns) => columns.map(headerOf),
    cells: () => (row) => row.map(cell),
  };
}

/**
 * Everything that an import can take back: external ids, all fields that a file may fill, tags, custom fields. What no
 * customer has is not asked of the database, and custom fields come as one JSON value a row.
 */
export async function wholeCustomers(repository: Repository): Promise<ExportColumns> {
  const hasIds = await repository.has('external_ids');
  const hasTags = await repository.has('tags');
  const custom = await repository.customFields();
  const fields = FIELDS.filter((field) => field.writable).map((field) => field.name);
  const select = [
    ...(hasIds ? ['external_ids'] : []),
    ...fields,
    ...(hasTags ? ['tag'] : []),
    ...(custom.length > 0 ? ['attributes'] : []),
  ];
  return {
    select,
    headers: () => [...(hasIds ? [EXTERNAL_IDS_HEADER] : []), ...fields, 'tags', ...custom.map(headerOfCustomField)],
    cells: () => wholeRow(select.length - (custom.length > 0 ? 1 : 0), hasTags, custom),
  };
}

/** @param plain how many values of a row are taken as they are */
function wholeRow(plain: number, hasTags: boolean, custom: readonly string[]): (row: readonly SqlValue[]) => readonly TableCell[] {
  const firstCustom = plain + (hasTags ? 0 : 1);
  const cells: TableCell[] = new Array(firstCustom + custom.length).fill(null);
  const place = new Map(custom.map((name, i) => [name, firstCustom + i]));
  return (row) => {
    for (let i = 0; i < plain; i++) cells[i] = row[i] as TableCell;
    if (custom.length === 0) return cells;
    cells.fill(null, firstCustom);
    const json = row[plain];
    if (typeof json === 'string')
      for (const [name, value] of Object.entries(JSON.parse(json) as Record<string, unknown>))
        cells[placeOf(name, place)] = jsonCell(value);
    return cells;
  };
}

function placeOf(name: string, place: ReadonlyMap<string, number>): number {
  const found = place.get(name);
  if (found !== undefined) return found;
  throw new CrmError('BUSY', 'a customer got a new custom field while the export was running', { hint: 'run it again' });
}

function jsonCell(value: unknown): TableCell {
  if (value === null || typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function headerOf({ name, key }: QueryColumn): string {
  if (!key.startsWith('custom_')) return name;
  return headerOfCustomField(name.startsWith(ATTRIBUTE_PREFIX) ? name.slice(ATTRIBUTE_PREFIX.length) : name);
}

function cell(value: SqlValue): TableCell {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
