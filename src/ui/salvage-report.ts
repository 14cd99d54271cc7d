import type { SalvageReport } from '../maintain/salvage-file.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, formatDuration, plural } from './number.ts';

/** So many stretches of keys are named for people; all of them with `--json`. */
const SHOWN_GAPS = 5;

/** Tells what was saved of a damaged database, and what was lost. */
export async function printSalvage(io: Io, mode: OutputMode, report: SalvageReport): Promise<void> {
  const { out, schema, tables, standIns, lostFile, lostRows, elapsedMs } = report;
  const result = { mode: 'salvage', out, schema, tables, standIns, lostFile, lostRows, elapsedMs };
  await printResult(io, mode, { ok: true, command: 'maintain', result, warnings: [] }, () =>
    [
      ...(schema === 'rebuilt' ? ['the first page was damaged: the tables were looked for in the whole file'] : []),
      ...tables.filter(({ read, isKnown, gaps }) => read > 0 || !isKnown || gaps.length > 0).map(tableLine),
      ...standInLines(report),
      ...(lostFile === null ? [] : [`${plural(lostRows, 'row')} could be read, but found no place: ${lostFile}`]),
      `saved into ${out} in ${formatDuration(elapsedMs)}; the damaged file was not touched`,
    ].join('\n'),
  );
}

function tableLine({ table, read, written, isKnown, gaps }: SalvageReport['tables'][number]): string {
  if (!isKnown) return `${table}: lost, nothing says any more where it is`;
  const refused = read > written ? ` of ${formatCount(read)} read` : '';
  return `${table}: ${plural(written, 'row')}${refused}${gaps.length === 0 ? '' : `; not readable: ${gapWords(gaps)}`}`;
}

function gapWords(gaps: SalvageReport['tables'][number]['gaps']): string {
  const shown = gaps
    .slice(0, SHOWN_GAPS)
    .map(({ from, to }) => (from === null || to === null ? 'some' : from === to ? `${from}` : `${from}–${to}`));
  return gaps.length > shown.length ? `${shown.join(', ')} and ${formatCount(gaps.length - shown.length)} more` : shown.join(', ');
}

function standInLines({ standIns: { customers, runs, products } }: SalvageReport): string[] {
  const found = [
    ...(customers > 0 ? [`${plural(customers, 'customer')} (tag = salvaged)`] : []),
    ...(runs > 0 ? [plural(runs, 'run')] : []),
    ...(products > 0 ? [plural(products, 'product')] : []),
  ];
  return found.length === 0 ? [] : [`made in place of lost ones that others refer to: ${found.join(', ')}`];
}
