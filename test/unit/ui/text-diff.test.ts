import { describe, expect, test } from 'vitest';
import { markedLines } from '../../../src/ui/marked-text.ts';
import { diffTexts, type DiffPart } from '../../../src/ui/text-diff.ts';

/** Pieces as one text, what differs in brackets. */
const shown = (parts: readonly DiffPart[]): string => parts.map(({ text, differs }) => (differs ? `[${text}]` : text)).join('');

describe('diffTexts', () => {
  test.each([
    ['same', 'same', 'same', 'same'],
    ['', 'x', '', '[x]'],
    ['', '', '', ''],
    ['Müller', 'Mueller', 'M[ü]ller', 'M[ue]ller'],
    ['Lovelace', 'lovelace', '[L]ovelace', '[l]ovelace'],
    ['Jon Smith', 'John Smith', 'Jon Smith', 'Jo[h]n Smith'],
    ['王小明', '王晓明', '王[小]明', '王[晓]明'],
    ['上海市浦东新区世纪大道100号', '上海浦东新区世纪大道100号', '上海[市]浦东新区世纪大道100号', '上海浦东新区世纪大道100号'],
    ['+4930123456', '+4930123465', '+49301234[56]', '+49301234[65]'],
    ['+4930123456', '+493012345678', '+4930123456', '+4930123456[78]'],
    ['1980-02-01', '1980-01-02', '1980-0[2]-0[1]', '1980-0[1]-0[2]'],
    ['Ada', 'Grace', '[Ada]', '[Grace]'],
    ['e\u0301t', 'et', '[e\u0301]t', '[e]t'],
    ['👩‍👩‍👧 x family', '👩‍👩‍👦 x family', '[👩‍👩‍👧] x family', '[👩‍👩‍👦] x family'],
  ])('%s | %s', (left, right, shownLeft, shownRight) => {
    const diff = diffTexts(left, right);
    expect([shown(diff.left), shown(diff.right)]).toEqual([shownLeft, shownRight]);
    expect([diff.left.map(({ text }) => text).join(''), diff.right.map(({ text }) => text).join('')]).toEqual([left, right]);
  });

  test('long texts are compared from both ends', () => {
    const [left, right] = [`start ${'ab'.repeat(2000)} end`, `start ${'ba'.repeat(2001)} end`];
    const diff = diffTexts(left, right);
    expect(diff.left.map(({ text }) => text).join('')).toBe(left);
    expect(diff.right.map(({ text }) => text).join('')).toBe(right);
  });
});

describe('markedLines', () => {
  const star = (text: string): string => `*${text}*`;
  test.each<[DiffPart[], number, number, string[]]>([
    [[{ text: 'Ada', differs: false }], 6, 3, ['Ada   ']],
    [[], 3, 3, ['   ']],
    [
      [
        { text: 'M', differs: false },
        { text: 'ü', differs: true },
        { text: 'ller', differs: false },
      ],
      8,
      3,
      ['M*[ü]*ller'],
    ],
    [[{ text: '王小明', differs: false }], 5, 3, ['王小 ', '明   ']],
    [[{ text: 'one two three', differs: false }], 9, 3, ['one two  ', 'three    ']],
    [[{ text: 'one two three', differs: true }], 9, 3, ['*[one two* ', '*three]*   ']],
    [[{ text: 'abcdefghij', differs: false }], 4, 2, ['abcd', 'efg…']],
    [[{ text: '王小明王小明', differs: false }], 4, 2, ['王小', '明… ']],
    [[{ text: 'a\u001b[31mb', differs: false }], 12, 1, ['a\\x1b[31mb  ']],
    [[{ text: 'a\nb', differs: false }], 4, 1, ['a⏎b ']],
  ])('%j in %i cells, %i lines', (parts, width, maxLines, lines) => {
    expect(markedLines(parts, width, maxLines, star)).toEqual(lines);
  });
});
