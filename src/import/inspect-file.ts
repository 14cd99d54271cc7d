import { OutputFile } from '../formats/output-file.ts';
import { FORMATS } from '../formats/index.ts';
import { writeUnderstood } from '../formats/understood-csv.ts';
import type { CsvPlan } from '../formats/csv-plan.ts';
import { endReader, type RecordHandler } from '../formats/record-reader.ts';
import { targetName } from '../model/header-target.ts';
import { type Detected, readFileRows } from './file-rows.ts';
import { type RequestOptions, requestOf } from './file-request.ts';
import { inFile } from './file-error.ts';
import { pause } from '../interruption.ts';
import { type LocalInput, openInput, openSource, readInput } from './local-input.ts';
import { choosePresets } from './preset-library.ts';
import type { MappingEntry } from './import-files.ts';
import { RecordSamples } from './record-samples.ts';
import type { Reject } from './record-importer.ts';
import { decideRows } from './row-type.ts';
import { type FileFinding, type UnderstoodFile, understandFile } from './understand-file.ts';
import { UnderstoodTable } from './understood-table.ts';
import type { Warning } from './warnings.ts';

/** Rejected rows that are shown. */
const SHOWN_REJECTS = 10;

/** What `inspectFile` is asked to do. */
export interface InspectOptions extends RequestOptions {
  /** The file; `-` is standard input. */
  readonly path: string;
  /** File to write the table to, as it was understood: UTF-8 CSV, nothing mapped. */
  readonly toCsv?: string;
  /** Takes the same text instead of a file. */
  readonly write?: (text: string) => Promise<void>;
  readonly signal?: AbortSignal;
  /** Told rows looked at and bytes read. */
  readonly onProgress?: (rows: number, bytes: number) => void;
}

/** A column with what becomes of it and what is in it. */
export interface InspectedColumn extends MappingEntry {
  /** Rows in which it holds something. */
  readonly filled: number;
  /** Its first different values, long ones shortened. */
  readonly samples: readonly string[];
}

/** What an inspection found. */
export interface InspectResult {
  readonly file: string;
  readonly detected: Detected;
  /** The least confidence of the findings, in [0,1]. */
  readonly confidence: number;
  readonly findings: readonly FileFinding[];
  /** Records of the table, those that an import would reject included. */
  readonly rows: number;
  readonly rejected: number;
  /** The first of them; no values. */
  readonly rejects: readonly Pick<Reject, 'line' | 'column' | 'code' | 'reason'>[];
  readonly mapping: readonly InspectedColumn[];
  /** The first rows as they stand in the file. */
  readonly samples: readonly (readonly string[])[];
  readonly elapsedMs: number;
}

/** The result with what should be told beside it. */
export interface Inspection {
  readonly result: InspectResult;
  readonly warnings: readonly Warning[];
}

/**
 * Reads a file as an import would and says how it is understood; changes nothing.
 * @throws {CrmError} INPUT_… when it cannot be used, OUTPUT_FAILED or DISK_FULL when the table cannot be written
 */
export async function inspectFile(options: InspectOptions): Promise<Inspection> {
  const startMs = performance.now();
  const input = await openInput(options.path, options.signal);
  try {
    const understood = understandFile(input.file, options);
    const inspection = await inspect(input.file, understood, options, startMs);
    // Only now: of a file that cannot be used no table is left behind.
    if (options.toCsv !== undefined || options.write !== undefined) await writeTable(input.file, understood, inspection.result, options);
    return inspection;
  } finally {
    input.dispose();
  }
}

async function inspect(file: LocalInput, understood: UnderstoodFile, options: InspectOptions, startMs: number): Promise<Inspection> {
  let samples: RecordSamples | undefined;
  const rejects: Reject[] = [];
  let rejected = 0;
  let rows = 0;
  const presets = choosePresets(options.preset, options.ownPresets);
  const said = await decideRows([{ file, understood }], { ...options, onlyLooks: true }, presets, options.signal);
  const request = requestOf(file, understood, { ...options, ...said }, presets, { now: new Date().toISOString(), withWords: false });
  const summary = await readFileRows(
    { ...request, mayBeUnknown: true },
    {
      start: async () => {},
      chunk: async (chunk, bytes) => {
        rejected += chunk.rejects.length;
        rejects.push(...chunk.rejects.slice(0, SHOWN_REJECTS - rejects.length));
        rows += chunk.rejects.length + (chunk.batch?.rows.count ?? chunk.related?.rows.length ?? 0);
        options.onProgress?.(rows, bytes);
      },
    },
    options.signal,
    (next) => {
      samples = new RecordSamples(next);
      return samples;
    },
  );
  const columns = samples?.columns ?? [];
  const mapping = summary.columns.map(({ header, target, how }, index) => {
    const { filled, values } = columns[index] ?? { filled: 0, values: [] };
    return { header, field: targetName(target), how, filled, samples: values };
  });
  const { findings } = understood;
  const result = {
    file: file.label,
    detected: summary.detected,
    confidence: Math.min(...findings.map(({ confidence }) => confidence)),
    findings,
    rows,
    rejected,
    rejects: rejects.map(({ line, column, code, reason }) => ({ line, column, code, reason })),
    mapping,
    samples: samples?.rows ?? [],
    elapsedMs: Math.round(performance.now() - startMs),
  };
  return { result, warnings: summary.warnings };
}

/** Writes the table; where columns turn up along the way, the inspection has found them all. */
async function writeTable(
  file: LocalInput,
  understood: UnderstoodFile,
  { mapping }: InspectResult,
  options: InspectOptions,
): Promise<void> {
  const { plan } = understood.reader;
  const { signal } = options;
  const output = options.toCsv === undefined ? null : new OutputFile(options.toCsv);
  const write = async (text: string): Promise<void> => {
    await (output === null ? options.write?.(text) : output.write(text));
    await pause(signal);
  };
  try {
    if (plan !== undefined) await writeText(file, plan, write);
    else {
      const pieces: string[] = [];
      const header = FORMATS[understood.format].growing ? mapping.map((column) => column.header) : null;
      const table = new UnderstoodTable(header, (text) => pieces.push(text));
      const drain = async (): Promise<void> => {
        for (const text of pieces.splice(0)) await write(text);
      };
      await readThrough(file, understood, table, drain, signal);
      table.end();
      await drain();
    }
    output?.finish();
  } finally {
    output?.discard();
  }
}

async function writeText(file: LocalInput, plan: CsvPlan, write: (text: string) => Promise<void>): Promise<void> {
  const source = openSource(file);
  try {
    await writeUnderstood(source, plan, write);
  } catch (error) {
    throw inFile(error, file.label);
  } finally {
    source.close();
  }
}

async function readThrough(
  file: LocalInput,
  { format, reader: how }: UnderstoodFile,
  handler: RecordHandler,
  drain: () => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const reader = FORMATS[format].createReader(how, handler);
  await readInput(
    file,
    async (chunk) => {
      reader.push(chunk);
      await drain();
    },
    signal,
  );
  for await (const _ of endReader(reader)) await drain();
}
