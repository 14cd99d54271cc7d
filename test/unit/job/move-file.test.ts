import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { moveInto } from '../../../src/job/move-file.ts';
import { tempDir } from '../../support/temp-dir.ts';

describe('moving a dropped file', () => {
  const place = (): { path: string; done: string } => {
    const folder = tempDir();
    const [path, done] = [join(folder, 'a.csv'), join(folder, 'done')];
    writeFileSync(path, 'new');
    return { path, done };
  };

  it('overwrites nothing: a taken name gets a number', () => {
    const { path, done } = place();
    mkdirSync(done);
    writeFileSync(join(done, 'a.csv'), 'old');
    writeFileSync(join(done, 'a-2.csv'), 'older');
    expect(moveInto(path, done)).toBe(join(done, 'a-3.csv'));
    expect(readdirSync(done).map((name) => readFileSync(join(done, name), 'utf8'))).toEqual(['older', 'new', 'old']);
    expect(existsSync(path)).toBe(false);
  });

  it('ends a move that was broken off when the file had both names', () => {
    const { path, done } = place();
    mkdirSync(done);
    writeFileSync(join(done, 'a.csv'), 'old');
    linkSync(path, join(done, 'a-2.csv'));
    expect(moveInto(path, done)).toBe(join(done, 'a-2.csv'));
    expect([existsSync(path), readdirSync(done)]).toEqual([false, ['a-2.csv', 'a.csv']]);
  });

  it('takes a file with the same bytes on the same disk for another one', () => {
    const { path, done } = place();
    mkdirSync(done);
    copyFileSync(path, join(done, 'a.csv'));
    const { atime, mtime } = statSync(path);
    utimesSync(join(done, 'a.csv'), atime, mtime);
    expect(moveInto(path, done)).toBe(join(done, 'a-2.csv'));
  });

  it.skipIf(!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync(tempDir()).dev)('copies to another disk whole, once', () => {
    const { path } = place();
    const done = mkdtempSync('/dev/shm/crm-test-');
    const mtime = new Date('2024-02-03T04:05:06Z');
    utimesSync(path, mtime, mtime);
    copyFileSync(path, join(done, 'a.csv'));
    utimesSync(join(done, 'a.csv'), mtime, mtime);
    // What a move left that was broken off after its copy.
    writeFileSync(join(done, '.b.csv.part'), 'half');
    expect([moveInto(path, done), readdirSync(done).sort()]).toEqual([join(done, 'a.csv'), ['.b.csv.part', 'a.csv']]);
    const other = join(path, '..', 'b.csv');
    writeFileSync(other, 'whole');
    expect(moveInto(other, done)).toBe(join(done, 'b.csv'));
    expect([readFileSync(join(done, 'b.csv'), 'utf8'), existsSync(other), readdirSync(done).sort()]).toEqual([
      'whole',
      false,
      ['a.csv', 'b.csv'],
    ]);
    rmSync(done, { recursive: true });
  });

  it('leaves the file where it is when the folder cannot be made', () => {
    const { path, done } = place();
    writeFileSync(done, 'a file');
    expect(() => moveInto(path, done)).toThrow(/cannot be moved to/);
    expect(readFileSync(path, 'utf8')).toBe('new');
  });
});
