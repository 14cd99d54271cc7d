import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engines/connection.ts';
import type { SqlValue } from '../../../src/engines/engine.ts';
import { CrmError } from '../../../src/errors.ts';
import { fold } from '../../../src/model/fold.ts';
import type { CompiledQuery, QueryOptions } from '../../../src/repository/query-options.ts';
import { compileQuery } from '../../../src/repository/query-sql.ts';
import { describeEachEngine } from '../../support/engines.ts';
import { CUSTOM_FIELDS, loadCustomers, NOW } from './query-sql-customers.ts';

describeEachEngine('compileQuery', (target) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await target.open();
    await loadCustomers(engine);
  });

  const compile = (options: QueryOptions): CompiledQuery => compileQuery(options, engine.facts, { now: NOW, customFields: CUSTOM_FIELDS });
  /** Rows as arrays, by the keys of the columns. */
  const run = async (options: QueryOptions): Promise<SqlValue[][]> => {
    const query = compile(options);
    const rows = await engine.all(query.sql, query.parameters);
    return rows.map((row) => query.columns.map(({ key }) => row[key] as SqlValue));
  };
  const ids = async (options: QueryOptions): Promise<SqlValue[]> =>
    (await run({ ...options, select: ['id'] })).map(([id]) => id as SqlValue);
  const total = async (options: QueryOptions): Promise<unknown> => {
    const query = compile(options);
    return (await engine.all(query.countSql, query.countParameters))[0]?.count;
  };
  const names = (options: QueryOptions): string[] => compile(options).columns.map(({ name }) => name);
  const failure = (options: QueryOptions): CrmError => {
    try {
      compile(options);
    } catch (error) {
      if (error instanceof CrmError) return error;
    }
    throw new Error('no CrmError was thrown');
  };

  describe('select', () => {
    it('shows the usual fields', async () => {
      expect(names({})).toEqual(['id', 'name', 'company_name', 'email', 'phone', 'city', 'country']);
      expect(await run({ ids: [1] })).toEqual([[1, 'Max Müller', null, 'max@example.com', '+491712345678', 'Berlin', 'DE']]);
    });

    it('shows every field and custom field for *', async () => {
      const all = names({ select: ['*'] });
      expect(all.slice(0, 3)).toEqual(['id', 'kind', 'name']);
      expect(all.slice(-6)).toEqual(['Lead source', 'score', 'renewal', 'a"b\\c', '渠道', 'attributes.version']);
      expect(all).not.toContain('attributes');
      expect(all).not.toContain('version');
      const [row] = await run({ select: ['*'], ids: [8] });
      expect(row?.[all.indexOf('Lead source')]).toBe('trade fair');
      expect(row?.[all.indexOf('created_at')]).toBe('2025-01-01T00:00:00.000Z');
    });

    it('shows derived fields with the same values on every engine', async () => {
      const select = [
        'id',
        'orders.count',
        'orders.total',
        'orders.last_at',
        'interactions.last_at',
        'tag',
        'source',
        'external_id',
        'consent.email',
        'birthday',
      ];
      expect(await run({ select, ids: [1, 2, 5, 14] })).toEqual([
        [
          1,
          2,
          '1000.5',
          '2026-01-15T08:00:00.000Z',
          '2026-01-20T09:30:00.000Z',
          'newsletter; vip',
          'hubspot; salesforce',
          '003A; 501',
          'in',
          '1980-05-17',
        ],
        [2, 0, '0', null, '2023-05-05T05:05:05.005Z', null, 'hubspot', '502; 503', 'out', '1992-02-29'],
        [5, 1, '-25.5', '2024-03-01T00:00:00.000Z', null, 'Newsletter', null, null, null, null],
        [14, 2, '1000.5001', '2025-02-02T00:00:00.000Z', null, null, null, null, null, null],
      ]);
      expect(compile({ select }).columns.map(({ type }) => type)).toEqual([
        'integer',
        'number',
        'number',
        'instant',
        'instant',
        'tags',
        'tags',
        'tags',
        'text',
        'date',
      ]);
    });

    it('takes labels, each field once', () => {
      expect(names({ select: ['城市', 'E-mail', 'city', '*'] }).slice(0, 3)).toEqual(['city', 'email', 'id']);
    });

    it('streams in the order of the columns', async () => {
      const query = compile({ select: ['渠道', 'name', 'orders.total'], ids: [3] });
      const rows: SqlValue[][] = [];
      for await (const batch of engine.stream(query.sql, query.parameters)) rows.push(...batch);
      expect(rows).toEqual([['微信', '张伟明', '999.99']]);
    });
  });

  describe('sort and limit', () => {
    it('sorts by id unless told otherwise', async () => {
      expect(await ids({ limit: 3 })).toEqual([1, 2, 3]);
      expect(await ids({ sort: ['-id'], limit: 3 })).toEqual([15, 14, 13]);
    });

    it('puts empty values last in both directions', async () => {
      expect(await ids({ sort: ['birthday'], limit: 5 })).toEqual([1, 9, 2, 3, 4]);
      expect(await ids({ sort: ['-birthday'], limit: 5 })).toEqual([2, 9, 1, 3, 4]);
      expect(await ids({ sort: ['-tag', '-id'], limit: 6 })).toEqual([4, 3, 1, 7, 5, 15]);
    });

    it('sorts text by its bytes', async () => {
      expect(await ids({ sort: ['name'], limit: 4 })).toEqual([7, 2, 15, 9]);
      expect(await ids({ sort: ['-country', 'name'], limit: 3, filter: 'country is not empty' })).toEqual([11, 13, 8]);
    });

    it('sorts numbers of custom fields and sums as numbers', async () => {
      expect(await ids({ sort: ['score'], limit: 4 })).toEqual([3, 6, 4, 8]);
      expect(await ids({ sort: ['-score'], limit: 4 })).toEqual([4, 6, 3, 8]);
      expect(await ids({ sort: ['-orders.total', 'id'], limit: 4 })).toEqual([14, 1, 12, 3]);
      expect(await ids({ sort: ['-orders.last_at'], limit: 2 })).toEqual([1, 3]);
    });

    it('pages', async () => {
      expect(await ids({ limit: 2, offset: 3 })).toEqual([4, 5]);
      expect(await ids({ offset: 13 })).toEqual([14, 15]);
      expect(await ids({ limit: 0 })).toEqual([]);
      expect(await total({ limit: 2, offset: 3 })).toBe(15);
    });

    it.each([{ limit: -1 }, { limit: 1.5 }, { offset: Number.NaN }])('refuses %o', (options) => {
      expect(failure(options)).toMatchObject({ code: 'USAGE' });
    });
  });

  describe('search and ids', () => {
    it.each([
      ['muller', [1, 6]],
      ['MÜLL', [1, 6]],
      ['张伟', [3]],
      ['伟明', [3]],
      ['上', [3, 4]],
      ['müller berlin', [1]],
      ['example.cn', [3]],
      ["o'brien", [5]],
      ['"cotton" OR * :* & |', []],
      ['"cotton" pays*', [7]],
      ['nobody', []],
    ])('finds %s', async (search, found) => {
      expect(await ids({ search })).toEqual(found);
      expect(await total({ search })).toBe(found.length);
    });

    it('refuses a search without a word', () => {
      expect(failure({ search: ' -- ' })).toMatchObject({ code: 'USAGE' });
    });

    it('joins ids, search and filter', async () => {
      expect(await ids({ search: 'muller', ids: [1, 2, 6], filter: 'country = FR' })).toEqual([6]);
      expect(await ids({ ids: [] })).toEqual([]);
      expect(await ids({ ids: [3] })).toEqual([3]);
      expect(await ids({ ids: Array.from({ length: 40_000 }, (_, i) => i + 14) })).toEqual([14, 15]);
    });
  });

  describe('group and sum', () => {
    it('counts by a field, largest group first, empty last among equals', async () => {
      expect(names({ groupBy: ['tier'] })).toEqual(['tier', 'count']);
      expect(await run({ groupBy: ['tier'] })).toEqual([
        [null, 13],
        ['gold', 2],
      ]);
      expect(await run({ groupBy: ['country', 'tier'], filter: 'country in (DE, CN, US)' })).toEqual([
        ['US', null, 2],
        ['CN', 'gold', 1],
        ['CN', null, 1],
        ['DE', 'gold', 1],
        ['DE', null, 1],
      ]);
      expect(await total({ groupBy: ['country'] })).toBe(12);
    });

    it('counts a customer for each of its tags and sources', async () => {
      expect(await run({ groupBy: ['tag'] })).toEqual([
        [null, 10],
        ['vip', 2],
        ['Newsletter', 1],
        ['b2b', 1],
        ['newsletter', 1],
        ['重要', 1],
      ]);
      expect(await run({ groupBy: ['source'], sum: ['orders.total'], filter: 'source is not empty' })).toEqual([
        ['hubspot', 2, '1000.5'],
        ['erp', 1, '0'],
        ['salesforce', 1, '1000.5'],
      ]);
    });

    it('adds up numbers exactly, also of custom fields', async () => {
      expect(names({ groupBy: ['country'], sum: ['orders.total', 'score'] })).toEqual([
        'country',
        'count',
        'sum(orders.total)',
        'sum(score)',
      ]);
      expect(await run({ groupBy: ['country'], sum: ['orders.total', 'score'], filter: 'country in (CN, PL)' })).toEqual([
        ['CN', 2, '999.99', '109'],
        ['PL', 1, '0', null],
      ]);
      expect(await run({ sum: ['orders.total', 'orders.count', 'score'] })).toEqual([[15, '3975.4901', '7', '119.5']]);
      expect(await run({ groupBy: ['Lead source', 'consent.email'], filter: '"Lead source" is not empty' })).toEqual([
        ['trade fair', null, 1],
        ['web', null, 1],
      ]);
    });

    it('sorts and limits groups', async () => {
      expect(await run({ groupBy: ['country'], sort: ['-Country'], limit: 1 })).toEqual([['US', 2]]);
      expect(await run({ groupBy: ['country'], sum: ['orders.total'], sort: ['-orders.total'], limit: 2 })).toEqual([
        ['KW', 1, '1000.5001'],
        ['DE', 2, '1000.5'],
      ]);
      expect(await run({ groupBy: ['country'], sort: ['count', 'country'], limit: 1, offset: 1 })).toEqual([['DK', 1]]);
    });

    it('refuses what cannot be grouped or added', () => {
      expect(failure({ sum: ['city'] })).toMatchObject({ code: 'USAGE' });
      expect(failure({ groupBy: ['city'], select: ['id'] })).toMatchObject({ code: 'USAGE' });
      expect(failure({ groupBy: ['city'], sort: ['cuont'] })).toMatchObject({ code: 'UNKNOWN_FIELD', details: { nearest: 'count' } });
    });
  });

  it('names the nearest field', () => {
    expect(failure({ select: ['emial'] })).toMatchObject({ code: 'UNKNOWN_FIELD', details: { field: 'emial', nearest: 'email' } });
    expect(failure({ sort: ['-order.total'] }).message).toContain('did you mean orders.total?');
    expect(failure({ filter: 'lead_source = web' }).message).toContain('did you mean Lead source?');
  });

  it('never pastes a value into the SQL', () => {
    const evil = "x'); DROP TABLE customers; --";
    const filters = [
      `city = "${evil}"`,
      `tag in ("${evil}")`,
      `"${evil}" ~ "${evil}"`,
      `score > "${evil}"`,
      `email = "${evil}"`,
      `phone = "${evil}"`,
    ];
    for (const filter of filters) {
      const customFields = new Set([...CUSTOM_FIELDS, evil]);
      const query = compileQuery({ filter, select: [evil], sort: [evil] }, engine.facts, { now: NOW, customFields });
      expect(query.sql + query.countSql).not.toContain('DROP');
      expect(query.parameters.filter((parameter) => String(parameter).toLowerCase().includes('drop')).length).toBeGreaterThan(0);
    }
  });

  it('folds text as the program does', async () => {
    const samples = [
      'Ångström',
      'ẞtraße',
      'Æther œuvre',
      'Ørsted',
      'Þór Ðungel',
      'Łódź',
      'Ħal',
      'ıIİi',
      'ﬁn',
      '①２Ｂ',
      '한국어 ÄÖ',
      '张伟',
      'Žižek ЁЖ',
      'Ǆ ǅ',
      'e\u0301',
    ];
    const rows = await engine.all(`SELECT value, ${engine.facts.folded('value')} AS folded FROM ${engine.facts.jsonRows} AS sample`, [
      JSON.stringify(samples),
    ]);
    expect(rows.map((row) => row.folded)).toEqual(samples.map(fold));
  });

  it('reads numbers in text alike', async () => {
    const samples = [
      '12',
      '+12',
      ' 7 ',
      '.5',
      '5.',
      '1e3',
      '007',
      '-3.25',
      '12abc',
      '',
      ' ',
      'x',
      '2026-01-01',
      '0x10',
      '1.2.3',
      '--1',
      'NaN',
      'Infinity',
    ];
    const numbers = [12, 12, 7, 0.5, 5, 1000, 7, -3.25, ...Array.from({ length: 10 }, () => null)];
    const rows = await engine.all(`SELECT ${engine.facts.toNumber('value')} AS number FROM ${engine.facts.jsonRows} AS sample ORDER BY n`, [
      JSON.stringify(samples),
    ]);
    expect(rows.map((row) => (row.number === null ? null : Number(row.number)))).toEqual(numbers);
  });
});
