import { expect, it } from 'vitest';
import { shellLine, shellWords } from '../../../src/config/shell-words.ts';

it('writes words so that a shell splits them into the same words', () => {
  const words = ['archive', 'run', '--where', "last_contacted_at < -3y and name != 'O'", '文件.csv', '', '$HOME', '*.csv', 'a\\b', '#x'];
  expect(shellWords(shellLine(words))).toEqual(words);
  expect(shellLine(['import', './a.csv', '--country=CN'])).toBe('import ./a.csv --country=CN');
});
