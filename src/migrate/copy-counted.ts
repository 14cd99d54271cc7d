import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import type { Row } from '../model/table-schema.ts';
import type { CountedConversion } from './copy-options.ts';
import { readRequest, type RowsOfTable } from './copy-part.ts';
import { readAhead } from './read-ahead.ts';

/** What was found in a table. */
export interface Found {
  readonly table: string;
  readonly rows: number;
  /** Rows that would be rejected before the target sees them. */
  readonly unfit: number;
  readonly conversions: readonly CountedConversion[];
}

/** Reads a table and converts its rows, up to a key where one is given, and writes nothing. */
export async function lookThrough(rowsOfTable: RowsOfTable, signal: AbortSignal | undefined, upTo: Row | null = null): Promise<Found> {
  const { conversion, source } = rowsOfTable;
  const { table } = conversion;
  let rows = 0;
  let unfit = 0;
  const request = { ...readRequest(rowsOfTable, null), ...(upTo === null ? {} : { upTo }) };
  for await (const batch of readAhead(source.read(request))) {
    await pause(signal);
    rows += batch.length;
    unfit += conversion.convert(batch).rejects.length;
  }
  return { table, rows, unfit, conversions: conversion.takeCounts().map((one) => ({ table, ...one })) };
}

/** @throws {CrmError} GUARD_RAIL when a cell would have to be converted, or its row be rejected */
export function refuseConversions(found: readonly Found[]): void {
  const conversions = found.flatMap((one) => one.conversions);
  const cells = conversions.reduce((sum, one) => sum + one.cells, 0);
  const unfit = found.reduce((sum, one) => sum + one.unfit, 0);
  if (cells === 0 && unfit === 0) return;
  const what = [...(cells > 0 ? [`${cells} cells would be converted`] : []), ...(unfit > 0 ? [`${unfit} rows rejected`] : [])];
  throw new CrmError('GUARD_RAIL', `the target cannot hold everything as it is: ${what.join(', ')}; nothing was written`, {
    hint: 'list the cells with --conversions FILE, or leave --strict out',
    details: { conversions, rejected: unfit },
  });
}
