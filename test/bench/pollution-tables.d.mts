import type { PollutedCell } from './pollution-files.mjs';

export const TABLES: readonly {
  readonly name: string;
  readonly table: readonly (readonly PollutedCell[])[];
  readonly encoding: string;
}[];
