import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DateOrders, type LookAhead, readOrderEvidence } from '../../../src/import/column-facts.ts';
import { openInput } from '../../../src/import/local-input.ts';
import { mapHeader } from '../../../src/import/mapping.ts';
import { tempDir } from '../../support/temp-dir.ts';

const columns = mapHeader(['name', 'birthday', 'Colour', 'created'], new Map());

describe('readOrderEvidence', () => {
  it.each([
    ['people.csv', 'csv', 'name,birthday\nA,03/04/2024\nB,31/12/2024\nC,"12/31/2024"\nD,\nE,5/5/2024\nF,soon\nG,1,too many\n'],
    [
      'people.ndjson',
      'ndjson',
      ['03/04/2024', '31/12/2024', '12/31/2024'].map((birthday) => `{"name":"A","birthday":"${birthday}"}\n`).join(''),
    ],
  ] as const)('counts the values of the whole file %s', async (name, format, text) => {
    const path = join(tempDir(), name);
    writeFileSync(path, text);
    const { file } = await openInput(path);
    expect([...readOrderEvidence({ file, format, reader: {} }, [1])]).toEqual([[1, { dayFirst: 1, monthFirst: 1, either: 1 }]]);
  });
});

describe('DateOrders', () => {
  const decide = (counts: readonly [number, number, number], given: 'dmy' | 'mdy' | null, hint: 'dmy' | 'mdy' | null) => {
    const [dayFirst, monthFirst, either] = counts;
    const orders = new DateOrders(() => new Map([[1, { dayFirst, monthFirst, either }]]), given, hint);
    orders.setColumns(columns);
    expect(orders.decided(1)).toBeNull();
    const order = orders.orderOf(1);
    expect(orders.decided(1)).toBe(order);
    return [order, orders.findings[0]?.by];
  };

  it.each([
    [[3, 0, 5], null, null, 'dmy', 'column'],
    [[0, 1, 5], null, null, 'mdy', 'column'],
    [[0, 1, 5], 'dmy', 'dmy', 'mdy', 'column'],
    [[0, 0, 5], null, null, null, null],
    [[0, 0, 5], 'mdy', 'dmy', 'mdy', 'given'],
    [[0, 0, 5], null, 'dmy', 'dmy', 'hint'],
    [[3, 2, 5], null, 'dmy', null, null],
    [[3, 2, 5], 'dmy', null, 'dmy', 'given'],
  ] as const)('%j with %s given and the hint %s is %s by %s', (counts, given, hint, order, by) => {
    expect(decide(counts, given, hint)).toEqual([order, by]);
  });

  it('reads the file when it is first asked, once for all date columns, and again only for new ones', () => {
    const asked: (readonly number[])[] = [];
    const lookAhead: LookAhead = (cells) => {
      asked.push(cells);
      return new Map(cells.map((cell) => [cell, { dayFirst: 1, monthFirst: 0, either: 1 }]));
    };
    const orders = new DateOrders(lookAhead, null, null);
    orders.setColumns(columns);
    expect([orders.findings, asked]).toEqual([[], []]);
    expect([orders.orderOf(1), orders.orderOf(3), orders.orderOf(1)]).toEqual(['dmy', 'dmy', 'dmy']);
    orders.setColumns(mapHeader(['name', 'birthday', 'Colour', 'created', 'last contact'], new Map()));
    expect([orders.orderOf(3), orders.orderOf(4)]).toEqual(['dmy', 'dmy']);
    expect(asked).toEqual([
      [1, 3],
      [1, 3, 4],
    ]);
  });

  it('decides nothing where the file cannot be read twice', () => {
    const orders = new DateOrders(null, null, null);
    orders.setColumns(columns);
    expect([orders.orderOf(1), orders.findings]).toEqual([null, []]);
  });
});
