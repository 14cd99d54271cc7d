import { describe, expect, test } from 'vitest';
import type { CsvGiven } from '../../../src/formats/csv-plan.ts';
import { CsvReader } from '../../../src/formats/csv-reader.ts';
import { detectCsv } from '../../../src/formats/detect-csv.ts';
import { type ReaderEvent, readEvents, readEventsCutAt } from './collect-records.ts';
import { memorySource } from './memory-source.ts';

const bytesOf = (text: string, encoding = 'utf-8'): Uint8Array => {
  const source = memorySource(text, encoding);
  return source.read(0, source.sizeBytes);
};
const planned = (text: string, given: CsvGiven = {}): ReaderEvent[] =>
  readEvents('csv', bytesOf(text), { plan: detectCsv(memorySource(text), given) });
/** The cells of header and records; bad records begin with their code. */
const cells = (text: string, given?: CsvGiven) =>
  planned(text, given).map((event) => (event[0] === 'bad' ? [event[3], ...event.slice(5)] : event.slice(3)));

function notes(text: string, given?: CsvGiven): string[] {
  const found: string[] = [];
  const reader = new CsvReader(
    { plan: detectCsv(memorySource(text), given) },
    {
      header: () => {},
      record: () => {},
      bad: () => {},
      note: (code, at, about) => found.push(`${code} ${at.line}${about === undefined ? '' : ` ${about}`}`),
    },
  );
  reader.push(bytesOf(text));
  reader.end();
  return found;
}

const NAMES = 'name,city,day,pieces\n';
const ROWS = 'Ada,"Oslo, Norway",2024-01-02,1\nBo,Lyon,2024-01-03,2\n'.repeat(4);
const ADA = ['Ada', 'Oslo, Norway', '2024-01-02', '1'];
const BO = ['Bo', 'Lyon', '2024-01-03', '2'];
const TABLE = [['name', 'city', 'day', 'pieces'], ...[1, 2, 3, 4].flatMap(() => [ADA, BO])];

describe('a row that does not fit', () => {
  test.each<[name: string, row: string, found: string[]]>([
    ['a quote never closed, in an open cell', '"Cy,Rom,2024-01-04,3', ['"Cy', 'Rom', '2024-01-04', '3']],
    ['a quote never closed, before a quoted cell', 'C"y,"Rom,"2024-01-04","3"', ['C"y', '"Rom', '2024-01-04', '3']],
    ['a quote at the start of a quoted cell', 'Cy,""Rom, Italy",2024-01-04,3', ['Cy', '"Rom, Italy', '2024-01-04', '3']],
    ['a quote as the last cell', 'Cy,Rom,2024-01-04,"', ['Cy', 'Rom', '2024-01-04', '"']],
    ['a quote that is not doubled', 'Cy,"5" pipe, long",2024-01-04,3', ['Cy', '5" pipe, long', '2024-01-04', '3']],
    ['a quote not doubled at the end', 'Cy,"pipe, 5"",2024-01-04,3', ['Cy', 'pipe, 5"', '2024-01-04', '3']],
    ['one doubled, one not', 'Cy,""5"" pipe",2024-01-04,3', ['Cy', '"5" pipe', '2024-01-04', '3']],
    ['a quote not doubled in a cell of two lines', 'Cy,"5" pipe\nlong",2024-01-04,3', ['Cy', '5" pipe\nlong', '2024-01-04', '3']],
  ])('is read literally: %s', (_name, row, found) => {
    expect(cells(`${NAMES}${ROWS}${row}\n${ROWS}`)).toEqual([...TABLE, found, ...TABLE.slice(1)]);
    expect(notes(`${NAMES}${ROWS}${row}\n${ROWS}`)).toEqual(['STRAY_QUOTE 10']);
  });

  test.each<[name: string, row: string, found: string[]]>([
    ['delimited by semicolons', 'Cy;Rom;2024-01-04;3', ['OTHER_DELIMITER', 'Cy', 'Rom', '2024-01-04', '3']],
    ['delimited by blanks', 'Cy "Rom, Italy" 2024-01-04 3', ['OTHER_DELIMITER', 'Cy', 'Rom, Italy', '2024-01-04', '3']],
    ['a delimiter is missing', 'CyRom,2024-01-04,3', ['TOO_FEW_CELLS', 'CyRom', '2024-01-04', '3']],
    [
      'a delimiter is missing before a quote',
      'Cy"Rom, the city",2024-01-04,3',
      ['TOO_FEW_CELLS', 'Cy"Rom', ' the city"', '2024-01-04', '3'],
    ],
    ['a delimiter is missing between quotes', '"Cy, C.""Rom",2024-01-04,3', ['TOO_FEW_CELLS', 'Cy, C.', 'Rom', '2024-01-04', '3']],
    ['a delimiter too many', 'Cy,Rom,,2024-01-04,3', ['TOO_MANY_CELLS', 'Cy', 'Rom', '', '2024-01-04', '3']],
    ['a quote that would swallow the next rows', '"Cy,"Rom,2024', ['STRAY_QUOTE', '"Cy', '"Rom', '2024']],
    ['quotes and count both wrong', '"Cy,"Rom,2024-01-04', ['STRAY_QUOTE', '"Cy', '"Rom', '2024-01-04']],
  ])('is bad, in its best reading: %s', (_name, row, found) => {
    const events = cells(`${NAMES}${ROWS}${row}\n${ROWS}`);
    const [kind, ...rest] = found;
    const own = events[TABLE.length] as string[];
    if (own[0] === kind) expect(own).toEqual([kind, ...rest]);
    else expect(own).toEqual(rest);
    expect([...events.slice(0, TABLE.length), ...events.slice(TABLE.length + 1)]).toEqual([...TABLE, ...TABLE.slice(1)]);
  });

  test('a quoted cell of two lines is no stray quote', () => {
    expect(cells(`${NAMES}${ROWS}Cy,"Rom\nItaly",2024-01-04,3\n`).at(-1)).toEqual(['Cy', 'Rom\nItaly', '2024-01-04', '3']);
  });

  test('what follows a mended row has no cells of it', () => {
    expect(cells(`${NAMES}"Cy,Rom,2024-01-04,3\nx,y,z,1\n${ROWS}`)[2]).toEqual(['x', 'y', 'z', '1']);
  });

  test('zero characters stay bad', () => {
    expect(cells(`${NAMES}${ROWS}"Cy,R\0m,2024-01-04,3\n`).at(-1)).toEqual(['NUL_BYTE', '"Cy', 'R\0m', '2024-01-04', '3']);
  });
});

