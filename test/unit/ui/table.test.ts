import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { colours, PLAIN } from '../../../src/ui/style.ts';
import { type ResultColumn, renderTable, TableWriter } from '../../../src/ui/table.ts';
import { displayWidth } from '../../../src/ui/width.ts';

const columns = (...names: string[]): ResultColumn[] => names.map((name) => ({ name, type: name === 'id' ? 'integer' : 'text' }));
const lines = (...text: string[]) => `${text.join('\n')}\n`;

describe('renderTable', () => {
  test('aligns wide characters and emoji, numbers to the right', () => {
    const rows = [
      [1, '张伟', 'Köln'],
      [12, 'Ann 👨‍👩‍👧 Lee', null],
      [1234567, 'नमस्ते', '北京市'],
    ];
    expect(renderTable(columns('id', 'name', 'city'), rows, { maxWidth: null, style: PLAIN })).toBe(
      lines(
        '      id │ name       │ city',
        '─────────┼────────────┼────────',
        '       1 │ 张伟       │ Köln',
        '      12 │ Ann 👨‍👩‍👧 Lee │',
        ' 1234567 │ नमस्ते       │ 北京市',
      ),
    );
  });

  test('cuts the widest text first, and no number', () => {
    const rows = [[1234567890, 'a rather long name of somebody', 'Berlin']];
    expect(renderTable(columns('id', 'name', 'city'), rows, { maxWidth: 38, style: PLAIN })).toBe(
      lines('         id │ name           │ city', '────────────┼────────────────┼────────', ' 1234567890 │ a rather long… │ Berlin'),
    );
  });

  test('leaves columns out, and says so, where the terminal is too narrow', () => {
    const rows = [[1, 'somebody', 'somewhere', 'something']];
    expect(renderTable(columns('id', 'name', 'city', 'note'), rows, { maxWidth: 22, style: PLAIN })).toBe(
      lines(' id │ name   │ city', '────┼────────┼────────', '  1 │ someb… │ somew…', '1 more column left ou…'),
    );
  });

  test('shows line ends and control characters instead of obeying them', () => {
    expect(renderTable(columns('note'), [['a\nb'], ['\x1b[2Jx']], { maxWidth: null, style: PLAIN })).toBe(
      lines(' note', '──────────', ' a⏎b', ' \\x1b[2Jx'),
    );
  });

  test('says "no rows"', () => {
    expect(renderTable(columns('id'), [], { maxWidth: 80, style: PLAIN })).toBe('no rows\n');
  });

  test('sets the header off with colour', async () => {
    const text = renderTable(columns('id'), [[1]], { maxWidth: null, style: await colours() });
    expect(text).toBe('\x1b[2m id\x1b[22m\n\x1b[2m────\x1b[22m\n  1\n');
  });

  test('a value of private-use or zero-width characters disturbs no other cell', () => {
    const rows = [
      ['\ue000\ue000', 'b'],
      ['\u0301', 'd'],
      ['\u200b', 'f'],
    ];
    expect(renderTable(columns('x', 'y'), rows, { maxWidth: null, style: PLAIN })).toBe(
      lines(' x  │ y', '────┼───', ' \ue000\ue000 │ b', ' \u0301   │ d', ' \u200b   │ f'),
    );
  });

  test('recognises numbers where the type is not known, and bytes', () => {
    const rows = [
      [10, Uint8Array.of(1, 2)],
      [5n, null],
    ];
    expect(renderTable(columns('n', 'b'), rows, { maxWidth: null, style: PLAIN })).toBe(
      lines('  n │ b', '────┼───────────', ' 10 │ <2 bytes>', '  5 │'),
    );
  });

  test('no line is wider than the terminal, and all bars stand below each other', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom('张伟明先生', '👍🏽👍🏽', null));
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9999 }), cell, cell), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 30, max: 120 }), (values, maxWidth) => {
        const text = renderTable(columns('id', 'a', 'b'), values, { maxWidth, style: PLAIN });
        const body = text.slice(0, -1).split('\n');
        expect(body).toHaveLength(values.length + 2);
        expect(Math.max(...body.map(displayWidth))).toBeLessThanOrEqual(maxWidth);
        const bars = body.filter((line) => !line.includes('┼')).map((line) => displayWidth(line.slice(0, line.indexOf('│'))));
        expect(new Set(bars).size).toBe(1);
      }),
      { numRuns: 150 },
    );
  });
});

describe('TableWriter', () => {
  test('keeps the layout of the first batch on a terminal, widens it elsewhere', () => {
    const batches = [[[1, 'ab']], [[2, 'abcdefgh']]];
    const shown = (maxWidth: number | null) => {
      const table = new TableWriter(columns('id', 'name'), { maxWidth, style: PLAIN });
      return batches.map((rows) => table.lines(rows)).join('') + table.end();
    };
    expect(shown(80)).toBe(lines(' id │ name', '────┼──────', '  1 │ ab', '  2 │ abc…'));
    expect(shown(null)).toBe(lines(' id │ name', '────┼──────', '  1 │ ab', '  2 │ abcdefgh'));
  });
});
