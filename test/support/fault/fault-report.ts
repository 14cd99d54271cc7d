import { appendFileSync } from 'node:fs';
import { SEED } from './fault-settings.ts';

/** What came of all rounds of one scenario. */
export interface FaultCounts {
  readonly scenario: string;
  readonly rounds: number;
  /** Faults that really met a program at work: processes killed, disks that filled, bytes changed. */
  readonly faults: number;
  /** Kills of the program that was recovering from a kill. */
  readonly whileRecovering?: number;
  /** Faults that came too late and were repeated earlier. */
  readonly tooLate?: number;
  readonly losses: number;
}

/** Tells the runner of `npm run test:fault`, or whoever reads the tests' output, what was done. */
export function reportFaults(counts: FaultCounts): void {
  const path = process.env.CRM_FAULT_REPORT;
  if (path !== undefined) appendFileSync(path, `${JSON.stringify(counts)}\n`);
  else process.stderr.write(`${faultLine(counts)}\n`);
}

function faultLine({ scenario, rounds, faults, whileRecovering = 0, losses }: FaultCounts): string {
  return `${scenario}: ${rounds} rounds, ${faults} faults, ${whileRecovering} more while recovering, ${losses} losses (seed ${SEED})`;
}