describe('places', () => {
  const text = `Report\n\n${NAMES}${ROWS}\nCopyright (c) 2024\n`;
  test('lines and bytes are those of the file', () => {
    const events = planned(text);
    expect(events[0]?.slice(0, 3)).toEqual(['header', 3, 8]);
    expect(events[1]?.slice(0, 3)).toEqual(['record', 4, 8 + NAMES.length]);
    expect(events.at(-1)?.slice(0, 3)).toEqual(['record', 11, 8 + NAMES.length + ROWS.length - 'Bo,Lyon,2024-01-03,2\n'.length]);
  });

  test('with a byte order mark, in UTF-16', () => {
    const source = memorySource(`\ufeff${text}`, 'utf-16le');
    const events = readEvents('csv', source.read(0, source.sizeBytes), { plan: detectCsv(source) });
    expect(events[1]?.slice(0, 3)).toEqual(['record', 4, 2 + 2 * (8 + NAMES.length)]);
    expect(events).toHaveLength(9);
  });

  test('what is not among the records is told', () => {
    expect(notes(text)).toEqual(['PREAMBLE 1 2 lines', 'FOOTER 12 2 lines']);
    expect(notes('Ada,ada@mail.example\nBo,bo@mail.example\n')).toEqual(['NO_HEADER 1']);
    expect(notes('a,b,\n1,2,\n3,4,\n')).toEqual(['TRAILING_DELIMITER 1']);
    expect(notes(`${NAMES}${ROWS}${NAMES}${ROWS}`)).toEqual(['OTHER_TABLE 10 table 2']);
    expect(notes(`${NAMES}${ROWS}${NAMES}${ROWS}`, { table: 2 })).toEqual(['OTHER_TABLE 1 table 1']);
  });

  test('a value in a nameless last column is not lost', () => {
    const plan = { ...detectCsv(memorySource('a,b,\n1,2,\n3,4,\n')) };
    expect(readEvents('csv', bytesOf('a,b,\n1,2,\n3,4,5\n'), { plan }).at(-1)).toEqual(['bad', 3, 10, 'TOO_MANY_CELLS', 3, '3', '4', '5']);
  });

  test('detected says how it was read', () => {
    const reader = new CsvReader({ plan: detectCsv(memorySource('a||b\n1||2\n')) }, { header: () => {}, record: () => {}, bad: () => {} });
    reader.push(bytesOf('a||b\n1||2\n'));
    expect(reader.detected).toBeNull();
    reader.end();
    expect(reader.detected).toEqual({ encoding: 'utf-8', delimiter: '||', headerLine: 1 });
  });
});

describe('syntaxes', () => {
  test.each<[name: string, text: string, records: string[][]]>([
    [
      'several characters',
      'a||b\n1|x||2\n"3||4"||5\n',
      [
        ['a', 'b'],
        ['1|x', '2'],
        ['3||4', '5'],
      ],
    ],
    [
      'backslashes',
      'a,b\n"x \\"y\\", z","c:\\\\d"\n"\\n",2\n',
      [
        ['a', 'b'],
        ['x "y", z', 'c:\\d'],
        ['\\n', '2'],
      ],
    ],
    [
      'blanks before quotes',
      'a, b,c\n1, "x, y" ,2\n3, "q, z",4\n',
      [
        ['a', 'b', 'c'],
        ['1', 'x, y', '2'],
        ['3', 'q, z', '4'],
      ],
    ],
    [
      'apostrophes',
      "a,b\n'x, y',1\n'z''s, t',2\n'q, r',3\n",
      [
        ['a', 'b'],
        ['x, y', '1'],
        ["z's, t", '2'],
        ['q, r', '3'],
      ],
    ],
  ])('%s', (_name, text, records) => {
    expect(cells(text)).toEqual(records);
  });
});

test('cut anywhere, the events are the same', () => {
  const text = `Report\n\n${NAMES}${ROWS}Cy,"5" pipe\nlong",2024-01-04,3\n"Cy,Rom,2024-01-04,3\nCy;Rom;2024-01-04;3\n${ROWS}\nCopyright\n`;
  const bytes = bytesOf(text);
  const plan = detectCsv(memorySource(text));
  const whole = readEvents('csv', bytes, { plan });
  for (let cut = 0; cut <= bytes.length; cut += 3) expect(readEventsCutAt('csv', bytes, [cut], { plan })).toEqual(whole);
  expect(readEvents('csv', bytes, { plan }, 1)).toEqual(whole);
});

test('a file without columns is empty', () => {
  expect(planned('\n\n')).toEqual([['error', 'INPUT_EMPTY', 'the input is empty']]);
});

test('a zero character in the column names', () => {
  expect(planned('a,b\0c\n1,2\n')[0]).toMatchObject(['error', 'INPUT_NOT_TEXT', 'the column names on line 1 hold a zero character']);
});
