import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import { emailKey } from '../normalize/email-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';

/** An archived customer that a reference names. */
export interface ArchivedMatch {
  readonly id: number;
  /** ISO-8601 UTC. */
  readonly archivedAt: string;
}

const LIMIT = 50;

/** The archived customers that a text names, in the ways of `findCustomerIds`; what is found first counts. */
export async function findArchived(engine: Pick<Engine, 'all'>, reference: string): Promise<ArchivedMatch[]> {
  const text = reference.trim();
  const [email, phone, colon] = [emailKey(text), phoneKey(text.replace(/[\s().-]/g, '')), text.indexOf(':')];
  const lookups: (readonly [condition: string, ...values: readonly SqlValue[]])[] = [];
  const number = Number(text.replace('#', ''));
  if (/^#?\d{1,15}$/.test(text))
    lookups.push(['id = ? OR id IN (SELECT customer_id FROM archived_old_ids WHERE old_id = ?)', number, number]);
  if (email !== null) lookups.push(['email_key = ?', email]);
  if (phone !== null) lookups.push(['phone_key = ?', phone]);
  lookups.push(['id IN (SELECT customer_id FROM archived_external_ids WHERE external_id = ?)', text]);
  if (colon > 0) {
    const [source, id] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
    lookups.push(['id IN (SELECT customer_id FROM archived_external_ids WHERE external_id = ? AND source = ?)', id, source]);
  }
  for (const [condition, ...values] of lookups) {
    const rows = await engine.all<{ id: number; archived_at: string }>(
      `SELECT id, archived_at FROM archived_customers WHERE ${condition} ORDER BY id LIMIT ${LIMIT}`,
      values,
    );
    if (rows.length > 0) return rows.map(({ id, archived_at }) => ({ id, archivedAt: archived_at }));
  }
  return [];
}
