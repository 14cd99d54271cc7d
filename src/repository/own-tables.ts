import { CHILD_TABLES } from '../model/changeset.ts';

/** One of our tables, as it is read and written whole. */
export interface OwnTable {
  readonly name: string;
  /** The columns by which its rows are told apart, and in whose order they are read. */
  readonly key: readonly string[];
  /** Whether the database gives new rows their ids. */
  readonly hasIds: boolean;
}

/** Columns that hold JSON, which databases write in ways of their own. */
export const JSON_COLUMNS: ReadonlySet<string> = new Set([
  'attributes',
  'before',
  'after',
  'arguments',
  'counts',
  'rules',
  'report',
  'guards',
  'crm_runs',
]);

/** Columns of keys that hold text. */
export const TEXT_KEYS: ReadonlySet<string> = new Set(['name', 'external_id', 'source', 'channel', 'tag', 'entity', 'rule']);

const table = (name: string, ...key: string[]): OwnTable => ({ name, key, hasIds: false });
const numbered = (name: string): OwnTable => ({ name, key: ['id'], hasIds: true });

/**
 * All tables but the record of schema versions, those that others refer to first. The words of the full-text index belong to
 * `customers`, and are made of them.
 */
export const OWN_TABLES: readonly OwnTable[] = [
  numbered('runs'),
  numbered('customers'),
  numbered('products'),
  ...Object.entries(CHILD_TABLES).map(([name, key]) => table(name, ...key)),
  table('row_marks', 'row_hash', 'customer_id'),
  table('segments', 'name'),
  table('settings', 'name'),
  table('sequences', 'name'),
  table('run_inserts', 'run_id', 'entity', 'first_id'),
  table('changes', 'entity_id', 'run_id', 'seq'),
  table('duplicate_pairs', 'left_id', 'right_id'),
  table('duplicate_clusters', 'customer_id'),
  table('duplicate_decisions', 'left_id', 'right_id'),
  numbered('duplicate_models'),
  table('duplicate_arrays', 'name', 'first_key', 'piece'),
  table('duplicate_keys', 'rule', 'key', 'customer_id'),
  numbered('quality_reports'),
  table('archived_customers', 'id'),
  table('archived_external_ids', 'external_id', 'source', 'customer_id'),
  table('archived_old_ids', 'old_id'),
  table('archived_changes', 'customer_id', 'run_id'),
  table('archive_journal', 'customer_id'),
  table('archive_returns', 'run_id', 'first_id'),
  table('away_companies', 'customer_id'),
  numbered('job_runs'),
  table('job_steps', 'job_run_id', 'position'),
];
