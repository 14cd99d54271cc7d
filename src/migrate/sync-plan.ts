import type { StoreFacts } from '../connectors/connector.ts';
import { CrmError } from '../errors.ts';
import type { TableSchema } from '../model/table-schema.ts';
import { type PlannedTable, planTables, type TablesOf } from './copy-target.ts';
import { PairedTable } from './paired-table.ts';

/** A table that is brought up to date. */
export interface SyncedPlan {
  readonly pair: PairedTable;
  /** Whether the second side has it. */
  readonly exists: boolean;
  /** Tables of the second side whose rows refer to its rows; it may be one of them. */
  readonly referredBy: readonly string[];
}

/**
 * Pairs the tables, parents first.
 * @throws {CrmError} USAGE when the second side lacks a table, or what tells its rows apart
 */
export async function planSync(
  sources: readonly TableSchema[],
  ends: { readonly from: StoreFacts; readonly to: StoreFacts; readonly target: TablesOf; readonly label: string },
  create: boolean,
): Promise<readonly SyncedPlan[]> {
  const planned = await planTables(sources, ends, 'append');
  refuseMissing(planned, ends.label, create);
  const schemas = await schemasOf(ends.target);
  return planned.map(({ plan, exists }) => {
    const pair = new PairedTable(plan, ends.to);
    if (exists && pair.key.length > 0 && !pair.isKeyUnique) {
      throw new CrmError('USAGE', `table ${plan.target.name} in ${ends.label} may have several rows with one ${pair.key.join(', ')}`, {
        hint: 'give it a primary or unique key on that, or write it anew: crm migrate copy --mode truncate',
      });
    }
    const referredBy = schemas.filter(({ foreignKeys }) => foreignKeys.some(({ table }) => table === plan.target.name));
    return { pair, exists, referredBy: referredBy.map(({ name }) => name) };
  });
}

function refuseMissing(planned: readonly PlannedTable[], label: string, create: boolean): void {
  const missing = planned.filter(({ exists }) => !exists).map(({ plan }) => plan.target.name);
  if (create || missing.length === 0) return;
  throw new CrmError('USAGE', `${label} has no table ${missing.join(', ')}; nothing was written`, {
    hint: 'make it with --create or with crm migrate copy, or name the others with --tables',
    details: { missing },
  });
}

async function schemasOf(target: TablesOf): Promise<readonly TableSchema[]> {
  const schemas: TableSchema[] = [];
  for (const { name, kind } of await target.tables()) if (kind === 'table') schemas.push(await target.schema(name));
  return schemas;
}
