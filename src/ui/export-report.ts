import type { ExportResult } from '../query/export-customers.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatBytes, formatDuration, plural } from './number.ts';

/** Tells what an export to a file did. */
export async function printExport(io: Io, mode: OutputMode, result: ExportResult): Promise<void> {
  await printResult(io, mode, { ok: true, command: 'export', result: { ...result }, warnings: [] }, () => {
    const { file, rows, columns, bytes, elapsedMs } = result;
    return `wrote ${plural(rows, 'customer')} to ${file} in ${formatDuration(elapsedMs)} (${plural(columns, 'column')}, ${formatBytes(bytes)})`;
  });
}
