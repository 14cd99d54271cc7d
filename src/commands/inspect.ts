import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { inspectFile } from '../import/inspect-file.ts';
import { printInspection } from '../ui/inspect-report.ts';
import { write } from '../ui/io.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import { addMap, mapPairs } from './map-flag.ts';
import { presetOptions } from './preset-flags.ts';
import { addReading, type ReadingFlags, readingOptions } from './reading-flags.ts';
import { addRelated, type RelatedFlags, relatedOptions } from './related-flags.ts';
import { regionOf } from './region.ts';
import { rulesOf } from './rules.ts';
import type { Run } from './run.ts';

interface InspectFlags extends ReadingFlags, RelatedFlags {
  readonly map?: readonly string[];
  readonly preset?: string;
  readonly country?: string;
  readonly toCsv?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm inspect contacts.csv', 'what is in it, and what an import would make of it'],
  ['crm inspect report.csv --to-csv clean.csv', 'the table as understood, as clean UTF-8 CSV'],
  ['crm inspect 客户.xlsx --sheet 2 --country CN'],
  ['curl -s https://example.com/people.csv.gz | crm inspect - --json'],
];

/** `crm inspect` */
export function define(command: Command, run: Run): void {
  addMap(command.argument('<file>', 'any file that import takes; - is standard input'));
  addRelated(addReading(command))
    .option('--preset <name>', 'layout of the file, or none (default: recognised by its headers)')
    .option('--country <code>', 'country of phone numbers written without one, e.g. CN')
    .option('--to-csv <file>', 'write the table as it was understood: UTF-8 CSV, nothing mapped; - is standard output')
    .action((file: string, flags: InspectFlags) => run(command, (context) => inspectCommand(context, file, flags)));
}

async function inspectCommand(context: Context, path: string, flags: InspectFlags): Promise<void> {
  const { io, mode, signal } = context;
  const toStdout = flags.toCsv === '-';
  if (toStdout && mode.json) {
    throw new CrmError('USAGE', '--json and --to-csv - both want standard output', { hint: 'name a file, or leave --json out' });
  }
  const progress = new Progress(io, { label: 'inspecting', totalBytes: undefined, ...mode });
  try {
    const report = await inspectFile({
      path,
      ...readingOptions(flags),
      ...relatedOptions({ ...(flags as RelatedFlags) }),
      ...presetOptions(context, flags),
      map: mapPairs(flags.map ?? []),
      region: regionOf(flags.country ?? context.config().country),
      rules: await rulesOf(context),
      ...(flags.toCsv === undefined ? {} : toStdout ? { write: (text: string) => write(io.stdout, text) } : { toCsv: flags.toCsv }),
      signal,
      onProgress: (rows, bytes) => progress.update(rows, bytes),
    });
    progress.done();
    if (!toStdout) await printInspection(io, mode, report, flags.toCsv ?? null);
  } finally {
    progress.done();
  }
}
