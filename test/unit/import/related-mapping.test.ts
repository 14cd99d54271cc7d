import { describe, expect, it } from 'vitest';
import { mapRelatedHeader } from '../../../src/import/related-mapping.ts';
import { targetName } from '../../../src/model/header-target.ts';
import { headerKey } from '../../../src/model/fields.ts';
import { RELATED_TYPES, type RelatedType, relatedFields } from '../../../src/model/related-fields.ts';

const HEADERS: readonly (readonly [RelatedType, string, string])[] = [
  ['orders', 'Order ID,Customer ID,Date,Total', 'number,customer.external_id,ordered_at,total'],
  ['orders', 'id,order number,email,created at,total (EUR)', 'attributes.id,number,customer.email,ordered_at,total'],
  ['orders', 'customer.id,Customer ID', 'customer.id,customer.external_id'],
  [
    'orders',
    '订单编号,客户手机,下单时间,实付金额,币种,订单状态,备注',
    'number,customer.phone,ordered_at,total,currency,status,attributes.备注',
  ],
  ['orders', 'Name,Email,Mobile,Order date,Amount', 'attributes.Name,customer.email,customer.phone,ordered_at,total'],
  ['interactions', '跟进方式,客户编号,跟进时间,跟进内容', 'kind,customer.external_id,occurred_at,body'],
  ['interactions', 'Type,E-Mail,Date,Title,Notes,Duration', 'kind,customer.email,occurred_at,subject,body,attributes.Duration'],
  ['products', 'Product ID,SKU,Product name,Price', 'attributes.Product ID,sku,name,price'],
  ['products', '货号,品名,单价,货币', 'sku,name,price,currency'],
  ['order-items', 'Order,Pos,Article number,Product,Qty,Unit price', 'number,line,sku,description,quantity,price'],
  ['consents', '邮箱,渠道,同意状态,授权时间,依据', 'customer.email,channel,status,decided_at,ground'],
  ['consents', 'email,channel,status,_line,_byte,_column,_code,_reason', 'customer.email,channel,status,null,null,null,null,null'],
  ['consents', 'a,a,,attributes.a', 'attributes.a,attributes.a (2),attributes.column 3,attributes.a (3)'],
];

describe('mapRelatedHeader', () => {
  it.each(HEADERS)('of %s knows %s', (type, header, expected) => {
    expect(
      mapRelatedHeader(type, header.split(','), new Map())
        .map(({ target }) => String(targetName(target)))
        .join(),
    ).toBe(expected);
  });

  it('does as it is told', () => {
    const given = new Map([
      ['Betrag', 'total'],
      ['Total', ''],
      ['X', 'attributes.y'],
      ['Wann', '下单时间'],
    ]);
    expect(mapRelatedHeader('orders', ['Betrag', 'Total', 'X', 'Wann'], given).map(({ target, how }) => [targetName(target), how])).toEqual(
      [
        ['total', 'given'],
        [null, 'ignored'],
        ['attributes.y', 'given'],
        ['ordered_at', 'given'],
      ],
    );
    expect(() => mapRelatedHeader('orders', ['a'], new Map([['b', 'total']]))).toThrow('no column “b”');
    expect(() => mapRelatedHeader('orders', ['a'], new Map([['a', 'totl']]))).toThrow('no column “totl”');
  });
});

describe.each(RELATED_TYPES)('the columns of %s', (type) => {
  it('have names and words of their own', () => {
    const fields = relatedFields(type);
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    for (const field of fields) {
      const words = field.aliases.map(headerKey);
      expect(words.filter((word, index) => word === '' || words.indexOf(word) !== index)).toEqual([]);
      for (const other of fields)
        if (other !== field) expect(words.filter((word) => other.aliases.map(headerKey).includes(word))).toEqual([]);
    }
  });
});
