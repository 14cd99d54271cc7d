import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { damages, inconsistencies } from '../customer-database.ts';
import { schemaStatus } from '../../../src/engines/migrator.ts';
import { postgresAvailable, untilNobodyIsConnected } from '../postgres.ts';
import { beginEra, type CanonicalState, canonicalState, type Era, stateDifferences, stateHash } from './canonical-state.ts';
import { copyPlace, doneAt, dropPlace, type FaultPlace, newPlace, runAt, withEngine } from './fault-place.ts';
import { reportFaults } from './fault-report.ts';
import { fewerRounds, randomOf, reproduction, roundsOf } from './fault-settings.ts';
import { killAt, profileAt, surelyKilled, timedAt } from './killed-command.ts';
import { KillMoments, momentText } from './kill-moments.ts';

/** A command that is killed again and again, each time on a fresh copy of the same place. */
export interface KillScenario {
  readonly name: string;
  readonly command: readonly string[];
  /** Files in the folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Makes what the command meets; the database does not exist before. */
  readonly prepare?: (place: FaultPlace) => Promise<void>;
  /** It works in one transaction: after a kill there is exactly the old state or the new one. */
  readonly atomic: boolean;
  /** How it ends when there is nothing left to do for it, where that is no success. */
  readonly exitWhenDone?: number;
  /** A command that comes next and brings all in order; a mere count by default. */
  readonly recovery?: readonly string[];
  /** What is wrong after the next command, beside what goes for every database. */
  readonly problems?: (place: FaultPlace) => Promise<readonly string[]>;
  /** What there is at the end beside the database: it must be the same as when nobody is killed. */
  readonly outcome?: (place: FaultPlace, era: Era) => Promise<unknown>;
  /** A command that clears away temporary files of processes that are gone, where repeating the command need not. */
  readonly sweep?: readonly string[];
  /** Files that may stay until they are needed again: locks that nobody holds. */
  readonly mayStay?: RegExp;
  /** The part of the usual rounds that there is time for in CI. */
  readonly share: number;
  readonly engines?: readonly FaultPlace['engine'][];
}

/** One state, compared run by run or as a whole; null where there is no database, or nothing in it. */
interface States {
  readonly exact: CanonicalState | null;
  readonly joined: CanonicalState | null;
}

/** What the command comes to when nobody kills it. */
interface Control {
  readonly base: FaultPlace;
  readonly era: Era;
  readonly old: States;
  readonly done: States;
  readonly exitCode: number | null;
  readonly outcome: string;
  readonly files: readonly string[];
  readonly moments: KillMoments;
}

/** PostgreSQL has crash recovery of its own: there it is a client that is killed. */
const POSTGRES_PART = 0.2;
const DEFAULT_RECOVERY = ['query', '--count'];

