import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engines/connection.ts';
import { compileQuery } from '../../../src/repository/query-sql.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { CUSTOM_FIELDS, loadCustomers, NOW } from './query-sql-customers.ts';

const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const without = (...ids: number[]): number[] => ALL.filter((id) => !ids.includes(id));

/** Filter and the ids of the customers that it is true of. */
const CASES: Readonly<Record<string, readonly (readonly [filter: string, ids: readonly number[]])[]>> = {
  text: [
    ["city = 'Berlin'", [1, 10]],
    ['city = berlin', []],
    ['city = "New York"', [11]],
    ['城市 = 上海', [3, 4]],
    ['城市 ＝ “上海”', [3, 4]],
    ['City = Berlin', [1, 10]],
    ['city != Berlin', without(1, 10)],
    ['not city = Berlin', without(1, 10)],
    ['not (city != Berlin)', [1, 10]],
    ["city = 'null'", [15]],
    ['city = null', [9]],
    ["city = ''", [9]],
    ["city != ''", without(9)],
    ["city in ('', Berlin)", [1, 9, 10]],
    ['city != null', without(9)],
    ['city is empty', [9]],
    ['name is empty', [10]],
    ['name is not empty', without(10)],
    ['city ~ lodz', [8]],
    ['city ~ KØBEN', [2]],
    ['city ~ "上"', [3, 4]],
    ['name ~ muller', [1, 6]],
    ['name ~ MÜLLER', [1, 6]],
    ['name ~ gross', [9]],
    ['name ~ zolw', [8]],
    ['name ~ full', [13]],
    ['name ~ ｆｕｌｌ', [13]],
    ['name !~ muller', without(1, 6)],
    ['name ~ "%"', [7]],
    ['name ~ "_"', [7]],
    ["name ~ '!'", [7]],
    ["name ~ O'Brien", [5]],
    ["name = 'Siobhán O''Brien'", [5]],
    ['notes = "pays ""late"", always"', [7]],
    ['tier in (gold, silver)', [1, 4]],
    ['tier not in (gold)', without(1, 4)],
    ['city in (Berlin, null)', [1, 9, 10]],
    ['city not in (Berlin, null)', without(1, 9, 10)],
    ['kind = organisation', [7]],
    ["city < 'C'", [1, 10]],
    ['city between Dublin and Leeds', [2, 5, 7]],
    ['city not between Dublin and Leeds', without(2, 5, 7)],
    ['region = or or region = NY', [11]],
    ['region = OR and city = Springfield', [13]],
  ],
  contact: [
    ['email = max@example.com', [1]],
    ['email = Max@Example.COM', [1]],
    ['email = "not an address"', [10]],
    ['email in (max@example.com, ANA.S@example.dk, nobody@example.org)', [1, 2]],
    ['email != max@example.com', without(1)],
    ['email ~ EXAMPLE.dk', [2]],
    ['email is empty', [4, 7, 9, 11, 12, 13, 14, 15]],
    ['phone = +491712345678', [1]],
    ['phone = "+49 (171) 234-5678"', [1]],
    ['phone = 00491712345678', [1]],
    ['phone = "0171 2345678"', [1]],
    ['phone = 12345678', [1, 3, 5]],
    ['phone = 1234567', [4, 8]],
    ['phone ~ "345 67"', [1, 3, 4, 5, 8]],
    ['phone != +491712345678', without(1)],
    ['电话 = 1', []],
    ['country = de', [1, 9]],
    ['country in (IN, us)', [11, 13, 15]],
    ['country = Atlantis', [10]],
  ],
  numbers: [
    ['id = 3', [3]],
    ['id in (1, 2, 99)', [1, 2]],
    ['id between 2 and 4', [2, 3, 4]],
    ['id > 13', [14, 15]],
    ['编号 <= 2', [1, 2]],
    ['version = 1', ALL],
    ['orders.count = 0', without(1, 3, 5, 12, 14)],
    ['orders.count >= 2', [1, 14]],
    ['orders.count > 1.5', [1, 14]],
    ['orders.count is empty', without(1, 3, 5, 12, 14)],
    ['interactions.count between 1 and 5', [1, 2]],
    ['orders.total >= 1000', [1, 12, 14]],
    ['orders.total > 1000', [1, 14]],
    ['orders.total = 1000.50', [1]],
    ['orders.total = 1000.5001', [14]],
    ['orders.total > 1000.50005', [14]],
    ['orders.total <= 1000.50005', without(14)],
    ['orders.total = 1000.50005', []],
    ['orders.total < -25.499999', [5]],
    ['orders.total >= -25.50001 and orders.total < 0', [5]],
    ['orders.total in (1000, 999.99)', [3, 12]],
    ['orders.total is not empty', [1, 3, 5, 12, 14]],
    ['orders.total < 0.01', without(1, 3, 12, 14)],
  ],
  dates: [
    ['birthday = 1980-05-17', [1]],
    ['birthday > 1980-05-17', [2, 9]],
    ['birthday between 1980-05-17 and 1980-05-18', [1, 9]],
    ['birthday is empty', without(1, 2, 9)],
    ['birthday != 1980-05-17', without(1)],
    ['birthday < -40y', [1, 9]],
    ['last_contacted_at = today', [1]],
    ['last_contacted_at = 2026-01-31', [1]],
    ['last_contacted_at != 2026-01-31', without(1)],
    ['last_contacted_at < 2026-01-31', [2, 5, 6]],
    ['last_contacted_at <= 2026-01-31', [1, 2, 5, 6]],
    ['last_contacted_at > 2026-01-31', [3]],
    ['last_contacted_at >= 2026-01-31', [1, 3]],
    ['last_contacted_at between 2026-01-30 and 2026-01-31', [1, 2]],
    ['last_contacted_at in (2026-01-30, 2026-02-01)', [2, 3]],
    ['last_contacted_at = 2026-01-31T10:00:00Z', [1]],
    ['last_contacted_at = "2026-01-31 18:00:00+08:00"', [1]],
    ['last_contacted_at < -90d', [6]],
    ['last_contacted_at <= -90d', [5, 6]],
    ['last_contacted_at = -90d', [5, 6]],
    ['last_contacted_at > +0d', [3]],
    ['last_contacted_at is empty', without(1, 2, 3, 5, 6)],
    ['created_at = today', [15]],
    ['created_at <= 9999-12-31', ALL],
    ['orders.last_at >= 2026-01-01', [1]],
    ['orders.last_at < -1y', [5, 12]],
    ['orders.last_at = 2025-02-02', [14]],
    ['interactions.last_at is not empty', [1, 2]],
  ],
  sets: [
    ['tag = vip', [1, 3]],
    ['tag = VIP', []],
    ['标签 = 重要', [4]],
    ['tag != vip', without(1, 3)],
    ['tag is empty', without(1, 3, 4, 5, 7)],
    ['tag is not empty', [1, 3, 4, 5, 7]],
    ['tag ~ news', [1, 5]],
    ['tag !~ news', without(1, 5)],
    ['tag in (b2b, 重要)', [4, 7]],
    ['tag not in (vip, null)', [4, 5, 7]],
    ['tag between a and c', [7]],
    ['source = hubspot', [1, 2]],
    ['source = hubspot and source = salesforce', [1]],
    ['source is empty', without(1, 2, 7)],
    ['external_id = 501', [1, 7]],
    ['consent.email = in', [1, 3]],
    ['consent.email = OUT', [2]],
    ['consent.email != out', without(2)],
    ['consent.phone is not empty', [2]],
    ['consent.email in (in, out)', [1, 2, 3]],
    ['consent.email in (null, out)', without(1, 3)],
  ],
  custom: [
    ['`Lead source` = web', [6]],
    ['"Lead source" = \'trade fair\'', [8]],
    ['attributes."Lead source" is not empty', [6, 8]],
    ['渠道 = 微信', [3]],
    ['attributes.渠道 is not empty', [3, 4]],
    ['score > 9', [4, 6]],
    ['score >= 9', [3, 4, 6]],
    ['score between 9 and 10.5', [3, 6]],
    ['score not between 9 and 10.5', without(3, 6)],
    ['score = 9', [3]],
    ['score != 9', without(3)],
    ['score in (9, 100)', [3, 4]],
    ['score ~ UNKN', [8]],
    ['renewal < -6m', [11]],
    ['renewal >= 2026-01-01', [9]],
    ['"a""b\\\\c" = odd', [10]],
    ['attributes.version = 3', [11]],
    ['attributes.nothing = 1', []],
    ['attributes.nothing is empty', ALL],
    ['attributes is empty', without(3, 4, 6, 8, 9, 10, 11, 12)],
    ['attributes ~ TRADE', [8]],
  ],
  'and, or, not': [
    ["city = 'Berlin' and (tag = vip or orders.total >= 1000) and last_contacted_at < +1d and email is not empty", [1]],
    ['tag = vip or tag = b2b and city = Nowhere', [1, 3]],
    ['(tag = vip or tag = b2b) AND NOT country = CN', [1, 7]],
    ['not not tag = vip', [1, 3]],
    ['not (tag = vip and country = CN)', without(3)],
    ['not (tag = vip or city is empty)', without(1, 3, 9)],
    ['（城市＝上海） and （客户等级 ！＝ silver and 客户等级 ＝ “gold”）', [4]],
  ],
};

