import { describe, expect, test } from 'vitest';
import { EXPORT_FORMATS, type ExportFormatName, exportFormatOf, type TableFormatOptions } from '../../../src/formats/export-format.ts';

function written(
  name: ExportFormatName,
  columns: readonly string[],
  rows: readonly (string | number | null)[][],
  options: TableFormatOptions = {},
): string {
  const format = EXPORT_FORMATS[name].create(columns, options);
  return format.start + rows.map((row) => format.row(row)).join('') + format.end;
}

describe('tables are written', () => {
  test.each<[ExportFormatName, TableFormatOptions, string]>([
    ['csv', {}, 'id,name\n1,"a,b"\n2,\n'],
    ['csv', { delimiter: ';', formulaSafe: true }, 'id;name\n1;a,b\n2;\n'],
    ['csv', { excel: true }, '\ufeffid,name\r\n1,"a,b"\r\n2,\r\n'],
    ['ndjson', {}, '{"id":1,"name":"a,b"}\n{"id":2,"name":null}\n'],
    ['json', {}, '[\n{"id":1,"name":"a,b"},\n{"id":2,"name":null}\n]\n'],
  ])('as %s %j', (name, options, text) => {
    expect(
      written(
        name,
        ['id', 'name'],
        [
          [1, 'a,b'],
          [2, null],
        ],
        options,
      ),
    ).toBe(text);
  });

  test('with all names quoted where one could be taken for several', () => {
    expect(written('csv', ['a;b', 'c'], [])).toBe('"a;b","c"\n');
    expect(JSON.parse(written('json', ['a'], []))).toEqual([]);
  });
});

describe('the format', () => {
  test.each([
    ['x.csv', undefined, 'csv'],
    ['x.TSV', undefined, 'csv'],
    ['x.jsonl', undefined, 'ndjson'],
    ['x.json', 'ndjson', 'ndjson'],
    ['-', undefined, 'csv'],
  ])('of %s (%s) is %s', (file, explicit, name) => {
    expect(exportFormatOf(file, explicit)).toBe(name);
  });

  test.each(['x', 'x.xlsx', 'folder.csv/x', 'x.csv.gz'])('%s has none', (file) => {
    expect(() => exportFormatOf(file)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
