import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { importFiles } from '../../src/import/import-files.ts';
import { inspectFile } from '../../src/import/inspect-file.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { ROOT } from '../support/cli.ts';
import { mutated } from '../support/mutations.ts';
import { randomNumbers } from '../support/people-file.ts';
import { tempDir } from '../support/temp-dir.ts';

/** All rounds together; another seed makes other files: CRM_FUZZ_SEED=7 CRM_FUZZ_ROUNDS=100000. */
const ROUNDS = Number(process.env.CRM_FUZZ_ROUNDS ?? 10_000);
const SEED = Number(process.env.CRM_FUZZ_SEED ?? 1);
/** A small file that takes longer than this is hanging. */
const HANG_MS = 10_000;

const fixture = (name: string): Buffer => readFileSync(join(ROOT, 'fixtures', name));

/** Name of the file, its bytes, and its share of the rounds. */
const CORPUS: readonly (readonly [name: string, bytes: () => Uint8Array, share: number])[] = [
  ['contacts.csv', () => fixture('contacts.csv'), 0.2],
  ['broken-rows.csv', () => fixture('broken-rows.csv'), 0.15],
  ['contacts-zh.csv', () => fixture('contacts-zh.csv'), 0.1],
  ['contacts-gb18030.csv', () => fixture('contacts-gb18030.csv'), 0.1],
  ['utf16.csv', () => Buffer.from(`\ufeff${fixture('contacts-zh.csv')}`, 'utf16le'), 0.05],
  ['contacts.ndjson', () => fixture('contacts.ndjson'), 0.1],
  ['contacts.json', () => fixture('contacts.json'), 0.1],
  ['contacts.vcf', () => fixture('contacts.vcf'), 0.1],
  ['contacts.xlsx', () => fixture('contacts.xlsx'), 0.05],
  ['contacts.csv.gz', () => gzipSync(fixture('contacts.csv')), 0.05],
];

let folder = '';
let repository: Repository;
beforeAll(async () => {
  folder = tempDir();
  repository = await openRepository(join(folder, 'fuzz.db'), { create: true });
});
afterAll(() => repository.close());

describe.each(CORPUS)('%s, damaged', (name, bytes, share) => {
  test('is refused with a clear error, or every row is accounted for', { timeout: 600_000 }, async () => {
    const original = bytes();
    const path = join(folder, name);
    const random = randomNumbers(SEED * 1000 + name.length);
    let refused = 0;
    let accepted = 0;
    for (let round = 0; round < ROUNDS * share; round++) {
      const damaged = mutated(original, random);
      writeFileSync(path, damaged);
      const startMs = performance.now();
      try {
        await checkOne(path, damaged.length);
        accepted++;
      } catch (error) {
        if (!(error instanceof CrmError) || error.exitCode === 1) {
          throw new Error(`round ${round}, seed ${SEED}: ${damaged.toString('base64')}`, { cause: error });
        }
        expect(error.message).toMatch(/\S/);
        refused++;
      }
      expect(performance.now() - startMs, `round ${round}: ${damaged.toString('base64')}`).toBeLessThan(HANG_MS);
    }
    rmSync(path, { force: true });
    expect(refused + accepted).toBeGreaterThan(0);
  });
});

/** Imports the file in a dry run; what `inspect` and `import` say of it must agree. */
async function checkOne(path: string, sizeBytes: number): Promise<void> {
  const { result } = await importFiles(repository, { paths: [path], dryRun: true, region: 'CN' });
  const { read, created, updated, unchanged, skipped, rejected } = result;
  expect(read).toBe(created + updated + unchanged + skipped + rejected);
  expect(read).toBeLessThanOrEqual(sizeBytes * 1100);
  if (read % 8 !== 0) return;
  const inspection = await inspectFile({ path, region: 'CN' });
  expect({ rows: inspection.result.rows, rejected: inspection.result.rejected }).toEqual({ rows: read, rejected });
}
