import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ImportFilesOptions } from '../../src/import/import-files.ts';
import { countsOf, dump, importText, inconsistencies, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const CUSTOMERS = 'id,name,email,phone\n71,Ada,ada@x.org,+442079460018\n72,Bob,bob@x.org,\n73,张伟,family@x.org,\n74,李娜,family@x.org,\n';
const ORDERS =
  'Order ID,Customer ID,Date,Total,Currency,Status,Coupon\nA-1,71,2026-01-31,"1,234.50",EUR,paid,SPRING\nA-2,72,2026-02-01 10:30,¥5000,JPY,,\n';
const ITEMS = 'order,sku,product,qty,price,currency\nA-1,T-1,Tea,2,12.25,EUR\nA-1,,Wrapping,1,0.5,EUR\nA-2,t 1,Tea,3,500,JPY\n';
const PRODUCTS = 'sku,name,price,currency\nT 1,Tea,12.25,EUR\nC-1,Cup,8,EUR\n';
const CALLS =
  'Type,Customer ID,Date,Subject,Notes,Mood\n电话,71,2026-03-01T09:00:00+01:00,Offer,"Call back, soon",good\ncall,71,2026-03-01T08:00:00Z,Offer,"Call back, soon",good\n';
const CONSENTS = 'Email,Channel,Status,Date,Reason\nada@x.org,邮件,已退订,2026-01-05,form\nbob@x.org,sms,yes,,\n';

type Options = Partial<ImportFilesOptions> & { readonly name?: string };

describeEachEngine('related data', (target) => {
  const withCustomers = async (): Promise<TestDatabase> => {
    const database = await testDatabase(target);
    await importText(database, CUSTOMERS, { source: 'shop' });
    return database;
  };
  const imported = async (database: TestDatabase, type: ImportFilesOptions['type'], text: string, options: Options = {}): Promise<string> =>
    countsOf(await importText(database, text, { type: type as 'orders', source: 'shop', name: `${type}.csv`, ...options }));

  it('of every type is written, once, and taken back, and brought again', async () => {
    const database = await withCustomers();
    const files = [
      ['products', PRODUCTS, '2 = 2 + 0 + 0 + 0 + 0', '2 = 0 + 0 + 2 + 0 + 0'],
      ['orders', ORDERS, '2 = 2 + 0 + 0 + 0 + 0', '2 = 0 + 0 + 2 + 0 + 0'],
      ['order-items', ITEMS.replace('T-1', 'T1'), '3 = 3 + 0 + 0 + 0 + 0', '3 = 0 + 0 + 3 + 0 + 0'],
      ['interactions', CALLS, '2 = 2 + 0 + 0 + 0 + 0', '2 = 0 + 0 + 2 + 0 + 0'],
      ['consents', CONSENTS, '2 = 2 + 0 + 0 + 0 + 0', '2 = 0 + 0 + 2 + 0 + 0'],
    ] as const;
    for (const [type, text, first, second] of files) {
      const before = await dump(database.engine);
      expect(await imported(database, type, text, { dryRun: true })).toBe(first);
      expect(await dump(database.engine)).toEqual(before);
      expect(await imported(database, type, text)).toBe(first);
      const after = await dump(database.engine);
      expect(await imported(database, type, text)).toBe(second);
      expect(await dump(database.engine)).toEqual(after);
      const { run, value } = await database.repository.undo((await database.repository.runs({ limit: 2 }))[1]?.id as number);
      expect(value.kept).toEqual([]);
      expect(await dump(database.engine)).toEqual(before);
      expect((await database.repository.undo(run as number)).value.kept).toEqual([]);
      expect(await dump(database.engine)).toEqual(after);
    }
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  it('stands where queries and details find it', async () => {
    const database = await withCustomers();
    await imported(database, 'products', PRODUCTS);
    await imported(database, 'orders', ORDERS);
    await imported(database, 'order-items', ITEMS.replace('T-1', 'T1'));
    await imported(database, 'interactions', CALLS);
    await imported(database, 'consents', CONSENTS);
    const { repository, engine } = database;
    expect(await repository.get(1)).toMatchObject({
      orders: [{ number: 'A-1', status: 'paid', ordered_at: '2026-01-31T00:00:00.000Z', total_minor: 123450, total_currency: 'EUR' }],
      interactions: [
        { kind: 'call', subject: 'Offer', body: 'Call back, soon', occurred_at: '2026-03-01T08:00:00.000Z' },
        { kind: 'call', subject: 'Offer' },
      ],
      consents: [{ channel: 'email', status: 'out', ground: 'form', decided_at: '2026-01-05T00:00:00.000Z' }],
    });
    const items = await engine.all(
      'SELECT order_id, line, product_id, description, quantity, price_minor, price_currency FROM order_items ORDER BY 1, 2',
    );
    expect(items.map((row) => Object.values(row))).toEqual([
      [1, 1, 1, 'Tea', 2, 1225, 'EUR'],
      [1, 2, null, 'Wrapping', 1, 50, 'EUR'],
      [2, 1, 1, 'Tea', 3, 500, 'JPY'],
    ]);
    expect(await engine.all("SELECT attributes FROM orders WHERE number = 'A-1'")).toMatchObject([
      { attributes: expect.stringContaining('SPRING') },
    ]);
    for (const [filter, count] of [
      ['orders.total >= 1234.5', 2],
      ['orders.count = 1 and orders.last_at >= 2026-02-01', 1],
      ['interactions.count = 2', 1],
      ['consent.email = out', 1],
      ['consent.sms = in', 1],
    ] as const)
      expect([filter, await repository.queryCount({ filter })]).toEqual([filter, count]);
  });

  it.each([
    ['by external id of the source', 'customer id,date,total', '72,2026-01-01,1', 2],
    ['by external id of any source', 'customer id,date,total', '72,2026-01-01,1', 2, null],
    ['by e-mail, in any case', 'e-mail,date,total', 'ADA@x.org,2026-01-01,1', 1],
    ['by phone', 'phone,date,total', '020 7946 0018,2026-01-01,1', 1],
    ['by the id here', 'customer.id,date,total', '#2,2026-01-01,1', 2],
    ['by a shared e-mail and an id', 'customer id,email,date,total', '74,family@x.org,2026-01-01,1', 4],
    ['by e-mail where the id is unknown', 'customer id,email,date,total', '99,bob@x.org,2026-01-01,1', 2, 'crm'],
    ['not by the e-mail of another record of the source', 'customer id,email,date,total', '99,bob@x.org,2026-01-01,1', 'UNKNOWN_CUSTOMER'],
    ['not by the id of another source', 'customer id,date,total', '72,2026-01-01,1', 'UNKNOWN_CUSTOMER', 'crm'],
    ['not by nothing', 'email,date,total', ',2026-01-01,1', 'UNKNOWN_CUSTOMER'],
    ['not by a shared e-mail', 'email,date,total', 'family@x.org,2026-01-01,1', 'AMBIGUOUS_CUSTOMER'],
  ] as const)('is linked %s', async (_, head, row, expected, source: string | null = 'shop') => {
    const database = await withCustomers();
    const report = await importText(database, `${head}\n${row}\n`, {
      ...{ type: 'orders', currency: 'EUR', region: 'GB', name: 'orders.csv' },
      ...(source === null ? {} : { source }),
    });
    const owners = await database.engine.all('SELECT customer_id FROM orders');
    if (typeof expected === 'number') {
      expect(owners).toEqual([{ customer_id: expected }]);
      return;
    }
    expect(owners).toEqual([]);
    expect(countsOf(report)).toBe('1 = 0 + 0 + 0 + 0 + 1');
    expect(readFileSync(report.result.rejects as string, 'utf8')).toMatch(
      new RegExp(`^${head},_line,_byte,_column,_code,_reason\n${row},2,\\d+,[^,]*,${expected},`),
    );
  });

  it('is linked to a further e-mail of a customer', async () => {
    const database = await withCustomers();
    await database.repository.addChild(2, { table: 'contact_points', row: { kind: 'email', value: 'bobby@x.org' } });
    expect(await imported(database, 'interactions', 'email,time\nbobby@x.org,2026-01-01\n')).toBe('1 = 1 + 0 + 0 + 0 + 0');
    expect(await database.engine.all('SELECT customer_id, kind FROM interactions')).toEqual([{ customer_id: 2, kind: 'note' }]);
  });

  it('that cannot be read or linked is rejected, with the reason, and can be mended', async () => {
    const database = await withCustomers();
    const head = 'number,email,date,total,currency';
    const rows = [
      ['A-1,ada@x.org,yesterday,1.00,EUR', 'date,NOT_UNDERSTOOD'],
      ['A-2,ada@x.org,2026-01-01,lots,EUR', 'total,NOT_AN_AMOUNT'],
      ['A-3,ada@x.org,2026-01-01,1.505,EUR', 'total,AMOUNT_TOO_PRECISE'],
      ['A-4,ada@x.org,2026-01-01,1.00,', 'total,NO_CURRENCY'],
      ['A-5,ada@x.org,2026-01-01,1.00,gold', 'currency,NOT_UNDERSTOOD'],
      ['A-6,ada@x.org,2026-01-01,£1.00,EUR', 'total,CURRENCY_CONFLICT'],
      ['A-7,ada@x.org,2026-01-01,,EUR', 'total,MISSING_VALUE'],
      ['A-8,nobody@x.org,2026-01-01,1.00,EUR', 'email,UNKNOWN_CUSTOMER'],
    ] as const;
    const report = await importText(database, `${head}\n${rows.map(([row]) => row).join('\n')}\nA-9,ada@x.org,2026-01-01,1.00,EUR\n`, {
      type: 'orders',
    });
    expect(countsOf(report)).toBe('9 = 1 + 0 + 0 + 0 + 8');
    const lines = readFileSync(report.result.rejects as string, 'utf8')
      .trim()
      .split('\n')
      .slice(1);
    expect(
      lines.map((line, index) => line.replace(/,\d+,\d+,/, ' ').startsWith(`${rows[index]?.[0]} ${rows[index]?.[1]},`) || line),
    ).toEqual(rows.map(() => true));
    const mended = `${head},_line,_byte,_column,_code,_reason\nA-1,ada@x.org,2026-01-01,1.00,EUR,2,37,date,NOT_UNDERSTOOD,x\n`;
    expect(await imported(database, 'orders', mended)).toBe('1 = 1 + 0 + 0 + 0 + 0');
    expect(await database.engine.all('SELECT attributes FROM orders WHERE attributes IS NOT NULL')).toEqual([]);
  });

  it('needs its columns, and says which', async () => {
    const database = await withCustomers();
    for (const [type, text, says] of [
      ['orders', 'email,total\na@x.org,1\n', /ordered_at/],
      ['orders', 'number,date,total\n1,2026-01-01,1\n', /customer\.external_id/],
      ['order-items', 'sku,qty,price\nT,1,1\n', /number/],
      ['products', 'price\n1\n', /sku or name/],
      ['consents', 'email,status\na@x.org,in\n', /channel/],
    ] as const)
      await expect(importText(database, text, { type })).rejects.toMatchObject({
        code: 'INPUT_NO_HEADER',
        message: expect.stringMatching(says),
      });
    await expect(importText(database, CALLS, { type: 'interactions', map: new Map([['Date', 'occured_at']]) })).rejects.toMatchObject({
      code: 'UNKNOWN_FIELD',
      hint: expect.stringContaining('occurred_at'),
    });
  });

  it('changes only what a row says, and what --on-match allows', async () => {
    const database = await withCustomers();
    await imported(database, 'orders', ORDERS);
    const update = 'number,customer id,date,total,currency,status,Coupon\nA-1,71,,,,shipped,\nA-2,72,,,,open,WINTER\n';
    const state = async (): Promise<unknown[]> =>
      (await database.engine.all('SELECT status, attributes, total_minor FROM orders ORDER BY number')).map((row) => [
        row.status,
        JSON.parse((row.attributes as string | null) ?? 'null'),
        row.total_minor,
      ]);
    expect(await imported(database, 'orders', update, { onMatch: 'skip' })).toBe('2 = 0 + 0 + 0 + 2 + 0');
    expect(await imported(database, 'orders', update, { onMatch: 'fill' })).toBe('2 = 0 + 1 + 1 + 0 + 0');
    expect(await state()).toEqual([
      ['paid', { Coupon: 'SPRING' }, 123450],
      ['open', { Coupon: 'WINTER' }, 5000],
    ]);
    expect(await imported(database, 'orders', update)).toBe('2 = 0 + 1 + 1 + 0 + 0');
    expect(await imported(database, 'orders', update, { blank: 'clear' })).toBe('2 = 0 + 1 + 1 + 0 + 0');
    expect(await state()).toEqual([
      ['shipped', null, 123450],
      ['open', { Coupon: 'WINTER' }, 5000],
    ]);
    const { value } = await database.repository.undo(Number((await database.repository.lastDoneRun())?.id));
    expect(value).toEqual({ reverted: 1, kept: [] });
    expect((await state())[0]).toEqual(['shipped', { Coupon: 'SPRING' }, 123450]);
  });

  it('with an id in a named source is found by it, without one by all that it says, each once', async () => {
    const database = await withCustomers();
    const head = 'id,email,date,subject\n';
    const named = `${head}i1,ada@x.org,2026-01-01,Hello\ni2,ada@x.org,2026-01-01,Hello\n`;
    expect(await imported(database, 'interactions', named)).toBe('2 = 2 + 0 + 0 + 0 + 0');
    expect(await imported(database, 'interactions', named.replace('Hello', 'Hi'))).toBe('2 = 0 + 1 + 1 + 0 + 0');
    const unnamed = 'email,date,subject\nbob@x.org,2026-01-01,Hello\nbob@x.org,2026-01-01,Hello\n';
    expect(await imported(database, 'interactions', unnamed)).toBe('2 = 2 + 0 + 0 + 0 + 0');
    expect(await imported(database, 'interactions', `${unnamed}bob@x.org,2026-01-01,Hello\n`)).toBe('3 = 1 + 0 + 2 + 0 + 0');
    expect(await imported(database, 'orders', 'email,date,total,currency\nbob@x.org,2026-01-01,5,EUR\nbob@x.org,2026-01-01,5,EUR\n')).toBe(
      '2 = 2 + 0 + 0 + 0 + 0',
    );
    expect(await imported(database, 'orders', 'email,date,total,currency\nbob@x.org,2026-01-01,5.00,EUR\n')).toBe('1 = 0 + 0 + 1 + 0 + 0');
  });

  it.each([
    [
      'an opt-out of a row without a time',
      [
        ['in', ''],
        ['out', ''],
      ],
      'out',
    ],
    [
      'no opt-in without a time after an opt-out',
      [
        ['out', '2026-01-01'],
        ['in', ''],
      ],
      'out',
    ],
    [
      'no older opt-in after an opt-out',
      [
        ['out', '2026-01-02'],
        ['in', '2026-01-01'],
      ],
      'out',
    ],
    [
      'no opt-in of the same time',
      [
        ['out', '2026-01-02'],
        ['in', '2026-01-02'],
      ],
      'out',
    ],
    [
      'a newer opt-in',
      [
        ['out', '2026-01-01'],
        ['in', '2026-01-02'],
      ],
      'in',
    ],
    [
      'no older opt-out than the opt-in',
      [
        ['in', '2026-01-02'],
        ['out', '2026-01-01'],
      ],
      'in',
    ],
    [
      'an old opt-out after an opt-in without a time',
      [
        ['in', ''],
        ['out', '2020-01-01'],
      ],
      'out',
    ],
  ] as const)('of consents takes %s', async (_, decisions, expected) => {
    const database = await withCustomers();
    const files = decisions.map(([status, time]) => `email,channel,status,date,Page\nada@x.org,email,${status},${time},home\n`);
    for (const file of files) await imported(database, 'consents', file);
    expect(await database.engine.all('SELECT status FROM consents')).toEqual([{ status: expected }]);
    const before = await dump(database.engine);
    for (const file of files) expect(await imported(database, 'consents', file)).toMatch(/^1 = 0 \+ 0 \+ . \+ . \+ 0$/);
    expect(await dump(database.engine)).toEqual(before);
  });

  it('of orders: items find theirs, and products', async () => {
    const database = await withCustomers();
    await imported(database, 'orders', `${ORDERS}A-1,72,2026-02-01,1,EUR,,\n`);
    const head = 'order,line,email,sku,product,qty,price,currency\n';
    const cases = [
      ['A-1,1,ada@x.org,,Tea,1,1,EUR', null],
      ['A-1,1,,,Tea,1,1,EUR', 'AMBIGUOUS_ORDER'],
      ['A-9,1,,,Tea,1,1,EUR', 'UNKNOWN_ORDER'],
      ['A-2,1,ada@x.org,,Tea,1,1,EUR', 'UNKNOWN_ORDER'],
      ['A-2,1,,X-9,Tea,1,1,EUR', 'UNKNOWN_PRODUCT'],
      ['A-2,,,,Tea,1,1,JPY', 'MISSING_VALUE'],
      ['A-2,1,,,Tea,1.5,1,JPY', 'NOT_A_WHOLE_NUMBER'],
      ['A-2,2,,,Tea,2.0,1,JPY', null],
    ] as const;
    for (const [row, code] of cases) {
      const report = await importText(database, `${head}${row}\n`, { type: 'order-items', name: 'items.csv' });
      expect([row, countsOf(report)]).toEqual([row, code === null ? '1 = 1 + 0 + 0 + 0 + 0' : '1 = 0 + 0 + 0 + 0 + 1']);
      if (code !== null) expect(readFileSync(report.result.rejects as string, 'utf8')).toContain(`,${code},`);
    }
  });

  it('hangs on what it needs: undo keeps orders with items, and products that items name', async () => {
    const database = await withCustomers();
    const run = async (type: ImportFilesOptions['type'], text: string): Promise<number> => {
      await imported(database, type, text);
      return Number((await database.repository.lastDoneRun())?.id);
    };
    const products = await run('products', PRODUCTS);
    const orders = await run('orders', ORDERS);
    const items = await run('order-items', ITEMS.replace('T-1', 'T1'));
    const { repository, engine } = database;
    expect((await repository.undo(products, { commit: false })).value).toEqual({
      reverted: 1,
      kept: [{ entity: 'products', id: 1, field: '*', reason: 'an order item refers to it' }],
    });
    expect((await repository.undo(orders, { commit: false })).value).toMatchObject({
      reverted: 0,
      kept: [
        { entity: 'orders', id: 2 },
        { entity: 'orders', id: 1 },
      ],
    });
    const undone = await repository.undo(items);
    expect(undone.value).toEqual({ reverted: 3, kept: [] });
    const withoutOrders = await repository.undo(orders);
    await repository.undo(products);
    expect((await repository.undo(undone.run as number)).value.kept.map(({ reason }) => reason)).toEqual(
      Array(3).fill('its order was deleted since'),
    );
    await repository.undo(withoutOrders.run as number);
    expect(await engine.all('SELECT number FROM orders ORDER BY number')).toEqual([{ number: 'A-1' }, { number: 'A-2' }]);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('keeps the customers that it hangs on when their import is undone', async () => {
    const database = await withCustomers();
    await imported(database, 'orders', ORDERS);
    const { value } = await database.repository.undo(1);
    expect(value.kept.map(({ id }) => id).sort()).toEqual([1, 2]);
    expect(await database.engine.all('SELECT number FROM orders ORDER BY 1')).toHaveLength(2);
    expect(countsOf(await importText(database, CUSTOMERS, { source: 'shop' }))).toBe('4 = 2 + 0 + 2 + 0 + 0');
  });

  it('is not written beyond the limit of rejects, nor when interrupted', async () => {
    const database = await withCustomers();
    const before = await dump(database.engine, { exact: true });
    const text = `number,email,date,total\n${'A,nobody@x.org,2026-01-01,1\n'.repeat(5)}B,ada@x.org,2026-01-01,1\n`;
    await expect(importText(database, text, { type: 'orders', currency: 'EUR', maxRejects: { rows: 4 } })).rejects.toMatchObject({
      code: 'GUARD_RAIL',
    });
    await expect(importText(database, text, { type: 'orders', currency: 'EUR', signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
  });

  it('of NDJSON may have further members in later rows', async () => {
    const database = await withCustomers();
    const lines = [
      { number: 'A-1', customer_id: 71, date: '2026-01-01', total: 12.5, currency: 'EUR' },
      { number: 'A-2', email: 'bob@x.org', date: '2026-01-01', total: -3, currency: 'EUR', note: '退款' },
      { number: 'A-3', date: '2026-01-01', total: 1, currency: 'EUR' },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    expect(await imported(database, 'orders', text, { name: 'orders.ndjson' })).toBe('3 = 2 + 0 + 0 + 0 + 1');
    expect(await database.engine.all('SELECT number, total_minor FROM orders ORDER BY number')).toEqual([
      { number: 'A-1', total_minor: 1250 },
      { number: 'A-2', total_minor: -300 },
    ]);
  });

  it('has its days and its decimals decided by the whole column', async () => {
    const database = await withCustomers();
    const orders = (rows: readonly string[]): string =>
      `number;email;date;total\n${rows.map((row, index) => `${index};ada@x.org;${row}\n`).join('')}`;
    const load = (text: string, options: Options = {}): Promise<string> =>
      imported(database, 'orders', text, { currency: 'EUR', ...options });
    const state = async (): Promise<unknown[]> =>
      (await database.engine.all('SELECT ordered_at, total_minor FROM orders ORDER BY number')).map((row) => [
        String(row.ordered_at).slice(0, 10),
        row.total_minor,
      ]);
    expect(await load(orders(['03/04/2026;1.500', '25/04/2026;12,50', '05/04/2026;1.234,5']))).toBe('3 = 3 + 0 + 0 + 0 + 0');
    expect(await state()).toEqual([
      ['2026-04-03', 150_000],
      ['2026-04-25', 1250],
      ['2026-04-05', 123_450],
    ]);
    expect(await load(orders(['04/03/2026;1,500', '04/25/2026;12.50']))).toBe('2 = 0 + 0 + 2 + 0 + 0');
    expect(await load(orders(['2026-01-01;1,500', '2026-01-01;12.50', '2026-01-01;12,50']))).toBe('3 = 0 + 2 + 0 + 0 + 1');
    expect(await load(orders(['03/04/2026;1.500']))).toBe('1 = 0 + 0 + 0 + 0 + 1');
    expect(await load(orders(['03/04/2026;1.500']), { decimal: ',', doubts: { onAmbiguousDate: 'mdy' } })).toBe('1 = 0 + 1 + 0 + 0 + 0');
    expect((await state())[0]).toEqual(['2026-03-04', 150_000]);
  });

  it('of companies is a list of organisations, by the name of the company', async () => {
    const database = await testDatabase(target);
    const text = 'Company,Contact,City\nAcme Ltd,Ann,Rome\nBolt GmbH,,Berlin\n';
    expect(await imported(database, 'companies', text)).toBe('2 = 2 + 0 + 0 + 0 + 0');
    expect(await imported(database, 'companies', text)).toBe('2 = 0 + 0 + 2 + 0 + 0');
    expect(await database.repository.get(1)).toMatchObject({
      customer: { kind: 'organisation', name: 'Acme Ltd', attributes: { Contact: 'Ann' } },
    });
    expect(await imported(database, 'companies', 'name,website\nCog SA,cog.example\n')).toBe('1 = 1 + 0 + 0 + 0 + 0');
    expect(await database.repository.get(3)).toMatchObject({ customer: { kind: 'organisation', name: 'Cog SA' } });
  });
});
