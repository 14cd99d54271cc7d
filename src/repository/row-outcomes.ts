import { type Customer, differences } from '../model/customer.ts';
import type { PlannedChild } from '../model/plan.ts';
import type { ImportRow } from './import-batch.ts';
import type { RowOutcome } from './import-settings.ts';

/** One row of a customer's rows, applied. */
export interface RowStep {
  readonly row: Pick<ImportRow, 'file' | 'line'>;
  readonly from: Customer;
  readonly to: Customer;
  readonly children: readonly PlannedChild[];
}

/**
 * What became of the rows of one customer, in file order. What follows from all of them together counts for the last one
 * that changes anything.
 * @param last the customer after all of them; `null` where they leave it as it was
 */
export function outcomesOf(steps: readonly RowStep[], last: Customer | null): RowOutcome[] {
  const isChange = ({ from, to, children }: RowStep): boolean => last !== null && (from !== to || children.length > 0);
  const final = steps.findLast(isChange);
  return steps.map((step) => {
    const { row, from, to, children } = step;
    const told = { file: row.file, line: row.line, customer: from.id };
    if (!isChange(step)) return { ...told, outcome: 'unchanged' };
    return { ...told, outcome: 'update', changed: differences(from, step === final ? (last as Customer) : to), children };
  });
}
