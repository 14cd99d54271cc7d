import type { HeldConversion } from '../repository/held-texts.ts';
import { compareCustomerDatabases, type CustomerDatabases } from './compare-customer-databases.ts';
import type { ConversionRule } from './conversion.ts';
import { plainRow } from './diff-line.ts';
import type { Difference } from './verify-findings.ts';
import type { VerifiedTable, VerifyOptions, VerifyResult } from './verify-tables.ts';

const DEFAULT_LISTED = 100;
const RULES: Readonly<Record<HeldConversion['rule'], ConversionRule>> = {
  'nul-removed': 'NUL_REMOVED',
  'half-character-replaced': 'INVALID_UTF8_REPLACED',
};

/** How customer databases are verified. */
export interface VerifyCustomersOptions
  extends Omit<CustomerDatabases, 'onRows' | 'onDifference'>,
    Pick<VerifyOptions, 'showValues' | 'maxDifferences' | 'strict' | 'onProgress'> {}

/** Verifies two customer databases: see `compareCustomerDatabases`. @throws {CrmError} as that does */
export async function verifyCustomerDatabases(options: VerifyCustomersOptions): Promise<VerifyResult> {
  const startMs = performance.now();
  const { showValues = false, maxDifferences = DEFAULT_LISTED, strict = false, onProgress, ...databases } = options;
  const listed: Difference[] = [];
  const counts = new Map<string, number>();
  const found = await compareCustomerDatabases({
    ...databases,
    onRows: (rows) => onProgress?.('customers', rows),
    onDifference: ({ table, kind, key, columns, a, b }) => {
      const named = kind === 'different' ? columns : [null];
      counts.set(table, (counts.get(table) ?? 0) + named.length);
      for (const column of named) {
        if (listed.length >= maxDifferences) return;
        const cellOf = (row: typeof a): PlainValue => (row === null || column === null ? null : (plainRow(row, [column])[column] ?? null));
        const values = showValues && column !== null ? { values: { a: cellOf(a), b: cellOf(b) } } : {};
        listed.push({ table, kind, key: plainRow(key, Object.keys(key)), row: null, column, detail: null, ...values });
      }
    },
  });
  const conversions = found.conversions.map(({ table, column, rule, count }) => ({ table, column, reason: RULES[rule], cells: count }));
  const tables = found.tables.map(
    ({ name, rowsA, rowsB }): VerifiedTable => ({
      ...{ name, rowsA, rowsB, differences: counts.get(name) ?? 0 },
      conversions: conversions.reduce((sum, { table, cells }) => (table === name ? sum + cells : sum), 0),
    }),
  );
  const differs = counts.size > 0 || (strict && conversions.length > 0);
  return { identical: !differs, tables, differences: listed, conversions, elapsedMs: Math.round(performance.now() - startMs) };
}

type PlainValue = NonNullable<Difference['values']>['a'];
