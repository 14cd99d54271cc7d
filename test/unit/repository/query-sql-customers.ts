import type { Connection, Engine } from '../../../src/engines/connection.ts';
import type { SqlRow } from '../../../src/engines/engine.ts';
import { migrateUp } from '../../../src/engines/migrator.ts';
import { emailKey } from '../../../src/normalize/email-key.ts';
import { phoneKey } from '../../../src/normalize/phone-key.ts';
import { searchWords } from '../../../src/model/search-words.ts';

/** What `today` means in these tests: 2026-01-31, noon. */
export const NOW = new Date('2026-01-31T12:00:00.000Z');
/** The custom fields that the database holds. */
export const CUSTOM_FIELDS: ReadonlySet<string> = new Set(['Lead source', 'score', 'renewal', 'a"b\\c', '渠道', 'version']);

interface Sample {
  readonly [field: string]: string | number | Readonly<Record<string, string>> | null;
}

const CUSTOMERS: readonly Sample[] = [
  {
    id: 1,
    name: 'Max Müller',
    email: 'max@example.com',
    phone: '+491712345678',
    city: 'Berlin',
    country: 'DE',
    tier: 'gold',
    birthday: '1980-05-17',
    last_contacted_at: '2026-01-31T10:00:00.000Z',
  },
  {
    id: 2,
    name: 'Ana Sørensen',
    email: 'ana.s@example.dk',
    phone: '+4520123456',
    city: 'København',
    country: 'DK',
    birthday: '1992-02-29',
    last_contacted_at: '2026-01-30T23:59:59.999Z',
  },
  {
    id: 3,
    name: '张伟明',
    email: 'weiming@example.cn',
    phone: '+8613812345678',
    city: '上海',
    country: 'CN',
    last_contacted_at: '2026-02-01T00:00:00.000Z',
    attributes: { 渠道: '微信', score: '9' },
  },
  { id: 4, name: '欧阳娜', phone: '+862161234567', city: '上海', country: 'CN', tier: 'gold', attributes: { 渠道: '展会', score: '100' } },
  {
    id: 5,
    name: "Siobhán O'Brien",
    email: 'siobhan@example.ie',
    phone: '+35312345678',
    city: 'Dublin',
    country: 'IE',
    last_contacted_at: '2025-11-02T12:00:00.000Z',
  },
  {
    id: 6,
    name: 'MULLER, Jean',
    email: 'jean@example.fr',
    city: 'Strasbourg',
    country: 'FR',
    last_contacted_at: '2025-11-02T11:59:59.999Z',
    attributes: { 'Lead source': 'web', score: '10.5' },
  },
  {
    id: 7,
    name: '100% Cotton_Ltd!',
    kind: 'organisation',
    company_name: 'Cotton Ltd',
    city: 'Leeds',
    country: 'GB',
    notes: 'pays "late", always',
  },
  {
    id: 8,
    name: 'Łukasz Żółw',
    email: 'lukasz@example.pl',
    phone: '12 345 (67)',
    city: 'Łódź',
    country: 'PL',
    attributes: { 'Lead source': 'trade fair', score: 'unknown' },
  },
  { id: 9, name: 'Jürgen Groß', city: '', country: 'DE', birthday: '1980-05-18', attributes: { renewal: '2026-01-15' } },
  { id: 10, name: null, email: 'NOT AN ADDRESS', city: 'Berlin', country: 'Atlantis', attributes: { 'a"b\\c': 'odd' } },
  { id: 11, name: 'María Núñez', city: 'New York', country: 'US', region: 'NY', attributes: { renewal: '2025-01-15', version: '3' } },
  { id: 12, name: '佐藤 花子', city: '東京', country: 'JP', attributes: { 'Lead source': '' } },
  { id: 13, name: 'Ｆｕｌｌ Ｗｉｄｔｈ', city: 'Springfield', country: 'US', region: 'OR' },
  { id: 14, name: 'Noura', city: 'الكويت', country: 'KW' },
  { id: 15, name: 'In Between', city: 'null', country: 'IN', created_at: '2026-01-31T00:00:00.000Z' },
];
const TAGS: readonly (readonly [number, string])[] = [
  [1, 'vip'],
  [1, 'newsletter'],
  [3, 'vip'],
  [4, '重要'],
  [5, 'Newsletter'],
  [7, 'b2b'],
];
const EXTERNAL_IDS: readonly (readonly [string, string, number])[] = [
  ['hubspot', '501', 1],
  ['salesforce', '003A', 1],
  ['hubspot', '502', 2],
  ['erp', '501', 7],
  ['hubspot', '503', 2],
];
/** customer, minor units, currency, time */
const ORDERS: readonly (readonly [number, number, string, string])[] = [
  [1, 100_000, 'EUR', '2026-01-15T08:00:00.000Z'],
  [1, 50, 'EUR', '2025-06-01T08:00:00.000Z'],
  [3, 99_999, 'CNY', '2025-12-31T16:00:00.000Z'],
  [5, -2_550, 'EUR', '2024-03-01T00:00:00.000Z'],
  [12, 1000, 'JPY', '2025-01-01T00:00:00.000Z'],
  [14, 1_000_500, 'KWD', '2025-02-01T00:00:00.000Z'],
  [14, 1, 'CLF', '2025-02-02T00:00:00.000Z'],
];
const INTERACTIONS: readonly (readonly [number, string, string])[] = [
  [1, 'call', '2026-01-01T00:00:00.000Z'],
  [1, 'email', '2026-01-20T09:30:00.000Z'],
  [2, 'note', '2023-05-05T05:05:05.005Z'],
];
const CONSENTS: readonly (readonly [number, string, string])[] = [
  [1, 'email', 'in'],
  [2, 'email', 'out'],
  [2, 'phone', 'in'],
  [3, 'email', 'in'],
];

