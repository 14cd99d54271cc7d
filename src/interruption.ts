import { setImmediate as nextTurn } from 'node:timers/promises';
import { CrmError } from './errors.ts';

/** Stops the work when the user wants it to stop. @throws {CrmError} INTERRUPTED */
export function checkInterruption(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new CrmError('INTERRUPTED', 'interrupted; nothing was written');
}

/** Lets signals come in, then stops the work if one of them says so. @throws {CrmError} INTERRUPTED */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  checkInterruption(signal);
}
