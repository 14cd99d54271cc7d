import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { inconsistencies } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { peopleCsv } from '../support/people-file.ts';
import type { RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const LARGE_ROWS = 26_000;

describeEachEngine('processes at the same time', (target) => {
  const importing = (folder: string, file: string, db: string, busyTimeoutMs: number): Promise<RunResult> =>
    runCli(['import', file, '--db', db, '--source', file, '--quiet', '--rejects', `${file}.bad`], {
      cwd: folder,
      timeoutMs: 90_000,
      env: { CRM_BUSY_TIMEOUT_MS: String(busyTimeoutMs) },
    });

  async function check(db: string, sources: Readonly<Record<string, number>>): Promise<void> {
    const engine = await target.open(db);
    const found = await engine.all<{ source: string; n: number }>(
      'SELECT source, count(*) AS n FROM external_ids GROUP BY source ORDER BY source',
    );
    expect(Object.fromEntries(found.map(({ source, n }) => [source, n]))).toEqual(sources);
    const [names] = await engine.all<{ n: number }>("SELECT count(*) AS n FROM customers WHERE name LIKE 'Only in%'");
    expect(names?.n).toBe(Object.keys(sources).length);
    expect(await inconsistencies(engine)).toEqual([]);
    await engine.close();
  }

  it('make one database together: every import is whole, none is lost', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 2; round++) {
      const folder = tempDir();
      const db = target.freshUrl();
      const files = ['a', 'b', 'c', 'd'];
      for (const file of files)
        writeFileSync(join(folder, file), `id,name,email\n1,Only in ${file},${file}@x.org\n2,Shared,shared@x.org\n`);
      const results = await Promise.all(files.map((file) => importing(folder, file, db, 20_000)));
      for (const { exitCode, stderr } of results) expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      await check(db, { a: 2, b: 2, c: 2, d: 2 });
    }
  });

  // Of SQLite both: the index of a large load is made beside the database before the lock is had.
  const waits: [string, number][] = target.name === 'sqlite' ? [['one waits for the other', 60_000]] : [];
  it.each<[string, number]>([...waits, ['one is told to try later', 50]])(
    'large imports: %s',
    { timeout: 120_000 },
    async (_, busyTimeoutMs) => {
      const folder = tempDir();
      const db = target.freshUrl();
      const files = ['a', 'b'];
      for (const [index, file] of files.entries()) {
        const people = peopleCsv(LARGE_ROWS, { seed: index + 1 }).replaceAll('@example.org', `@${file}.example`);
        writeFileSync(join(folder, file), `${people}${LARGE_ROWS + 1},Only in ${file},only@${file}.example,,,,,\n`);
      }
      let results = await Promise.all(files.map((file) => importing(folder, file, db, busyTimeoutMs)));
      for (let tries = 0; tries < 10 && results.some(({ exitCode }) => exitCode === 11); tries++) {
        for (const { exitCode, stderr } of results) {
          if (exitCode === 11) expect(stderr).toMatch(/^error: .*(another run is writing|being written to by another run).*\nhint: wait/);
        }
        results = await Promise.all(
          files.map((file, index) =>
            results[index]?.exitCode === 11 ? importing(folder, file, db, busyTimeoutMs) : (results[index] as RunResult),
          ),
        );
      }
      expect(results.map(({ exitCode }) => exitCode)).toEqual([3, 3]);
      const sources = Object.fromEntries(files.map((file) => [file, countIds(readFileSync(join(folder, file), 'utf8'))]));
      await check(db, sources);
    },
  );

  /** How many external ids a file gives: those of the rows that are taken. */
  function countIds(csv: string): number {
    const rows = csv
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/"[^"]*"/g, '').split(','));
    return new Set(rows.filter((cells) => cells.length === 8 && cells[0] !== '').map(([id]) => id)).size;
  }
});

describe('an import while another one is open', () => {
  it('is told who is busy, and readers read on', { timeout: 60_000 }, async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'large.csv'), peopleCsv(30_000));
    writeFileSync(join(folder, 'small.csv'), 'email,name\nz@x.org,Zoe\n');
    await runCli(['import', 'small.csv'], { cwd: folder });
    let isDone = false;
    const large = runCli(['import', 'large.csv', '--quiet'], { cwd: folder, timeoutMs: 60_000 }).finally(() => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const seen: string[] = [];
    const busy: number[] = [];
    while (!isDone) {
      seen.push((await runCli(['query', '--count'], { cwd: folder })).stdout.trim());
      const second = await runCli(['edit', '1', 'city=Rome'], { cwd: folder, env: { CRM_BUSY_TIMEOUT_MS: '0' } });
      busy.push(second.exitCode as number);
    }
    expect((await large).exitCode).toBe(3);
    expect(seen.slice(0, -1).every((count) => count === '1')).toBe(true);
    expect(busy[0]).toBe(11);
    expect(busy.every((exitCode) => exitCode === 11 || exitCode === 0)).toBe(true);
  });
});
