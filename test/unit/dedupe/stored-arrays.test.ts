import { describe, expect, it } from 'vitest';
import { recordOf } from '../../../src/dedupe/block/blocks.ts';
import { countArray, DIVIDED, entriesIn, keyArray, packedArrays, valuesIn } from '../../../src/dedupe/stored-arrays.ts';
import { hashText } from '../../../src/dedupe/text/text-pool.ts';
import type { PackedArray } from '../../../src/repository/duplicate-results.ts';
import { link, populationOf, type RowValues, strangers } from '../../support/compared-rows.ts';

/** The values of a key, found as a database finds them: in the last piece that does not begin after it. */
function lookUp(pieces: readonly PackedArray[], name: string, key: number): number[] {
  const piece = pieces.filter((each) => each.name === name && each.firstKey <= key).sort((a, b) => b.firstKey - a.firstKey)[0];
  return piece === undefined ? [] : valuesIn(piece.data, key);
}

const numbers = (a: number, b: number): number => a - b;

describe('packed arrays', () => {
  it('hold every key of every rule with its customers, in pieces that no key is cut by', { timeout: 60_000 }, async () => {
    const rows: RowValues[] = [
      ...strangers(6000),
      ...strangers(600),
      ...Array(40).fill({ given_name: 'Ada', family_name: 'Adler', email: 'a@a.org' }),
    ];
    const contacts = [
      { customer: 1, kind: 'email' as const, key: 'shared@x.org' },
      { customer: 9, kind: 'email' as const, key: 'shared@x.org' },
    ];
    const linked = await link(populationOf(rows, { contacts }));
    const pieces = [...packedArrays([linked])];
    for (const blocks of linked.rules) {
      const name = keyArray('person', blocks.name);
      const own = pieces.filter((piece) => piece.name === name);
      expect(own.map(({ firstKey }) => firstKey)).toEqual([...new Set(own.map(({ firstKey }) => firstKey))].sort(numbers));
      expect(own.every(({ data, firstKey }) => [...entriesIn(data)][0]?.[0] === firstKey)).toBe(true);
      const expected = new Map<number, number[]>(blocks.divided.map((key) => [key, [DIVIDED]]));
      for (const entry of blocks.order) {
        const key = blocks.keys[entry] as number;
        const customer = linked.population.customers[recordOf(blocks, entry)] as number;
        const known = expected.get(key);
        if (known === undefined) expected.set(key, [customer]);
        else known.push(customer);
      }
      const all = own.flatMap(({ data }) => [...entriesIn(data)]);
      expect(all.length).toBe(blocks.order.length + blocks.divided.length);
      expect(all.map(([key]) => key)).toEqual(all.map(([key]) => key).sort(numbers));
      for (const [key, customers] of expected)
        if (lookUp(own, name, key).sort(numbers).join() !== customers.sort(numbers).join()) throw new Error(`${name} ${key}`);
      expect(lookUp(own, name, 0)).toEqual([]);
      expect(lookUp(own, name, 0xffffffff)).toEqual(expected.get(0xffffffff) ?? []);
    }
    expect(pieces.filter(({ name }) => name === keyArray('person', 'e-mail')).length).toBeGreaterThan(1);
    expect(lookUp(pieces, keyArray('person', 'e-mail'), hashText('shared@x.org'))).toEqual([1, 9]);
  });

  it('hold how many customers have a value, of those that several have, and which belong to many names', async () => {
    const staff = ['Adler', 'Baum', 'Conrad', 'Dorn', 'Esch', 'Frey'].map(
      (family_name, i): RowValues => ({ given_name: `G${i}`, family_name, phone: '+493012345678' }),
    );
    const linked = await link(populationOf([...strangers(30), ...staff]));
    const pieces = [...packedArrays([linked])];
    expect(lookUp(pieces, countArray('person', 'phone'), hashText('3012345678'))).toEqual([6]);
    expect(lookUp(pieces, countArray('person', 'phone', 'hub'), hashText('3012345678'))).toEqual([1]);
    expect(lookUp(pieces, countArray('person', 'phone'), hashText('3099999999'))).toEqual([]);
    const adlers = [...strangers(30), ...staff].filter(({ family_name }) => family_name === 'Adler').length;
    expect(lookUp(pieces, countArray('person', 'family'), hashText('adler'))).toEqual(adlers > 1 ? [adlers] : []);
  });

  it('keep a key together that has more entries than a piece', async () => {
    const linked = await link(
      populationOf(Array.from({ length: 5000 }, (_, i) => ({ given_name: `N${i}`, email: i % 2 === 0 ? 'a@x.org' : `b${i}@x.org` }))),
    );
    const all = linked.rules.flatMap(({ keys, order }) => [...order].map((entry) => keys[entry] as number));
    const pieces = [...packedArrays([linked])];
    for (const { data } of pieces) expect(data.length % 12).toBe(0);
    expect(pieces.filter(({ name }) => name.startsWith('key/')).flatMap(({ data }) => [...entriesIn(data)]).length).toBeGreaterThanOrEqual(
      all.length,
    );
  });

  it('are read from a Buffer that is a piece of a larger one, as drivers give it', async () => {
    const linked = await link(populationOf([...strangers(40), ...strangers(20)]));
    const piece = [...packedArrays([linked])][0] as PackedArray;
    const large = Buffer.alloc(piece.data.length + 64, 7);
    for (const offset of [0, 1, 8, 13]) {
      large.set(piece.data, offset);
      const slice = large.subarray(offset, offset + piece.data.length);
      expect([...entriesIn(slice)]).toEqual([...entriesIn(piece.data)]);
      expect(valuesIn(slice, piece.firstKey)).toEqual(valuesIn(piece.data, piece.firstKey));
    }
  });

  it('an empty piece has no entries', () => {
    expect([...entriesIn(new Uint8Array(0))]).toEqual([]);
    expect(valuesIn(new Uint8Array(0), 5)).toEqual([]);
  });
});
