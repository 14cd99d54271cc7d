import { expect, test } from 'vitest';
import { detectCsv } from '../../../src/formats/detect-csv.ts';
import type { CsvGiven } from '../../../src/formats/csv-plan.ts';
import { writeUnderstood } from '../../../src/formats/understood-csv.ts';
import { memorySource } from './memory-source.ts';

async function understood(text: string, encoding = 'utf-8', given: CsvGiven = {}): Promise<[string, object]> {
  const source = memorySource(text, encoding);
  let out = '';
  const counts = await writeUnderstood(source, detectCsv(source, given), async (piece) => {
    out += piece;
  });
  return [out, counts];
}

test.each<[name: string, text: string, out: string, encoding?: string]>([
  ['another delimiter and encoding', '姓名;城市;电话\r\n张三;"北京;朝阳";138\r\n', '姓名,城市,电话\n张三,北京;朝阳,138\n', 'gb18030'],
  ['preamble and footer', 'Report\n\nname,email\nAda,ada@mail.example\n\nTotal: 1\n', 'name,email\nAda,ada@mail.example\n'],
  ['names in two rows', 'name,city\nname,city\nAda,Oslo\n', 'name name,city city\nAda,Oslo\n'],
  ['no header', 'Ada,ada@mail.example\nBo,bo@mail.example\n', 'Ada,ada@mail.example\nBo,bo@mail.example\n'],
  ['values as they came', 'name,pieces\n Ada ,007\nBo,1.50\n', 'name,pieces\n" Ada ",007\nBo,1.50\n'],
  ['nothing', '', ''],
])('%s', async (_name, text, out, encoding) => {
  expect((await understood(text, encoding))[0]).toBe(out);
});

test('records that do not fit are written in their best reading, and counted', async () => {
  const rows = 'Ada,"Oslo, N",2024-01-02\n'.repeat(6);
  const [out, counts] = await understood(`name,city,day\n${rows}"Bo,Rom,2024-01-03\nCy;Rom;2024-01-04\nDi,,Rom,2024-01-05\n`);
  expect(out).toBe(`name,city,day\n${rows}"""Bo",Rom,2024-01-03\nCy,Rom,2024-01-04\nDi,,Rom,2024-01-05\n`);
  expect(counts).toEqual({ records: 7, bad: 2, mended: 1 });
});

test('the table asked for', async () => {
  const text = 'name,email\nAda,ada@mail.example\n\nid,sku,pieces\n1,x,2\n2,y,3\n';
  expect((await understood(text, 'utf-8', { table: 2 }))[0]).toBe('id,sku,pieces\n1,x,2\n2,y,3\n');
});
