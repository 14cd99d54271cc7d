import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listBackups } from '../backup/list-backups.ts';
import { CrmError } from '../errors.ts';
import { lockOwner } from '../process-lock.ts';
import { type Note, noteError, withinTime } from './diagnosis.ts';

const HOUR_MS = 3_600_000;
/** A newest snapshot that is older than this is no protection, in hours. */
const OLD_HOURS = 7 * 24;
/** How long a disk may take, in milliseconds. */
const ANSWER_MS = 10_000;

/** Where backups are. */
export interface BackupFacts {
  readonly folder: string;
  /** Never asks anybody. */
  readonly passphrase: () => Promise<string>;
  readonly now: Date;
}

/** Looks whether there is a backup, and how old it is. @param hasDatabase whether there is something to be backed up */
export async function diagnoseBackup(note: Note, { folder, passphrase, now }: BackupFacts, hasDatabase: boolean): Promise<void> {
  if (!existsSync(folder)) {
    if (hasDatabase) note('warning', `there is no backup: ${folder} does not exist`, 'crm backup create');
    else note('note', `there is none at ${folder}`, null);
    return;
  }
  const lock = join(folder, 'lock');
  if (existsSync(lock)) {
    const owner = lockOwner(lock);
    if (owner === null) note('note', `${lock} is left of a process that is gone: the next backup takes it over`, null);
    else note('note', `process ${owner.pid} on ${owner.host} is writing to it`, null);
  }
  try {
    const { snapshots, damaged } = await withinTime(ANSWER_MS, folder, () => listBackups(folder, passphrase));
    if (damaged.length > 0) note('problem', `${damaged.length} snapshots in ${folder} are damaged`, 'crm backup verify');
    const newest = snapshots.at(-1);
    if (newest === undefined) return note('warning', `${folder} holds no snapshot`, 'crm backup create');
    const hours = (now.getTime() - Date.parse(newest.time)) / HOUR_MS;
    const proof = newest.verified ? 'restored once to prove it' : 'never restored to prove it';
    const message = `${snapshots.length === 1 ? '1 snapshot' : `${snapshots.length} snapshots`}, the newest is ${ageText(hours)} old, ${proof}`;
    if (hours > OLD_HOURS) note('warning', message, 'crm backup create');
    else if (!newest.verified) note('note', message, 'crm backup drill');
    else note('ok', message);
  } catch (error) {
    if (error instanceof CrmError && (error.code === 'PERMISSION' || error.code === 'CONFIRMATION_NEEDED' || error.code === 'USAGE')) {
      return note('warning', `${folder}: ${error.message}`, 'CRM_BACKUP_PASSPHRASE=… crm doctor');
    }
    noteError(note, error);
  }
}

/** `3 h`, `2 days` */
function ageText(hours: number): string {
  if (hours < 1) return 'less than an hour';
  return hours < 48 ? `${Math.floor(hours)} h` : `${Math.floor(hours / 24)} days`;
}
