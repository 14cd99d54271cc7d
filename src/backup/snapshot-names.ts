import { join } from 'node:path';
import { namesIn } from './repository-files.ts';
import { MANIFEST_FILE, SNAPSHOT_FOLDER } from './snapshot-list.ts';

/** Ids of the snapshots whose manifests a repository has, the newest first, without opening it; none where there is no repository. */
export function snapshotNames(folder: string): string[] {
  const files = namesIn(join(folder, SNAPSHOT_FOLDER), MANIFEST_FILE);
  return [...new Set(files.map((file) => file.slice(0, file.indexOf('.'))))].sort().reverse();
}
