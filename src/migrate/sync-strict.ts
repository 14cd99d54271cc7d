import { pause } from '../interruption.ts';
import { type Found, refuseConversions } from './copy-counted.ts';
import { RowConversion } from './copy-rows.ts';
import type { FoundTable } from './sync-find.ts';

/** Converts the rows that would be written, and writes nothing. @throws {CrmError} GUARD_RAIL when not all can be held as they are */
export async function lookAtChanges(found: readonly FoundTable[], signal: AbortSignal | undefined): Promise<void> {
  const seen: Found[] = [];
  for (const { plan, spool } of found) {
    const conversion = new RowConversion(plan.pair.plan, null);
    const { table } = conversion;
    let [rows, unfit] = [0, 0];
    for await (const change of spool.changes()) {
      if (change.kind === 'extra') continue;
      unfit += conversion.convert([change.kind === 'missing' ? change.row : change.left]).rejects.length;
      if (++rows % PAUSE_ROWS === 0) await pause(signal);
    }
    seen.push({ table, rows, unfit, conversions: conversion.takeCounts().map((one) => ({ table, ...one })) });
  }
  refuseConversions(seen);
}

const PAUSE_ROWS = 1000;
