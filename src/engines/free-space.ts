import { statSync, statfsSync } from 'node:fs';
import { CrmError } from '../errors.ts';

/** Bytes that something needs in a folder. */
export interface SpaceNeeded {
  readonly folder: string;
  readonly bytes: number;
}

/** What is known of the disk of a folder; the same `device` is the same disk. */
export interface DiskSpace {
  readonly device: number;
  readonly freeBytes: number;
}

/**
 * Checks beforehand that a disk has the space that something needs; needs of one disk add up.
 * @param look how the disk of a folder is looked at
 * @throws {CrmError} DISK_FULL naming the folder; nothing is known of a disk that cannot be looked at
 */
export function requireFreeSpace(
  what: string,
  needs: readonly SpaceNeeded[],
  look: (folder: string) => DiskSpace | null = diskSpace,
): void {
  const wanted = new Map<number, number>();
  for (const { folder, bytes } of needs) {
    const disk = look(folder);
    if (disk === null) continue;
    const sum = (wanted.get(disk.device) ?? 0) + bytes;
    wanted.set(disk.device, sum);
    if (sum <= disk.freeBytes) continue;
    throw new CrmError(
      'DISK_FULL',
      `${what} needs ${megabytes(Math.ceil(sum / 1e5))} on the disk of ${folder}, which has ${megabytes(Math.floor(disk.freeBytes / 1e5))} free`,
      {
        hint: 'free some space, or let temporary files go elsewhere with TMPDIR; nothing was changed',
        details: { neededBytes: sum, freeBytes: disk.freeBytes },
      },
    );
  }
}

/** Looks at the disk of a folder; null where that cannot be done. */
export function diskSpace(folder: string): DiskSpace | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return { device: statSync(folder).dev, freeBytes: bavail * bsize };
  } catch {
    return null; // the work itself will say what is wrong
  }
}

function megabytes(tenths: number): string {
  return `${tenths < 100 ? tenths / 10 : Math.round(tenths / 10)} MB`;
}
