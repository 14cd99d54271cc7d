import type { Trained } from '../dedupe/train-model.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatPercent, plural } from './number.ts';
import { styleOf } from './style.ts';

/** Tells what learning from answers did. */
export async function printTrained(io: Io, mode: OutputMode, trained: readonly Trained[], dryRun: boolean): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'dedupe train', result: { models: trained, dryRun }, warnings: [] }, () =>
    [
      ...trained.flatMap(({ kind, labels, same, distinct, before, after, changed }) => [
        `${kind}: ${plural(labels, 'answer')} (${same} same, ${distinct} distinct)`,
        `  foretold        ${formatPercent(before.accuracy)} → ${formatPercent(after.accuracy)} of answers that were left out`,
        `  surprise        ${before.lossBits.toFixed(2)} → ${after.lossBits.toFixed(2)} bits for an answer`,
        ...changed.map(({ field, level, bits }) => style.dim(`  ${field}, ${level}: ${bits > 0 ? '+' : ''}${bits.toFixed(1)} bits`)),
      ]),
      style.dim(dryRun ? 'nothing was changed' : 'search again with what was learned: crm dedupe find'),
    ].join('\n'),
  );
}
