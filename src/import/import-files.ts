import { CrmError } from '../errors.ts';
import type { MatchKey } from '../repository/import-batch.ts';
import type { ImportOutcome } from '../repository/import-session.ts';
import type { ImportSettings } from '../repository/import-settings.ts';
import { targetName } from '../model/header-target.ts';
import type { PlanEnd } from '../model/plan.ts';
import type { Repository } from '../repository/repository.ts';
import { FileFeed, type FeedOptions } from './file-feed.ts';
import { type RequestOptions, requestOf } from './file-request.ts';
import type { Detected, FileSummary } from './file-rows.ts';
import { readRows } from './file-thread.ts';
import { pause } from '../interruption.ts';
import { type LocalInput, openInputs } from './local-input.ts';
import type { ColumnMapping, MappedHow } from './mapping.ts';
import type { Preset } from './preset.ts';
import { choosePresets, type PresetChoice } from './preset-library.ts';
import { type PlanTarget, PlanWriter } from '../formats/plan-writer.ts';
import { type ImportType, relatedSettings } from './related-request.ts';
import { RejectsFiles, type WrittenRejects } from './rejects-files.ts';
import { decideRows, requireNoCustomers } from './row-type.ts';
import { requireClear, type UnderstoodFile, understandFile } from './understand-file.ts';
import { type Warning, repairedIn } from './warnings.ts';

/** What `importFiles` is asked to do; every member has a default but `paths`. */
export interface ImportFilesOptions extends RequestOptions, FeedOptions {
  /** Files; `-` is standard input. */
  readonly paths: readonly string[];
  /** What is read instead of the files where it is open already; whoever opened it closes it. */
  readonly inputs?: readonly LocalInput[];
  /** Default: external_id, then email. Empty: every row makes a customer. */
  readonly match?: readonly MatchKey[];
  readonly onMatch?: ImportSettings['onMatch'];
  /** Whether companies that rows of people name are made where there is no organisation of that name. Default false. */
  readonly createCompanies?: boolean;
  /** What is done with rows about archived customers, and what opens the archive. Default: they make new customers. */
  readonly onArchived?: { readonly what: 'restore' | 'skip' | 'create'; readonly openArchive: () => Promise<Repository> };
  readonly dryRun?: boolean;
  /** Where the plan of what would be done goes; makes it a dry run. */
  readonly plan?: PlanTarget;
  readonly rejectsPath?: string;
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
  /** Organisations made because rows name them as a company. */
  readonly companies: number;
  /** Path of the rejects file, null when nothing was rejected or none was asked for in a dry run. */
  readonly rejects: string | null;
  readonly mapping: readonly MappingEntry[];
  readonly detected: Detected;
  readonly elapsedMs: number;
}

/** The result with the run it was recorded as (null after a dry run). */
export interface ImportReport {
  /** Columns of the first file, with what a preset says of their cells. */
  readonly columns: readonly ColumnMapping[];
  /** Its layout; null where none was recognised. */
  readonly preset: Preset | null;
  /** What the rows are, as the user said or the layout does. */
  readonly type: ImportType;
  readonly run: number | null;
  readonly result: ImportResult;
  readonly warnings: readonly Warning[];
}

/**
 * Imports files in one run and one transaction.
 * @param target the database, or what opens it: it is asked when the files are known to be readable
 * @throws {CrmError} INPUT_… when a file cannot be used, GUARD_RAIL when more rows are rejected than allowed, BUSY,
 * INTERRUPTED; then nothing is written
 */
export async function importFiles(target: Repository | (() => Promise<Repository>), options: ImportFilesOptions): Promise<ImportReport> {
  const start = performance.now();
  const presets = choosePresets(options.preset, options.ownPresets);
  const implicitSources = new Set<string>();
  const { files, dispose } = await opened(options);
  const rejects = new RejectsFiles(options.rejectsPath ?? null);
  const commit = options.dryRun !== true && options.plan === undefined;
  const plan = options.plan === undefined ? null : new PlanWriter(options.plan);
  const keepsRejects = commit || options.rejectsPath !== undefined;
  const summaries: FileSummary[] = [];
  const extra = new Map<string, { count: number; lines: number[] }>();
  const now = new Date().toISOString();
  try {
    const { understood, decided } = await understandAll(files, options, presets);
    const outcome = await (typeof target === 'function' ? await target() : target).import(
      {
        settings: settingsOf(options, implicitSources, (code, line, count) => note(extra, code, line, count)),
        ...{ sizeBytes: totalBytes(files), commit, archived: options.onArchived },
        ...(commit ? { beforeCommit: () => rejects.publish() } : {}),
        ...relatedSettings(decided),
        ...(plan === null ? {} : { record: { sink: plan, files: files.map((file) => file.label) } }),
        arguments: options.arguments ?? {},
        sourceName: files.map((file) => file.label).join(', '),
      },
      async (feed) => {
        const progress = new FileFeed(feed, rejects, plan, options, implicitSources);
        for (const [index, file] of files.entries()) {
          const how = understood[index] as UnderstoodFile;
          const request = requestOf(file, how, decided, presets, { now, withWords: feed.wantsWords });
          summaries.push(await readRows(request, progress.sinkFor(file), options.signal));
        }
        await pause(options.signal);
        progress.checkShare();
        if (keepsRejects) rejects.sync();
        return { sha256: summaries.map((summary) => summary.sha256).join(' '), repaired: repairedIn(summaries) };
      },
    );
    await plan?.end(planEnd(files, summaries, outcome));
    if (!keepsRejects) rejects.discard();
    const written = keepsRejects ? rejects.finish() : [];
    return reportOf(files, summaries, { ...outcome, type: decided.type ?? 'customers' }, written, extra, performance.now() - start);
  } catch (error) {
    if (error instanceof CrmError && error.code === 'GUARD_RAIL') rejects.finish();
    else rejects.discard();
    throw error;
  } finally {
    plan?.discard();
    dispose();
  }
}

