import { statfsSync } from 'node:fs';

/** Kinds of file systems by the number that Linux gives them, whose locks do not reach every computer, or may not work at all. */
const SHARED: Readonly<Record<number, string>> = {
  26985: 'NFS',
  4283649346: 'CIFS',
  4266872130: 'SMB',
  16914839: '9p',
  1702057286: 'FUSE',
  1799439955: 'AFS',
};

/** The kind of a file system on which SQLite cannot rely on locks; null for a usual one, or where nothing is known. Never throws. */
export function sharedFileSystem(folder: string): string | null {
  if (process.platform !== 'linux') return null;
  try {
    return SHARED[statfsSync(folder).type >>> 0] ?? null;
  } catch {
    return null;
  }
}
