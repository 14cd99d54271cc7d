import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedTexts, packTexts, TextPacker } from '../../../src/model/packed-texts.ts';

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'é', 'ÿ', 'Ā', '张伟', '😀', '\ud800', 'a'.repeat(70_000)),
);

function unpack(texts: PackedTexts, count: number): (string | null)[] {
  return Array.from({ length: count }, (_, at) => texts.text(at));
}

describe('packed texts', () => {
  it('give back every text and every null', () => {
    fc.assert(
      fc.property(fc.array(fc.option(anyText)), (all) => {
        const texts = packTexts(all);
        expect(unpack(texts, all.length)).toEqual(all);
        expect(all.map((_, at) => texts.isNull(at))).toEqual(all.map((text) => text === null));
      }),
    );
  });

  it('are the same after their buffers went to another thread', () => {
    const all = ['Ada', null, '张伟', '', 'Zoë'];
    const texts = packTexts(all);
    const sent = structuredClone(texts.data, { transfer: texts.buffers });
    expect(unpack(new PackedTexts(sent), all.length)).toEqual(all);
    expect(texts.data.narrow.length).toBe(0);
  });

  it('take code units as they take text', () => {
    for (const text of ['', 'plain', 'Zoë', '张伟明 a', 'x'.repeat(100_000)]) {
      const packer = new TextPacker(2);
      packer.put(text);
      packer.putUnits(
        Uint16Array.from(text, (character) => character.charCodeAt(0)),
        text.length,
      );
      expect(unpack(packer.take(), 2)).toEqual([text, text]);
    }
  });

  it('hand on the code units of the text added last, of no text nothing', () => {
    const packer = new TextPacker(3);
    const read: string[] = [];
    for (const text of ['Ada', '张伟', null]) {
      packer.put(text);
      packer.readLast((units, start, end) => read.push(String.fromCharCode(...units.subarray(start, end))));
    }
    expect(read).toEqual(['Ada', '张伟']);
  });

  it('begin anew after they were taken', () => {
    const packer = new TextPacker(2);
    packer.put('first 张');
    packer.put('second');
    const first = packer.take();
    expect(packer.length).toBe(0);
    packer.put(null);
    packer.put('third');
    expect(unpack(packer.take(), 2)).toEqual([null, 'third']);
    expect(unpack(first, 2)).toEqual(['first 张', 'second']);
  });
});
