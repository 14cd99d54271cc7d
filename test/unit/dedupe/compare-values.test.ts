import { describe, expect, it } from 'vitest';
import { birthday } from '../../../src/dedupe/compare/birthday.ts';
import { employer, organisationName } from '../../../src/dedupe/compare/company.ts';
import { customField } from '../../../src/dedupe/compare/custom.ts';
import { email } from '../../../src/dedupe/compare/email.ts';
import { taxId, website } from '../../../src/dedupe/compare/equal-fields.ts';
import { phone } from '../../../src/dedupe/compare/phone.ts';
import { place } from '../../../src/dedupe/compare/place.ts';
import { street } from '../../../src/dedupe/compare/street.ts';
import type { Column } from '../../../src/dedupe/population.ts';
import { levelName, populationOf, type RowValues } from '../../support/compared-rows.ts';

describe('birthdays', () => {
  it.each([
    ['1980-03-04', '1980-03-04', 'exact'],
    ['1980-03-04', '1980-04-03', 'day and month swapped'],
    ['1980-12-11', '1980-11-12', 'day and month swapped'],
    ['1980-03-04', '1980-03-05', 'one digit'],
    ['1980-03-04', '1980-03-40', 'one digit'],
    ['1980-03-04', '1990-03-04', 'one digit'],
    ['1980-03-04', '1908-03-04', 'one digit'],
    ['1980-03-04', '1980-03-15', 'two digits'],
    ['1980-03-04', '1980-11-27', 'close'],
    ['1980-12-31', '1981-01-01', 'close'],
    ['1980-03-04', '1987-11-26', 'else'],
    ['1961-05-17', '1988-11-26', 'a generation apart'],
    ['1980-03-04', null, 'null'],
    [null, null, 'null'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(levelName(birthday, { birthday: a }, { birthday: b })).toBe(expected);
  });
});

describe('e-mail addresses', () => {
  it.each([
    ['ada@example.com', 'ADA@example.com', 'exact'],
    ['ada.lovelace@gmail.com', 'adalovelace+x@googlemail.com', 'exact'],
    ['ada.lovelace@example.com', 'ada.lovelace@exmaple.com', 'one edit'],
    ['ada.lovelace@example.com', 'ada.lovlace@example.com', 'one edit'],
    ['ada.lovelace@example.com', 'ada.lovelace@posteo.de', 'same local part'],
    ['ada.lovelace@example.com', 'ada.lovelaze2@example.com', 'similar'],
    ['ada.lovelace@example.com', 'charles.babbage@example.com', 'else'],
    ['al@example.com', 'al@posteo.de', 'else'],
    ['al@example.com', 'ab@example.com', 'else'],
    // Addresses of tasks: only whole ones count.
    ['info@example.com', 'info@example.com', 'null'],
    ['info@example.com', 'info@posteo.de', 'null'],
    ['info@example.com', 'info@exampel.com', 'null'],
    ['sales@example.com', 'sale@example.com', 'null'],
    ['ada@example.com', null, 'null'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(levelName(email, { email: a }, { email: b })).toBe(expected);
  });
});

describe('phone numbers', () => {
  it.each([
    ['+8613800138000', '13800138000', 'exact'],
    ['+4930123456', '030123456', 'exact'],
    ['+493012345678', '+494012345678', 'same end'],
    ['+493012345678', '12345678', 'same end'],
    ['+493012345678', '+493012345679', 'one digit'],
    ['+493012345678', '+493012345687', 'one digit'],
    ['+493012345678', '+493087654321', 'else'],
    ['1234567', '1234568', 'one digit'],
    ['+493012345678', null, 'null'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(levelName(phone, { phone: a }, { phone: b })).toBe(expected);
  });

  it('of several numbers the best counts', () => {
    const population = populationOf([{ phone: '+493011111111' }, { phone: '+493022222222' }, {}], {
      contacts: [
        { customer: 1, kind: 'phone', key: '3033333333' },
        { customer: 2, kind: 'phone', key: '3044444444' },
        { customer: 2, kind: 'phone', key: '3033333333' },
        { customer: 3, kind: 'phone', key: '3011111111' },
      ],
    });
    phone.prepare?.(population);
    const compare = phone.bind(population);
    expect([compare(0, 1), compare(1, 0), compare(0, 2), compare(1, 2), compare(0, 0)]).toEqual([1, 1, 1, 4, 1]);
  });
});

describe('streets', () => {
  it.each([
    ['12 Main Street', '12 Main St', 'exact'],
    ['Hauptstraße 12', 'Hauptstr. 12', 'exact'],
    ['12 Jefferson Avenue', '12 Jeferson Avenue', 'near, same number'],
    ['12 Jefferson Avenue', '14 Jefferson Avenue', 'same street, other number'],
    ['112 Jefferson Avenue', '12 Jefferson Avenue', 'same street, other number'],
    ['1120 Jefferson Avenue', '1102 Jefferson Avenue', 'near, same number'],
    ['Jefferson Avenue', '12 Jefferson Avenue', 'near, same number'],
    ['12 Jefferson Avenue', '12 Oak Lane', 'same number'],
    ['12 Jefferson Avenue', '7 Oak Lane', 'else'],
    ['12 Jefferson Avenue', null, 'null'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(levelName(street, { street: a, country: 'US' }, { street: b, country: 'US' })).toBe(expected);
  });
});

describe('places', () => {
  const at = (postal_code: string | null, city: string | null, region: string | null = null): RowValues => ({ postal_code, city, region });
  it.each([
    [at('10115', 'Berlin'), at('10115', 'Berlin'), 'same postal code'],
    [at('10115', 'Berlin'), at('10115', 'Berln'), 'same postal code'],
    [at('10115', 'Berlin'), at('10115', null), 'same postal code'],
    [at('10115', 'Berlin'), at('10115', 'Hamburg'), 'same postal code, other city'],
    [at('10115', 'Berlin'), at('10117', 'Berlin'), 'near postal code, same city'],
    [at('10115', 'Berlin'), at('10151', 'Berlin'), 'near postal code, same city'],
    [at('10115', 'Berlin'), at('13357', 'Berlin'), 'same city'],
    [at(null, 'Berlin'), at('13357', 'Berlin'), 'same city'],
    [at(null, '北京市'), at(null, '北京'), 'same city'],
    [at('10115', 'Berlin'), at('10117', 'Berln'), 'near postal code'],
    [at('10115', null), at('10117', 'Berlin'), 'near postal code'],
    [at('10115', 'Berlin'), at('10117', 'Hamburg'), 'near city'],
    [at(null, 'Berlin'), at(null, 'Berln'), 'near city'],
    [at(null, 'Köln', 'NRW'), at(null, 'Bonn', 'NRW'), 'same region'],
    [at(null, null, 'NRW'), at(null, null, 'NRW'), 'same region'],
    [at(null, null, 'NRW'), at(null, null, 'BY'), 'else'],
    [at('10115', 'Berlin'), at('80331', 'München'), 'else'],
    [at('10115', null), at(null, 'Berlin'), 'null'],
    [at('10115', 'Berlin'), at(null, null), 'null'],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(levelName(place, a, b)).toBe(expected);
  });
});

describe('companies', () => {
  it.each([
    ['Acme GmbH', 'ACME AG', 'exact'],
    ['Acme Ltd.', 'Acme Limited', 'exact'],
    ['Face Book Inc', 'Facebook Inc.', 'exact'],
    ['Miller Smith & Co', 'Smith Miller', 'exact'],
    ['Northwind Traders', 'Northwnd Traders', 'near'],
    ['Northwind Traders', 'Northwind', 'contained'],
    ['Northwind Traders', 'Northwind Traders Berlin', 'contained'],
    ['Northwind Traders', 'Contoso', 'else'],
    ['华为技术有限公司', '华为技术', 'exact'],
    ['华为技术有限公司', '華為技術股份有限公司', 'exact'],
    ['北京大学出版社', '北京大学出版社有限公司', 'exact'],
    ['阿里巴巴网络技术', '阿里巴巴网络技木', 'near'],
    ['阿里巴巴网络技术', '阿里巴巴', 'contained'],
    ['阿里巴巴网络技术', '腾讯计算机系统', 'else'],
    ['万科', '万达', 'else'],
    ['ab', 'ac', 'else'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(levelName(organisationName, { name: a }, { name: b }, 'organisation')).toBe(expected);
    expect(levelName(employer, { company_name: a }, { company_name: b })).toBe(expected);
  });
});

describe('websites and tax numbers', () => {
  it.each([
    ['https://www.example.com/about', 'http://example.com', 'exact'],
    ['https://example.com', 'https://example.org', 'else'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(levelName(website, { website: a }, { website: b })).toBe(expected);
  });

  it.each([
    ['DE 123456789', 'DE123456789', 'exact'],
    ['DE123456789', 'DE123456798', 'one character'],
    ['DE123456789', 'DE123456780', 'one character'],
    ['DE123456789', 'DE987654321', 'else'],
    ['DE123456789', null, 'null'],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(levelName(taxId, { tax_id: a }, { tax_id: b })).toBe(expected);
  });
});

describe('custom fields', () => {
  const level = (a: string, b: string): string => {
    const rows = [a, b].map((value) => ({ attributes: { Field: value } }));
    const column = populationOf(rows).columns['attributes.Field'] as Column;
    return levelName(customField(column, 0.01), rows[0] as RowValues, rows[1] as RowValues);
  };
  it.each([
    ['Rosewood Park', 'ROSEWOOD  PARK', 'exact'],
    ['Rosewood Park', 'Rosewod Park', 'near'],
    ['Rosewood', 'Rosemount', 'similar'],
    ['Rosewood', 'Springfield', 'else'],
    ['ab', 'cd', 'else'],
    ['1234567', '1234567', 'exact'],
    ['1234567', '1234568', 'one digit'],
    ['1234567', '7654321', 'else'],
    ['12', '13', 'else'],
    ['', 'x', 'null'],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(level(a, b)).toBe(expected);
    expect(level(b, a)).toBe(expected);
  });
});
