import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunResult } from '../run-program.ts';
import { type FaultPlace, runAt } from './fault-place.ts';
import type { KillMoment, KillMoments, Profile } from './kill-moments.ts';

const CRASH_POINTS = `--import=${fileURLToPath(new URL('crash-points.mjs', import.meta.url))}`;
const TRIES = 6;

/** A command that was started to be killed. */
export interface Killed {
  readonly moment: KillMoment;
  readonly wasKilled: boolean;
  readonly result: RunResult;
}

/** How long a command takes. */
export async function timedAt(place: FaultPlace, args: readonly string[]): Promise<{ result: RunResult; durationMs: number }> {
  const start = performance.now();
  const result = await runAt(place, args);
  return { result, durationMs: performance.now() - start };
}

/** Runs a command to its end and counts the steps by which it changes something. */
export async function profileAt(place: FaultPlace, args: readonly string[]): Promise<{ result: RunResult; profile: Profile }> {
  const path = join(place.folder, 'tmp', 'profile');
  const result = await runAt(place, args, { env: { NODE_OPTIONS: CRASH_POINTS, CRM_CRASH_PROFILE: path } });
  return { result, profile: JSON.parse(readFileSync(path, 'utf8')) as Profile };
}

/**
 * Runs a command and kills it. When it was over before that, the place is made anew and it is killed earlier: whether a
 * kill hits does not depend on how fast the machine is.
 * @param anew gives the place again as it was
 */
export async function surelyKilled(
  args: readonly string[],
  moments: KillMoments,
  random: (bound: number) => number,
  anew: () => Promise<FaultPlace>,
): Promise<Killed & { readonly tooLate: number; readonly place: FaultPlace }> {
  for (let tooLate = 0; ; tooLate++) {
    const moment = tooLate < TRIES - 2 ? moments.choose(random) : moments.early(random);
    const place = await anew();
    const killed = await killAt(place, args, moment);
    moments.learn(moment, killed.wasKilled);
    if (killed.wasKilled || tooLate === TRIES) return { ...killed, tooLate, place };
  }
}

/** Runs a command that is killed at a moment, if it is still at work then. */
export async function killAt(place: FaultPlace, args: readonly string[], moment: KillMoment): Promise<Killed> {
  const result = await ('afterMs' in moment
    ? runAt(place, args, {
        onStart: (child) => {
          const timer = setTimeout(() => child.kill('SIGKILL'), moment.afterMs);
          child.on('exit', () => clearTimeout(timer));
        },
      })
    : runAt(place, args, { env: { NODE_OPTIONS: CRASH_POINTS, CRM_CRASH_AT: JSON.stringify(moment) } }));
  return { moment, wasKilled: result.signal === 'SIGKILL', result };
}
