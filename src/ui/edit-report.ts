import type { EditReport } from '../import/edit-customer.ts';
import type { Customer } from '../model/customer.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { plural } from './number.ts';
import { styleOf } from './style.ts';
import { printable } from './width.ts';

/** A customer that was added. */
export interface AddReport {
  readonly run: number | null;
  readonly customer: Customer;
  readonly notUnderstood: readonly string[];
  /** Other customers with the same e-mail address. */
  readonly sameEmail: readonly number[];
}

/** Customers that were deleted, or would be (no run). */
export interface DeleteReport {
  readonly run: number | null;
  readonly customers: readonly Pick<Customer, 'id' | 'name'>[];
}

/** Tells which customer was added. */
export async function printAdded(io: Io, mode: OutputMode, report: AddReport): Promise<void> {
  const { run, customer, sameEmail } = report;
  const style = await styleOf(io, 'stdout');
  const warnings = sameEmail.map((id) => `customer ${id} has the same e-mail address: crm show ${id}`);
  const result = { id: customer.id, customer };
  await printResult(
    io,
    mode,
    { ok: true, command: 'add', ...ran(run), result, warnings: [...keptAsTheyCame(report.notUnderstood), ...warnings] },
    () => [`added ${label(customer)}`, style.dim(`${takeBack(run)} · look: crm show ${customer.id}`)].join('\n'),
  );
}

/** Tells what an edit changed. */
export async function printEdited(io: Io, mode: OutputMode, { run, customer, changed, notUnderstood }: EditReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const result = { id: customer.id, changed };
  await printResult(io, mode, { ok: true, command: 'edit', ...ran(run), result, warnings: keptAsTheyCame(notUnderstood) }, () => {
    if (changed.length === 0) return `${label(customer)}: nothing to change`;
    return [
      `changed ${label(customer)}: ${changed.map(printable).join(', ')}`,
      style.dim(`${takeBack(run)} · look: crm show ${customer.id}`),
    ].join('\n');
  });
}

/** Tells which customers were deleted. */
export async function printDeleted(io: Io, mode: OutputMode, { run, customers }: DeleteReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const result = { deleted: customers.length, ids: customers.map((customer) => customer.id) };
  await printResult(io, mode, { ok: true, command: 'delete', ...ran(run), result, warnings: [] }, () =>
    [
      `${run === null ? 'would delete' : 'deleted'} ${plural(customers.length, 'customer')}: ${customers.map(label).join(', ')}`,
      style.dim(run === null ? 'dry run: nothing was changed' : takeBack(run)),
    ].join('\n'),
  );
}

function label({ id, name }: Pick<Customer, 'id' | 'name'>): string {
  return name === null ? `#${id}` : `#${id} ${printable(name)}`;
}

function ran(run: number | null): { readonly run?: number } {
  return run === null ? {} : { run };
}

function takeBack(run: number | null): string {
  return `run ${run} · take it back: crm undo ${run}`;
}

function keptAsTheyCame(fields: readonly string[]): string[] {
  return fields.map((field) => `the value of ${field} was not understood, kept as it came`);
}
