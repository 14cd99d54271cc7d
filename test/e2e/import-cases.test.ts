import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import type { ImportResult } from '../../src/import/import-files.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { everyone, IMPORT_CASES, type Step } from '../contract/import-cases.ts';
import { runCli } from '../support/cli.ts';
import { countsOf, inconsistencies } from '../support/customer-database.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Of standard input, whose size nobody knows, the threads for large files read and index even a few rows. */
const CASES = Object.entries(IMPORT_CASES).filter(([, { steps }]) =>
  steps.every(([, , options]) => options?.name === undefined || options.source !== undefined),
);

function flagsOf(options: Step[2] = {}): string[] {
  const flags: string[] = [];
  if (options.source !== undefined) flags.push('--source', options.source);
  if (options.match !== undefined) flags.push('--match', options.match.length === 0 ? 'none' : options.match.join());
  if (options.onMatch !== undefined) flags.push('--on-match', options.onMatch);
  if (options.blank !== undefined) flags.push('--blank', options.blank);
  for (const tag of options.tags ?? []) flags.push('--tag', tag);
  return flags;
}

describe('the program, from a pipe, through its threads: imports find customers', () => {
  it('in nearly all of the cases', () => {
    expect(CASES.length).toBeGreaterThan(15);
  });

  it.each(CASES)('%s', async (_, { steps, customers }) => {
    const cwd = tempDir();
    for (const [input, counts, options] of steps) {
      const result = await runCli(['import', '-', ...flagsOf(options), '--json'], { cwd, input });
      expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(countsOf(JSON.parse(result.stdout) as { result: ImportResult })).toBe(counts);
    }
    const path = join(cwd, 'crm.db');
    const repository = await openRepository(path);
    const engine = await openEngine(path, { create: false, busyTimeoutMs: 1000 });
    const shown = JSON.parse(JSON.stringify(await everyone({ repository, engine })).replaceAll('"stdin:', '"people:')) as unknown[];
    expect(shown).toHaveLength(customers.length);
    expect(shown).toMatchObject(customers);
    expect(await inconsistencies(engine)).toEqual([]);
    await repository.close();
    await engine.close();
  });
});
