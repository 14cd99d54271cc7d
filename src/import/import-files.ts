import { CrmError } from '../errors.ts';
import { formatOf } from '../formats/index.ts';
import type { ImportFeed, MatchKey } from '../repository/import-batch.ts';
import type { ImportOutcome } from '../repository/import-session.ts';
import type { ImportSettings } from '../repository/import-settings.ts';
import { normalizeText } from '../normalize/text.ts';
import type { Repository } from '../repository/repository.ts';
import type { Detected, FileRequest, FileSummary } from './file-rows.ts';
import { readRows } from './file-thread.ts';
import { checkInterruption, pause } from './interruption.ts';
import { type InputFile, implicitSource, inputFile } from './input-file.ts';
import { type MappedHow, targetName } from './mapping.ts';
import { RejectsFiles, type WrittenRejects } from './rejects-files.ts';
import { splitList } from './row-values.ts';
import type { Warning } from './warnings.ts';

/** How many rows may be rejected: a number, or a share of the rows read in [0, 1]. */
export type RejectLimit = { readonly rows: number } | { readonly share: number };

/** What `importFiles` is asked to do; every member has a default but `paths`. */
export interface ImportFilesOptions {
  /** Files; `-` is standard input. */
  readonly paths: readonly string[];
  readonly format?: string;
  readonly encoding?: string;
  readonly delimiter?: string;
  /** Header → field name, `attributes.NAME`, `external_id`, `tags`; empty leaves the column out. */
  readonly map?: ReadonlyMap<string, string>;
  /** System the external ids belong to; without it they belong to the file's name and decide nothing alone. */
  readonly source?: string;
  /** Default: external_id, then email. Empty: every row makes a customer. */
  readonly match?: readonly MatchKey[];
  readonly onMatch?: ImportSettings['onMatch'];
  readonly blank?: 'keep' | 'clear';
  /** ISO 3166-1 alpha-2 region of national phone numbers. */
  readonly region?: string | null;
  readonly tags?: readonly string[];
  readonly dryRun?: boolean;
  readonly rejectsPath?: string;
  readonly maxRejects?: RejectLimit;
  readonly signal?: AbortSignal;
  /** Told rows done and bytes read, a few times a second at most worth showing. */
  readonly onProgress?: (rows: number, bytes: number) => void;
  /** Recorded with the run. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** How one column was mapped, as the result shows it; `field` is null where the column was left out. */
export interface MappingEntry {
  readonly header: string;
  readonly field: string | null;
  readonly how: MappedHow;
}

/** What an import did. */
export interface ImportResult {
  readonly files: readonly string[];
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly rejected: number;
  /** Path of the rejects file, null when nothing was rejected or none was asked for in a dry run. */
  readonly rejects: string | null;
  readonly mapping: readonly MappingEntry[];
  readonly detected: Detected;
  readonly elapsedMs: number;
}

/** The result with the run it was recorded as (null after a dry run). */
export interface ImportReport {
  readonly run: number | null;
  readonly result: ImportResult;
  readonly warnings: readonly Warning[];
}

/**
 * Imports files in one run and one transaction.
 * @throws {CrmError} INPUT_… when a file cannot be used, GUARD_RAIL when more rows are rejected than allowed, BUSY,
 * INTERRUPTED; then nothing is written
 */
export async function importFiles(repository: Repository, options: ImportFilesOptions): Promise<ImportReport> {
  const start = performance.now();
  const files = options.paths.map(inputFile);
  const rejects = new RejectsFiles(options.rejectsPath ?? null);
  const keepsRejects = options.dryRun !== true || options.rejectsPath !== undefined;
  const summaries: FileSummary[] = [];
  const extra = new Map<string, { count: number; lines: number[] }>();
  const now = new Date().toISOString();
  try {
    const outcome = await repository.import(
      {
        settings: settingsOf(options, files, (code, line) => note(extra, code, line)),
        sizeBytes: totalBytes(files),
        commit: options.dryRun !== true,
        arguments: options.arguments ?? {},
        sourceName: files.map((file) => file.label).join(', '),
      },
      async (feed) => {
        const progress = new FileFeed(feed, rejects, options);
        for (const file of files) {
          summaries.push(await readRows(requestOf(file, options, now, feed.wantsWords), progress.sinkFor(file), options.signal));
        }
        await pause(options.signal);
        progress.checkShare();
        if (keepsRejects) rejects.sync();
        return { sha256: summaries.map((summary) => summary.sha256).join(' ') };
      },
    );
    if (!keepsRejects) rejects.discard();
    const written = keepsRejects ? rejects.finish() : [];
    const notes = [...extra].map(([code, entry]) => ({ code, field: null, ...entry }));
    return reportOf(files, summaries, outcome, written, notes, performance.now() - start);
  } catch (error) {
    if (error instanceof CrmError && error.code === 'GUARD_RAIL') rejects.finish();
    else rejects.discard();
    throw error;
  }
}

function reportOf(
  files: readonly InputFile[],
  summaries: readonly FileSummary[],
  { run, counts }: ImportOutcome,
  written: readonly WrittenRejects[],
  notes: readonly Warning[],
  elapsedMs: number,
): ImportReport {
  const [first] = summaries as [FileSummary];
  const warnings = [...summaries.flatMap((summary) => summary.warnings), ...notes];
  for (const { path, rows } of written.slice(1)) warnings.push({ code: 'FURTHER_REJECTS', field: path, count: rows, lines: [] });
  if (counts.read === 0) warnings.push({ code: 'NO_ROWS', field: null, count: 1, lines: [] });
  const result = {
    files: files.map((file) => file.label),
    ...counts,
    rejects: written[0]?.path ?? null,
    mapping: first.columns.map(({ header, target, how }) => ({ header, field: targetName(target), how })),
    detected: first.detected,
    elapsedMs: Math.round(elapsedMs),
  };
  return { run, result, warnings };
}

function settingsOf(options: ImportFilesOptions, files: readonly InputFile[], warn: ImportSettings['warn']): Omit<ImportSettings, 'now'> {
  const implicitSources = options.source === undefined ? files.map((file) => implicitSource(file.path)) : [];
  const onMatch = options.onMatch ?? 'update';
  const match = onMatch === 'create' ? [] : (options.match ?? ['external_id', 'email']);
  return {
    implicitSources: new Set(implicitSources),
    match: new Set(match),
    onMatch: match.length === 0 ? 'create' : onMatch,
    warn,
    check: () => pause(options.signal),
  };
}

function requestOf(file: InputFile, options: ImportFilesOptions, now: string, withWords: boolean): FileRequest {
  const format = formatOf(file.path, options.format);
  return {
    file,
    format,
    reader: {
      ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
      ...(options.delimiter === undefined ? {} : { delimiter: options.delimiter }),
    },
    record: {
      region: options.region ?? null,
      blank: options.blank ?? 'keep',
      tags: [...new Set((options.tags ?? []).flatMap((tag) => splitList(normalizeText(tag))))],
      given: options.map ?? new Map(),
      source: options.source === undefined ? implicitSource(file.path) : normalizeText(options.source),
      now,
      growing: format === 'ndjson',
      withWords,
    },
  };
}

function totalBytes(files: readonly InputFile[]): number | null {
  let total = 0;
  for (const { sizeBytes } of files) {
    if (sizeBytes === null) return null;
    total += sizeBytes;
  }
  return total;
}

function note(notes: Map<string, { count: number; lines: number[] }>, code: string, line: number): void {
  const entry = notes.get(code) ?? { count: 0, lines: [] };
  entry.count++;
  if (entry.lines.length < 5) entry.lines.push(line);
  notes.set(code, entry);
}

/** Passes the rows of all files on to the writer, and watches over interruption and the limit of rejects. */
class FileFeed {
  readonly #feed: ImportFeed;
  readonly #rejects: RejectsFiles;
  readonly #options: ImportFilesOptions;
  #rows = 0;
  #rejected = 0;
  #bytesBefore = 0;

