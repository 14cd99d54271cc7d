import { describe, expect, it } from 'vitest';
import { nameKey } from '../../../src/normalize/name-key.ts';
import { contradicts, otherBirthday } from '../../../src/normalize/same-person.ts';

describe('otherBirthday', () => {
  it.each<[string | null, string | null, boolean]>([
    ['1950-03-14', '1981-11-02', true],
    ['1950-03-14', '1950-03-14', false],
    ['1950-03-14', null, false],
    [null, null, false],
    ['1950-03-04', '1950-04-03', false],
    ['1950-03-04', '1951-04-03', true],
    ['1950-03-14', '1950-08-14', false],
    ['1950-03-14', '1950-08-15', true],
    ['1983-03-14', '1938-03-14', false],
    ['1925-03-14', '2025-03-14', false],
    ['1950-03-14', '1900-01-01', false],
    ['1950-03-14', '1950-01-01', false],
    ['1950-03-14', '1951-01-01', true],
    ['1950-03-14', '0001-01-01', false],
    ['1950-03-14', '9999-12-31', false],
    ['1950-03-14', '14 March', false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(otherBirthday(a, b)).toBe(expected);
    expect(otherBirthday(b, a)).toBe(expected);
  });
});

describe('contradicts', () => {
  const facts = (text: string) => {
    const [name = '', birthday = '', taxId = ''] = text.split('|');
    return { nameKey: nameKey(name), birthday: birthday === '' ? null : birthday, taxId: taxId === '' ? null : taxId };
  };
  it.each([
    ['John Smith', 'John Smith', false],
    ['John Smith Jr', 'John Smith Sr.', true],
    ['John Smith Jr', 'John Smith Junior', false],
    ['John Smith, Jr.', 'John Smith II', false],
    ['John Smith III', 'John Smith', true],
    ['John Smith Jr|1950-03-14', 'John Smith|1950-03-14', false],
    ['John Smith|1950-03-14', 'John Smith|1981-11-02', true],
    ['Acme||DE136695976', 'Acme||DE129273398', true],
    ['Acme||DE 136 695 976', 'Acme||136695976', false],
    ['Acme||-', 'Acme||136695976', false],
    ['', 'John Smith', false],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(contradicts(facts(a), facts(b))).toBe(expected);
    expect(contradicts(facts(b), facts(a))).toBe(expected);
  });
});
