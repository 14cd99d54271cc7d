import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type FileUser, usersOf, writerOf } from '../engines/file-users.ts';
import { sharedFileSystem } from '../engines/file-system.ts';
import { diskSpace } from '../engines/free-space.ts';
import { type Note, shellWord } from './diagnosis.ts';

/** Less is soon none, in bytes. */
const LITTLE_SPACE = 100_000_000;
/** A log that has grown beyond this was not written into the file for long, in bytes. */
const LARGE_LOG = 100_000_000;
/** Locks beside a database: see `Engine.tryLock`. */
const LOCKS = ['migrate', 'job', 'job-step'] as const;

/**
 * Looks at the file of a SQLite database from outside, without opening it.
 * @returns whether it can be opened
 */
export function diagnoseFile(note: Note, target: string): boolean {
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats === undefined || stats.size === 0) {
    note('problem', `there is no database at ${target}`, 'crm init, or import a file: crm import FILE');
    diagnoseFolder(note, target, 0);
    return false;
  }
  if (!stats.isFile()) {
    note('problem', `${target} is ${stats.isDirectory() ? 'a folder' : 'no file'}`, `name a file: --db ${shellWord(`${target}/crm.db`)}`);
    return false;
  }
  const path = realpathSync(target);
  diagnoseFolder(note, path, stats.size);
  if (!isAllowed(path, constants.R_OK)) note('problem', `${target} cannot be read by this user`, `chmod u+rw ${shellWord(target)}`);
  else if (!isAllowed(path, constants.W_OK)) note('warning', `${target} cannot be written by this user`, `chmod u+w ${shellWord(target)}`);
  diagnoseUse(note, path);
  return isAllowed(path, constants.R_OK);
}

/** Who has the file open, who writes, and what was left. */
function diagnoseUse(note: Note, path: string): void {
  const users = usersOf(path);
  const writer = writerOf(path);
  if (writer !== null) note('note', `${named(writer)} is writing to it: others wait`, null);
  else if (users.length > 0) note('note', `open in ${users.map(named).join(', ')}`, null);
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (log > LARGE_LOG) note('warning', `its log has ${megabytes(log)}, and is not written into the file`, 'crm maintain');
  else if (log > 0 && users.length === 0) note('note', 'a log is left of a process that was ended: the next command takes it in', null);
  if (users.length === 0 && existsSync(`${path}-journal`))
    note('note', 'a journal is left of a process that was ended: the next command rolls it back', null);
  for (const name of LOCKS) {
    const lock = `${path}-${name}.lock`;
    if (!existsSync(lock)) continue;
    const owner = usersOf(lock)[0];
    if (owner === undefined) note('note', `${lock} is left of a process that is gone: it locks nothing, and goes with the next one`, null);
    else note('note', `${named(owner)} holds the lock ${name}`, null);
  }
}

function diagnoseFolder(note: Note, path: string, sizeBytes: number): void {
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) return note('problem', `there is no folder ${folder}`, `mkdir -p ${shellWord(folder)}`);
  if (!isAllowed(folder, constants.W_OK)) note('problem', `nothing can be written in ${folder}`, `chmod u+w ${shellWord(folder)}`);
  const kind = sharedFileSystem(folder);
  if (kind !== null)
    note(
      'warning',
      `${folder} is on ${kind}, where locks may not work: two writers can damage a database`,
      'move it to a disk of this computer',
    );
  const free = diskSpace(folder)?.freeBytes;
  if (free === undefined) return;
  if (free < LITTLE_SPACE) note('problem', `${megabytes(free)} are free on the disk of ${folder}`, 'free some space');
  else if (free < sizeBytes * 2)
    note('warning', `${megabytes(free)} are free; crm maintain --vacuum needs ${megabytes(sizeBytes * 2)}`, 'free some space');
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

const named = ({ pid, name }: FileUser): string => `process ${pid}${name === null ? '' : ` (${name})`}`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
