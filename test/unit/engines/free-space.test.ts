import { expect, test } from 'vitest';
import { requireFreeSpace } from '../../../src/engines/free-space.ts';
import { tempDir } from '../../support/temp-dir.ts';

const disks = (free: Readonly<Record<string, readonly [device: number, freeBytes: number]>>) => (folder: string) => {
  const [device, freeBytes] = free[folder] ?? [0, 0];
  return folder in free ? { device, freeBytes } : null;
};

test('each disk has to have what its folders need together', () => {
  const needs = [
    { folder: '/data', bytes: 60e6 },
    { folder: '/tmp', bytes: 60e6 },
  ];
  requireFreeSpace('this', needs, disks({ '/data': [1, 60e6], '/tmp': [2, 60e6] }));
  requireFreeSpace('this', needs, disks({ '/data': [1, 120e6], '/tmp': [1, 120e6] }));
  expect(() => requireFreeSpace('this', needs, disks({ '/data': [1, 100e6], '/tmp': [1, 100e6] }))).toThrow(
    expect.objectContaining({ code: 'DISK_FULL', exitCode: 15, message: 'this needs 120 MB on the disk of /tmp, which has 100 MB free' }),
  );
  expect(() => requireFreeSpace('this', needs, disks({ '/data': [1, 59e6], '/tmp': [2, 60e6] }))).toThrow(/disk of \/data/);
});

test('a disk that cannot be looked at is left to the work itself', () => {
  requireFreeSpace('this', [{ folder: '/gone', bytes: 1e18 }], disks({}));
  requireFreeSpace('this', [{ folder: `${tempDir()}/gone`, bytes: 1e18 }]);
});

test('a real disk has room for a byte, not for an exabyte', () => {
  requireFreeSpace('this', [{ folder: tempDir(), bytes: 1 }]);
  expect(() => requireFreeSpace('this', [{ folder: tempDir(), bytes: 1e18 }])).toThrow(/^this needs /);
});
