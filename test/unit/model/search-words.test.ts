import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchWords, WordBuffer } from '../../../src/model/search-words.ts';

describe('index words', () => {
  it.each([
    ['Ada LOVELACE', 'ada lovelace'],
    ['  o’Brien & Sons, Ltd.', 'o brien sons ltd'],
    ['张伟明', '张伟 伟明 明'],
    ['张 伟', '张 伟'],
    ['ABC公司x1', 'abc 公司 司 x1'],
    ['Müller Ångström', 'muller angstrom'],
    ['ｆｕｌｌ', 'full'],
    ['...', ''],
    ['', ''],
    ['x'.repeat(100), 'x'.repeat(64)],
    [`${'x'.repeat(100)} y`, `${'x'.repeat(64)} y`],
  ])('%j → %j', (text, words) => {
    expect(searchWords(text)).toBe(words);
  });

  it('of several texts are the words of each, separated by one space', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('张伟明', 'Zoë K.', 'a-b', '', '東京 Tokyo'))), (texts) => {
        const buffer = new WordBuffer();
        for (const text of texts) buffer.add(text);
        const expected = texts.map(searchWords).filter((words) => words !== '');
        expect(buffer.toString()).toBe(expected.join(' '));
        buffer.clear();
        expect(buffer.toString()).toBe('');
      }),
    );
  });

  it('are cut between two words where there are too many for the engines', () => {
    const buffer = new WordBuffer();
    for (let i = 0; i < 60_000; i++) buffer.add(`word${i}`);
    const all = buffer.toString();
    buffer.cut();
    const cut = buffer.toString();
    expect(cut.length).toBeLessThanOrEqual(250_000);
    expect(cut.length).toBeGreaterThan(249_900);
    expect(all.startsWith(`${cut} `)).toBe(true);
  });
});
