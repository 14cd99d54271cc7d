import type { Command } from 'commander';
import { addArchiveList, type ArchiveListFlags, listArchived } from './archive-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm archive search müller gmbh', 'full text, as in crm query --search'],
  ['crm archive search 小明 --where "country = CN"'],
];

/** `crm archive search` */
export function define(command: Command, run: Run): void {
  addArchiveList(
    command
      .argument('<words...>', 'words that must all occur in the fields of a customer; the beginning of a word is enough')
      .option('--where <filter>', 'only customers for which this is true'),
  ).action((words: string[], flags: ArchiveListFlags) =>
    run(command, (context) =>
      listArchived(context, flags, {
        command: 'archive search',
        filter: flags.where === undefined ? [] : [flags.where],
        search: words.join(' '),
      }),
    ),
  );
}
