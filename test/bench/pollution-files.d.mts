/** A cell of a table that is polluted. */
export interface PollutedCell {
  readonly value: string;
  readonly isQuoted: boolean;
}

/** A polluted file, and the table that a reader should find in it. */
export interface PollutedFile {
  readonly name: string;
  readonly kind: string;
  readonly weight: number;
  readonly text: string;
  readonly clean: readonly (readonly string[])[];
}

export function tableOf(rows: readonly (readonly string[])[], quotedColumns?: readonly number[]): PollutedCell[][];
export function pollutedFiles(table: readonly (readonly PollutedCell[])[]): Iterable<PollutedFile>;
