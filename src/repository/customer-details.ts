import type { SqlRow } from '../engines/engine.ts';
import type { Engine } from '../engines/connection.ts';
import type { Customer } from '../model/customer.ts';
import { CUSTOMER_COLUMNS, customerOf } from './customer-rows.ts';
import { type RecordedChange, type Run, listChanges, listRuns } from './run-log.ts';

/** A customer with everything that hangs on it. */
export interface CustomerDetails {
  readonly customer: Customer;
  readonly company: { readonly id: number; readonly name: string | null } | null;
  readonly contactPoints: readonly SqlRow[];
  readonly externalIds: readonly SqlRow[];
  readonly tags: readonly string[];
  readonly consents: readonly SqlRow[];
  /** Newest first, at most 50. */
  readonly interactions: readonly SqlRow[];
  /** Newest first, at most 50; totals in minor units. */
  readonly orders: readonly SqlRow[];
  /** Pairs that were found and not decided as distinct. */
  readonly possibleDuplicates: readonly SqlRow[];
  /** Runs that touched it, newest first. */
  readonly runs: readonly Run[];
  readonly changes: readonly RecordedChange[];
}

/** At most so many rows of each kind. */
export const DETAILS_LIMIT = 50;

/** Everything about one customer; null when there is none with that id. */
export async function customerDetails(engine: Engine, id: number): Promise<CustomerDetails | null> {
  const [row] = await engine.all(`SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE id = ?`, [id]);
  if (row === undefined) return null;
  const customer = customerOf(row);
  const children = (sql: string): Promise<SqlRow[]> => engine.all(sql, [id]);
  const [company] = await engine.all<{ id: number; name: string | null }>('SELECT id, name FROM customers WHERE id = ?', [
    customer.company_id,
  ]);
  return {
    customer,
    company: company ?? null,
    contactPoints: await children('SELECT kind, label, value FROM contact_points WHERE customer_id = ? ORDER BY kind, id'),
    externalIds: await children('SELECT source, external_id FROM external_ids WHERE customer_id = ? ORDER BY source, external_id'),
    tags: (await children('SELECT tag FROM tags WHERE customer_id = ? ORDER BY tag')).map((tag) => tag.tag as string),
    consents: await children('SELECT channel, status, ground, decided_at FROM consents WHERE customer_id = ? ORDER BY channel'),
    interactions: await children(
      `SELECT id, kind, channel, direction, subject, body, occurred_at FROM interactions WHERE customer_id = ? ORDER BY occurred_at DESC LIMIT ${DETAILS_LIMIT}`,
    ),
    orders: await children(
      `SELECT id, number, status, ordered_at, total_minor, total_currency FROM orders WHERE customer_id = ? ORDER BY ordered_at DESC LIMIT ${DETAILS_LIMIT}`,
    ),
    possibleDuplicates: await engine.all(
      `SELECT p.score, p.verdict, d.decision, c.id, c.name FROM duplicate_pairs p
       JOIN customers c ON c.id = CASE WHEN p.left_id = ? THEN p.right_id ELSE p.left_id END
       LEFT JOIN duplicate_decisions d ON d.left_id = p.left_id AND d.right_id = p.right_id
       WHERE (p.left_id = ? OR p.right_id = ?) AND p.verdict <> 'distinct' AND (d.decision IS NULL OR d.decision <> 'distinct')
       ORDER BY p.score DESC, c.id LIMIT ${DETAILS_LIMIT}`,
      [id, id, id],
    ),
    runs: await listRuns(engine, { limit: DETAILS_LIMIT, customer: id }),
    changes: await listChanges(engine, { customer: id, limit: DETAILS_LIMIT }),
  };
}
