import { describe, expect, test } from 'vitest';
import { FORMATS, formatOf } from '../../../src/formats/index.ts';

describe('formatOf', () => {
  test.each([
    ['people.csv', 'csv'],
    ['people.TSV', 'csv'],
    ['/data/people.psv', 'csv'],
    ['people.txt', 'csv'],
    ['people.ndjson', 'ndjson'],
    ['people.jsonl', 'ndjson'],
    ['people.json', 'json'],
    ['people.vcf', 'vcard'],
    ['people.xlsx', 'xlsx'],
    ['people.xls', 'csv'],
    ['people.export', 'csv'],
    ['people', 'csv'],
    ['dir.ndjson/people', 'csv'],
    ['-', 'csv'],
    ['客户.csv', 'csv'],
  ])('%s is %s', (fileName, format) => {
    expect(formatOf(fileName)).toBe(format);
  });

  test('a named format wins, also by a file name ending', () => {
    expect(formatOf('people.csv', 'ndjson')).toBe('ndjson');
    expect(formatOf('-', ' JSONL ')).toBe('ndjson');
    expect(formatOf('people.json', 'csv')).toBe('csv');
  });

  test.each(['', 'pdf', 'toString'])('%j is no format', (explicit) => {
    expect(() => formatOf('people.csv', explicit)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'known are csv, ndjson, json, vcard, xlsx' }),
    );
  });
});

test('every format has a reader and endings of its own', () => {
  const endings = Object.values(FORMATS).flatMap((format) => [...format.extensions] as string[]);
  expect(new Set(endings).size).toBe(endings.length);
  for (const format of Object.values(FORMATS)) {
    const reader = format.createReader({}, { header: () => {}, record: () => {}, bad: () => {} });
    expect(() => reader.end()).toThrow(expect.objectContaining({ code: 'INPUT_EMPTY' }));
  }
});
