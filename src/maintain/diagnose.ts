import type { CheckedConfig } from '../config/check-config.ts';
import { toCrmError } from '../errors.ts';
import { type BackupFacts, diagnoseBackup } from './diagnose-backup.ts';
import { diagnoseConfig, diagnoseSecret } from './diagnose-config.ts';
import { type DatabaseFacts, diagnoseDatabase, noteLook } from './diagnose-database.ts';
import { diagnoseJobs } from './diagnose-jobs.ts';
import { diagnoseDrivers, diagnoseProgram, diagnoseTerminal, type ProgramFacts } from './diagnose-program.ts';
import { AREAS, type Area, type Diagnosis, type Note, noteError } from './diagnosis.ts';
import { type CrmStart, quickLook } from './quick-look.ts';

/** What is to be looked at. What cannot be known while the config file is wrong is asked for when its turn comes. */
export interface DoctorRequest {
  readonly program: ProgramFacts;
  readonly config: { readonly file: string; readonly mayBeMissing: boolean };
  /** @throws {CrmError} what is wrong with the config file or the key */
  readonly database: () => DatabaseFacts;
  /** @throws {CrmError} what is wrong with the config file */
  readonly backup: () => BackupFacts;
  readonly crm: CrmStart;
  readonly signal: AbortSignal;
}

/** How long the quick look at the data may take, in milliseconds. */
const LOOK_MS = 10_000;

/** Looks at everything that crm needs, and says how it is put right. Only reads, never throws, and takes half a minute at most. */
export async function diagnose(request: DoctorRequest): Promise<readonly Diagnosis[]> {
  const found: Diagnosis[] = [];
  const noteIn =
    (area: Area): Note =>
    (state, message, fix = null) =>
      void found.push({ area, state, message, fix });
  const look = async <T>(area: Area, work: (note: Note) => T | Promise<T>): Promise<T | null> => {
    try {
      return await work(noteIn(area));
    } catch (error) {
      noteError(noteIn(area), error);
      return null;
    }
  };
  await look('program', (note) => diagnoseProgram(note, request.program));
  const config = await look('config', (note) => diagnoseConfig(note, request.config.file, request.config.mayBeMissing));
  const hasDatabase = await lookAtData(request, config, look, noteIn);
  await look('backup', (note) => {
    const facts = factsOr(note, request.backup, config);
    return facts === null ? undefined : diagnoseBackup(note, facts, hasDatabase);
  });
  await look('terminal', (note) => diagnoseTerminal(note, request.program));
  await look('drivers', (note) => diagnoseDrivers(note));
  return found.sort((a, b) => AREAS.indexOf(a.area) - AREAS.indexOf(b.area));
}

type Look = <T>(area: Area, work: (note: Note) => T | Promise<T>) => Promise<T | null>;

/** The database, its archive and its jobs. @returns whether there is a database */
async function lookAtData(
  request: DoctorRequest,
  config: CheckedConfig | null,
  look: Look,
  noteIn: (area: Area) => Note,
): Promise<boolean> {
  const repository = await look('database', (note) => {
    const { CRM_KEY_FILE } = request.program.env;
    if (CRM_KEY_FILE !== undefined) diagnoseSecret(note, CRM_KEY_FILE, 'it is the key of the database');
    const facts = factsOr(note, request.database, config);
    return facts === null ? null : diagnoseDatabase(note, facts);
  });
  if (repository === null) return false;
  try {
    await look('jobs', (note) => diagnoseJobs(note, config?.jobs ?? new Map(), repository, new Date()));
  } finally {
    await repository.close();
  }
  noteLook(noteIn('database'), noteIn('archive'), await quickLook(request.crm, LOOK_MS, request.signal));
  return true;
}

/** What depends on the config file; a wrong one is told of once. */
function factsOr<T>(note: Note, facts: () => T, config: CheckedConfig | null): T | null {
  try {
    return facts();
  } catch (error) {
    const isTold = config === null && toCrmError(error).code === 'CONFIG_INVALID';
    if (isTold) note('note', 'not looked at: the config file has to be put right first', null);
    else noteError(note, error);
    return null;
  }
}