  constructor(feed: ImportFeed, rejects: RejectsFiles, options: ImportFilesOptions) {
    this.#feed = feed;
    this.#rejects = rejects;
    this.#options = options;
  }

  sinkFor(file: InputFile): Parameters<typeof readRows>[1] {
    const before = this.#bytesBefore;
    this.#bytesBefore += file.sizeBytes ?? 0;
    return {
      start: async (layout, header) => {
        this.#feed.start(layout);
        this.#rejects.begin(file.path, header);
      },
      chunk: async ({ batch, rejects }, bytes) => {
        checkInterruption(this.#options.signal);
        this.#rejects.add(rejects);
        this.#feed.reject(rejects.length);
        this.#rejected += rejects.length;
        this.#rows += rejects.length + (batch?.rows.count ?? 0);
        if (batch !== null) await this.#feed.write(batch);
        this.#checkRows();
        this.#options.onProgress?.(this.#rows, before + bytes);
      },
    };
  }

  #checkRows(): void {
    const limit = this.#options.maxRejects;
    if (limit !== undefined && 'rows' in limit && this.#rejected > limit.rows) this.#stop(`more than ${limit.rows}`);
  }

  checkShare(): void {
    const limit = this.#options.maxRejects;
    if (limit === undefined || !('share' in limit) || this.#rejected <= limit.share * this.#rows) return;
    this.#stop(`more than ${limit.share * 100} %`);
  }

  #stop(limit: string): never {
    throw new CrmError('GUARD_RAIL', `${this.#rejected} of ${this.#rows} rows were rejected, ${limit}; nothing was written`, {
      hint: `see why in ${this.#rejects.path}, or allow more with --max-rejects`,
      details: { rejected: this.#rejected, read: this.#rows, rejects: this.#rejects.path },
    });
  }
}
