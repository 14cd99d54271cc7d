import { describe, expect, it } from 'vitest';
import { postgresAvailable } from '../postgres.ts';
import { copyPlace, dropPlace, type FaultPlace } from './fault-place.ts';
import { reportFaults } from './fault-report.ts';
import { type Control, controlOf, DEFAULT_RECOVERY, type FaultScenario, recoveredProblems, repeatedProblems } from './fault-scenario.ts';
import { fewerRounds, isLongRun, randomOf, reproduction, roundsOf } from './fault-settings.ts';
import { killAt, surelyKilled } from './killed-command.ts';
import { KillMoments, momentText } from './kill-moments.ts';

/** PostgreSQL has crash recovery of its own: there it is a client that is killed. */
const POSTGRES_PART = 0.2;
/** Shares from which on there is time in CI for both engines; a long run has it for all. */
const BOTH_ENGINES_SHARE = 0.4;

/** Declares the tests of such commands, one for each engine. */
export function describeKills(about: string, scenarios: readonly FaultScenario[]): void {
  describe(`SIGKILL at any moment: ${about}`, () => {
    for (const scenario of scenarios) {
      for (const engine of enginesOf(scenario)) {
        const all = roundsOf(scenario.share);
        const rounds = engine === 'sqlite' ? all : fewerRounds(all, POSTGRES_PART);
        const name = `kill ${scenario.name} [${engine}]`;
        it.skipIf(engine === 'postgres' && !postgresAvailable)(name, { timeout: 120_000 + rounds.length * 60_000 }, () =>
          survives(name, engine, scenario, rounds),
        );
      }
    }
  });
}

function enginesOf({ engines, share }: FaultScenario): readonly FaultPlace['engine'][] {
  return engines ?? (isLongRun || share >= BOTH_ENGINES_SHARE ? ['sqlite', 'postgres'] : ['sqlite']);
}

async function survives(name: string, engine: FaultPlace['engine'], scenario: FaultScenario, rounds: readonly number[]): Promise<void> {
  const control = await controlOf(engine, scenario);
  const moments = new KillMoments(control.profile, control.durationMs);
  const losses: string[] = [];
  const counts = { kills: 0, whileRecovering: 0, tooLate: 0 };
  for (const round of rounds) {
    const done = await killedRound(scenario, control, moments, randomOf(name, round));
    counts.kills += done.kills > 0 ? 1 : 0;
    counts.whileRecovering += Math.max(0, done.kills - 1);
    counts.tooLate += done.tooLate;
    if (done.problems.length > 0)
      losses.push([`killed ${done.moments.join(', then ')}`, reproduction(name, round), ...done.problems].join('\n  '));
  }
  const { kills: faults, ...more } = counts;
  reportFaults({ scenario: name, rounds: rounds.length, faults, ...more, losses: losses.length });
  await dropPlace(control.base);
  expect(losses.slice(0, 5).join('\n')).toBe('');
  expect(faults, 'rounds in which a running process was killed').toBe(rounds.length);
}

/** What came of one round. */
interface Round {
  readonly kills: number;
  readonly tooLate: number;
  readonly moments: readonly string[];
  readonly problems: readonly string[];
}

async function killedRound(
  scenario: FaultScenario,
  control: Control,
  killMoments: KillMoments,
  random: (bound: number) => number,
): Promise<Round> {
  let made: FaultPlace | null = null;
  const anew = async (): Promise<FaultPlace> => {
    if (made !== null) await dropPlace(made);
    made = await copyPlace(control.base);
    return made;
  };
  const { tooLate, place, ...first } = await surelyKilled(scenario.command, killMoments, random, anew);
  const kills = [first];
  if (first.wasKilled && random(3) === 0) {
    // The next command, which brings all in order, is killed as well, if it is not over before.
    const next = random(2) === 0 ? scenario.command : (scenario.recovery ?? DEFAULT_RECOVERY);
    const second = await killAt(place, next, killMoments.choose(random));
    if (second.wasKilled) kills.push(second);
  }
  const faulted = { scenario, control, place };
  const isAcknowledged = first.result.exitCode === control.exitCode || first.result.stdout.includes('"ok":true');
  const problems = [
    ...(await recoveredProblems(faulted, { isAcknowledged, isOnce: kills.length === 1, probe: random(2) === 0 })),
    ...(await repeatedProblems(faulted)),
  ];
  await dropPlace(place);
  const wasHit = kills.filter(({ wasKilled }) => wasKilled).length;
  return { problems, kills: wasHit, tooLate, moments: kills.map(({ moment }) => momentText(moment)) };
}
