const patient = new WeakSet<AbortSignal>();

/**
 * Says that the command ends by itself after the first signal, however long what it has begun may take; else it is ended a few
 * seconds later. A second signal ends it at once in any case.
 */
export function finishesWhatIsBegun(signal: AbortSignal): void {
  patient.add(signal);
}

/** Whether the command ends by itself after a signal. */
export function mayTakeItsTime(signal: AbortSignal): boolean {
  return patient.has(signal);
}
