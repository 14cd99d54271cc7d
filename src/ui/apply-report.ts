import type { ApplyResult } from '../import/apply-plan.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, formatDuration, plural } from './number.ts';
import { styleOf } from './style.ts';

/** Tells what applying a plan did; `run` is null after a dry run. */
export async function printApply(
  io: Io,
  mode: OutputMode,
  { run, result }: { readonly run: number | null; readonly result: ApplyResult },
  database: string,
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { plan, planned, files, counts, rejects, elapsedMs } = result;
  const outcome = { plan, planned, files, ...counts, rejects, elapsedMs };
  await printResult(io, mode, { ok: true, command: 'apply', ...(run === null ? {} : { run }), result: outcome, warnings: [] }, () => {
    const { read, ...rest } = counts;
    const words = Object.entries(rest).flatMap(([name, count]) => {
      if (count === 0 && (name === 'skipped' || name === 'companies')) return [];
      const text = name === 'companies' ? `${formatCount(count)} companies made` : `${formatCount(count)} ${name}`;
      return [name === 'rejected' && count > 0 ? style.red(text) : text];
    });
    const lines = [
      `${plan} (${`${planned} ${files.join(', ')}`.trimEnd()}) → ${database}`,
      `${run === null ? 'would apply' : 'applied'}${read === undefined ? '' : ` ${plural(read, 'row')}`} in ${formatDuration(elapsedMs)}: ${words.join(', ')}`,
    ];
    if (rejects !== null) lines.push(`rejected rows: ${rejects} (mend them there, then: crm import ${rejects})`);
    lines.push(
      style.dim(
        run === null ? 'the plan still holds; nothing was changed' : `run ${run} · look: crm query · take it back: crm undo ${run}`,
      ),
    );
    return lines.join('\n');
  });
}