describeEachEngine('filters', (target) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await target.open();
    await loadCustomers(engine);
  });

  const idsOf = async (filter: string): Promise<unknown[]> => {
    const query = compileQuery({ filter, select: ['id'] }, engine.facts, { now: NOW, customFields: CUSTOM_FIELDS });
    const [counted] = await engine.all(query.countSql, query.countParameters);
    const rows = await engine.all(query.sql, query.parameters);
    expect(counted).toEqual({ count: rows.length });
    return rows.map((row) => row.id);
  };

  for (const [group, cases] of Object.entries(CASES)) {
    describe(group, () => {
      it.each(cases)('%s', async (filter, ids) => {
        expect(await idsOf(filter)).toEqual(ids);
      });
    });
  }

  it('takes chains and lists of any length', async () => {
    const numbers = Array.from({ length: 3000 }, (_, i) => String(i + 1000));
    expect(await idsOf(`${numbers.map((n) => `id = ${n}`).join(' or ')} or id = 4`)).toEqual([4]);
    expect(await idsOf(`${numbers.map((n) => `city != ${n}`).join(' and ')} and id = 4`)).toEqual([4]);
    expect(await idsOf(`city in (${numbers.join(', ')}, 上海)`)).toEqual([3, 4]);
    expect(await idsOf(`tag in (${numbers.join(', ')}, vip)`)).toEqual([1, 3]);
    expect(await idsOf(`score not in (${numbers.join(', ')}, '9')`)).toEqual(without(3));
    expect(await idsOf(`email in (${numbers.map((n) => `${n}@example.com`).join(', ')}, max@example.com)`)).toEqual([1]);
  });

  it('takes as many brackets as the parser', async () => {
    expect(await idsOf(`${'not ('.repeat(50)}id = 4${')'.repeat(50)}`)).toEqual([4]);
  });
});
