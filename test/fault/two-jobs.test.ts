import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runAt } from '../support/fault/fault-place.ts';
import { reportFaults } from '../support/fault/fault-report.ts';
import { fewerRounds, randomOf, roundsOf } from '../support/fault/fault-settings.ts';
import { describeEachEngine } from '../support/engines.ts';
import { tempDir } from '../support/temp-dir.ts';

const POSTGRES_PART = 0.3;

describeEachEngine('two starts of a job in the same moment', (target) => {
  const all = roundsOf(0.3);
  const rounds = target.name === 'sqlite' ? all : fewerRounds(all, POSTGRES_PART);

  it(`two jobs at once [${target.name}]: exactly one works`, { timeout: 60_000 + rounds.length * 30_000 }, async () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'tmp'));
    const place = { engine: target.name, folder, db: target.freshUrl() } as const;
    const jobs = { n: { steps: [{ run: 'import pipe.csv --source shop' }] } };
    writeFileSync(join(folder, 'crm.config.json'), JSON.stringify({ jobs }));
    // A pipe: whichever of them works is at it until the other one has ended, however fast the machine is.
    expect(spawnSync('mkfifo', [join(folder, 'pipe.csv')]).status).toBe(0);
    expect((await runAt(place, ['init', '--quiet', '--yes'])).exitCode).toBe(0);
    const losses: string[] = [];
    for (const round of rounds) {
      // Started together, or one a little later: somewhere within the start of the other.
      const gapMs = randomOf('two jobs', round)(4) * 40;
      const start = async (waitMs: number): Promise<number | null> => {
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        const { exitCode, stderr } = await runAt(place, ['job', 'run', 'n', '--json']);
        if (exitCode === 11 && !/job n \(run \d+, since .*\) is at work on this database/.test(stderr)) losses.push(`${round}: ${stderr}`);
        return exitCode;
      };
      const both = [start(0), start(gapMs)];
      const first = await Promise.race(both);
      await writeFile(join(folder, 'pipe.csv'), `id,name,email\n${round},Person ${round},p${round}@example.com\n`);
      const codes = (await Promise.all(both)).sort();
      const { result } = JSON.parse((await runAt(place, ['job', 'history', '--json', '--limit', '1000'])).stdout) as {
        result: { runs: { status: string }[] };
      };
      const isWell = first === 11 && codes.join() === '0,11' && result.runs.length === rounds.indexOf(round) + 1;
      if (!isWell || result.runs[0]?.status !== 'done') losses.push(`round ${round}: ${codes.join()}, ${JSON.stringify(result.runs[0])}`);
    }
    const count = Number((await runAt(place, ['query', '--count'])).stdout);
    reportFaults({ scenario: `two jobs at once [${target.name}]`, rounds: rounds.length, faults: rounds.length, losses: losses.length });
    expect(losses).toEqual([]);
    expect(count).toBe(rounds.length);
  });
});
