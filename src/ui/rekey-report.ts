import type { Rekeyed } from '../engines/sqlite-rekey.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { plural } from './number.ts';

/** Tells that a database has another key, or none. */
export async function printRekeyed(io: Io, mode: OutputMode, database: string, rekeyed: Rekeyed): Promise<void> {
  const result = { mode: 'rekey', ...rekeyed };
  await printResult(io, mode, { ok: true, command: 'maintain', result, warnings: [] }, () => {
    const { wasEncrypted, isEncrypted, rows, tables } = rekeyed;
    const done = isEncrypted
      ? wasEncrypted
        ? 'has its new key'
        : 'is encrypted'
      : wasEncrypted
        ? 'is not encrypted any more'
        : 'was not encrypted, and is not';
    return `${database} ${done}; ${plural(rows, 'row')} of ${plural(tables, 'table')} were counted before and after`;
  });
}
