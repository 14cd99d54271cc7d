import { expect, it } from 'vitest';
import { tagCell } from '../../../src/model/tag-list.ts';

it.each([
  ['a', 'a'],
  ['a; b', 'a; b'],
  ['100%25; a [b]', '100%; a [b]'],
  ['a, b; c', '["a, b","c"]'],
  ['a%3B b', '["a; b"]'],
  ['甲、乙', '["甲、乙"]'],
  ['["a"]', String.raw`["[\"a\"]"]`],
])('the tags %s are one cell: %s', (list, cell) => expect(tagCell(list)).toBe(cell));
