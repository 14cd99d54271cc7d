import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../engines/connection.ts';
import { DEFAULT_BUSY_TIMEOUT_MS, openEngine } from '../engines/index.ts';
import { checkSchema } from '../engines/migrator.ts';
import { RehearsalEngine } from '../engines/rehearsal-engine.ts';
import { CrmError } from '../errors.ts';
import { type OpenOptions, openRepository, Repository } from './repository.ts';

/**
 * Lets work write into a database, step after step, and takes everything back: a dry run of several runs that build upon
 * each other. Where there is no such database, an empty one stands for it.
 * @throws {CrmError} what `openRepository` throws
 */
export async function rehearse<T>(
  target: string,
  options: Omit<OpenOptions, 'create'>,
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const engine = await openExisting(target, options);
  if (engine === null) return rehearseInEmpty(options, work);
  try {
    return await engine.transaction((connection) => work(new Repository(new RehearsalEngine(engine, connection), options, false)), {
      commit: false,
    });
  } finally {
    await engine.close();
  }
}

/** Null where there is no such database. */
async function openExisting(target: string, { busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, key }: OpenOptions): Promise<Engine | null> {
  let engine: Engine | null = null;
  try {
    engine = await openEngine(target, { create: false, busyTimeoutMs, ...(key === undefined ? {} : { key }) });
    await checkSchema(engine);
    return engine;
  } catch (error) {
    await engine?.close();
    if (error instanceof CrmError && error.code === 'NO_DATABASE') return null;
    throw error;
  }
}

async function rehearseInEmpty<T>(options: OpenOptions, work: (repository: Repository) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'crm-plan-'));
  try {
    const path = join(folder, 'empty.db');
    await (await openRepository(path, { ...options, create: true })).close();
    return await rehearse(path, options, work);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
