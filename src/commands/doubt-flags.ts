import { type Command, Option } from 'commander';
import type { DoubtOptions } from '../import/doubtful-values.ts';

/** Flags that say what is done about values that cannot be believed. */
export interface DoubtFlags {
  readonly onAmbiguousDate?: DoubtOptions['onAmbiguousDate'];
  readonly strict?: boolean;
  readonly restoreZeros?: boolean;
  readonly keepMojibake?: boolean;
  readonly excelDates?: DoubtOptions['excelDates'];
}

/** Adds them to a command. */
export function addDoubtFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--on-ambiguous-date <what>', 'dates such as 03/04/2024 in a column that does not say which is the day')
        .choices(['dmy', 'mdy', 'keep', 'reject'])
        .default('keep'),
    )
    .addOption(
      new Option('--excel-dates <system>', 'numbers in date columns are days of a spreadsheet that counts from there').choices([
        '1900',
        '1904',
      ]),
    )
    .option('--strict', 'reject rows with a value that is ambiguous, damaged or not understood')
    .option('--restore-zeros', 'give US postal codes the leading zeros back that a spreadsheet took')
    .option('--keep-mojibake', 'leave garbled text as it is, even where it is certain what it was');
}

/** What the flags say; what they do not say is left out. */
export function doubtOptions({ onAmbiguousDate, strict, restoreZeros, keepMojibake, excelDates }: DoubtFlags): Partial<DoubtOptions> {
  return {
    ...(onAmbiguousDate === undefined ? {} : { onAmbiguousDate }),
    ...(strict === undefined ? {} : { strict }),
    ...(restoreZeros === undefined ? {} : { restoreZeros }),
    ...(keepMojibake === undefined ? {} : { keepMojibake }),
    ...(excelDates === undefined ? {} : { excelDates }),
  };
}
