import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** A process that has a file open. */
export interface FileUser {
  readonly pid: number;
  /** Its name, as the system has it; null where it does not say. */
  readonly name: string | null;
}

/** The byte of a log index that SQLite locks for the one who writes. */
const WAL_WRITE_LOCK = 120;

/** Other processes that have a file open, as far as the system tells of them: on Linux those of the same user. Never throws. */
export function usersOf(path: string): FileUser[] {
  const file = identityOf(path);
  if (file === null) return [];
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => namesIn(`/proc/${pid}/fd`).some((fd) => isSame(`/proc/${pid}/fd/${fd}`, path, file.ino)))
    .map((pid) => ({ pid: Number(pid), name: nameOf(pid) }));
}

/** The process that is writing to a SQLite file at this moment, as Linux tells; null where nobody is, or nothing is known. Takes no lock. */
export function writerOf(path: string): FileUser | null {
  const [file, log] = [identityOf(path), identityOf(`${path}-shm`)];
  const inodes = [file, log].map((one) => (one === null ? null : String(one.ino)));
  for (const line of textOf('/proc/locks').split('\n')) {
    // 1: POSIX  ADVISORY  WRITE 4711 08:01:1835021 120 120
    const [, , , kind, pid, place = '', from, to] = line.trim().split(/\s+/);
    const inode = place.split(':')[2];
    if (kind !== 'WRITE' || inode === undefined || Number(pid) === process.pid) continue;
    const isLog = inode === inodes[1] && Number(from) <= WAL_WRITE_LOCK && (to === 'EOF' || Number(to) >= WAL_WRITE_LOCK);
    if (isLog || inode === inodes[0]) return { pid: Number(pid), name: nameOf(String(pid)) };
  }
  return null;
}

function identityOf(path: string): { readonly ino: bigint } | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

function isSame(link: string, path: string, inode: bigint): boolean {
  try {
    return readlinkSync(link).endsWith(path.slice(path.lastIndexOf('/') + 1)) && statSync(link, { bigint: true }).ino === inode;
  } catch {
    return false; // the process has ended, or is somebody else's
  }
}

function nameOf(pid: string): string | null {
  const name = textOf(`/proc/${pid}/comm`).trim();
  return name === '' ? null : name;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
