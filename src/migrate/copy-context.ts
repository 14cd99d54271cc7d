import type { Snapshot, TableStore, TableTarget } from '../connectors/connector.ts';
import type { ConversionsList, RejectsList } from './copy-lists.ts';
import type { CopyDigests } from './copy-digests.ts';
import type { CopyOptions, CopyResult } from './copy-options.ts';
import { RowConversion } from './copy-rows.ts';
import { sinceOf } from './copy-since.ts';
import type { RowsOfTable } from './copy-part.ts';
import type { PlannedTable } from './copy-target.ts';

/** Both places, opened, and what is to be copied. */
export interface CopyContext {
  /** Addresses, as they were given. */
  readonly from: string;
  readonly to: string;
  readonly source: TableStore;
  readonly snapshot: Snapshot;
  readonly store: TableStore;
  readonly target: TableTarget;
  readonly planned: readonly PlannedTable[];
  readonly options: CopyOptions;
  readonly digests: CopyDigests;
  readonly rejects: RejectsList;
  readonly conversions: ConversionsList | null;
}

/** What a copy says of the rows. */
export type CopiedRows = Pick<CopyResult, 'tables' | 'conversions' | 'rejects' | 'differences' | 'plan'>;

/** How the rows of a table are read and converted. */
export function rowsOf({ snapshot, options, conversions }: CopyContext, { plan }: PlannedTable): RowsOfTable {
  const { name } = plan.source;
  return {
    plan,
    conversion: new RowConversion(plan, conversions === null ? null : (cells) => conversions.add(name, cells)),
    source: snapshot,
    since: options.since === null ? null : sinceOf(plan.source, options.since),
    batch: options.batch,
  };
}
