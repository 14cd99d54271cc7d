import type { CsvRow, CsvRows } from './csv-rows.ts';

const MAX_FOOTER_ROWS = 30;
/** How lines begin that programs put below a table. */
const FOOTER_WORDS =
  /^\W*(?:copyright|©|\(c\)|confidential|generated|exported|printed|created by|source|report|page \d|end of|grand total|totals?\b|note|legend|合计|总计|小计|共\s*\d|制表|导出|打印|备注|说明|数据来源|审核)/i;

/** A table as far as its footer is concerned. */
interface TableBody {
  readonly dataRow: number;
  readonly width: number;
  readonly records: CsvRows;
}

/**
 * The index of the first row below a table that is no record of it: lines of text, of another shape than the records,
 * after a blank line or with the words of a footer; blank rows at the end as well.
 */
export function findFooter(rows: readonly CsvRow[], table: TableBody, text: string): number {
  const { dataRow, width, records } = table;
  let end = rows.length;
  while (end > dataRow && (rows[end - 1] as CsvRow).filled === 0) end--;
  if (width < 2) return end;
  let first = end;
  let isFooter = false;
  for (let index = end - 1; index >= dataRow && end - index <= MAX_FOOTER_ROWS; index--) {
    const row = rows[index] as CsvRow;
    if (row.filled === 0) {
      isFooter = isFooter || first < end;
      continue;
    }
    if (!isLine(row, width)) break;
    first = index;
    const isTold = FOOTER_WORDS.test((records.cells(row).find((cell) => cell.trim() !== '') ?? '').trim());
    if (isTold || (rows[index - 1] as CsvRow | undefined)?.filled === 0) isFooter = true;
  }
  // A last line without an end is more likely a record that was cut off.
  const isCut = first === rows.length - 1 && !/[\r\n]$/.test(text.slice(0, (rows[first] as CsvRow).next)) && !isFooter;
  // Where no record holds more than one value, neither does a footer tell itself apart.
  const hasRecords = rows.slice(dataRow, first).some((row) => row.count === width && row.filled > 1);
  if (!isFooter || isCut || !hasRecords) return end;
  while (first > dataRow && (rows[first - 1] as CsvRow).filled === 0) first--;
  return first;
}

function isLine(row: CsvRow, width: number): boolean {
  return row.filled === 1 && (row.count === 1 || (row.count !== width && row.count < width) || (row.count === width && width > 2));
}
