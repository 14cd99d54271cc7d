import { describe, expect, test } from 'vitest';
import { CsvReader } from '../../../src/formats/csv-reader.ts';
import type { ReaderOptions } from '../../../src/formats/index.ts';
import { cellsOf, readEvents } from './collect-records.ts';

/** The header and the records are written with ¦ between their cells. */
type Case = readonly [name: string, text: string, records: readonly string[], options?: ReaderOptions];

const CELLS: readonly Case[] = [
  ['one record', 'a,b\n1,2\n', ['a¦b', '1¦2']],
  ['no line end at the end', 'a,b\n1,2', ['a¦b', '1¦2']],
  ['header only', 'a,b\n', ['a¦b']],
  ['one column', 'name\nAnna\nBo\n', ['name', 'Anna', 'Bo']],
  ['CR LF', 'a,b\r\n1,2\r\n3,4\r\n', ['a¦b', '1¦2', '3¦4']],
  ['CR only', 'a,b\r1,2\r3,4\r', ['a¦b', '1¦2', '3¦4']],
  ['CR only, none at the end', 'a,b\r1,2', ['a¦b', '1¦2']],
  ['mixed line ends', 'a,b\n1,2\r\n3,4\r5,6\n', ['a¦b', '1¦2', '3¦4', '5¦6']],
  ['blank lines are skipped', '\n\na,b\n\n1,2\r\n\r\n\n3,4\n\n', ['a¦b', '1¦2', '3¦4']],
  ['lines of white space are skipped', 'a,b\n  \n1,2\n\t\n', ['a¦b', '1¦2']],
  ['white space is a value of an only column', 'a\n \nx\n', ['a', ' ', 'x']],
  ['two quotes are an empty value of an only column', 'a\n""\n\nx\n', ['a', '', 'x']],
  ['two quotes alone are a blank line of two columns', 'a,b\n""\n1,2\n', ['a¦b', '1¦2']],
  ['empty cells', 'a,b,c\n,,\n,x,\n', ['a¦b¦c', '¦¦', '¦x¦']],
  ['spaces belong to the cell', 'a,b\n 1 , 2\n', ['a¦b', ' 1 ¦ 2']],
  ['column names are trimmed', ' a , b\t\n1,2\n', ['a¦b', '1¦2']],
  ['a column name may be missing', 'a,,c\n1,2,3\n', ['a¦¦c', '1¦2¦3']],
  ['a line without any name is no header', ',,\na,b,c\n1,2,3\n', ['a¦b¦c', '1¦2¦3']],
  ['column names may repeat', 'a,a\n1,2\n', ['a¦a', '1¦2']],
  ['a column name with a newline', '"a\nb",c\n1,2\n', ['a\nb¦c', '1¦2']],

  ['quoted delimiter', 'a,b\n"1,5",2\n', ['a¦b', '1,5¦2']],
  ['quoted newline', 'a,b\n"1\n5",2\n', ['a¦b', '1\n5¦2']],
  ['quoted CR LF and CR stay as they are', 'a,b\r\n"1\r\n5","2\r3"\r\n', ['a¦b', '1\r\n5¦2\r3']],
  ['doubled quotes', 'a,b\n"say ""hi""",""""\n', ['a¦b', 'say "hi"¦"']],
  ['only doubled quotes', 'a,b\n"""""",""\n', ['a¦b', '""¦']],
  ['quoted at the end of the file', 'a,b\n1,"2"', ['a¦b', '1¦2']],
  ['doubled quote at the end of the file', 'a,b\n1,"2"""', ['a¦b', '1¦2"']],
  ['all quoted', '"a","b"\n"1","2"\n', ['a¦b', '1¦2']],
  ['quotes within an unquoted cell are literal', 'a,b\n5" disk,x "y" z\n', ['a¦b', '5" disk¦x "y" z']],
  ['a quote after a space is literal', 'a,b\n "x",y\n', ['a¦b', ' "x"¦y']],
  ['text after a closing quote is appended', 'a,b\n"x"y,"z" \n', ['a¦b', 'xy¦z ']],
  ['quotes in text after a closing quote are literal', 'a,b\n"x"y"z",2\n', ['a¦b', 'xy"z"¦2']],
  ['apostrophes are text', "a,b\n'x,y'\n", ['a¦b', "'x¦y'"]],
  ['the apostrophe as the quote', "a,b\n'x,''y',\"z\n", ['a¦b', 'x,\'y¦"z'], { quote: "'" }],
  ['no quote character', 'a,b\n"x,y"\n', ['a¦b', '"x¦y"'], { quote: null }],

  ['semicolons', 'a;b;c\n1;2;3\n', ['a¦b¦c', '1¦2¦3']],
  ['tabs', 'a\tb\n1\t2\n', ['a¦b', '1¦2']],
  ['empty cells between tabs', 'a\tb\tc\n\t\t\n1\t\t3\n', ['a¦b¦c', '¦¦', '1¦¦3']],
  ['vertical bars', 'a|b\n1|2\n', ['a¦b', '1¦2']],
  ['semicolons with decimal commas', 'name;price;tax\nA;1,50;0,19\nB;2,75;0,07\n', ['name¦price¦tax', 'A¦1,50¦0,19', 'B¦2,75¦0,07']],
  ['commas with semicolons in the text', 'a,note\n1,x;y;z\n2,p;q\n', ['a¦note', '1¦x;y;z', '2¦p;q']],
  ['commas within quotes do not count', 'a;b\n"x,y,z";1\n"p,q,r";2\n', ['a¦b', 'x,y,z¦1', 'p,q,r¦2']],
  ['one bad line does not decide', 'a;b;c\n1;2;3\n4;5\n6;7;8\n', ['a¦b¦c', '1¦2¦3', '6¦7¦8']],
  ['a header alone decides by the most columns', 'last, first;mail;phone\n', ['last, first¦mail¦phone']],
  ['a given delimiter', 'a:b\n1:2,3\n', ['a¦b', '1¦2,3'], { delimiter: ':' }],
  ['a given delimiter is not doubted', 'a;b,c\n1;2,3\n', ['a;b¦c', '1;2¦3'], { delimiter: ',' }],
  ['sep= line', 'sep=;\na;b,c\n1;2,3\n', ['a¦b,c', '1¦2,3']],
  ['sep= line with CR LF and any case', 'SEP=|\r\na|b\r\n1|2\r\n', ['a¦b', '1¦2']],
  ['sep= line of a tab', 'sep=\t\na\tb\n1\t2\n', ['a¦b', '1¦2']],
  ['a column may be called sep=1', 'sep=1,b\nx,y\n', ['sep=1¦b', 'x¦y']],

  ['extra empty cells are dropped', 'a,b\n1,2,,\n3,4,\n', ['a¦b', '1¦2', '3¦4']],
  [
    'Chinese',
    '姓名,电话,备注\n张伟,13800138000,"老客户,重要"\n欧阳娜娜,,𠮷野家\n',
    ['姓名¦电话¦备注', '张伟¦13800138000¦老客户,重要', '欧阳娜娜¦¦𠮷野家'],
  ],
  ['full-width punctuation is text', 'a,b\n“张”,李；王，\n', ['a¦b', '“张”¦李；王，']],
  ['emoji and combining marks', 'a,b\n👩‍👩‍👧,e\u0301\n', ['a¦b', '👩‍👩‍👧¦e\u0301']],
  ['the ideographic space is text', 'a,b\n\u3000张\u3000,1\n', ['a¦b', '\u3000张\u3000¦1']],
  ['line separators of Unicode are text', 'a,b\nx\u2028y,z\u0085\n', ['a¦b', 'x\u2028y¦z\u0085']],
  ['formulas, leading zeros, plus signs', 'a,b,c\n=1+1,007,+4930123\n', ['a¦b¦c', '=1+1¦007¦+4930123']],
  ['a byte order mark is no part of the name', '\ufeffa,b\n1,2\n', ['a¦b', '1¦2']],
  ['a byte order mark before a quote', '\ufeff"a","b"\n1,2\n', ['a¦b', '1¦2']],
  ['a byte order mark later on is text', 'a,b\n\ufeff1,2\n', ['a¦b', '\ufeff1¦2']],
  ['the replacement character is text', 'a,b\n\ufffd,x\ufffd\n', ['a¦b', '\ufffd¦x\ufffd']],
];

