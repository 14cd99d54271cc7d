import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import { isE164Form } from '../normalize/e164.ts';
import { emailKey } from '../normalize/email-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';

const LIMIT = 50;
const BY_ID =
  'SELECT c.id FROM customers c WHERE c.id = (SELECT COALESCE((SELECT customer_id FROM redirects WHERE old_id = v.id), v.id) FROM (SELECT CAST(? AS bigint) AS id) v)';

/**
 * Ids of the customers that a text names, at most 50: an id (one that was merged away leads to the surviving customer),
 * an e-mail address, a phone number in E.164 or without its country, an external id alone or as `source:id`. What is found first counts.
 */
export async function findCustomerIds(engine: Pick<Engine, 'all'>, reference: string): Promise<number[]> {
  const text = reference.trim();
  const ids = async (sql: string, ...values: readonly SqlValue[]): Promise<number[]> =>
    (await engine.all<{ id: number }>(`${sql} LIMIT ${LIMIT}`, values)).map((row) => row.id);
  const email = emailKey(text);
  const number = text.replace(/[\s().-]/g, '');
  const phone = phoneKey(number);
  const colon = text.indexOf(':');
  const lookups: (() => Promise<number[]>)[] = [
    ...(/^#?\d{1,15}$/.test(text) ? [() => ids(BY_ID, Number(text.replace('#', '')))] : []),
    ...(email === null ? [] : [() => ids('SELECT id FROM customers WHERE email_key = ? ORDER BY id', email)]),
    ...(phone === null
      ? []
      : [
          () =>
            ids(
              `SELECT id FROM customers WHERE phone_key = ?${isE164Form(number) ? ' AND phone = ?' : ''} ORDER BY id`,
              phone,
              ...(isE164Form(number) ? [number] : []),
            ),
        ]),
    () => ids('SELECT DISTINCT customer_id AS id FROM external_ids WHERE external_id = ? ORDER BY customer_id', text),
    ...(colon < 1
      ? []
      : [
          () =>
            ids(
              'SELECT customer_id AS id FROM external_ids WHERE external_id = ? AND source = ?',
              text.slice(colon + 1).trim(),
              text.slice(0, colon).trim(),
            ),
        ]),
  ];
  for (const lookup of lookups) {
    const found = await lookup();
    if (found.length > 0) return found;
  }
  return [];
}
