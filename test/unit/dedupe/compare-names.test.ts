import { describe, expect, it } from 'vitest';
import { familyName, generation, givenName } from '../../../src/dedupe/compare/person-names.ts';
import { levelName, type RowValues } from '../../support/compared-rows.ts';

/** `Family, Given`, a whole name without parts, or either part alone. */
function named(text: string): RowValues {
  if (!text.includes(',')) return { name: text };
  const [family = '', given = ''] = text.split(',').map((part) => part.trim());
  return { given_name: given === '' ? null : given, family_name: family === '' ? null : family };
}

describe('names of persons', () => {
  it.each([
    ['Smith, John', 'Smith, John', 'exact', 'exact'],
    ['Smith, John', 'SMITH, john', 'exact', 'exact'],
    ['Smith, John', 'Smith, Dr. John', 'exact', 'exact'],
    ['Smith, Bob', 'Smith, Robert', 'nickname', 'exact'],
    ['Smith, Bill', 'Smith, William', 'nickname', 'exact'],
    ['Smith, Bob', 'Smith, Bill', 'else', 'exact'],
    ['Smith, Bob', 'Smith, Rob', 'nickname', 'exact'],
    ['Smith, J', 'Smith, John', 'initial', 'exact'],
    ['Smith, J.', 'Smith, John', 'initial', 'exact'],
    ['Smith, J.', 'Smith, Karl', 'else', 'exact'],
    ['Smith, John', 'Smith, Jon', 'nickname', 'exact'],
    ['Smith, Stephen', 'Smith, Stehpen', 'near', 'exact'],
    ['Smith, Anna', 'Smith, Anna Maria', 'part', 'exact'],
    ['Smith, Maria', 'Smith, Anna Maria', 'part', 'exact'],
    ['Smith, Anna-Maria', 'Smith, Anna Maria', 'exact', 'exact'],
    ['Smith, John', 'John, Smith', 'swapped', 'null'],
    ['Smith, John', 'Jon, Smith', 'swapped', 'null'],
    ['John Smith', 'Smith, John', 'exact', 'exact'],
    ['Smith-Jones, Anna', 'Smith, Anna', 'exact', 'part'],
    ['Smith-Jones, Anna', 'Jones, Anna', 'exact', 'part'],
    ['Smith-Jones, Anna', 'Smith Jones, Anna', 'exact', 'exact'],
    ["O'Brien, Pat", 'OBrien, Pat', 'exact', 'exact'],
    ['Müller, Jürgen', 'Muller, Jurgen', 'exact', 'exact'],
    ['Mueller, Jürgen', 'Müller, Jürgen', 'exact', 'near'],
    ['Smith, John', 'Smyth, John', 'exact', 'near'],
    ['Smith, John', 'Miller, John', 'exact', 'else'],
    ['Smith, John', 'Smith, Mary', 'else', 'exact'],
    ['Smith, Mark', 'Smith, Mary', 'near', 'exact'],
    ['Smith,', 'Smith, John', 'null', 'exact'],
    [', John', 'Smith, John', 'exact', 'null'],
    ['Smith,', ', Smith', 'swapped', 'null'],
  ])('%s and %s: given %s, family %s', (a, b, given, family) => {
    expect([levelName(givenName, named(a), named(b)), levelName(familyName, named(a), named(b))]).toEqual([given, family]);
  });

  it.each([
    ['张, 伟', '张, 伟', 'exact', 'exact'],
    ['欧阳, 锋', '歐陽, 鋒', 'exact', 'exact'],
    ['张伟', '张, 伟', 'exact', 'exact'],
    ['张伟', '張 偉', 'exact', 'exact'],
    ['张, 伟', 'Zhang, Wei', 'nickname', 'same sound'],
    ['张, 伟', 'Wei, Zhang', 'swapped', 'null'],
    ['张伟', 'Zhang Wei', 'nickname', 'same sound'],
    ['张伟', 'Wei Zhang', 'nickname', 'same sound'],
    ['欧阳, 娜娜', 'Ouyang, Nana', 'nickname', 'same sound'],
    ['张, 伟明', 'Zhang, Wei Ming', 'nickname', 'same sound'],
    ['张, 伟明', 'Zhang, Wei-Ming', 'nickname', 'same sound'],
    ['Zhang, Weiming', 'Zhang, Wei Ming', 'nickname', 'exact'],
    // Other characters are other names, also where they sound the same.
    ['张, 伟', '张, 玮', 'similar', 'exact'],
    ['张, 伟', '张, 薇', 'similar', 'exact'],
    ['张, 伟', '章, 伟', 'exact', 'similar'],
    ['张, 晓明', '张, 小明', 'similar', 'exact'],
    ['张, 伟', '张, 磊', 'else', 'exact'],
    ['张, 伟', '李, 伟', 'exact', 'else'],
    ['张, 志强', '张, 志刚', 'similar', 'exact'],
    ['张, 志强', '张, 建国', 'else', 'exact'],
    ['欧阳, 娜娜', '欧阳, 娜', 'else', 'exact'],
    ['张, 伟', 'Zhang, Lei', 'else', 'same sound'],
  ])('%s and %s: given %s, family %s', (a, b, given, family) => {
    expect([levelName(givenName, named(a), named(b)), levelName(familyName, named(a), named(b))]).toEqual([given, family]);
  });

  it.each([
    ['John Smith Jr.', 'John Smith Jr', 'exact'],
    ['John Smith Junior', 'John Smith, jr.', 'exact'],
    ['John Smith Jr.', 'John Smith Sr.', 'else'],
    ['John Smith II', 'John Smith III', 'else'],
    ['John Smith', 'John Smith III', 'null'],
    ['Ivo Smith', 'Ivo Smith IV', 'null'],
  ])('%s and %s: generation %s', (a, b, expected) => {
    expect(levelName(generation, { name: a }, { name: b })).toBe(expected);
  });

  it('a family name that only looks like a generation is none', () => {
    expect(levelName(generation, named('Senior, John'), named('Smith Jr., John'))).toBe('null');
    expect(levelName(generation, named('Smith Sr., John'), named('Smith Jr., John'))).toBe('else');
  });

  it.each([
    ['Smith Jr., John', 'Smith, John', 'exact'],
    ['Smith III, John', 'Smith, John', 'exact'],
    // Family names that only look like generations.
    ['Ii, Naosuke', 'Ii, Naosuke', 'exact'],
    ['Senior, John', 'Senior, John', 'exact'],
    ['Senior, John', 'Smith, John', 'else'],
  ])('%s and %s without their generation: family %s', (a, b, expected) => {
    expect(levelName(familyName, named(a), named(b))).toBe(expected);
  });
});
