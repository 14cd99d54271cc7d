import type { StoreLock } from '../connectors/connector.ts';
import type { Context } from '../context.ts';
import { importMapped, rehearseMapped, type MappedImportOptions, type MappedImportResult } from '../migrate/mapped-import.ts';
import { lockPlace } from '../migrate/place-lock.ts';
import type { Repository } from '../repository/repository.ts';
import { Progress } from '../ui/progress.ts';
import { printMapped } from '../ui/mapped-report.ts';
import { regionOf } from './region.ts';
import { rulesOf } from './rules.ts';

/** What `crm migrate copy --mapping` is asked for. */
export interface MappedCopy extends Pick<MappedImportOptions, 'from' | 'mapping' | 'tables' | 'dryRun' | 'rejectsPath' | 'busyTimeoutMs'> {
  /** Our database. */
  readonly to: string;
}

/** Brings the tables of a mapping into our database. */
export async function copyMapped(context: Context, { to, ...request }: MappedCopy): Promise<void> {
  const { io, mode, signal } = context;
  const progress = new Progress(io, { label: 'importing', ...mode });
  let result: MappedImportResult;
  try {
    const options = {
      ...request,
      region: regionOf(context.config().country),
      rules: await rulesOf(context),
      onArchived: { what: 'restore', openArchive: async () => context.openArchive(await archiveOf(context, to)) } as const,
      signal,
      onProgress: ({ rows }: { readonly rows: number }) => progress.update(rows),
    };
    result = await context.withDatabaseKey((key) => bringIn(context, to, { ...options, key }));
  } finally {
    progress.done();
  }
  if (result.imports.some(({ rejected }) => rejected > 0)) context.exitWith(3);
  await printMapped(io, mode, result);
}

async function bringIn(context: Context, to: string, options: MappedImportOptions): Promise<MappedImportResult> {
  if (options.dryRun) return rehearseMapped(to, options);
  const { busyTimeoutMs, key } = options;
  const locks: StoreLock[] = [];
  const open = async (): Promise<Repository> => {
    const repository = await context.openRepository({ target: to, create: true });
    locks.push(await lockPlace(to, { busyTimeoutMs, ...(key === null ? {} : { key }) }));
    return repository;
  };
  try {
    return await importMapped(open, options);
  } finally {
    for (const lock of locks) await lock.release();
  }
}

async function archiveOf(context: Context, to: string): Promise<string> {
  const { archiveTarget } = await import('../archive/archive-target.ts');
  const { archiveSettings } = await import('../archive/archive-settings.ts');
  const { database } = archiveSettings(context.config().archive, context.configPath());
  return archiveTarget(to, context.io.env.CRM_ARCHIVE_DB ?? database);
}
