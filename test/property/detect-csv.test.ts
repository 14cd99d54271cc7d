import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { CsvGeneralScanner } from '../../src/formats/csv-general-scanner.ts';
import type { CsvPlan } from '../../src/formats/csv-plan.ts';
import { CsvScanner, type RecordScanner } from '../../src/formats/csv-scanner.ts';
import { csvLine } from '../../src/formats/csv-writer.ts';
import { detectCsv } from '../../src/formats/detect-csv.ts';
import { cellsOf, readEvents, readEventsCutAt } from '../unit/formats/collect-records.ts';
import { memorySource } from '../unit/formats/memory-source.ts';

const SIGNS = ['"', ',', ';', '\n', '\r', '\r\n', "'", '\\', ' ', 'a', 'b1', '张', '2024-01-02', 'x@mail.example'];
const soup = fc.array(fc.constantFrom(...SIGNS), { maxLength: 60 }).map((parts) => parts.join(''));
/** Rows of a table, some of them damaged. */
const damaged = fc
  .tuple(
    fc.integer({ min: 2, max: 5 }),
    fc.array(fc.tuple(fc.nat(9), soup), { minLength: 1, maxLength: 12 }),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([columns, rows, end]) =>
    rows
      .map(([kind, text]) => (kind < 8 ? csvLine(Array.from({ length: columns }, (_, i) => `v${kind}${i}, x`)).slice(0, -1) : text) + end)
      .join(''),
  );

function scanAll(scanner: RecordScanner, text: string): unknown[] {
  scanner.load(text);
  const records: unknown[] = [];
  for (let at = 0; at < text.length; ) {
    const end = scanner.scan(at);
    const { count, hasQuotes, isIrregular, openQuote } = scanner;
    records.push([
      end,
      count,
      hasQuotes,
      isIrregular,
      openQuote,
      scanner.cells.slice(0, count),
      openQuote < 0 && scanner.countLineEnds(at, end),
    ]);
    at = scanner.after(end);
  }
  return records;
}

function planOf(text: string): CsvPlan | null {
  try {
    return detectCsv(memorySource(text));
  } catch (thrown) {
    if (thrown instanceof CrmError) return null;
    throw thrown;
  }
}

describe('scanners', () => {
  test('the general one agrees with the fast one', () => {
    fc.assert(
      fc.property(soup, fc.constantFrom(',', ';', ' '), fc.constantFrom('"' as const, "'" as const, null), (text, delimiter, quote) => {
        const general = new CsvGeneralScanner({ delimiter, quote, escape: 'doubled', blankBeforeQuote: false });
        expect(scanAll(general, text)).toEqual(scanAll(new CsvScanner({ delimiter, quote }), text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('reading by a plan', () => {
  /** What is left of a text when all that only delimits is taken away. */
  const content = (text: string): string => text.replace(/[\s"',;|\\^~:\ufeff]/g, '');

  test.each([
    ['soup', soup],
    ['damaged tables', damaged],
  ])('nothing is lost: %s', (_name, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const plan = planOf(text);
        if (plan === null || plan.columns.length === 0) return;
        const bytes = Buffer.from(text);
        const read = readEvents('csv', bytes, { plan }).flatMap((event) =>
          event[0] === 'record' ? event.slice(3) : event[0] === 'bad' ? event.slice(5) : [],
        );
        const table = bytes.subarray(plan.start.byte, plan.end?.byte).toString();
        expect(content(read.join(''))).toBe(content(table));
        const above = bytes.subarray(plan.header?.byte ?? plan.start.byte, plan.start.byte).toString();
        expect(content(plan.headerCells.flat().join(''))).toBe(content(above));
      }),
      { numRuns: 500 },
    );
  });

  test('cut anywhere, the events are the same', () => {
    fc.assert(
      fc.property(damaged, fc.array(fc.nat(500), { minLength: 1, maxLength: 5 }), (text, at) => {
        const plan = planOf(text);
        if (plan === null) return;
        const bytes = Buffer.from(text);
        const cuts = at.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
        expect(readEventsCutAt('csv', bytes, cuts, { plan })).toEqual(readEvents('csv', bytes, { plan }));
      }),
      { numRuns: 150 },
    );
  });

  test('arbitrary bytes throw nothing but CrmError', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(soup, fc.uint8Array({ maxLength: 4 })).map(([text, tail]) => Buffer.concat([Buffer.from(text), tail])),
    );
    fc.assert(
      fc.property(bytes, (content_) => {
        try {
          const plan = detectCsv(memorySource(content_));
          readEvents('csv', content_, { plan });
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(CrmError);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('a clean table is found as it was written', () => {
    const word = fc.stringMatching(/^[a-z]{2,8}( [a-z]{2,5})?$/);
    const table = fc.integer({ min: 2, max: 5 }).chain((columns) =>
      fc.tuple(
        fc.uniqueArray(word, { minLength: columns, maxLength: columns }),
        fc.array(fc.tuple(fc.array(word, { minLength: columns - 1, maxLength: columns - 1 }), fc.integer({ min: 1000, max: 9999 })), {
          minLength: 5,
          maxLength: 12,
        }),
      ),
    );
    fc.assert(
      fc.property(table, fc.constantFrom(',', ';', '\t', '|'), ([names, rows], delimiter) => {
        const records = rows.map(([words, number]) => [...words, String(number)]);
        const text = [names, ...records].map((cells) => csvLine(cells, { delimiter, alwaysQuote: true })).join('');
        const plan = detectCsv(memorySource(text), { headerRows: 1 });
        expect(plan.delimiter).toBe(delimiter);
        expect(cellsOf(readEvents('csv', Buffer.from(text), { plan }))).toEqual([names, ...records]);
      }),
      { numRuns: 100 },
    );
  });
});
