import { describe, expect, test } from 'vitest';
import { headersOf, isSecret, pointsTo, tableKind } from '../../../src/migrate/draft-names.ts';

describe('names of tables', () => {
  test.each([
    ['Customer', 'customers'],
    ['tbl_clients', 'customers'],
    ['crm_contact', 'customers'],
    ['客户信息表', 'customers'],
    ['会员', 'customers'],
    ['Companies', 'companies'],
    ['accounts', 'companies'],
    ['公司', 'companies'],
    ['SalesOrder', 'orders'],
    ['invoices', 'orders'],
    ['订单', 'orders'],
    ['OrderDetails', 'order-items'],
    ['order_items', 'order-items'],
    ['InvoiceLine', 'order-items'],
    ['订单明细', 'order-items'],
    ['products', 'products'],
    ['商品', 'products'],
    ['activities', 'interactions'],
    ['跟进记录', 'interactions'],
    ['marketing_consents', 'consents'],
    ['Employees', 'staff'],
    ['员工', 'staff'],
    ['customer_types', null],
    ['Genre', null],
  ])('%s: %s', (name, kind) => {
    expect(tableKind(name)).toBe(kind);
  });
});

test('columns are read in words, and without the name of their table', () => {
  expect(headersOf('CustomerId', 'Customers')).toEqual(['CustomerId', 'Customer Id', 'id']);
  expect(headersOf('first_name', 'people')).toEqual(['first_name', 'first name']);
  expect(headersOf('客户编号', '客户')).toEqual(['客户编号']);
});

test('columns point to tables by their names', () => {
  expect(pointsTo('customer_id', 'customers')).toBe(true);
  expect(pointsTo('CompanyNo', 'Companies')).toBe(true);
  expect(pointsTo('rep_id', 'customers')).toBe(false);
});

test('secrets stay where they are', () => {
  expect(['PasswordHash', 'api_token', '密码'].every(isSecret)).toBe(true);
  expect(isSecret('Name')).toBe(false);
});
