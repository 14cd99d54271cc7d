import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { csvLine } from '../../src/formats/csv-writer.ts';
import { FORMATS } from '../../src/formats/index.ts';
import { ndjsonLine } from '../../src/formats/ndjson-writer.ts';
import { cellsOf, readEvents, readEventsCutAt } from '../unit/formats/collect-records.ts';

const RUNS = { numRuns: 300 };
/** Any text without U+0000 and lone surrogates, with what is special in CSV more often than by chance. */
const cell = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', ',', ';', '\t', '\n', '\r', '\r\n', ' ', "'", 'sep=', '\ufeff', '\ufffd', '=', '张', '𠮷'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));
const table = fc.integer({ min: 1, max: 4 }).chain((columns) => {
  const record = fc.array(cell, { minLength: columns, maxLength: columns });
  const names = fc.array(cell, { minLength: columns, maxLength: columns }).filter((list) => list.some((name) => name.trim() !== ''));
  return fc.record({ names, records: fc.array(record, { maxLength: 8 }) });
});
const cuts = (length: number) => fc.uniqueArray(fc.nat(length), { maxLength: 6 }).map((list) => list.sort((a, b) => a - b));

/** Longer than what is looked at as one piece, so that the table is really cut and lies across blocks. */
function fill(columns: number, line: (cells: string[]) => string): string {
  const long = line([...Array<string>(columns - 1).fill('x'), '填充'.repeat(300)]);
  return long.repeat(Math.ceil(66_000 / Buffer.byteLength(long)));
}

