import { describe, expect, it } from 'vitest';
import { RefusedRows } from '../../../src/connectors/connector.ts';
import { writeOrRefuse } from '../../../src/migrate/refused-rows.ts';
import type { Row } from '../../../src/model/table-schema.ts';

const ROWS: readonly Row[] = Array.from({ length: 100 }, (_, i) => [i]);
const BAD = new Set([3, 4, 50, 99]);

describe('rows that a database refuses', () => {
  it.each([
    ['names', true],
    ['does not name', false],
  ])('are found where it %s them', async (_name, isNamed) => {
    const written: Row[] = [];
    let calls = 0;
    const write = async (rows: readonly Row[]): Promise<void> => {
      calls++;
      const each = rows.flatMap(([id], at) => (BAD.has(id as number) ? [{ at, reason: `bad ${id}`, column: null }] : []));
      if (each.length > 0) throw new RefusedRows(each[0]?.reason ?? '', null, undefined, isNamed ? each : []);
      written.push(...rows);
    };
    const refused = await writeOrRefuse(write, ROWS, ROWS);
    expect(refused.map(({ row, origin, reason }) => [row, origin, reason])).toEqual([...BAD].map((id) => [[id], [id], `bad ${id}`]));
    expect(written).toEqual(ROWS.filter(([id]) => !BAD.has(id as number)));
    expect(calls === 2).toBe(isNamed);
  });

  it('are found too when others are refused only later', async () => {
    const written: Row[] = [];
    const write = async (rows: readonly Row[]): Promise<void> => {
      const worst = rows.findIndex(([id]) => BAD.has(id as number));
      if (worst >= 0) throw new RefusedRows('bad', null, undefined, [{ at: worst, reason: 'bad', column: null }]);
      written.push(...rows);
    };
    const refused = await writeOrRefuse(write, ROWS, ROWS);
    expect(refused.map(({ row }) => row[0])).toEqual([...BAD]);
    expect(written).toHaveLength(96);
  });
});
