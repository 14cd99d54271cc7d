import type { CopyProgress } from '../migrate/copy-options.ts';
import type { OutputMode } from './envelope.ts';
import type { Io } from './io.ts';
import { plural } from './number.ts';
import { Progress } from './progress.ts';
import { printable } from './width.ts';

const LABELS = { copying: 'copying', verifying: 'verifying' } as const;

/**
 * One line for all tables, and one that stays for each table that is complete; null where nobody looks: on no terminal,
 * and with `quiet` or `json`.
 */
export function copyProgress(io: Io, mode: OutputMode): { update(progress: CopyProgress): void; done(): void } | null {
  if (!io.isTty.stderr || mode.quiet || mode.json) return null;
  let step: CopyProgress['step'] | null = null;
  let line: Progress | null = null;
  return {
    update: (progress) => {
      if (step !== progress.step) {
        line?.done();
        step = progress.step;
        line = new Progress(io, { label: LABELS[step], totalCount: progress.totalRows ?? undefined, ...mode });
      }
      if (progress.isDone) {
        line?.clear();
        if (step === 'copying') io.stderr.write(`${printable(progress.table)}: ${plural(progress.rows, 'row')}\n`);
      } else line?.update(progress.allRows);
    },
    done: () => line?.done(),
  };
}
