import type { Command } from 'commander';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** A command's module: examples for its help, and a function that declares arguments and options and says what runs. */
export interface CommandModule {
  readonly EXAMPLES: Examples;
  define(command: Command, run: Run): void;
}

/** One command: its line in the help, and its module, loaded when it is called. */
export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
  /** Looks at all other commands, so that they have to be defined too. */
  readonly needsAll?: true;
}

/** Commands that are called by two words, `migrate up`: each is a command of its own; the first word alone only has help. */
export interface CommandGroup {
  readonly summary: string;
  /** The one that is meant where none is named. */
  readonly alone?: string;
  readonly commands: Readonly<Record<string, CommandEntry>>;
}

/** Every command, in the order of the help text. A new one is one file and one line here. */
export const COMMANDS = {
  init: { summary: 'make a database', load: () => import('./init.ts') },
  inspect: { summary: 'say what is in a file', load: () => import('./inspect.ts') },
  import: { summary: 'read files into the database', load: () => import('./import.ts') },
  query: { summary: 'find customers', load: () => import('./query.ts') },
  show: { summary: 'everything about one customer', load: () => import('./show.ts') },
  add: { summary: 'add one customer', load: () => import('./add.ts') },
  edit: { summary: 'change one customer', load: () => import('./edit.ts') },
  delete: { summary: 'delete customers (can be undone)', load: () => import('./delete.ts') },
  export: { summary: 'write customers to a file', load: () => import('./export.ts') },
  normalize: { summary: 'bring values to canonical form', load: () => import('./normalize.ts') },
  quality: { summary: 'measure how good the data is', load: () => import('./quality.ts') },
  dedupe: {
    summary: 'find, decide and merge duplicates',
    commands: {
      find: { summary: 'find customers that are likely to be one', load: () => import('./dedupe-find.ts') },
      review: { summary: 'decide by hand which pairs are the same', load: () => import('./dedupe-review.ts') },
      explain: { summary: 'why two customers are taken for one, or are not', load: () => import('./dedupe-explain.ts') },
      report: { summary: 'what the search for duplicates found, with charts', load: () => import('./dedupe-report.ts') },
      merge: { summary: 'make one customer of those that are one', load: () => import('./dedupe-merge.ts') },
      split: { summary: 'take merged customers apart again', load: () => import('./dedupe-split.ts') },
      train: { summary: 'let the search learn from decisions', load: () => import('./dedupe-train.ts') },
      eval: { summary: 'measure how good the search for duplicates is', load: () => import('./dedupe-eval.ts') },
    },
  },
  archive: {
    summary: 'move cold customers away, and bring them back',
    commands: {
      run: { summary: 'move the customers that policies name into the archive', load: () => import('./archive-run.ts') },
      list: { summary: 'who is in the archive', load: () => import('./archive-list.ts') },
      search: { summary: 'find words in the archive', load: () => import('./archive-search.ts') },
      show: { summary: 'everything about one archived customer', load: () => import('./archive-show.ts') },
      restore: { summary: 'bring archived customers back', load: () => import('./archive-restore.ts') },
    },
  },
  history: { summary: 'what was done, by whom', load: () => import('./history.ts') },
  apply: { summary: 'execute a plan that was saved', load: () => import('./apply.ts') },
  undo: { summary: 'take a run back', load: () => import('./undo.ts') },
  backup: {
    summary: 'keep snapshots that are proven to restore',
    alone: 'create',
    commands: {
      create: { summary: 'add a snapshot of the database', load: () => import('./backup-create.ts') },
      list: { summary: 'which snapshots there are', load: () => import('./backup-list.ts') },
      verify: { summary: 'read snapshots and compare them with their hashes', load: () => import('./backup-verify.ts') },
      drill: { summary: 'restore a snapshot for practice', load: () => import('./backup-drill.ts') },
      diff: { summary: 'which customers differ between two snapshots', load: () => import('./backup-diff.ts') },
      prune: { summary: 'remove old snapshots', load: () => import('./backup-prune.ts') },
    },
  },
  restore: { summary: 'bring a snapshot back', load: () => import('./restore.ts') },
  migrate: {
    summary: 'bring schemas up to date, copy tables and prove copies',
    commands: {
      status: { summary: 'which schema versions the database has', load: () => import('./migrate-status.ts') },
      plan: { summary: 'what up would do, with its SQL', load: () => import('./migrate-plan.ts') },
      up: { summary: 'apply the schema versions that it lacks', load: () => import('./migrate-up.ts') },
      down: { summary: 'take schema versions back', load: () => import('./migrate-down.ts') },
      copy: { summary: 'copy tables between any two databases', load: () => import('./migrate-copy.ts') },
      map: { summary: 'draft how tables of another program become ours', load: () => import('./migrate-map.ts') },
      verify: { summary: 'compare the tables of two databases, cell by cell', load: () => import('./migrate-verify.ts') },
      diff: { summary: 'list the rows in which two databases differ', load: () => import('./migrate-diff.ts') },
      sync: { summary: 'bring the tables of one database to those of another', load: () => import('./migrate-sync.ts') },
    },
  },
  job: {
    summary: 'run pipelines of the config file, and see how they went',
    commands: {
      run: { summary: 'run the steps of a job', load: () => import('./job-run.ts') },
      list: { summary: 'which jobs there are, and how they stand', load: () => import('./job-list.ts') },
      history: { summary: 'which jobs ran when, and how they ended', load: () => import('./job-history.ts') },
      show: { summary: 'one run of a job, step by step', load: () => import('./job-show.ts') },
      status: { summary: 'whether jobs got through recently enough', load: () => import('./job-status.ts') },
      next: { summary: 'when each job is due', load: () => import('./job-next.ts') },
      crontab: { summary: 'print what starts jobs: a crontab, or units of systemd', load: () => import('./job-crontab.ts') },
    },
  },
  watch: { summary: 'import the files of a folder as they arrive', load: () => import('./watch.ts') },
  maintain: { summary: 'look after the database: check, tidy up, repair', load: () => import('./maintain.ts') },
  doctor: { summary: 'what is wrong, and how it is put right', load: () => import('./doctor.ts') },
  completion: { summary: 'print a completion script for a shell', load: () => import('./completion.ts'), needsAll: true },
} as const satisfies Record<string, CommandEntry | CommandGroup>;

/** First word of a command. */
export type CommandName = keyof typeof COMMANDS;

/** The commands of a group by their second word; none where the name is that of a command. */
export function commandsOf(name: CommandName): CommandGroup['commands'] {
  const entry: CommandEntry | CommandGroup = COMMANDS[name];
  return 'commands' in entry ? entry.commands : {};
}

/** The command of a group that is meant where none is named. */
export function commandAlone(name: CommandName): string | undefined {
  const entry: CommandEntry | CommandGroup = COMMANDS[name];
  return 'alone' in entry ? entry.alone : undefined;
}

/** What somebody who has never used the program should type first. */
export const START_EXAMPLES: Examples = [
  ['crm import contacts.csv', 'read a file; the first one makes ./crm.db'],
  ['crm query "city = Berlin" --sort name', 'find customers'],
  ['crm show ada@example.com', 'everything about one'],
  ['crm undo 1', 'take a run back'],
];