describe('write → read', () => {
  test.each([',', ';', '\t', '|', '^'])('CSV with %j gives the same cells', (delimiter) => {
    fc.assert(
      fc.property(table, fc.boolean(), ({ names, records }, alwaysQuote) => {
        const text = [names, ...records].map((cells) => csvLine(cells, { delimiter, alwaysQuote })).join('');
        const expected = [names.map((name) => name.trim()), ...records];
        expect(cellsOf(readEvents('csv', Buffer.from(text), { delimiter }))).toEqual(expected);
      }),
      RUNS,
    );
  });

  test('CSV cut anywhere, beyond the first block', () => {
    fc.assert(
      fc.property(
        table.chain(({ names, records }) => {
          const head = csvLine(names) + fill(names.length, csvLine);
          const bytes = Buffer.from(head + records.map((cells) => csvLine(cells)).join(''));
          return fc.tuple(fc.constant(records), fc.constant(bytes), cuts(bytes.length));
        }),
        ([records, bytes, at]) => {
          const got = cellsOf(readEventsCutAt('csv', bytes, at, { delimiter: ',' }));
          expect(got.slice(got.length - records.length)).toEqual(records);
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each(['utf-8', 'utf-16le', 'gb18030'] as const)('CSV in %s: byte offsets lead to the record', (encoding) => {
    fc.assert(
      fc.property(table, ({ names, records }) => {
        // iconv-lite writes this one unassigned character as another one.
        fc.pre(!JSON.stringify([names, records]).includes('\ue5e5'));
        const bytes = iconv.encode([names, ...records].map((cells) => csvLine(cells)).join(''), encoding);
        const events = readEvents('csv', bytes, { encoding, delimiter: ',' });
        expect(events.map((event) => event[0])).toEqual(['header', ...records.map(() => 'record')]);
        events.forEach((event, index) => {
          const from = Number(event[2]);
          const to = index + 1 < events.length ? Number(events[index + 1]?.[2]) : bytes.length;
          const cells = index === 0 ? names : (records[index - 1] as string[]);
          expect(iconv.decode(bytes.subarray(from, to), encoding, { stripBOM: false })).toBe(csvLine(cells));
        });
      }),
      RUNS,
    );
  });

  test('NDJSON gives the same cells', () => {
    const member = fc.oneof(cell, fc.constant(null));
    fc.assert(
      fc.property(
        fc.uniqueArray(cell, { minLength: 1, maxLength: 5 }),
        fc.array(fc.array(member, { minLength: 5, maxLength: 5 }), { minLength: 1, maxLength: 8 }),
        (names, records) => {
          const text = records.map((cells) => ndjsonLine(names, cells)).join('');
          const expected = records.map((cells) => names.map((_, column) => cells[column] ?? undefined));
          expect(cellsOf(readEvents('ndjson', Buffer.from(text)))).toEqual([names, ...expected]);
        },
      ),
      RUNS,
    );
  });

  test('NDJSON: scanning agrees with JSON.parse', () => {
    const json = fc.oneof(
      fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc
        .tuple(
          fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
          fc.nat(),
          fc.constantFrom('', '"', '\\', '{', ']', ',', '1', ' '),
        )
        .map(([text, at, put]) => {
          const index = at % text.length;
          return text.slice(0, index) + put + text.slice(index + 1);
        }),
    );
    fc.assert(
      fc.property(json, (line) => {
        fc.pre(!/^\s*\[/.test(line) && line.trim() !== '' && !line.includes('\\u'));
        const last = readEvents('ndjson', Buffer.from(line)).at(-1);
        let parsed: unknown;
        try {
          parsed = JSON.parse(line);
        } catch {
          expect(last?.[3]).toBe('INVALID_JSON');
          return;
        }
        if (typeof parsed !== 'object' || parsed === null) expect(last?.[3]).toBe('NOT_AN_OBJECT');
        else if (last?.[0] === 'bad') expect(line.match(/"/g)?.length).toBeGreaterThan(Object.keys(parsed).length * 2);
        else expect(last?.[0]).toBe('record');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('arbitrary bytes', () => {
  const soup = fc
    .array(
      fc.oneof(
        fc.constantFrom(...[...'",;\n\r\t{}[]:ax1 \\'].map((text) => Buffer.from(text))),
        fc.constantFrom(Buffer.from('张'), Buffer.from([0xff]), Buffer.from([0]), Buffer.from([0xe5]), Buffer.from([0x81, 0x30])),
        fc.uint8Array({ maxLength: 3 }),
      ),
      { maxLength: 40 },
    )
    .map((parts) => Buffer.concat(parts));
  const encoding = fc.constantFrom(undefined, 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'windows-1252');

  test.each(['csv', 'ndjson'] as const)('%s throws nothing but CrmError, and the same events come for every cut', (format) => {
    fc.assert(
      fc.property(
        soup,
        encoding,
        fc.constantFrom(5, 20, undefined),
        fc.array(fc.nat(200), { maxLength: 5 }),
        (bytes, name, maxRecordBytes, at) => {
          const cutsHere = at.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
          const options = { encoding: name, maxRecordBytes };
          expect(readEventsCutAt(format, bytes, cutsHere, options)).toEqual(readEvents(format, bytes, options));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('CSV beyond the first block: the same events for every cut', () => {
    const head = Buffer.from(`a,b\n${'x,y\n'.repeat(16_384)}`);
    fc.assert(
      fc.property(
        soup,
        fc.constantFrom(20, undefined),
        fc.array(fc.nat(200), { minLength: 1, maxLength: 5 }),
        (sample, maxRecordBytes, at) => {
          const bytes = Buffer.concat([head, sample]);
          const cutsHere = at.map((cut) => head.length + (cut % (sample.length + 1))).sort((a, b) => a - b);
          const whole = readEvents('csv', bytes, { maxRecordBytes });
          expect(readEventsCutAt('csv', bytes, cutsHere, { maxRecordBytes }).slice(16_385)).toEqual(whole.slice(16_385));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('conservation', () => {
  test('records + bad = lines that are not blank, in files without quotes', () => {
    const line = fc
      .array(fc.string({ unit: fc.constantFrom('a', '张', ' ', '\0', 'é'), maxLength: 5 }), { minLength: 1, maxLength: 5 })
      .map((cells) => cells.join(','));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, fc.constantFrom('\n', '\r', '\r\n'))),
        fc.constantFrom(10, undefined),
        (lines, maxRecordBytes) => {
          let taken = 0;
          let rejected = 0;
          const reader = FORMATS.csv.createReader(
            { delimiter: ',', maxRecordBytes },
            { header: () => {}, record: () => taken++, bad: () => rejected++ },
          );
          reader.push(Buffer.from('x,y,z\n'));
          reader.push(Buffer.from(lines.map(([text, end]) => text + end).join('')));
          try {
            reader.end();
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'INPUT_NOT_TEXT' });
            return;
          }
          expect(taken + rejected).toBe(lines.filter(([text]) => text.trim() !== '').length);
        },
      ),
      RUNS,
    );
  });
});
