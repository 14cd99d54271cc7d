import { type FileHandle, open, stat } from 'node:fs/promises';

interface OpenFile {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly handle: FileHandle;
}

/** Found by what they are: a path may come to mean another file. */
const openFiles: OpenFile[] = [];

/**
 * Opens a database file to read its bytes. It is opened once in a process and never closed: locks of files belong to the
 * process, and closing any descriptor of a file would drop those that SQLite holds on it here. Others would then take the
 * database for one that nobody has open, and remove its log.
 */
export async function openRawDatabase(path: string): Promise<FileHandle> {
  const { dev, ino } = await stat(path, { bigint: true });
  const known = openFiles.find((file) => file.dev === dev && file.ino === ino);
  if (known !== undefined) return known.handle;
  const handle = await open(path, 'r');
  const opened = await handle.stat({ bigint: true });
  openFiles.push({ dev: opened.dev, ino: opened.ino, handle });
  return handle;
}
