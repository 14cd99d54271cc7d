import { readdirSync, statSync } from 'node:fs';
import type { Context } from '../context.ts';
import { redactUrl, toCrmError } from '../errors.ts';
import { write } from '../ui/io.ts';
import { styleOf } from '../ui/style.ts';
import { repositoryFolder } from './backup-flags.ts';
import { COMMANDS } from './index.ts';

/** What people keep customers in, and what other programs export them as. */
const CUSTOMER_FILE = /\.(csv|tsv|xlsx|vcf|ndjson|jsonl)(\.gz)?$/i;
/** What this program writes itself. */
const OWN_FILE = /\.rejects\.csv$|plan\.ndjson$/i;
/** Nobody waits for a start page, in milliseconds. */
const BUSY_MS = 200;
const MAX_WIDTH = 80;

/** `crm` alone: what to do first, or what there is and what to do next. Fails for nothing that may be wrong with the database. */
export async function showStart(context: Context): Promise<void> {
  const { io } = context;
  const style = await styleOf(io, 'stdout');
  const width = Math.min(io.columns, MAX_WIDTH);
  const { cannotOpen, firstSteps, overviewText } = await import('../ui/start-report.ts');
  const now = new Date();
  try {
    await write(io.stdout, overviewText(await overview(context, now), now, style, width));
  } catch (thrown) {
    const error = toCrmError(thrown);
    const text =
      error.code === 'NO_DATABASE' && isUsual(context)
        ? firstSteps(await seenFile(), Object.keys(COMMANDS), style, width)
        : cannotOpen(error, style, width);
    await write(io.stdout, text);
  }
}

async function overview(context: Context, now: Date) {
  const database = context.databaseTarget();
  const repository = await context.openRepository({ busyTimeoutMs: BUSY_MS });
  const { overviewOf } = await import('../maintain/overview.ts');
  const jobs = await jobsOrNone(context);
  return overviewOf(repository, { database: redactUrl(database), backupFolder: folderOrNull(context), jobs, now });
}

/** Whether nobody said where the database is. */
function isUsual(context: Context): boolean {
  try {
    return context.io.env.CRM_DB === undefined && context.config().database === undefined;
  } catch {
    return false;
  }
}

async function jobsOrNone(context: Context) {
  if (context.config().jobs === undefined) return new Map();
  const { jobsOf } = await import('./job-config.ts');
  return jobsOf(context).catch(() => new Map());
}

function folderOrNull(context: Context): string | null {
  try {
    return repositoryFolder(context, {});
  } catch {
    return null;
  }
}

/** The newest file of this folder that may hold customers, as a shell reads its name. */
async function seenFile(): Promise<string | null> {
  const { shellWord } = await import('../maintain/diagnosis.ts');
  try {
    const files = readdirSync('.', { withFileTypes: true })
      .filter((entry) => entry.isFile() && CUSTOMER_FILE.test(entry.name) && !OWN_FILE.test(entry.name) && !/^[.-]/.test(entry.name))
      .map(({ name }) => ({ name, modifiedMs: statSync(name).mtimeMs }))
      .sort((a, b) => b.modifiedMs - a.modifiedMs);
    return files[0] === undefined ? null : shellWord(files[0].name);
  } catch {
    return null;
  }
}
