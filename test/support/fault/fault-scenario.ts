import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { schemaStatus } from '../../../src/engines/migrator.ts';
import { damages, inconsistencies } from '../customer-database.ts';
import { untilNobodyIsConnected } from '../postgres.ts';
import { beginEra, type CanonicalState, canonicalState, type Era, stateDifferences, stateHash } from './canonical-state.ts';
import { copyPlace, doneAt, dropPlace, type FaultPlace, newPlace, runAt, withEngine } from './fault-place.ts';
import type { Profile } from './kill-moments.ts';
import { profileAt, timedAt } from './killed-command.ts';

/** A command that is broken off again and again, each time on a fresh copy of the same place. */
export interface FaultScenario {
  readonly name: string;
  readonly command: readonly string[];
  /** Files in the folder, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Added to the environment of every command. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command meets is damaged, and stays so until it was done. */
  readonly isDamaged?: boolean;
  /** Makes what the command meets; the database does not exist before. */
  readonly prepare?: (place: FaultPlace) => Promise<void>;
  /** It works in one transaction: when it is broken off, there is exactly the old state or the new one. */
  readonly atomic: boolean;
  /** How it ends when there is nothing left to do for it, where that is no success. */
  readonly exitWhenDone?: number;
  /** A command that comes next and brings all in order; a mere count by default. */
  readonly recovery?: readonly string[];
  /** What is wrong after the next command, beside what goes for every database. */
  readonly problems?: (place: FaultPlace) => Promise<readonly string[]>;
  /** What there is at the end beside the database: it must be the same as when nothing is in the way. */
  readonly outcome?: (place: FaultPlace, era: Era) => Promise<unknown>;
  /** A command that clears away temporary files of processes that are gone, where repeating the command need not. */
  readonly sweep?: readonly string[];
  /** Files that may stay until they are needed again: locks that nobody holds. */
  readonly mayStay?: RegExp;
  /** Steps that it must take on an engine when nothing is in the way: else what it is there for would not be tried. */
  readonly reaches?: Partial<Readonly<Record<FaultPlace['engine'], readonly string[]>>>;
  /** The part of the usual rounds that there is time for in CI. */
  readonly share: number;
  readonly engines?: readonly FaultPlace['engine'][];
}

/** One state, compared run by run or as a whole; null where there is no database, or nothing in it. */
interface States {
  readonly exact: CanonicalState | null;
  readonly joined: CanonicalState | null;
}

/** The next command, where no special one is needed. */
export const DEFAULT_RECOVERY = ['query', '--count'];

/** What the command comes to when nothing is in its way. */
export interface Control {
  readonly base: FaultPlace;
  readonly era: Era;
  readonly old: States;
  readonly done: States;
  readonly exitCode: number | null;
  readonly outcome: string;
  readonly files: readonly string[];
  /** How long it took, and by which steps it changed something. */
  readonly durationMs: number;
  readonly profile: Profile;
  /** Bytes of all files before and after. */
  readonly bytes: { readonly before: number; readonly after: number };
}

/** Does what a scenario does, twice, with nothing in the way. */
export async function controlOf(engine: FaultPlace['engine'], scenario: FaultScenario): Promise<Control> {
  const base = await newPlace(engine, scenario.files, scenario.env);
  await scenario.prepare?.(base);
  const era = await (scenario.prepare === undefined ? beginEra(null, base.folder) : withEngine(base.db, (db) => beginEra(db, base.folder)));
  const place = await copyPlace(base);
  const old = await bothStates(place, era);
  const before = bytesOf(place);
  const { result, durationMs } = await timedAt(place, scenario.command);
  expect([0, 3], `crm ${scenario.command.join(' ')}: ${result.stderr}`).toContain(result.exitCode);
  const done = await bothStates(place, era);
  expect(await problemsOf(place, scenario)).toEqual([]);
  const outcome = await outcomeOf(scenario, place, era);
  expect(outcome).not.toMatch(/^an error/);
  const [files, bytes] = [filesOf(place), { before, after: bytesOf(place) }];
  await dropPlace(place);

  // Doing it once more shows that what is compared is the same every time.
  const second = await copyPlace(base);
  const { profile } = await profileAt(second, scenario.command);
  expect(Object.keys(profile.steps)).toEqual(expect.arrayContaining([...(scenario.reaches?.[engine] ?? [])]));
  expect(stateDifferences(await stateOf(second, era, 'exact'), done.exact)).toEqual([]);
  expect(await outcomeOf(scenario, second, era)).toBe(outcome);
  await dropPlace(second);
  return { base, era, old, done, exitCode: result.exitCode, outcome, files, durationMs, profile, bytes };
}

