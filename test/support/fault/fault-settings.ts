import { randomNumbers } from '../people-file.ts';

/** Says which of a suite's rounds are run, and from which seed: `npm run test:fault` sets these. */
const { CRM_FAULT_ROUNDS, CRM_FAULT_SEED, CRM_FAULT_ROUND } = process.env;

/** Rounds of a scenario with a full share when nobody asks for more: what CI has time for. */
const DEFAULT_ROUNDS = 10;
const DEFAULT_SEED = 20_260_101;

/** Every random choice follows from it and from the name and the round of the scenario. */
export const SEED = Number(CRM_FAULT_SEED ?? DEFAULT_SEED);
/** Rounds that were asked for, null in CI. */
const asked = CRM_FAULT_ROUNDS === undefined ? null : Number(CRM_FAULT_ROUNDS);

/**
 * The rounds of a scenario.
 * @param share the part of the usual rounds that there is time for in CI; who asks for a number gets it
 */
export function roundsOf(share: number): number[] {
  const count = asked ?? Math.max(2, Math.round(DEFAULT_ROUNDS * share));
  if (CRM_FAULT_ROUND !== undefined) return [Number(CRM_FAULT_ROUND)];
  return Array.from({ length: count }, (_, round) => round);
}

/** Whether there is time for what is less important. */
export const isLongRun = asked !== null;

/** A part of the rounds, for what is slower: at least two. */
export function fewerRounds(rounds: readonly number[], part: number): number[] {
  return rounds.slice(0, Math.max(2, Math.ceil(rounds.length * part)));
}

/** The random choices of one round: whole numbers below a bound. */
export function randomOf(name: string, round: number): (bound: number) => number {
  let hash = SEED;
  for (const character of `${name} ${round}`) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  return randomNumbers(hash);
}

/** How a round is run again by itself. */
export function reproduction(name: string, round: number): string {
  return `npm run test:fault -- --seed ${SEED} --only '${name}' --round ${round}`;
}
