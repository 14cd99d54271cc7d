/** One write that a process was told to do. */
export interface Write {
  /** Whose field got the value, in words. */
  readonly register: string;
  /** No two writes give the same. */
  readonly value: string;
  /** When it was begun and when its end was known, by one clock. */
  readonly startMs: number;
  readonly endMs: number;
  /** The run that the process said it was; null where it did not say that all is done. */
  readonly run: number | null;
}

/** A change of a register, as the database recorded it. */
export interface RecordedWrite {
  readonly register: string;
  readonly run: number;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Checks what became of writes that were made at the same time: each acknowledged one is recorded once, under its own run;
 * each record begins where the one before ended, and the last one is what there is; one that was begun after another was
 * acknowledged comes after it. So none is lost, and none is superseded by an earlier one.
 * @param recorded in the order in which the database took them
 * @param final what the registers hold at the end
 * @returns what is wrong, in words
 */
export function historyProblems(
  writes: readonly Write[],
  recorded: readonly RecordedWrite[],
  final: ReadonlyMap<string, string | null>,
): string[] {
  const problems: string[] = [];
  const last = new Map<string, RecordedWrite>();
  for (const record of recorded) {
    const before = last.get(record.register)?.after ?? null;
    if (record.before !== before)
      problems.push(`${record.register}: run ${record.run} found ${record.before}, but ${before} was written before`);
    last.set(record.register, record);
  }
  for (const [register, value] of final) {
    const written = last.get(register)?.after ?? null;
    if (value !== written) problems.push(`${register}: ${value} is there, but ${written} was written last`);
  }
  for (const write of writes) {
    const records = recorded.filter(({ register, after }) => register === write.register && after === write.value);
    if (write.run !== null && records.length !== 1)
      problems.push(`${write.register}: ${write.value} was acknowledged and is recorded ${records.length} times`);
    if (write.run !== null && records.some(({ run }) => run !== write.run))
      problems.push(`${write.register}: ${write.value} is of another run than ${write.run}`);
  }
  return [...problems, ...orderProblems(writes)];
}

/** Runs are numbered in the order in which they wrote. */
function orderProblems(writes: readonly Write[]): string[] {
  const done = writes.flatMap((write) => (write.run === null ? [] : [{ ...write, run: write.run }]));
  return done.flatMap((earlier) =>
    done
      .filter((later) => later.startMs > earlier.endMs && later.run < earlier.run)
      .map((later) => `run ${later.run} (${later.value}) was begun after run ${earlier.run} (${earlier.value}) was acknowledged`),
  );
}