async function opened({ inputs, paths, signal }: ImportFilesOptions): ReturnType<typeof openInputs> {
  return inputs === undefined ? openInputs(paths, signal) : { files: inputs, dispose: () => {} };
}

/** How the files are to be read, and the options with what their layouts say of the rows. */
async function understandAll(
  files: readonly LocalInput[],
  options: ImportFilesOptions,
  presets: PresetChoice,
): Promise<{ readonly understood: readonly UnderstoodFile[]; readonly decided: ImportFilesOptions }> {
  const inputs = files.map((file) => ({ file, understood: understandFile(file, options) }));
  for (const { file, understood } of inputs) requireClear(file, understood);
  const rows = await decideRows(inputs, options, presets, options.signal);
  if (rows.type !== undefined) requireNoCustomers(rows.type, options);
  return { understood: inputs.map(({ understood }) => understood), decided: { ...options, ...rows } };
}

function planEnd(
  files: readonly LocalInput[],
  summaries: readonly FileSummary[],
  outcome: ImportOutcome,
): Pick<PlanEnd, 'files' | 'counts'> {
  const repaired = repairedIn(summaries);
  return {
    files: files.map(({ label }, index) => ({ path: label, sha256: summaries[index]?.sha256 ?? '' })),
    counts: { ...outcome.counts, ...(repaired > 0 ? { repaired } : {}) },
  };
}

function reportOf(
  files: readonly LocalInput[],
  summaries: readonly FileSummary[],
  { run, counts, type }: ImportOutcome & Pick<ImportReport, 'type'>,
  written: readonly WrittenRejects[],
  extra: ReadonlyMap<string, { readonly count: number; readonly lines: readonly number[] }>,
  elapsedMs: number,
): ImportReport {
  const [first] = summaries as [FileSummary];
  const dateOrders = summaries.flatMap((summary) => summary.dateOrders);
  const notes = [...extra].map(([code, entry]): Warning => ({ code, field: null, ...entry }));
  const warnings = [...summaries.flatMap((summary) => summary.warnings), ...notes];
  for (const { path, rows } of written.slice(1)) warnings.push({ code: 'FURTHER_REJECTS', field: path, count: rows, lines: [] });
  if (counts.read === 0) warnings.push({ code: 'NO_ROWS', field: null, count: 1, lines: [] });
  const result = {
    files: files.map((file) => file.label),
    ...counts,
    rejects: written[0]?.path ?? null,
    mapping: first.columns.map(({ header, target, how }) => ({ header, field: targetName(target), how })),
    detected: { ...first.detected, ...(dateOrders.length > 0 ? { dateOrders } : {}) },
    elapsedMs: Math.round(elapsedMs),
  };
  return { run, result, warnings, columns: first.columns, preset: first.preset, type };
}

/** @param implicitSources grows as the files are read: a preset may know the source better than the file's name */
function settingsOf(
  options: ImportFilesOptions,
  implicitSources: ReadonlySet<string>,
  warn: ImportSettings['warn'],
): Omit<ImportSettings, 'now'> {
  const onMatch = options.onMatch ?? 'update';
  const match = onMatch === 'create' ? [] : (options.match ?? ['external_id', 'email']);
  return {
    implicitSources,
    match: new Set(match),
    onMatch: match.length === 0 ? 'create' : onMatch,
    ...(options.createCompanies === true ? { createCompanies: true } : {}),
    warn,
    check: () => pause(options.signal),
  };
}

function totalBytes(files: readonly LocalInput[]): number | null {
  let total = 0;
  for (const { sizeBytes, localBytes } of files) {
    if (sizeBytes === null) return null;
    total += localBytes;
  }
  return total;
}

function note(notes: Map<string, { count: number; lines: number[] }>, code: string, line: number | null, count = 1): void {
  const entry = notes.get(code) ?? { count: 0, lines: [] };
  entry.count += count;
  if (line !== null && entry.lines.length < 5) entry.lines.push(line);
  notes.set(code, entry);
}
