import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RejectsFiles } from '../../../src/import/rejects-files.ts';
import { tempDir } from '../../support/temp-dir.ts';

const REJECT = { line: 2, byte: 10, column: null, code: 'X', reason: 'too short', cells: ['Ada'] };

function rejected(path: string): RejectsFiles {
  const rejects = new RejectsFiles(path);
  rejects.begin('people.csv', ['name']);
  rejects.add([REJECT]);
  return rejects;
}

describe('a rejects file', () => {
  it('has its name before all is done, and what had it before is gone at the end', () => {
    const folder = tempDir();
    const path = join(folder, 'r.csv');
    writeFileSync(path, 'older');
    const rejects = rejected(path);
    expect(readFileSync(path, 'utf8')).toBe('older');
    rejects.publish();
    expect(readFileSync(path, 'utf8')).toContain('too short');
    expect(rejects.finish()).toEqual([{ path, rows: 1 }]);
    expect(readdirSync(folder)).toEqual(['r.csv']);
  });

  it.each([
    ['what was there comes back', 'older', ['r.csv']],
    ['nothing is left where nothing was', null, []],
  ])('is taken back when the database does not commit: %s', (_, older, files) => {
    const folder = tempDir();
    const path = join(folder, 'r.csv');
    if (older !== null) writeFileSync(path, older);
    const rejects = rejected(path);
    rejects.publish();
    rejects.discard();
    expect(readdirSync(folder)).toEqual(files);
    if (older !== null) expect(readFileSync(path, 'utf8')).toBe(older);
  });

  it('that cannot get its name says so, and leaves what has it', () => {
    const folder = tempDir();
    const path = join(folder, 'r.csv');
    const rejects = rejected(path);
    mkdirSync(path);
    expect(() => rejects.publish()).toThrow(expect.objectContaining({ code: 'OUTPUT_FAILED' }));
    rejects.discard();
    expect(readdirSync(folder)).toEqual(['r.csv']);
  });
});
