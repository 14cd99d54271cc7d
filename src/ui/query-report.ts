import type { SqlValue } from '../engines/engine.ts';
import type { QueryAnswer } from '../query/query-customers.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { type Io, say, write } from './io.ts';
import { formatCount } from './number.ts';
import { type OutputFormat, type RowResult, render } from './render.ts';
import { styleOf } from './style.ts';

/** Prints the rows of a query: one JSON object with `json`, else in the format asked for; rows are data, so `quiet` keeps them. */
export async function printQuery(io: Io, mode: OutputMode, format: OutputFormat, answer: QueryAnswer, command = 'query'): Promise<void> {
  if (mode.json) {
    const result = {
      columns: uniqueNames(answer.columns.map((column) => column.name)),
      rows: objects(answer),
      // Read after the rows: only then it is known.
      get total() {
        return answer.total();
      },
    };
    await printResult(io, mode, { ok: true, command, result, warnings: [] });
    return;
  }
  const shown = await render(io, format, answer);
  const total = answer.total();
  if (!io.isTty.stdout || mode.quiet || total === null || total <= shown) return;
  const style = await styleOf(io, 'stderr');
  await say(io, style.dim(`${formatCount(shown)} of ${formatCount(total)} shown · --limit N for more`).concat('\n'));
}

/** Prints how many rows a query has. */
export async function printCount(io: Io, mode: OutputMode, total: number): Promise<void> {
  if (mode.json) return printResult(io, mode, { ok: true, command: 'query', result: { columns: [], rows: [], total }, warnings: [] });
  await write(io.stdout, `${total}\n`);
}

/** Prints a list that is all there is. */
export async function printRows(
  io: Io,
  mode: OutputMode,
  format: OutputFormat,
  list: RowResult & { readonly rows: readonly SqlValue[][] },
): Promise<void> {
  async function* batches(): AsyncGenerator<SqlValue[][]> {
    yield [...list.rows];
  }
  await printQuery(io, mode, format, { columns: list.columns, rows: batches(), total: () => list.rows.length });
}

/** Says that a filter was saved. */
export async function saySaved(io: Io, mode: OutputMode, name: string): Promise<void> {
  if (mode.json || mode.quiet) return;
  const style = await styleOf(io, 'stderr');
  await say(io, `${style.dim(`saved as segment “${name}” · use it: crm query --segment ${/^[\w-]+$/.test(name) ? name : `'${name}'`}`)}\n`);
}

/** Rows as objects by column name; what a column holds as JSON is passed on as JSON. */
async function* objects(answer: QueryAnswer): AsyncGenerator<Record<string, unknown>[]> {
  const names = uniqueNames(answer.columns.map((column) => column.name));
  const isJson = answer.columns.map((column) => column.type === 'json');
  for await (const batch of answer.rows) {
    yield batch.map((row) => {
      const object: Record<string, unknown> = Object.create(null);
      for (let i = 0; i < names.length; i++) {
        const value = row[i] ?? null;
        object[names[i] as string] = isJson[i] === true && typeof value === 'string' ? JSON.parse(value) : value;
      }
      return object;
    });
  }
}

/** A statement of the user may call two columns the same, an object cannot: the second one becomes `name (2)`. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`;
    taken.add(unique);
    return unique;
  });
}
