import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPlan } from '../../../src/import/plan-file.ts';
import { PlanWriter } from '../../../src/formats/plan-writer.ts';
import type { PlanHeader, PlanLine } from '../../../src/model/plan.ts';
import { tempDir } from '../../support/temp-dir.ts';

const HEADER: PlanHeader = {
  format: 'crm-plan',
  version: 1,
  command: 'import',
  arguments: {},
  database: './crm.db',
  created_at: '2026-01-02T03:04:05.000Z',
  baseline: { run: null, customers: 0, lastId: 0 },
};
const ROW: PlanLine = { row: { file: 'a.csv', line: 2, outcome: 'create', customer: -1 } };
const LONE: PlanLine = { create: { id: -1, customer: { name: '王小明 \ud800 é\u2028' }, rowHash: 5 } };

async function planText(lines: readonly PlanLine[] = [ROW, LONE]): Promise<string> {
  let text = '';
  const writer = new PlanWriter((part) => {
    text += part;
  });
  writer.put({ header: HEADER });
  for (const line of lines) writer.put(line);
  await writer.flush();
  await writer.end({ files: [{ path: 'a.csv', sha256: 'ab' }], counts: { read: 1, created: 1 } });
  return text;
}

function saved(content: string | Uint8Array): string {
  const path = join(tempDir(), 'plan.ndjson');
  writeFileSync(path, content);
  return path;
}

async function linesOf(path: string): Promise<PlanLine[]> {
  const plan = await openPlan(path);
  const lines: PlanLine[] = [];
  for await (const batch of plan.lines()) lines.push(...batch);
  plan.dispose();
  return lines;
}

describe('a plan file', () => {
  it('is read as it was written', async () => {
    const path = saved(await planText());
    const plan = await openPlan(path);
    expect([plan.header, plan.end.counts, plan.end.lines]).toEqual([HEADER, { read: 1, created: 1 }, 3]);
    expect(await linesOf(path)).toEqual([ROW, LONE]);
  });

  it('is read whatever the pieces that the file comes in', async () => {
    const many = Array.from(
      { length: 20_000 },
      (_, line): PlanLine => ({ row: { file: 'é王.csv', line, outcome: 'unchanged', customer: line } }),
    );
    expect(await linesOf(saved(await planText(many)))).toEqual(many);
  });

  it.each<[string, (text: string) => string | Uint8Array, string, RegExp]>([
    ['empty', () => '', 'INPUT_EMPTY', /is empty/],
    ['of line ends', () => '\n\n', 'INPUT_UNREADABLE', /is no plan/],
    ['a table', () => 'name,email\nAda,a@example.org\n', 'INPUT_UNREADABLE', /is no plan/],
    ['other NDJSON', () => '{"name":"Ada"}\n', 'INPUT_UNREADABLE', /is no plan/],
    ['null', () => 'null\n', 'INPUT_UNREADABLE', /is no plan/],
    ['no text', () => Uint8Array.from([0xff, 0xfe, 0, 10, 200]), 'INPUT_UNREADABLE', /is no plan/],
    ['one endless line', () => 'x'.repeat(3_000_000), 'INPUT_UNREADABLE', /is no plan/],
    ['of another version', (text) => text.replace('"version":1', '"version":2'), 'INPUT_UNREADABLE', /version 2/],
    ['without an end', (text) => text.slice(0, text.lastIndexOf('{"end"')), 'INPUT_UNREADABLE', /cut off/],
    ['cut within its end', (text) => text.slice(0, -20), 'INPUT_UNREADABLE', /cut off/],
    ['cut within a line', (text) => text.slice(0, text.indexOf('"create"')), 'INPUT_UNREADABLE', /cut off/],
    ['only a header', (text) => text.slice(0, text.indexOf('\n') + 1), 'INPUT_UNREADABLE', /cut off/],
    ['edited in a line', (text) => text.replace('"line":2', '"line":3'), 'INTEGRITY', /changed/],
    ['edited in its header', (text) => text.replace('./crm.db', './crx.db'), 'INTEGRITY', /changed/],
    ['edited in its end', (text) => text.replace('"created":1', '"created":2'), 'INTEGRITY', /changed/],
    ['without one of its lines', (text) => text.replace(/\{"row".*\n/, ''), 'INTEGRITY', /changed/],
    ['of swapped lines', (text) => text.replace(/(\{"row"[^\n]*\n)(\{"create"[^\n]*\n)/, '$2$1'), 'INTEGRITY', /changed/],
    ['with other line ends', (text) => text.replaceAll('\n', '\r\n'), 'INTEGRITY', /changed/],
    ['with an end of another shape', (text) => text.replace(/\{"end".*\n/, '{"end":{}}\n'), 'INTEGRITY', /changed/],
    ['of two plans', (text) => text + text, 'INTEGRITY', /changed/],
  ])('%s is refused', async (_, damage, code, message) => {
    const path = saved(damage(await planText()));
    await expect(openPlan(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('that changes between two readings is refused', async () => {
    const path = saved(await planText());
    const plan = await openPlan(path);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"line":2', '"line":9'));
    const read = async (): Promise<void> => {
      for await (const _ of plan.lines());
    };
    await expect(read()).rejects.toMatchObject({ code: 'INTEGRITY' });
  });
});
