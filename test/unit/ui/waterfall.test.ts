import { describe, expect, test } from 'vitest';
import { guardLabel, shownLevel, shownScore, signedBits } from '../../../src/ui/guard-words.ts';
import { ASCII_BARS, barText, BLOCK_BARS, waterfall } from '../../../src/ui/waterfall.ts';

const drawn = (weights: readonly number[], width: number): string[] => {
  const { bars, total, zero } = waterfall(weights, width);
  return [...bars, total].map((bar) => barText(bar, zero, width, ASCII_BARS, (text) => text));
};

describe('waterfall', () => {
  test('each bar begins where the one before it ended', () => {
    expect(drawn([-4, 6, 2, -1], 8)).toEqual(['----|', '++++++', '    | ++', '    |  -', '    +++']);
  });

  test.each<[number[], string[]]>([
    [[], ['|']],
    [[0], ['|', '|']],
    [[3], ['++++', '++++']],
    [[-3], ['----', '----']],
    [
      [100, 0.001],
      ['++++', '|  +', '++++'],
    ],
  ])('%j in 4 cells', (weights, lines) => {
    expect(drawn(weights, 4)).toEqual(lines);
  });

  test('blocks, coloured', () => {
    const { bars, zero } = waterfall([-2, 4], 4);
    expect(bars.map((bar) => barText(bar, zero, 4, BLOCK_BARS, (text) => `<${text}>`))).toEqual(['<▒▒>│', '<████>']);
  });
});

describe('words', () => {
  test.each([
    [3.14, '+3.1'],
    [-0.44, '-0.4'],
    [0.04, '0.0'],
    [-0.04, '0.0'],
    [12, '+12.0'],
  ])('%f bits: %s', (bits, text) => {
    expect(signedBits(bits)).toBe(text);
  });

  test.each([
    [0.5, '50%'],
    [0.9876, '98.76%'],
    [0.99995, '>99.99%'],
    [0.00001, '<0.01%'],
    [0, '0%'],
    [1, '100%'],
    [0.05, '5%'],
  ])('probability %f: %s', (score, text) => {
    expect(shownScore(score)).toBe(text);
  });

  test.each([
    [null, '–'],
    ['null', '–'],
    ['else', 'different'],
    ['one_edit', 'one edit'],
  ])('level %s: %s', (level, text) => {
    expect(shownLevel(level)).toBe(text);
  });

  test('a guard that is not known stands for itself', () => {
    expect([guardLabel('new_one').en, guardLabel('shared_phone').en]).toEqual([
      'new_one',
      'the phone number belongs to many customers: a switchboard or a family',
    ]);
  });
});
