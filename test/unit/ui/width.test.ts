import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutToWidth, displayWidth, printable, printableLines } from '../../../src/ui/width.ts';

describe('displayWidth', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['张伟', 4],
    ['ｱｲｳ', 3],
    ['ＡＢ', 4],
    ['Müller', 6],
    ['Mu\u0308ller', 6],
    ['한국', 4],
    ['\u1112\u1161\u11ab', 2],
    ['日本語テキスト', 14],
    ['😀', 2],
    ['👨‍👩‍👧', 2],
    ['👍🏽', 2],
    ['🇨🇳', 2],
    ['1️⃣', 2],
    ['❤️', 2],
    ['❤', 1],
    ['🫠', 2],
    ['a\u200bb', 2],
    ['葛\u{e0100}', 2],
    ['नमस्ते', 4],
    ['\u{20000}', 2],
    ['—…⏎│', 4],
  ])('%j takes %i cells', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('cutToWidth', () => {
  test.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['abcdef', 1, '…'],
    ['abcdef', 0, ''],
    ['张伟明', 6, '张伟明'],
    ['张伟明', 5, '张伟…'],
    ['张伟明', 4, '张…'],
    ['张伟明', 2, '…'],
    ['ab👨‍👩‍👧cd', 5, 'ab👨‍👩‍👧…'],
    ['ab👨‍👩‍👧cd', 4, 'ab…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
  ])('%j to %i cells is %j', (text, width, cut) => {
    expect(cutToWidth(text, width)).toBe(cut);
  });

  test('never takes more cells than allowed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.integer({ min: 0, max: 20 }), (text, width) => {
        expect(displayWidth(cutToWidth(printable(text), width))).toBeLessThanOrEqual(width);
      }),
      { numRuns: 300 },
    );
  });
});

describe('printable', () => {
  test.each([
    ['plain', 'plain'],
    ['two\nlines', 'two⏎lines'],
    ['two\r\nlines\r', 'two⏎lines⏎'],
    ['a\tb', 'a b'],
    ['\x1b[31mred\x07', '\\x1b[31mred\\x07'],
    ['\x9b2J', '\\x9b2J'],
    ['abc\u202egnp.exe', 'abc\\u202egnp.exe'],
    ['\0\x7f', '\\x00\\x7f'],
    ['\ud800', '\\ud800'],
    ['张伟 😀', '张伟 😀'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test('keeps line feeds of messages with a caret', () => {
    expect(printableLines('a = \x1b\n    ^')).toBe('a = \\x1b\n    ^');
  });
});
