import type { Command } from 'commander';
import { addArchiveList, type ArchiveListFlags, listArchived } from './archive-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm archive list', 'everybody in the archive, and since when'],
  ['crm archive list "city = Berlin and orders.total >= 1000" --sort name', 'the filters are those of crm query'],
];

/** `crm archive list` */
export function define(command: Command, run: Run): void {
  addArchiveList(command.argument('[filter...]', 'which archived customers, e.g. "city = Berlin"; none means all')).action(
    (filter: string[], flags: ArchiveListFlags) =>
      run(command, (context) => listArchived(context, flags, { command: 'archive list', filter })),
  );
}
