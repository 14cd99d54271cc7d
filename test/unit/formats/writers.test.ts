import { describe, expect, test } from 'vitest';
import { type CsvLineOptions, csvLine } from '../../../src/formats/csv-writer.ts';
import { ndjsonLine } from '../../../src/formats/ndjson-writer.ts';

describe('csvLine', () => {
  const cases: readonly (readonly [name: string, cells: readonly (string | null)[], line: string, options?: CsvLineOptions])[] = [
    ['plain cells', ['a', 'b'], 'a,b\n'],
    ['empty and null', ['', null, 'x'], ',,x\n'],
    ['no cell', [], '\n'],
    ['an only empty cell', [''], '""\n'],
    ['an only null', [null], '""\n'],
    ['the delimiter', ['a,b', 'c'], '"a,b",c\n'],
    ['quotes', ['say "hi"', '"'], '"say ""hi""",""""\n'],
    ['line ends', ['a\nb', 'c\rd', 'e\r\nf'], '"a\nb","c\rd","e\r\nf"\n'],
    ['blanks at the ends', [' a', 'b ', '\tc', 'd\t', 'e f'], '" a","b ","\tc","d\t",e f\n'],
    ['Chinese', ['张伟', '“东方”，公司'], '张伟,“东方”，公司\n'],
    ['a cell that looks like a byte order mark', ['\ufeffa'], '"\ufeffa"\n'],
    ['a cell that looks like a sep= line', ['Sep=;', 'x'], '"Sep=;",x\n'],
    ['another delimiter', ['a,b', 'c;d'], 'a,b;"c;d"\n', { delimiter: ';' }],
    ['a tab', ['a b', 'c\td'], 'a b\t"c\td"\n', { delimiter: '\t' }],
    ['a delimiter that means something in patterns', ['a^b', 'c]d', 'e\\f', 'g-h'], '"a^b"^c]d^e\\f^g-h\n', { delimiter: '^' }],
    ['the same with a bracket', ['a^b', 'c]d'], 'a^b]"c]d"\n', { delimiter: ']' }],
    ['the same with a hyphen', ['a-b', 'c]d'], '"a-b"-c]d\n', { delimiter: '-' }],
    ['the same with a backslash', ['a\\b', 'r'], '"a\\b"\\r\n', { delimiter: '\\' }],
    ['formulas stay unless asked', ['=1+1', '+4930', '-1', '@x'], '=1+1,+4930,-1,@x\n'],
    [
      'formula safe',
      ['=1+1', '+4930', '-1', '@x', '\tx', '\rx', 'a=b', ''],
      "'=1+1,'+4930,'-1,'@x,'\tx,\"'\rx\",a=b,\n",
      { formulaSafe: true },
    ],
    ['all quoted', ['a', '', null, 'say "hi"'], '"a","","","say ""hi"""\n', { alwaysQuote: true }],
  ];
  for (const [name, cells, line, options] of cases) {
    test(name, () => expect(csvLine(cells, options)).toBe(line));
  }
});

describe('ndjsonLine', () => {
  test.each<readonly [name: string, columns: readonly string[], cells: readonly (string | null | undefined)[], line: string]>([
    ['plain cells', ['a', 'b'], ['1', 'x'], '{"a":"1","b":"x"}\n'],
    ['null and undefined', ['a', 'b', 'c'], [undefined, null, ''], '{"b":null,"c":""}\n'],
    ['nothing', ['a'], [undefined], '{}\n'],
    ['escapes', ['q"', '姓名'], ['a\n"b"\\', '张伟👍'], '{"q\\"":"a\\n\\"b\\"\\\\","姓名":"张伟👍"}\n'],
    ['half a surrogate pair', ['a'], ['\ud800'], '{"a":"\\ud800"}\n'],
  ])('%s', (_name, columns, cells, line) => {
    expect(ndjsonLine(columns, cells)).toBe(line);
    expect(ndjsonLine(columns, cells)).toBe(line);
  });
});
