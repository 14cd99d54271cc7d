import type { Draft } from '../migrate/draft-form.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { plural } from './number.ts';
import { styleOf } from './style.ts';
import { renderTable } from './table.ts';
import { printable } from './width.ts';

const COLUMNS = [
  { name: 'table', type: 'text' },
  { name: 'as', type: 'text' },
  { name: 'columns', type: 'integer' },
  { name: 'left out', type: 'integer' },
  { name: 'sure', type: 'number' },
];

/** Tells what was drafted: a table of it where it went to a file, else its text. */
export async function printDraft(
  io: Io,
  mode: OutputMode,
  { draft, text, out }: { readonly draft: Draft; readonly text: string; readonly out: string | null },
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { tables, others, source } = draft;
  const warnings = tables.length === 0 ? ['no table was found that holds customers or what belongs to them'] : [];
  const result = { source, tables, others, out, mapping: out === null ? text : null };
  await printResult(io, mode, { ok: true, command: 'migrate map', result, warnings }, () => {
    if (out === null) return text.split('\n').map(printable).join('\n').trimEnd();
    const cells = tables.map(({ table, as, fields, left, confidence }) => [table, as, fields.length, left.length, confidence.toFixed(2)]);
    return [
      renderTable(COLUMNS, cells, { maxWidth: io.columns, style }).trimEnd(),
      `${plural(tables.length, 'table')} mapped, ${others.length} left out: ${out}`,
      style.dim(`look it through, then: crm migrate copy FROM TO --mapping ${out} --dry-run`),
    ].join('\n');
  });
}
