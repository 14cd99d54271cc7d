import { CrmError } from '../errors.ts';
import type { CsvGiven, CsvPlan, FindingName, FoundHow } from '../formats/csv-plan.ts';
import { detectCsv } from '../formats/detect-csv.ts';
import { nameOfDelimiter } from '../formats/detect-dialect.ts';
import { findEncoding, type FoundEncoding } from '../formats/detect-encoding.ts';
import type { FormatName, ReaderOptions } from '../formats/index.ts';
import { inFile } from './file-error.ts';
import { formatOfInput, type LocalInput, lookInto } from './local-input.ts';
import type { ReadingOptions } from './reading-options.ts';

/** One thing that was found out about a file. */
export interface FileFinding {
  /** `format`, `encoding`, `delimiter` … */
  readonly what: string;
  readonly value: string | number | null;
  /** In [0,1]. */
  readonly confidence: number;
  /** `given`, `detected`, `default` …, or `content` and `name` of a format. */
  readonly how: FoundHow | 'content' | 'name';
}

/** How a file is to be read. */
export interface UnderstoodFile {
  readonly format: FormatName;
  /** What the file's name says, where its content is something else. */
  readonly named: string | null;
  readonly reader: ReaderOptions;
  readonly findings: readonly FileFinding[];
  /** Findings that could as well be something else, with all readings. */
  readonly ambiguities: CsvPlan['ambiguities'];
}

/**
 * Finds out how a file is to be read; what is given overrides each finding.
 * @throws {CrmError} INPUT_… when it cannot be read, USAGE when what is given cannot be
 */
export function understandFile(file: LocalInput, given: ReadingOptions): UnderstoodFile {
  const { format, named } = formatOfInput(file, given.format);
  const kind: FileFinding = { what: 'format', value: format, confidence: 1, how: given.format === undefined ? 'content' : 'given' };
  if (format !== 'csv') {
    const { sheet, table } = given;
    const found = format === 'xlsx' ? null : encodingOf(file, given.encoding);
    const reader = {
      ...(found === null ? {} : { encoding: found.encoding }),
      ...(sheet === undefined ? {} : { sheet }),
      ...(table === undefined ? {} : { table }),
    };
    if (found === null) return { format, named, reader, findings: [kind], ambiguities: [] };
    const { encoding: value, confidence, how, ambiguities } = found;
    return { format, named, reader, findings: [kind, { what: 'encoding', value, confidence, how }], ambiguities };
  }
  const plan = planOf(file, given);
  return { format, named, reader: { plan }, findings: [kind, ...findingsOf(plan)], ambiguities: plan.ambiguities };
}

/**
 * Makes sure that there is one way to read a file only, where a wrong one would change what it says.
 * @throws {CrmError} INPUT_AMBIGUOUS naming the readings
 */
export function requireClear(file: LocalInput, { ambiguities }: UnderstoodFile): void {
  const doubt = ambiguities.find(({ what }) => what === 'encoding' || what === 'delimiter');
  if (doubt === undefined) return;
  throw new CrmError('INPUT_AMBIGUOUS', `${file.label}: the ${doubt.what} may be ${doubt.readings.join(' or ')}`, {
    hint: `say which: --${doubt.what} '${doubt.readings[0]}' (crm inspect shows what each makes of the file)`,
    details: { what: doubt.what, readings: doubt.readings },
  });
}

function encodingOf(file: LocalInput, given: string | undefined): FoundEncoding {
  try {
    return lookInto(file, (source) => findEncoding(source, given));
  } catch (error) {
    throw inFile(error, file.label);
  }
}

function planOf(file: LocalInput, given: ReadingOptions): CsvPlan {
  try {
    return lookInto(file, (source) => detectCsv(source, givenDialect(given)));
  } catch (error) {
    throw inFile(error, file.label);
  }
}

function givenDialect(given: ReadingOptions): CsvGiven {
  const { encoding, delimiter, quote, headerRow, table } = given;
  return {
    encoding,
    delimiter,
    quote,
    escape: given.escape,
    ...(headerRow === null ? { headerRows: 0 } : { headerLine: headerRow }),
    ...(table === undefined ? {} : { table: tableNumber(table) }),
  };
}

function tableNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new CrmError('USAGE', `--table ${text}: tables of a text file have numbers, from 1`, {
    hint: 'crm inspect FILE tells how many there are',
  });
}

const DIALECT: readonly FindingName[] = ['encoding', 'delimiter', 'quote', 'escape', 'lineEnd', 'header', 'table', 'footer'];

function findingsOf(plan: CsvPlan): FileFinding[] {
  const values: Readonly<Record<FindingName, string | number | null>> = {
    encoding: plan.encoding,
    delimiter: nameOfDelimiter(plan.delimiter),
    quote: plan.quote,
    escape: plan.escape,
    lineEnd: plan.lineEnd,
    header: plan.header?.line ?? null,
    table: plan.table,
    footer: plan.footerLines,
  };
  return DIALECT.map((what) => ({ what, value: values[what], ...plan.findings[what] }));
}
