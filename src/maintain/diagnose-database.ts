import { realpathSync } from 'node:fs';
import { usersOf } from '../engines/file-users.ts';
import { engineNameOf } from '../engines/index.ts';
import { CrmError, redactUrl, toCrmError } from '../errors.ts';
import { openSchema } from '../repository/database-schema.ts';
import { openRepository, type Repository } from '../repository/repository.ts';
import type { Finding } from './check-database.ts';
import { diagnoseFile } from './diagnose-file.ts';
import { type Note, noteError, withinTime } from './diagnosis.ts';
import type { QuickLook } from './quick-look.ts';

/** How long somebody who writes is waited for, in milliseconds. */
const BUSY_MS = 500;
/** How long a server may take for an answer, in milliseconds; longer than a connection may take. */
const ANSWER_MS = 12_000;

/** The database that is looked at. */
export interface DatabaseFacts {
  /** Path or URL. */
  readonly target: string;
  /** Null where there is none. */
  readonly key: Uint8Array | null;
}

/**
 * Looks at the database: the file, whether it opens, and its schema.
 * @returns the database, to be closed by the caller; null where it cannot be used
 */
export async function diagnoseDatabase(note: Note, { target, key }: DatabaseFacts): Promise<Repository | null> {
  try {
    const isFile = engineNameOf(target) === 'sqlite';
    if (isFile && !diagnoseFile(note, target.replace(/^(sqlite|file):(\/\/)?/i, ''))) return null;
    const options = { busyTimeoutMs: BUSY_MS, ...(key === null ? {} : { key }) };
    if (!(await withinTime(ANSWER_MS, 'the database', () => isUsable(note, target, options)))) return null;
    const repository = await withinTime(ANSWER_MS, 'the database', () => openRepository(target, options));
    if (!isFile) await diagnosePrograms(note, target);
    return repository;
  } catch (error) {
    noteOpening(note, error, target);
    return null;
  }
}

async function isUsable(
  note: Note,
  target: string,
  options: { readonly busyTimeoutMs: number; readonly key?: Uint8Array },
): Promise<boolean> {
  const schema = await openSchema(target, options);
  try {
    const { current, latest, applied } = await schema.status();
    const edited = applied.find(({ state }) => state === 'edited');
    if (edited !== undefined)
      note('problem', `schema version ${edited.version} is not the one that this program has`, 'crm migrate status');
    else if (current > latest)
      note('problem', `the schema is version ${current}, newer than this program knows (${latest})`, 'install a newer crm');
    else if (current < latest) note('problem', `the schema is version ${current}, this program needs ${latest}`, 'crm migrate up');
    else note('ok', `${redactUrl(target)} opens, schema version ${current}${schema.isEncrypted ? ', encrypted' : ''}`);
    if (!schema.isEncrypted && options.key !== undefined)
      note('warning', 'a key is given, but the database is not encrypted', 'crm maintain --rekey, or unset CRM_KEY and CRM_KEY_FILE');
    return edited === undefined && current === latest;
  } finally {
    await schema.close();
  }
}

/** Who holds a database is named, because that is who can let go. */
function noteOpening(note: Note, error: unknown, target: string): void {
  const { code, message } = toCrmError(error);
  const holder = code === 'BUSY' ? usersOf(realOf(target))[0] : undefined;
  if (holder === undefined) return noteError(note, error);
  note(
    'problem',
    message,
    `wait for process ${holder.pid}${holder.name === null ? '' : ` (${holder.name})`}, or end it: kill ${holder.pid}`,
  );
}

function realOf(target: string): string {
  try {
    return realpathSync(target);
  } catch {
    return target;
  }
}

async function diagnosePrograms(note: Note, target: string): Promise<void> {
  const { postgresPrograms } = await import('../engines/postgres-programs.ts');
  try {
    const { serverMajor, found, missing } = await withinTime(ANSWER_MS, 'the server', () => postgresPrograms(target));
    if (found.length > 0) note('ok', `the server is PostgreSQL ${serverMajor}; ${found.join(', ')} on the PATH`);
    for (const { message, hint } of missing) note('warning', `${message}: crm backup needs it`, hint);
  } catch (error) {
    if (!(error instanceof CrmError)) throw error;
    noteError(note, error, 'warning');
  }
}

/** What a quick look at the data found, the archive apart. */
export function noteLook(database: Note, archive: Note, look: QuickLook): void {
  if (look.kind === 'tooLong') return database('note', 'it is too large for a quick look at its pages', 'crm maintain --check');
  if (look.kind === 'failed') return database('warning', look.message, look.hint ?? 'crm maintain --check');
  const [own, archived] = [
    look.findings.filter(({ check }) => check !== 'archive'),
    look.findings.filter(({ check }) => check === 'archive'),
  ];
  if (own.every(({ state }) => state === 'ok')) database('ok', 'nothing is wrong at a quick look; for all of it: crm maintain --check');
  for (const finding of own) if (finding.state !== 'ok') noteFinding(database, finding);
  for (const finding of archived) {
    // An archive that is not there is told of as a note by those who only check the database.
    if (finding.state === 'note')
      archive('problem', finding.message, 'crm archive list, or name the archive: archive.database in the config file');
    else noteFinding(archive, finding);
  }
}

function noteFinding(note: Note, { state, message, check }: Finding): void {
  if (state === 'damaged') return note('problem', message, 'do not write to it: crm restore latest, or crm maintain --salvage NEW.db');
  if (state === 'repairable') return note('problem', message, 'crm maintain --repair');
  note(state, message, check === 'leftovers' ? 'crm maintain' : null);
}
