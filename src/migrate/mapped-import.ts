import { basename, join } from 'node:path';
import { openStore } from '../connectors/index.ts';
import type { Snapshot } from '../connectors/connector.ts';
import { CrmError, redactUrl } from '../errors.ts';
import { importFiles, type ImportFilesOptions, type ImportReport } from '../import/import-files.ts';
import type { LocalInput } from '../import/local-input.ts';
import type { ImportType } from '../import/related-request.ts';
import { spoolInput } from '../import/spooled-input.ts';
import type { Warning } from '../import/warnings.ts';
import type { CustomRule } from '../normalize/custom-rules.ts';
import { rehearse } from '../repository/rehearsal.ts';
import type { Repository } from '../repository/repository.ts';
import { MappedRows } from './mapped-rows.ts';
import { loadMapping } from './mapping-file.ts';
import { IMPORT_ORDER, type MappedTable, type Mapping, ROW_COLUMNS } from './mapping-form.ts';
import { mappingError, nearestHint } from './mapping-members.ts';
import { type FoundTable, findTables } from './mapping-sources.ts';

/** What is brought in, and how. */
export interface MappedImportOptions {
  /** Where the tables are. */
  readonly from: string;
  /** Path of the mapping file. */
  readonly mapping: string;
  /** Only these tables of the mapping; null: all. */
  readonly tables: readonly string[] | null;
  readonly dryRun: boolean;
  /** Where rejected rows go, with the name of their table before the ending; null: `TABLE.rejects.csv` here. */
  readonly rejectsPath: string | null;
  readonly busyTimeoutMs: number;
  /** Opens an encrypted source; null: it is none. */
  readonly key: Uint8Array | null;
  /** Country of phone numbers written without one, where the mapping names none. */
  readonly region: string | null;
  /** Rules of the user for canonical values. */
  readonly rules?: readonly CustomRule[];
  readonly onArchived?: ImportFilesOptions['onArchived'];
  readonly signal?: AbortSignal;
  /** Told of rows of a table so far, and of tables that are complete. */
  readonly onProgress?: (progress: { readonly table: string; readonly rows: number; readonly isDone: boolean }) => void;
}

/** What became of the rows of one table of a mapping. */
export interface MappedImport {
  readonly table: string;
  readonly as: ImportType;
  /** System that the ids belong to. */
  readonly source: string;
  /** The run, which `crm undo` takes back; null after a dry run, and where there was no row. */
  readonly run: number | null;
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly rejected: number;
  /** File of the rejected rows; null: none was rejected. */
  readonly rejects: string | null;
  readonly warnings: readonly Warning[];
}

/** What an import by a mapping did, or would do. */
export interface MappedImportResult {
  readonly imports: readonly MappedImport[];
  readonly dryRun: boolean;
  readonly elapsedMs: number;
}

/**
 * The same as `importMapped` on the database named by a path or URL, with everything taken back at the end: exact counts.
 * @throws {CrmError} what `importMapped` throws
 */
export function rehearseMapped(target: string, options: MappedImportOptions): Promise<MappedImportResult> {
  const { busyTimeoutMs, key } = options;
  return rehearse(target, { busyTimeoutMs, ...(key === null ? {} : { key }) }, (repository) => importMapped(repository, options));
}

/**
 * Brings the tables of a mapping into our database, each in a run of its own: companies and customers first, then what
 * refers to them. All of them are read from one snapshot.
 * @param target the database, or what opens it: it is asked when all that the mapping names was found
 * @throws {CrmError} CONFIG_INVALID when the mapping is wrong, or names what the source does not have; INPUT_AMBIGUOUS when a
 * join finds several rows; what `importFiles` throws. Runs that are complete stay.
 */
export async function importMapped(
  target: Repository | (() => Promise<Repository>),
  options: MappedImportOptions,
): Promise<MappedImportResult> {
  const startMs = performance.now();
  const mapping = loadMapping(options.mapping);
  const wanted = wantedTables(mapping, options.tables);
  const { busyTimeoutMs, key } = options;
  const store = await openStore(options.from, { create: false, busyTimeoutMs, ...(key === null ? {} : { key }) });
  try {
    const snapshot = await store.snapshot();
    try {
      const tables = await findTables(mapping, snapshot, wanted);
      const repository = typeof target === 'function' ? await target() : target;
      const importer = new TableImporter(repository, snapshot, mapping, options);
      const imports: MappedImport[] = [];
      for (const table of tables) imports.push(await importer.import(table));
      return { imports, dryRun: options.dryRun, elapsedMs: Math.round(performance.now() - startMs) };
    } finally {
      await snapshot.close();
    }
  } finally {
    await store.close();
  }
}

