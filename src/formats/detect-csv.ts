import { CrmError } from '../errors.ts';
import { columnNames } from './csv-columns.ts';
import type { CsvGiven, CsvPlan, FilePlace, Finding, TablePlace } from './csv-plan.ts';
import { dialectPieces, headPiece, type TextPiece } from './csv-samples.ts';
import { type FoundDialect, findDialect, findLineEnd } from './detect-dialect.ts';
import { type FoundEncoding, findEncoding } from './detect-encoding.ts';
import { findFarEnds } from './detect-far-tables.ts';
import { type FoundTable, findTables } from './detect-tables.ts';
import type { FileSource } from './file-source.ts';

const CERTAIN: Finding = { confidence: 1, how: 'default' };
const DETECTED: Finding = { confidence: 0.9, how: 'detected' };

/**
 * Finds out how a delimited file is to be read, from the whole file where that matters; what is given overrides each
 * finding. A file with nothing but blanks has a plan without columns.
 * @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNDECODABLE as `findEncoding`; USAGE when what is given cannot be.
 */
export function detectCsv(source: FileSource, given: CsvGiven = {}): CsvPlan {
  const found = findEncoding(source, given.encoding);
  const piece = headPiece(source, found.encoding, 0);
  const bomBytes = piece.text.startsWith('\ufeff') ? piece.byteLength('\ufeff') : 0;
  const head = { ...piece, text: bomBytes > 0 ? piece.text.slice(1) : piece.text, byte: bomBytes };
  const pieces = dialectPieces(source, found.encoding, head);
  if (bomBytes > 0) pieces[0] = (pieces[0] as string).replace(/^\ufeff/, '');
  const dialect = findDialect(pieces, given, head.isLast && pieces.length === 1);
  const context: Context = { source, given, encoding: { ...found, bomBytes }, dialect, lineEnd: findLineEnd(pieces) };
  const tables = findTables(head.text, dialect.sepLength, dialect.sepLength > 0 ? 1 : 0, dialect.syntax, head.isLast, given);
  if (tables.length === 0) return emptyPlan(context);
  return head.isLast ? planOfWhole(context, head, tables) : planOfLarge(context, head, tables);
}

/** What is known of a file before its tables. */
interface Context {
  readonly source: FileSource;
  readonly given: CsvGiven;
  readonly encoding: FoundEncoding;
  readonly dialect: FoundDialect;
  readonly lineEnd: ReturnType<typeof findLineEnd>;
}

function planOfWhole(context: Context, head: TextPiece, tables: readonly FoundTable[]): CsvPlan {
  const chosen = chosenTable(context.given, tables.length);
  const table = tables[chosen - 1] as FoundTable;
  const placeOf = placesIn(head, 1);
  const places = tables.map((one) => tablePlace(one, placeOf));
  const plan = planOf(context, table, placeOf, { tables: places, table: chosen });
  const after = table.rows[table.endRow];
  const next = tables[chosen];
  const isBlank = table.rows.slice(table.endRow).every(({ filled }) => filled === 0);
  if (next === undefined && isBlank) return plan;
  const endLine = (next?.rows[0]?.line ?? (table.rows.at(-1)?.line ?? 0) + 1) + 1;
  const end = after === undefined ? placeOf((next as FoundTable).rows[0] as { start: number; line: number }) : placeOf(after);
  return { ...plan, end, footerLines: endLine - end.line, findings: { ...plan.findings, footer: isBlank ? CERTAIN : DETECTED } };
}

function planOfLarge(context: Context, head: TextPiece, tables: readonly FoundTable[]): CsvPlan {
  const { given, source } = context;
  const placeOf = placesIn(head, 1);
  const last = tables.at(-1) as FoundTable;
  const lastPlan = planOf(context, last, placeOf, { tables: [], table: 1 });
  const headerText = textOfHeader(head.text, last);
  const far = findFarEnds(source, lastPlan, headerText);
  const places = [...tables.map((one) => tablePlace(one, placeOf)), ...far.repeats];
  const chosen = chosenTable(given, places.length);
  let plan: CsvPlan;
  if (chosen <= tables.length) plan = planOf(context, tables[chosen - 1] as FoundTable, placeOf, { tables: places, table: chosen });
  else {
    const place = places[chosen - 1] as TablePlace;
    const piece = headPiece(source, context.encoding.encoding, place.byte);
    const [table] = findTables(piece.text, 0, place.line - 1, context.dialect.syntax, piece.isLast, { ...given, headerLine: place.line });
    plan = planOf(context, table as FoundTable, placesIn(piece, 1), { tables: places, table: chosen });
  }
  const next = places[chosen];
  if (next !== undefined) return { ...plan, end: endBefore(tables[chosen - 1], placeOf) ?? { byte: next.byte, line: next.line } };
  if (far.footer === null) return plan;
  return { ...plan, end: far.footer, footerLines: far.footerLines, findings: { ...plan.findings, footer: DETECTED } };
}

