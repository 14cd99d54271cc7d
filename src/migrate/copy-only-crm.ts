import { copyCustomerDatabase, type CopyCustomerDatabaseOptions } from './copy-customer-database.ts';
import type { CopyResult } from './copy-options.ts';

/** Copies a customer database whole (see `copyCustomerDatabase`), and tells of it as of any copy. */
export async function copyOnlyCrm(options: CopyCustomerDatabaseOptions): Promise<CopyResult> {
  const { tables, conversions, elapsedMs } = await copyCustomerDatabase(options);
  return {
    tables: tables.map((table) => ({ ...table, rejected: 0 })),
    conversions: conversions.map(({ table, column, rule, count }) => ({ table, column, reason: rule, cells: count })),
    views: [],
    notes: [],
    rejects: null,
    differences: [],
    dryRun: false,
    plan: [],
    elapsedMs,
  };
}
