/** How to write a CSV line. */
export interface CsvLineOptions {
  /** One character between cells; default a comma. */
  readonly delimiter?: string;
  /** Puts `'` before cells that a spreadsheet would run as a formula: they begin with `=`, `+`, `-`, `@`, a tab or a CR. */
  readonly formulaSafe?: boolean;
  /** Quotes every cell, empty ones too. */
  readonly alwaysQuote?: boolean;
}

const FORMULA = /^[=+\-@\t\r]/;
const QUOTE = /"/g;

/**
 * One CSV record (RFC 4180) with its LF; null is written as an empty cell. Quoted are cells that hold the delimiter, a
 * quote or a line end, that begin or end with a blank, an only cell that is empty (else the line would be blank), and
 * what a reader could take for a byte order mark or a `sep=` line at the start of a file.
 */
export function csvLine(cells: readonly (string | null)[], options: CsvLineOptions = NO_OPTIONS): string {
  const delimiter = options.delimiter ?? ',';
  const alwaysQuote = options.alwaysQuote === true;
  const formulaSafe = options.formulaSafe === true;
  if (cells.length === 1 && (cells[0] === null || cells[0] === '')) return '""\n';
  const special = specialOf(delimiter);
  let line = '';
  for (let i = 0; i < cells.length; i++) {
    let cell = cells[i] ?? '';
    if (formulaSafe) cell = guardFormula(cell);
    if (alwaysQuote || needsQuotes(cell, special)) cell = `"${cell.includes('"') ? cell.replace(QUOTE, '""') : cell}"`;
    line += i === 0 ? cell : delimiter + cell;
  }
  return `${line}\n`;
}

/** The cell with `'` before it where a spreadsheet would run it as a formula; see `formulaSafe`. */
export function guardFormula(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

const NO_OPTIONS: CsvLineOptions = {};
/** By delimiter: what makes a cell need quotes wherever it stands in it. A regular expression beats a loop on slices. */
const SPECIAL = new Map<string, RegExp>();

function specialOf(delimiter: string): RegExp {
  let special = SPECIAL.get(delimiter);
  if (special === undefined) {
    special = new RegExp(`["\\r\\n${delimiter.replace(/[\\\]^-]/g, '\\$&')}]`);
    SPECIAL.set(delimiter, special);
  }
  return special;
}

function needsQuotes(cell: string, special: RegExp): boolean {
  if (cell === '') return false;
  const first = cell.charCodeAt(0);
  const last = cell.charCodeAt(cell.length - 1);
  if (first === 32 || first === 9 || last === 32 || last === 9 || first === 0xfeff) return true;
  return special.test(cell) || ((first === 115 || first === 83) && /^sep=/i.test(cell));
}