function endBefore(table: FoundTable | undefined, placeOf: PlaceOf): FilePlace | null {
  const row = table?.rows[table.endRow];
  return row === undefined ? null : placeOf(row);
}

function textOfHeader(text: string, table: FoundTable): string {
  const first = table.rows[table.headerRow];
  const last = table.rows[table.dataRow - 1];
  return first === undefined || last === undefined ? '' : text.slice(first.start, last.next).replace(/[\r\n]+$/, '');
}

function chosenTable(given: CsvGiven, count: number): number {
  const chosen = given.table ?? 1;
  if (Number.isInteger(chosen) && chosen >= 1 && chosen <= count) return chosen;
  throw new CrmError('USAGE', `there is no table ${chosen}: the file has ${count === 1 ? 'one' : count}`, {
    hint: 'leave the table out to read the first one',
  });
}

type PlaceOf = (row: { readonly start: number; readonly line: number }) => FilePlace;

/** Counts bytes from the place asked for last: rows are asked for in order, mostly. */
function placesIn(piece: TextPiece, firstLine: number): PlaceOf {
  let known = 0;
  let byte = piece.byte;
  return ({ start, line }) => {
    if (start < known) [known, byte] = [0, piece.byte];
    byte += piece.byteLength(piece.text.slice(known, start));
    known = start;
    return { byte, line: line + firstLine };
  };
}

function tablePlace(table: FoundTable, placeOf: PlaceOf): TablePlace {
  return { ...placeOf(table.rows[table.headerRow] as FoundTable['rows'][number]), columns: table.width };
}

function planOf(context: Context, table: FoundTable, placeOf: PlaceOf, among: Pick<CsvPlan, 'tables' | 'table'>): CsvPlan {
  const { encoding, dialect, lineEnd } = context;
  const { rows, headerRow, headerCells, dataRow, width, records } = table;
  const body = rows.slice(dataRow, table.endRow).filter((row) => row.count === width);
  const isEmpty = (column: number): boolean => body.every((row) => (records.cells(row)[column] ?? '').trim() === '');
  const names = columnNames(headerCells, width, isEmpty);
  const first = rows[headerRow] as FoundTable['rows'][number];
  const firstLine = among.table === 1 ? 0 : (rows[0]?.line ?? 0);
  const last = rows.at(-1) as FoundTable['rows'][number];
  const start = rows[dataRow] ?? { start: last.next, line: last.line + 1 };
  return {
    ...dialect.syntax,
    encoding: encoding.encoding,
    bomBytes: encoding.bomBytes,
    lineEnd: lineEnd.lineEnd,
    headerRows: headerCells.length,
    header: headerCells.length === 0 ? null : placeOf(first),
    headerCells,
    columns: names.columns,
    trailingColumns: names.trailing,
    start: placeOf(start),
    end: null,
    preambleLines: first.line - firstLine,
    footerLines: 0,
    ...among,
    findings: {
      ...dialect.findings,
      encoding: { confidence: encoding.confidence, how: encoding.how },
      lineEnd: lineEnd.finding,
      header: table.header,
      table: context.given.table !== undefined ? { confidence: 1, how: 'given' } : among.tables.length > 1 ? DETECTED : CERTAIN,
      footer: CERTAIN,
    },
    ambiguities: [...encoding.ambiguities, ...dialect.ambiguities, ...table.ambiguities],
  };
}

function emptyPlan(context: Context): CsvPlan {
  const { encoding, dialect, lineEnd, source } = context;
  const end = { byte: source.sizeBytes, line: 1 };
  return {
    ...dialect.syntax,
    encoding: encoding.encoding,
    bomBytes: encoding.bomBytes,
    lineEnd: lineEnd.lineEnd,
    headerRows: 0,
    header: null,
    headerCells: [],
    columns: [],
    trailingColumns: 0,
    start: { byte: encoding.bomBytes, line: 1 },
    end,
    preambleLines: 0,
    footerLines: 0,
    tables: [],
    table: 1,
    findings: {
      ...dialect.findings,
      encoding: { confidence: encoding.confidence, how: encoding.how },
      lineEnd: lineEnd.finding,
      header: { confidence: 0, how: 'default' },
      table: { confidence: 0, how: 'default' },
      footer: CERTAIN,
    },
    ambiguities: [],
  };
}
