import { describe, expect, it } from 'vitest';
import { nameKey } from '../../../src/normalize/name-key.ts';
import { sameNamePossible } from '../../../src/normalize/same-name.ts';

const CASES: readonly (readonly [a: string, b: string, possible: boolean])[] = [
  ['John Smith', 'john smith', true],
  ['J Smith', 'John Smith', true],
  ['Smith', 'John Smith', true],
  ['Jhon Smith', 'John Smith', true],
  ['Jon Smyth', 'John Smith', true],
  ['Bob Smith', 'Robert Smith', true],
  ['Bill Smith', 'Robert Smith', false],
  ['Jonh Smyth', 'John Smith', true],
  ['Mary Jones', 'John Jones', false],
  ['Mary Jones', 'Mary Ann Jones', true],
  ['M A Jones', 'Mary Ann Jones', true],
  ['A A Jones', 'Mary Ann Jones', false],
  ['Christopher Lee', 'Cristoper Lee', true],
  ['Christopher Lee', 'Christina Lee', false],
  ['Mary Jones', 'Mark Jones', false],
  ['Daniel Jones', 'Daniela Jones', false],
  ['Philip Jones', 'Phillip Jones', true],
  ['Erik Jones', 'Eric Jones', true],
  ['Ann Jones', 'Anne Jones', true],
  ['Robert Jones', 'Robret Jones', true],
  ['Lee', 'Leo', false],
  ['John John', 'John Smith', false],
  ['Jürgen Müller', 'JURGEN MULLER', true],
  ['A B', 'Bob Anders', true],
  ['', 'John Smith', true],
  ['张伟', '张 伟', true],
  ['张伟', '张伟明', false],
  ['张伟', '李伟', false],
  ['张伟', '张薇', false],
  ['张', '张伟', false],
  ['张伟', 'David 张伟', true],
  ['张伟', 'Zhang Wei', true],
  ['张伟明', 'Zhang Wei-Ming', true],
  ['张伟', 'Li Wei', false],
  ['歐陽鋒', '欧阳锋', true],
  ['', '张伟', true],
  ['欧阳娜娜', '欧阳娜', false],
];

describe('sameNamePossible', () => {
  it.each(CASES)('%j and %j: %s', (a, b, possible) => {
    expect(sameNamePossible(nameKey(a), nameKey(b))).toBe(possible);
    expect(sameNamePossible(nameKey(b), nameKey(a))).toBe(possible);
  });
});