describe('cells', () => {
  for (const [name, text, records, options] of CELLS) {
    test(name, () => {
      const cells = records.map((record) => record.split('¦'));
      expect(cellsOf(readEvents('csv', Buffer.from(text), options))).toEqual(cells);
    });
  }
});

describe('places', () => {
  test('lines are physical, byte offsets are those of the file', () => {
    const text = '\n姓名,b\r\n"x\ny\r\nz",2\r\r"é",""\n\n👍,4';
    expect(readEvents('csv', Buffer.from(text))).toEqual([
      ['header', 2, 1, '姓名', 'b'],
      ['record', 3, 11, 'x\ny\r\nz', '2'],
      ['record', 7, 23, 'é', ''],
      ['record', 9, 32, '👍', '4'],
    ]);
  });

  test('a byte order mark and a sep= line count', () => {
    expect(readEvents('csv', Buffer.from('\ufeffsep=;\r\na;b\r\n1;2'))).toEqual([
      ['header', 2, 10, 'a', 'b'],
      ['record', 3, 15, '1', '2'],
    ]);
  });

  test('byte offsets may be asked for late or never', () => {
    const offsets: number[] = [];
    const reader = new CsvReader(
      {},
      {
        header: () => {},
        record: (cells, at) => {
          if (cells[0] === 'ask') offsets.push(at.byteOffset, at.byteOffset);
        },
        bad: () => {},
      },
    );
    const filler = '填充,x\n'.repeat(20_000);
    reader.push(Buffer.from(`a,b\n${filler}ask,1\n${filler}ask,2\n`));
    reader.end();
    const first = 4 + 20_000 * 9;
    const second = first + 6 + 20_000 * 9;
    expect(offsets).toEqual([first, first, second, second]);
  });
});

describe('what was detected', () => {
  const detect = (text: string) => {
    const reader = new CsvReader({}, { header: () => {}, record: () => {}, bad: () => {} });
    const before = reader.detected;
    reader.push(Buffer.from(text));
    reader.end();
    return [before, reader.detected];
  };

  test('is known when the header is', () => {
    expect(detect('\n\na;b\n')).toEqual([null, { encoding: 'utf-8', delimiter: ';', headerLine: 3 }]);
  });
});
