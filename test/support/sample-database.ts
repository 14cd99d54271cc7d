import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { runCli } from './cli.ts';
import { tempDir } from './temp-dir.ts';

/** Seven customers: quotes, line ends, Chinese, a custom field, tags, ids of another system. */
export const PEOPLE = `id,name,email,phone,city,country,company,tags,Lead source,notes
1,Ada Lovelace,ada@example.com,+442079460000,London,GB,Analytical Engines,vip; early,fair,"first ""programmer"""
2,Max Müller,max@example.de,+4930123456,Berlin,DE,Müller GmbH,vip,web,"two
lines"
3,王小明,wang@example.cn,+8613800138000,上海,CN,远大有限公司,,展会,
4,Bob Stone,bob@example.com,,Berlin,DE,Stone,,web,=1+1
5,Eve Green,eve@example.com,+4930999999,Berlin,DE,Green,cold,,007
6,Zoë Ångström,zoe@example.se,,Malmö,SE,,,fair,
7,,nobody@example.com,,,,,,,
`;

/** A folder with a `crm.db` of the people above, imported as run 1 from `people.csv` (source `shop`). */
export async function sampleFolder(): Promise<string> {
  first ??= makeFolder();
  const made = await first;
  const cwd = tempDir();
  for (const file of ['people.csv', 'crm.db']) copyFileSync(join(made, file), join(cwd, file));
  return cwd;
}

/** One import for all tests of a file; the others get a copy. */
let first: Promise<string> | undefined;

async function makeFolder(): Promise<string> {
  const cwd = tempDir();
  writeFileSync(join(cwd, 'people.csv'), PEOPLE);
  const { exitCode, stderr } = await runCli(['import', 'people.csv', '--source', 'shop', '--quiet'], { cwd });
  if (exitCode !== 0) throw new Error(`the sample was not imported: ${stderr}`);
  return cwd;
}

/** Works on the database of such a folder through the library. */
export async function withRepository<T>(
  cwd: string,
  work: (repository: Repository) => Promise<T>,
  database = join(cwd, 'crm.db'),
): Promise<T> {
  const repository = await openRepository(database, { actor: 'tester' });
  try {
    return await work(repository);
  } finally {
    await repository.close();
  }
}

/** The result in the one JSON object that a command printed. */
export function resultOf<T = Record<string, unknown>>(stdout: string): T {
  const envelope = JSON.parse(stdout) as { ok: boolean; result: T };
  if (!envelope.ok) throw new Error(stdout);
  return envelope.result;
}
