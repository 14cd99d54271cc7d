import type { SqlRow } from '../engines/engine.ts';
import type { Customer, FieldValue } from '../model/customer.ts';
import { FIELDS } from '../model/fields.ts';
import { type CustomerDetails, DETAILS_LIMIT } from '../repository/customer-details.ts';
import { columnLines, type Entry, entryLines, shortTime } from './card.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatMoney } from './money.ts';
import { plural } from './number.ts';
import { concernsOne, runCounts, runSubject } from './run-text.ts';
import { type Style, styleOf } from './style.ts';
import { printable } from './width.ts';

/**
 * Prints one customer with all that hangs on it: a card for people, or the result of `schemas/results/show.schema.json`.
 * @param as the command, and what its result has beside that
 */
export async function printCustomer(
  io: Io,
  mode: OutputMode,
  details: CustomerDetails,
  as: { readonly command: string; readonly further: Readonly<Record<string, unknown>> } = { command: 'show', further: {} },
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: as.command, result: { ...showResult(details), ...as.further }, warnings: [] }, () =>
    card(details, style).join('\n'),
  );
}

/** What `crm show --json` gives. */
function showResult(details: CustomerDetails): Readonly<Record<string, unknown>> {
  const { runs, changes, ...rest } = details;
  const history = runs.map(({ id, command, status, actor, started_at, source_name }) => ({
    run: id,
    command,
    status,
    actor,
    started_at,
    source_name,
    changes: changes.filter((change) => change.run === id).map(({ entity, action, before, after }) => ({ entity, action, before, after })),
  }));
  return { ...rest, history };
}

function card(details: CustomerDetails, style: Style): string[] {
  const { customer, tags, externalIds, orders, interactions } = details;
  const lines = [`${style.bold(printable(customer.name ?? '(no name)'))}  ${style.dim(`#${customer.id} · ${customer.kind}`)}`];
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push('', style.bold(title), ...body);
  };
  const tagEntries: Entry[] = tags.length === 0 ? [] : [['Tags', tags.join(', ')]];
  lines.push(...entryLines([...fieldEntries(details), ...tagEntries], style.dim));
  section('Custom fields', entryLines(Object.entries(customer.attributes), style.dim));
  section('Known as', columnLines(externalIds.map((row) => [text(row.source), text(row.external_id)])));
  section('Contact points', columnLines(details.contactPoints.map((row) => [text(row.kind), text(row.label), text(row.value)])));
  section(
    'Consents',
    columnLines(details.consents.map((row) => [text(row.channel), text(row.status), shortTime(text(row.decided_at)), text(row.ground)])),
  );
  section(`Orders (${newest(orders.length)})`, columnLines(orders.map(orderCells)));
  section(`Timeline (${newest(interactions.length)})`, columnLines(interactions.map(interactionCells)));
  section(
    'Possible duplicates',
    columnLines(details.possibleDuplicates.map((row) => [`#${text(row.id)}`, text(row.name), Number(row.score).toFixed(2)])),
  );
  section('History', historyLines(details, style));
  return lines;
}

/** The fields that are filled, with the labels of the catalogue. */
function fieldEntries({ customer, company }: CustomerDetails): Entry[] {
  const entries: Entry[] = [];
  for (const field of FIELDS) {
    if (['id', 'kind', 'name', 'attributes', 'version', 'updated_at', 'phone_ext'].includes(field.name)) continue;
    const value = (customer as unknown as Record<string, FieldValue>)[field.name];
    if (value === null || value === undefined || value === '') continue;
    entries.push([field.label.en, fieldText(field.name, String(value), customer)]);
  }
  if (company !== null) entries.push(['Company record', `#${company.id} ${company.name ?? ''}`.trimEnd()]);
  return entries;
}

function fieldText(name: string, value: string, customer: Customer): string {
  if (name === 'phone' && customer.phone_ext !== null) return `${value} ext. ${customer.phone_ext}`;
  return name.endsWith('_at') ? shortTime(value) : value;
}

function orderCells(row: SqlRow): string[] {
  const total = formatMoney(row.total_minor as number, text(row.total_currency));
  return [shortTime(text(row.ordered_at)), text(row.number), text(row.status), total];
}

function interactionCells(row: SqlRow): string[] {
  const kind = [text(row.kind), text(row.direction)].filter((part) => part !== '').join(' ');
  return [shortTime(text(row.occurred_at)), kind, text(row.channel), text(row.subject) || text(row.body).slice(0, 80)];
}

function historyLines({ runs, changes }: CustomerDetails, style: Style): string[] {
  const rows = runs.map((run) => {
    const fields = changes
      .filter((change) => change.run === run.id)
      .flatMap((change) => (change.entity === 'customers' ? Object.keys(change.after ?? {}) : [change.entity]));
    const what =
      fields.length > 0 ? [...new Set(fields)].join(', ') : run.undoes_run === null ? runSubject(run) || runCounts(run) : runSubject(run);
    const undo = run.status !== 'done' ? run.status : concernsOne(run) ? `crm undo ${run.id}` : runCounts(run);
    return [`run ${run.id}`, run.command, shortTime(run.started_at), run.actor, what, undo];
  });
  const lines = columnLines(rows);
  return changes.length < DETAILS_LIMIT
    ? lines
    : [...lines, style.dim(`  only the first ${plural(changes.length, 'change')} are shown: crm history --run N`)];
}

function newest(count: number): string {
  return count < DETAILS_LIMIT ? String(count) : `newest ${count}`;
}

function text(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
