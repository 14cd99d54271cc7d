import { describe, expect, test } from 'vitest';
import { archiveSettings, policiesNamed } from '../../../src/archive/archive-settings.ts';
import { archiveTarget } from '../../../src/archive/archive-target.ts';
import { BatchSize, PageSize } from '../../../src/repository/archive-pages.ts';

describe('archiveSettings', () => {
  test('has neither place nor policies where nothing is said', () => {
    expect(archiveSettings(undefined, 'c')).toEqual({ database: undefined, policies: new Map() });
  });

  test.each<[unknown, string]>([
    [[], 'archive: it must be an object'],
    [{ polices: {} }, 'archive.polices: there is no such member'],
    [{ database: 1 }, 'archive.database: it must be a path or URL'],
    [{ policies: [] }, 'archive.policies: it must be an object: filters by name'],
    [{ policies: { 'a b': 'x' } }, 'archive.policies: names are letters, digits, - and _'],
    [{ policies: { a: ' ' } }, 'archive.policies.a: it must be a filter, as crm query takes it'],
  ])('refuses %j', (setting, message) => {
    expect(() => archiveSettings(setting, 'c')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: `c: ${message}` }));
  });
});

describe('policiesNamed', () => {
  const settings = archiveSettings({ policies: { inactive: 'tier = c', lost: 'tier = d' } }, 'c');

  test('takes all where none is named, and each once', () => {
    expect(policiesNamed(settings, []).map(({ name }) => name)).toEqual(['inactive', 'lost']);
    expect(policiesNamed(settings, ['lost', 'lost'])).toEqual([{ name: 'lost', filter: 'tier = d' }]);
  });

  test('suggests the name that was meant', () => {
    expect(() => policiesNamed(settings, ['inactve'])).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'did you mean inactive? there are inactive, lost' }),
    );
  });
});

test.each<[string, string | undefined, string]>([
  ['./crm.db', undefined, './crm-archive.db'],
  ['/data/all.customers.sqlite', undefined, '/data/all.customers-archive.sqlite'],
  ['customers', undefined, 'customers-archive'],
  ['./a.b/customers', undefined, './a.b/customers-archive'],
  ['./crm.db', '/mnt/cold.db', '/mnt/cold.db'],
  ['postgres://u@h/db', undefined, 'postgres://u@h/db?schema=archive'],
  ['postgres://u@h/db?schema=crm', undefined, 'postgres://u@h/db?schema=crm_archive'],
  ['postgres://u@h/db', './cold.db', './cold.db'],
])('the archive of %s, with %s named, is %s', (main, named, expected) => {
  expect(archiveTarget(main, named)).toBe(expected);
});

test('pages of customers get smaller where they hold much, and grow by steps', () => {
  const size = new PageSize();
  const first = size.next;
  size.learn({ customers: first, rows: first, characters: first * 400 });
  expect(size.next).toBe(first * 4);
  size.learn({ customers: 100, rows: 100 * 2000, characters: 1000 });
  expect(size.next).toBe(6);
  size.learn({ customers: 1, rows: 1, characters: 10 ** 9 });
  expect(size.next).toBe(1);
});

test('transactions hold as many customers as take some seconds, and grow by steps', () => {
  const size = new BatchSize();
  expect(size.next).toBe(500);
  size.learn({ customers: 500, elapsedMs: 0 });
  expect(size.next).toBe(2000);
  size.learn({ customers: 0, elapsedMs: 5000 });
  expect(size.next).toBe(2000);
  size.learn({ customers: 2000, elapsedMs: 8000 });
  expect(size.next).toBe(500);
  size.learn({ customers: 1, elapsedMs: 9000 });
  expect(size.next).toBe(1);
  size.learn({ customers: 40_000, elapsedMs: 10 });
  expect(size.next).toBe(50_000);
});
