import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../run-program.ts';
import { copyPlace, dropPlace, type FaultPlace, runAt } from './fault-place.ts';
import { reportFaults } from './fault-report.ts';
import { type Control, controlOf, DEFAULT_RECOVERY, type FaultScenario, recoveredProblems, repeatedProblems } from './fault-scenario.ts';
import { isLongRun, randomOf, reproduction, roundsOf } from './fault-settings.ts';
import { canMount, smallDisk } from './small-disk.ts';

const DISK_KILOBYTES = 96 * 1024;
const BLOCK = 4096;
const TRIES = 8;
/** In CI there is time for the main commands. */
const MAIN_SHARE = 0.5;
/** What there is beside the database file while it is open. */
const SPARE_BYTES = 256 * 1024;
/** In these words the user is told; nothing of the engine's own. */
const SAID = /^error: .*(no space left|reading or writing .* failed|needs .* on the disk of).*\nhint: .+\n$/;

/** Declares tests in which the disk fills up at any moment of these commands, with less space left than they need. */
export function describeFullDisk(scenarios: readonly FaultScenario[]): void {
  describe.skipIf(!canMount)('a disk that fills up', () => {
    for (const scenario of scenarios.filter(({ share }) => isLongRun || share >= MAIN_SHARE)) {
      const name = `full disk: ${scenario.name}`;
      const rounds = roundsOf(scenario.share * 0.3);
      it(name, { timeout: 120_000 + rounds.length * 60_000 }, () => survives(name, scenario, rounds));
    }
  });
}

/** How much space is left in the next round: less when it was enough. */
class FreeSpace {
  #most: number;

  constructor({ bytes }: Control) {
    this.#most = 2 * Math.max(0, bytes.after - bytes.before) + SPARE_BYTES;
  }

  choose(random: (bound: number) => number): number {
    return random(Math.ceil(this.#most / BLOCK)) * BLOCK;
  }

  learn(wasFull: boolean): void {
    this.#most *= wasFull ? 1.05 : 0.8;
  }
}

async function survives(name: string, scenario: FaultScenario, rounds: readonly number[]): Promise<void> {
  const control = await controlOf('sqlite', scenario);
  const disk = smallDisk(DISK_KILOBYTES) as string;
  const space = new FreeSpace(control);
  const losses: string[] = [];
  let [faults, tooLate] = [0, 0];
  for (const round of rounds) {
    const random = randomOf(name, round);
    for (let tries = 0; tries < TRIES; tries++) {
      const free = space.choose(random);
      const { wasFull, problems } = await fullRound(scenario, control, join(disk, 'place'), free);
      space.learn(wasFull);
      if (problems.length > 0) losses.push([`${free} bytes were left`, reproduction(name, round), ...problems].join('\n  '));
      if (wasFull) faults++;
      else tooLate++;
      if (wasFull || problems.length > 0) break;
    }
  }
  reportFaults({ scenario: name, rounds: rounds.length, faults, tooLate, losses: losses.length });
  await dropPlace(control.base);
  expect(losses.slice(0, 5).join('\n')).toBe('');
  expect(faults, 'rounds in which the disk was full').toBe(rounds.length);
}

async function fullRound(
  scenario: FaultScenario,
  control: Control,
  folder: string,
  free: number,
): Promise<{ readonly wasFull: boolean; readonly problems: readonly string[] }> {
  const place = await copyPlace(control.base, folder);
  const ballast = fill(folder, free);
  const result = await runAt(place, scenario.command);
  const wasFull = result.exitCode !== control.exitCode;
  const problems = wasFull ? saidProblems(result) : [];
  const other = await readingProblems(place, scenario, control);
  rmSync(ballast);
  const faulted = { scenario, control, place };
  problems.push(...other, ...(await recoveredProblems(faulted, { isAcknowledged: !wasFull, isOnce: true, probe: false })));
  problems.push(...(await repeatedProblems(faulted)));
  await dropPlace(place);
  return { wasFull, problems };
}

/** Leaves so much space on the disk of a folder. @returns the file that takes the rest */
function fill(folder: string, free: number): string {
  const ballast = join(folder, '..', 'ballast');
  const { bavail, bsize } = statfsSync(folder);
  const bytes = bavail * bsize - free;
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bytes)));
  return ballast;
}

function saidProblems({ exitCode, signal, stderr, stdout }: RunResult): string[] {
  const problems: string[] = [];
  if (exitCode !== 15) problems.push(`it ended with ${exitCode ?? signal}, not with 15: ${stderr}`);
  else if (!SAID.test(stderr)) problems.push(`it said: ${stderr}`);
  if (stdout !== '') problems.push(`it printed: ${stdout}`);
  return problems;
}

/** Who only reads while the disk is full reads, or is told. */
async function readingProblems(place: FaultPlace, { recovery = DEFAULT_RECOVERY }: FaultScenario, control: Control): Promise<string[]> {
  const result = await runAt(place, recovery);
  if (result.exitCode === 0 || (result.exitCode === 10 && control.old.exact === null)) return [];
  return saidProblems(result).map((one) => `crm ${recovery.join(' ')} on the full disk: ${one}`);
}