/** In the order in which they are brought in. */
function wantedTables(mapping: Mapping, names: readonly string[] | null): readonly MappedTable[] {
  const known = mapping.tables.map(({ table }) => table);
  const unknown = names?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new CrmError('NOT_FOUND', `the mapping has no table “${unknown}”`, { hint: nearestHint(unknown, known) });
  }
  const wanted = mapping.tables.filter(({ table }) => names === null || names.includes(table));
  return IMPORT_ORDER.flatMap((type) => wanted.filter(({ as }) => as === type));
}

/** Imports tables one after another. */
class TableImporter {
  readonly #repository: Repository;
  readonly #snapshot: Snapshot;
  readonly #mapping: Mapping;
  readonly #options: MappedImportOptions;
  readonly #taken = new Set<string>();

  constructor(repository: Repository, snapshot: Snapshot, mapping: Mapping, options: MappedImportOptions) {
    this.#repository = repository;
    this.#snapshot = snapshot;
    this.#mapping = mapping;
    this.#options = options;
  }

  async import(found: FoundTable): Promise<MappedImport> {
    const { mapped } = found;
    const { signal, onProgress } = this.#options;
    const rows = new MappedRows(this.#snapshot, found, signal);
    const spooled = await spoolInput(rows.chunks(), `the table ${mapped.table}`, () => false, signal);
    try {
      if (rows.rows === 0) return importOf(mapped, null);
      const { path: localPath, secret, bytes: localBytes, sha256 } = spooled;
      const name = this.#freeName(mapped);
      const label = `${redactUrl(this.#options.from)}: ${mapped.table}`;
      const input: LocalInput = { path: name, label, sizeBytes: localBytes, localPath, secret, localBytes, sha256 };
      const report = await importFiles(this.#repository, {
        ...this.#importOptions(found, name),
        inputs: [input],
        onProgress: (count) => onProgress?.({ table: mapped.table, rows: count, isDone: false }),
      });
      onProgress?.({ table: mapped.table, rows: report.result.read, isDone: true });
      return importOf(mapped, report);
    } catch (error) {
      throw error instanceof CrmError && error.code === 'INPUT_NO_HEADER'
        ? mappingError(this.#mapping.label, mapped, error.message)
        : error;
    } finally {
      spooled.dispose();
    }
  }

  #importOptions({ mapped, decimal }: FoundTable, name: string): ImportFilesOptions {
    const { from, mapping, region, rules, onArchived, signal, dryRun, rejectsPath } = this.#options;
    const { as, match, source, fields, createCompanies, table } = mapped;
    const isCustomers = as === 'customers' || as === 'companies';
    const { country, currency } = this.#mapping;
    return {
      ...{ paths: [], format: 'ndjson', encoding: 'utf-8', preset: 'none', type: as, source, dryRun, region: country ?? region },
      map: new Map([...ROW_COLUMNS.map((column) => [column, ''] as const), ...fields.map(({ target }) => [target, target] as const)]),
      arguments: { from: redactUrl(from), mapping, table, as },
      ...(match === null ? {} : { match }),
      ...(createCompanies ? { createCompanies } : {}),
      ...(isCustomers || currency === null ? {} : { currency }),
      ...(isCustomers || decimal === null ? {} : { decimal }),
      ...(rejectsPath === null ? {} : { rejectsPath: withName(rejectsPath, name) }),
      ...(rules === undefined ? {} : { rules }),
      ...(onArchived === undefined ? {} : { onArchived }),
      ...(signal === undefined ? {} : { signal }),
    };
  }

  /** What the file of rejected rows is named after: the table; and what its rows are, where it was taken before. */
  #freeName({ table, as }: MappedTable): string {
    const plain = table.replaceAll(/[/\\:]/g, '_');
    const candidates = [plain, `${plain}-${as}`];
    const name = candidates.find((one) => !this.#taken.has(one)) ?? `${plain}-${as}-${this.#taken.size}`;
    this.#taken.add(name);
    return name;
  }
}

/** `rejects.csv` → `rejects-Customer.csv` */
function withName(path: string, name: string): string {
  const [, stem = path, ending = ''] = /^(.+?)(\.[^.]+)?$/.exec(basename(path)) ?? [];
  return join(path, '..', `${stem}-${name}${ending}`);
}

function importOf({ table, as, source }: MappedTable, report: ImportReport | null): MappedImport {
  const { read = 0, created = 0, updated = 0, unchanged = 0, skipped = 0, rejected = 0, rejects = null } = report?.result ?? {};
  const counts = { read, created, updated, unchanged, skipped, rejected };
  return { table, as, source, run: report?.run ?? null, ...counts, rejects, warnings: report?.warnings ?? [] };
}