/** Declares the tests of such commands, one for each engine. */
export function describeKills(about: string, scenarios: readonly KillScenario[]): void {
  describe(`SIGKILL at any moment: ${about}`, () => {
    for (const scenario of scenarios) {
      for (const engine of scenario.engines ?? (['sqlite', 'postgres'] as const)) {
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

async function survives(name: string, engine: FaultPlace['engine'], scenario: KillScenario, rounds: readonly number[]): Promise<void> {
  const control = await controlOf(engine, scenario);
  const losses: string[] = [];
  const counts = { kills: 0, whileRecovering: 0, tooLate: 0 };
  for (const round of rounds) {
    const done = await killedRound(scenario, control, randomOf(name, round));
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

async function controlOf(engine: FaultPlace['engine'], scenario: KillScenario): Promise<Control> {
  const base = await newPlace(engine, scenario.files);
  await scenario.prepare?.(base);
  const era = await (scenario.prepare === undefined ? beginEra(null, base.folder) : withEngine(base.db, (db) => beginEra(db, base.folder)));
  const place = await copyPlace(base);
  const old = await bothStates(place, era);
  const { result, durationMs } = await timedAt(place, scenario.command);
  expect([0, 3], `crm ${scenario.command.join(' ')}: ${result.stderr}`).toContain(result.exitCode);
  const done = await bothStates(place, era);
  expect(await problemsOf(place, scenario)).toEqual([]);
  const outcome = await outcomeOf(scenario, place, era);
  const files = filesOf(place);
  await dropPlace(place);

  // Doing it once more shows that what is compared is the same every time.
  const second = await copyPlace(base);
  const { profile } = await profileAt(second, scenario.command);
  expect(stateDifferences(await stateOf(second, era, 'exact'), done.exact)).toEqual([]);
  expect(await outcomeOf(scenario, second, era)).toBe(outcome);
  await dropPlace(second);
  return { base, era, old, done, exitCode: result.exitCode, outcome, files, moments: new KillMoments(profile, durationMs) };
}

async function bothStates(place: FaultPlace, era: Era): Promise<States> {
  return { exact: await stateOf(place, era, 'exact'), joined: await stateOf(place, era, 'joined') };
}

/** What came of one round. */
interface Round {
  readonly kills: number;
  readonly tooLate: number;
  readonly moments: readonly string[];
  readonly problems: readonly string[];
}

async function killedRound(scenario: KillScenario, control: Control, random: (bound: number) => number): Promise<Round> {
  let place: FaultPlace | null = null;
  const anew = async (): Promise<FaultPlace> => {
    if (place !== null) await dropPlace(place);
    place = await copyPlace(control.base);
    return place;
  };
  const { tooLate, ...first } = await surelyKilled(scenario.command, control.moments, random, anew);
  const at = place as unknown as FaultPlace;
  const kills = [first];
  if (first.wasKilled && random(3) === 0) {
    // The next command, which brings all in order, is killed as well, if it is not over before.
    const next = random(2) === 0 ? scenario.command : (scenario.recovery ?? DEFAULT_RECOVERY);
    const second = await killAt(at, next, control.moments.choose(random));
    if (second.wasKilled) kills.push(second);
  }
  const isAcknowledged = first.result.exitCode === control.exitCode || first.result.stdout.includes('"ok":true');
  const problems = [
    ...(await recoveredProblems(scenario, control, at, { isAcknowledged, isExact: kills.length === 1, probe: random(2) === 0 })),
    ...(await repeatedProblems(scenario, control, at)),
  ];
  await dropPlace(at);
  const wasHit = kills.filter(({ wasKilled }) => wasKilled).length;
  return { problems, kills: wasHit, tooLate, moments: kills.map(({ moment }) => momentText(moment)) };
}

/** What is wrong once the next command has run. */
async function recoveredProblems(
  scenario: KillScenario,
  control: Control,
  place: FaultPlace,
  { isAcknowledged, isExact, probe }: { readonly isAcknowledged: boolean; readonly isExact: boolean; readonly probe: boolean },
): Promise<string[]> {
  const problems: string[] = [];
  if (place.engine === 'postgres') await untilNobodyIsConnected(place.db);
  if (probe || scenario.recovery !== undefined) {
    const next = scenario.recovery ?? DEFAULT_RECOVERY;
    const { exitCode, stderr } = await runAt(place, next);
    const isFine = exitCode === 0 || (exitCode === 10 && control.old.exact === null);
    if (!isFine) problems.push(`after the kill, crm ${next.join(' ')} ended with ${exitCode}: ${stderr}`);
  }
  if (scenario.atomic) {
    const mode = isExact ? 'exact' : 'joined';
    const state = await stateOf(place, control.era, mode);
    const isNew = stateHash(state) === stateHash(control.done[mode]);
    if (isAcknowledged && !isNew) problems.push('what was acknowledged is not there', ...stateDifferences(state, control.done[mode]));
    else if (!isNew && stateHash(state) !== stateHash(control.old[mode]))
      problems.push(...stateDifferences(state, control.old[mode]).map((one) => `neither the old state nor the new one: ${one}`));
  }
  return [...problems, ...(await problemsOf(place, scenario)).map((one) => `after the kill: ${one}`)];
}

/** What is wrong after the command was given again. */
async function repeatedProblems(scenario: KillScenario, control: Control, place: FaultPlace): Promise<string[]> {
  const { exitCode, stderr } = await runAt(place, scenario.command);
  const problems: string[] = [];
  const expected = [control.exitCode, ...(scenario.exitWhenDone === undefined ? [] : [scenario.exitWhenDone])];
  if (!expected.includes(exitCode)) problems.push(`it ended with ${exitCode}: ${stderr}`);
  if (place.engine === 'postgres') await untilNobodyIsConnected(place.db);
  problems.push(...stateDifferences(await stateOf(place, control.era, 'joined'), control.done.joined));
  const outcome = await outcomeOf(scenario, place, control.era);
  if (outcome !== control.outcome) problems.push(`it came to ${outcome}, not ${control.outcome}`);
  const left = filesOf(place).filter((file) => !control.files.includes(file) && scenario.mayStay?.test(file) !== true);
  if (left.length > 0 && !(await isSwept(scenario, place, left))) problems.push(`files are left: ${left.join(', ')}`);
  const gone = control.files.filter((file) => !filesOf(place).includes(file));
  if (gone.length > 0) problems.push(`files are missing: ${gone.join(', ')}`);
  problems.push(...(await problemsOf(place, scenario)));
  return problems.map((one) => `when it was repeated: ${one}`);
}

/** Whether all that is left are temporary files that a later command clears away. */
async function isSwept({ sweep }: KillScenario, place: FaultPlace, left: readonly string[]): Promise<boolean> {
  if (sweep === undefined || left.some((file) => !file.startsWith('tmp/crm-'))) return false;
  await doneAt(place, sweep);
  return !filesOf(place).some((file) => left.includes(file));
}

/** What is wrong with any database, and with one of this scenario. */
async function problemsOf(place: FaultPlace, scenario: KillScenario): Promise<string[]> {
  if ((await stateKind(place)) === 'none') return [];
  const found = await withEngine(place.db, async (engine) => {
    const { pending } = await schemaStatus(engine);
    return pending.length === 0 ? inconsistencies(engine) : damages(engine);
  });
  return [...found, ...((await scenario.problems?.(place)) ?? [])];
}

async function stateOf(place: FaultPlace, era: Era, mode: 'exact' | 'joined'): Promise<CanonicalState | null> {
  if ((await stateKind(place)) === 'none') return null;
  return withEngine(place.db, (engine) => canonicalState(engine, { ...era, folder: place.folder }, mode));
}

/** A database without any run is as good as none. */
async function stateKind({ db }: FaultPlace): Promise<'none' | 'some'> {
  try {
    return await withEngine(db, async (engine) => {
      if ((await engine.all(engine.facts.tableExistsSql, ['runs'])).length === 0) return 'none';
      return (await engine.all('SELECT id FROM runs LIMIT 1')).length === 0 ? 'none' : 'some';
    });
  } catch (error) {
    if ((error as { code?: string }).code === 'NO_DATABASE') return 'none';
    throw error;
  }
}

async function outcomeOf(scenario: KillScenario, place: FaultPlace, era: Era): Promise<string> {
  return JSON.stringify((await scenario.outcome?.(place, { ...era, folder: place.folder })) ?? null);
}

function filesOf({ folder }: FaultPlace): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
