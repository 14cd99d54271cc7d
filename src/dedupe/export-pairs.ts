import { csvLine, guardFormula } from '../formats/csv-writer.ts';
import { writeOutputFile } from '../formats/output-file.ts';
import { type Customer, fieldOf } from '../model/customer.ts';
import type { DuplicatePair } from '../model/duplicates.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';

/** Which pairs are written. */
export interface PairExportOptions {
  readonly limit?: number;
  readonly minScore?: number;
  /** Pairs that were decided already too, behind the open ones. */
  readonly all?: boolean;
  /** A byte order mark and CR LF, which spreadsheets need to read UTF-8 by a double click. */
  readonly excel?: boolean;
}

/** Column endings and the fields they hold, for each of the two customers. */
const FIELDS: readonly (readonly [ending: string, field: string])[] = [
  ['name', 'name'],
  ['email', 'email'],
  ['phone', 'phone'],
  ['birthday', 'birthday'],
  ['company', 'company_name'],
  ['street', 'street'],
  ['city', 'city'],
  ['postal_code', 'postal_code'],
  ['country', 'country'],
  ['tax_id', 'tax_id'],
];
const HEADER = [
  ...['left_id', 'right_id', 'score', 'bits', 'verdict', 'rule', 'guards'],
  ...FIELDS.flatMap(([ending]) => [`left_${ending}`, `right_${ending}`]),
  'decision',
];
const BYTE_ORDER_MARK = '\ufeff';
const PAGE = 1000;
/** More pairs than any person decides; the order needs them all at once. */
const MOST_PAIRS = 1_000_000;

interface Row {
  readonly left: number;
  readonly right: number;
  readonly pair: DuplicatePair | null;
  readonly decision: string;
}

/**
 * Pairs as CSV, the header first, each with an empty cell for the decision; `takeDecisions` reads it back. Texts that a
 * spreadsheet would run as a formula have `'` before them.
 * @param write takes the next piece of the text; it is waited for
 * @returns how many pairs were written
 */
export async function exportPairs(
  store: DuplicateStore,
  options: PairExportOptions,
  write: (text: string) => void | Promise<void>,
): Promise<number> {
  const rows = await rowsOf(store, options);
  const text = (lines: string): string => (options.excel === true ? lines.replaceAll('\n', '\r\n') : lines);
  await write(text(`${options.excel === true ? BYTE_ORDER_MARK : ''}${csvLine(HEADER)}`));
  for (let at = 0; at < rows.length; at += PAGE) {
    const page = rows.slice(at, at + PAGE);
    const customers = await store.lookups.customers(page.flatMap(({ left, right }) => [left, right]));
    await write(text(page.map((row) => lineOf(row, customers)).join('')));
  }
  return rows.length;
}

/** The same into a file, which appears whole or not at all. @throws {CrmError} OUTPUT_FAILED, DISK_FULL */
export async function exportPairsToFile(store: DuplicateStore, options: PairExportOptions, path: string): Promise<number> {
  return writeOutputFile(path, (write) => exportPairs(store, options, write));
}

async function rowsOf(store: DuplicateStore, { limit = MOST_PAIRS, minScore = 0, all = false }: PairExportOptions): Promise<Row[]> {
  const open = (await store.openPairs(limit, minScore)).map((pair) => ({ left: pair.left, right: pair.right, pair, decision: '' }));
  if (!all) return open;
  const decided = await store.decisions();
  const pairs = new Map<string, DuplicatePair>();
  for (let at = 0; at < decided.length; at += PAGE) {
    const ids = decided.slice(at, at + PAGE).flatMap(({ left, right }) => [left, right]);
    for (const pair of await store.pairsAmong([...new Set(ids)])) pairs.set(`${pair.left} ${pair.right}`, pair);
  }
  const rest = decided.map(({ left, right, decision }) => ({ left, right, pair: pairs.get(`${left} ${right}`) ?? null, decision }));
  return [...open, ...rest.filter(({ pair }) => minScore === 0 || (pair !== null && pair.score >= minScore))].slice(0, limit);
}

function lineOf({ left, right, pair, decision }: Row, customers: ReadonlyMap<number, Customer>): string {
  const text = (id: number, field: string): string => {
    const customer = customers.get(id);
    return customer === undefined ? '' : guardFormula(String(fieldOf(customer, field) ?? ''));
  };
  const found =
    pair === null
      ? ['', '', '', '', '']
      : [pair.score.toFixed(6), pair.bits.toFixed(3), pair.verdict, guardFormula(pair.rule), guardFormula(pair.guards.join(' '))];
  const fields = FIELDS.flatMap(([, field]) => [text(left, field), text(right, field)]);
  return csvLine([String(left), String(right), ...found, ...fields, decision]);
}
