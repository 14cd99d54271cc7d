import type { TakenDecisions } from '../dedupe/take-decisions.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, plural } from './number.ts';
import { styleOf } from './style.ts';
import { printable } from './width.ts';

/** What a review did. */
export interface ReviewReport extends TakenDecisions {
  /** Pairs that still wait. */
  readonly open: number;
  /** Where pairs were written, and how many. */
  readonly exported?: { readonly file: string; readonly rows: number };
}

const SHOWN_REJECTS = 20;

/** Tells what was decided, what is open, and what comes next. */
export async function printReview(io: Io, mode: OutputMode, report: ReviewReport): Promise<void> {
  const { open, same, distinct, unsure, rejects, warnings, exported } = report;
  const style = await styleOf(io, 'stdout');
  const decided = same + distinct;
  const result = {
    open,
    decided,
    same,
    distinct,
    unsure,
    rejected: rejects.length,
    rejects,
    ...(exported === undefined ? {} : { exported }),
  };
  await printResult(io, mode, { ok: true, command: 'dedupe review', result, warnings }, () => {
    const lines: string[] = [];
    if (exported !== undefined) lines.push(`wrote ${plural(exported.rows, 'pair')} to ${printable(exported.file)}`);
    if (decided + unsure > 0 || exported === undefined) {
      const unsureText = unsure === 0 ? '' : ` · ${formatCount(unsure)} unsure`;
      lines.push(`${plural(decided, 'pair')} decided: ${formatCount(same)} the same, ${formatCount(distinct)} different${unsureText}`);
    }
    lines.push(`${plural(open, 'pair')} open`);
    if (rejects.length > 0) {
      lines.push(style.yellow(`${plural(rejects.length, 'line')} not taken:`));
      for (const { line, reason } of rejects.slice(0, SHOWN_REJECTS)) lines.push(`  line ${line}: ${reason}`);
      if (rejects.length > SHOWN_REJECTS)
        lines.push(style.dim(`  and ${formatCount(rejects.length - SHOWN_REJECTS)} more: --json lists all`));
    }
    lines.push(style.dim(`next: ${nextCommands(report).join(' · ')}`));
    return lines.join('\n');
  });
}

function nextCommands({ same, distinct, open, exported }: ReviewReport): string[] {
  if (exported !== undefined && exported.rows > 0)
    return [`fill in the column decision, then crm dedupe review --decisions ${printable(exported.file)}`];
  return [
    ...(same > 0 ? ['crm dedupe merge --reviewed'] : []),
    ...(same + distinct > 0 ? ['crm dedupe train'] : []),
    ...(open > 0 ? ['crm dedupe review'] : same + distinct === 0 ? ['crm dedupe find'] : []),
  ];
}