async function bothStates(place: FaultPlace, era: Era): Promise<States> {
  return { exact: await stateOf(place, era, 'exact'), joined: await stateOf(place, era, 'joined') };
}

/** A place where a command was broken off. */
export interface Faulted {
  readonly scenario: FaultScenario;
  readonly control: Control;
  readonly place: FaultPlace;
}

/** What is known of how it was broken off. */
export interface BrokenOff {
  /** It had said that it was done: then only the new state is right. */
  readonly isAcknowledged: boolean;
  /** It was started once: then each run counts for itself. */
  readonly isOnce: boolean;
  /** The next command is one of its own, even where none is needed. */
  readonly probe: boolean;
}

/** What is wrong once the next command has run. */
export async function recoveredProblems(faulted: Faulted, { isAcknowledged, isOnce, probe }: BrokenOff): Promise<string[]> {
  const { scenario, control, place } = faulted;
  const problems: string[] = [];
  if (place.engine === 'postgres') await untilNobodyIsConnected(place.db);
  if (probe || scenario.recovery !== undefined) {
    const next = scenario.recovery ?? DEFAULT_RECOVERY;
    const { exitCode, stderr } = await runAt(place, next);
    const isFine = exitCode === 0 || exitCode === scenario.exitWhenDone || (exitCode === 10 && control.old.exact === null);
    if (!isFine) problems.push(`crm ${next.join(' ')} ended with ${exitCode}: ${stderr}`);
  }
  problems.push(
    ...(await stateProblems(faulted, isOnce ? 'exact' : 'joined', isAcknowledged)),
    ...(scenario.isDamaged === true ? [] : await problemsOf(place, scenario)),
  );
  return problems.map((one) => `afterwards: ${one}`);
}

async function stateProblems({ scenario, control, place }: Faulted, mode: 'exact' | 'joined', isAcknowledged: boolean): Promise<string[]> {
  if (!scenario.atomic) return [];
  const state = await stateOf(place, control.era, mode);
  const isNew = stateHash(state) === stateHash(control.done[mode]);
  if (isAcknowledged && !isNew) return ['what was acknowledged is not there', ...stateDifferences(state, control.done[mode])];
  if (isNew || stateHash(state) === stateHash(control.old[mode])) return [];
  return stateDifferences(state, control.old[mode]).map((one) => `neither the old state nor the new one: ${one}`);
}

/** What is wrong after the command was given again. */
export async function repeatedProblems({ scenario, control, place }: Faulted): Promise<string[]> {
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

/** Whether a later command clears away all that is left. */
async function isSwept({ sweep }: FaultScenario, place: FaultPlace, left: readonly string[]): Promise<boolean> {
  if (sweep === undefined) return false;
  await doneAt(place, sweep);
  return !filesOf(place).some((file) => left.includes(file));
}

/** What is wrong with any database, and with one of this scenario. */
async function problemsOf(place: FaultPlace, scenario: FaultScenario): Promise<string[]> {
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

async function outcomeOf(scenario: FaultScenario, place: FaultPlace, era: Era): Promise<string> {
  try {
    return JSON.stringify((await scenario.outcome?.(place, { ...era, folder: place.folder })) ?? null);
  } catch (error) {
    return `an error: ${(error as Error).message}`;
  }
}

/** Names of all files; what is made up at random in them is left out. */
function filesOf({ folder }: FaultPlace): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return [...new Set(names.map((name) => name.replace(/\d{8}T\d{6,9}Z(-[0-9a-f]{8}|-\d+)?|[0-9a-f]{16,}/g, '<id>')))].sort();
}

function bytesOf({ folder }: FaultPlace): number {
  const sizes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(folder, name)).size);
  return sizes.reduce((sum, size) => sum + size, 0);
}