/** Opens nothing: brings the schema and fifteen customers into an open database. */
export async function loadCustomers(engine: Engine): Promise<void> {
  await migrateUp(engine);
  await engine.transaction(async (connection) => {
    await connection.upsert('customers', ['id'], CUSTOMERS.map(customerRow));
    await putWords(connection);
    const at = '2026-01-01T00:00:00.000Z';
    await connection.upsert(
      'tags',
      ['customer_id', 'tag'],
      TAGS.map(([customer_id, tag]) => ({ customer_id, tag })),
    );
    await connection.upsert(
      'external_ids',
      ['source', 'external_id'],
      EXTERNAL_IDS.map(([source, external_id, customer_id]) => ({ source, external_id, customer_id })),
    );
    await connection.upsert(
      'orders',
      ['customer_id', 'id'],
      ORDERS.map(([customer_id, total_minor, total_currency, ordered_at], i) => ({
        customer_id,
        id: i + 1,
        ordered_at,
        total_minor,
        total_currency,
      })),
    );
    await connection.upsert(
      'interactions',
      ['customer_id', 'id'],
      INTERACTIONS.map(([customer_id, kind, occurred_at], i) => ({ customer_id, id: i + 1, kind, occurred_at })),
    );
    await connection.upsert(
      'consents',
      ['customer_id', 'channel'],
      CONSENTS.map(([customer_id, channel, status]) => ({ customer_id, channel, status, decided_at: at })),
    );
  });
}

function customerRow(sample: Sample): SqlRow {
  const text = (name: string): string | null => (typeof sample[name] === 'string' ? (sample[name] as string) : null);
  const names = ['name', 'company_name', 'email', 'phone', 'city', 'region', 'country', 'tier', 'notes', 'birthday', 'last_contacted_at'];
  const email = text('email');
  const phone = text('phone');
  return {
    id: sample.id as number,
    kind: text('kind') ?? 'person',
    ...Object.fromEntries(names.map((name) => [name, text(name)])),
    attributes: sample.attributes === undefined ? null : JSON.stringify(sample.attributes),
    email_key: email === null ? null : emailKey(email),
    phone_key: phone === null ? null : phoneKey(phone),
    created_at: text('created_at') ?? '2025-01-01T00:00:00.000Z',
    updated_at: '2025-01-01T00:00:00.000Z',
  };
}

async function putWords(connection: Connection): Promise<void> {
  const searchable = ['name', 'company_name', 'email', 'phone', 'city', 'notes'];
  await connection.putWords(
    CUSTOMERS.map((sample) => ({ id: sample.id as number, words: searchWords(searchable.map((name) => sample[name] ?? '').join(' ')) })),
  );
}
