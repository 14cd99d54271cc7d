import type { Command, Help, Option } from 'commander';
import type { Style } from '../ui/style.ts';
import { displayWidth } from '../ui/width.ts';

/** Command lines that show what a command is for, each with a remark where one helps. */
export type Examples = readonly (readonly [line: string, remark?: string])[];

const examplesOf = new WeakMap<Command, { readonly examples: Examples; readonly closing: string }>();
/** Remarks stand in one column; a longer line keeps its remark on a line of its own above. */
const REMARK_COLUMN = 44;

/** Gives a command its examples, and lines that end its help. */
export function setHelp(command: Command, examples: Examples, closing = ''): Command {
  examplesOf.set(command, { examples, closing });
  return command;
}

/** The examples of a command, none where it has none. */
export function getExamples(command: Command): Examples {
  return examplesOf.get(command)?.examples ?? [];
}

/** Help in the order in which it is read: usage, what it does, examples, commands, arguments, options. */
export function helpFormatter(style: Style): (command: Command, helper: Help) => string {
  return (command, helper) => {
    const width = helper.padWidth(command, helper);
    const item = (term: string, description: string): string => helper.formatItem(term, width, description, helper);
    const section = (title: string, lines: readonly string[]): string =>
      lines.length === 0 ? '' : `${style.bold(title)}\n${lines.join('\n')}\n`;
    const { examples, closing } = examplesOf.get(command) ?? { examples: [], closing: '' };
    const parts = [
      `${style.bold('Usage:')} ${helper.commandUsage(command)}\n`,
      `${helper.commandDescription(command)}\n`,
      section('Examples:', exampleLines(examples, style)),
      section(
        'Commands:',
        helper.visibleCommands(command).map((sub) => item(sub.name(), helper.subcommandDescription(sub))),
      ),
      section(
        'Arguments:',
        helper.visibleArguments(command).map((argument) => item(helper.argumentTerm(argument), helper.argumentDescription(argument))),
      ),
      section(
        'Options:',
        helper.visibleOptions(command).map((option) => item(helper.optionTerm(option), optionText(option, helper))),
      ),
      closing === '' ? '' : `${closing}\n`,
    ];
    return parts.filter((part) => part !== '').join('\n');
  };
}

/** What an option is for, with its choices: `what an empty cell means: keep (default), clear` */
export function optionText(option: Option, helper: Help): string {
  if (option.argChoices === undefined) return helper.optionDescription(option);
  const choices = option.argChoices.map((choice) => (choice === option.defaultValue ? `${choice} (default)` : choice));
  return `${option.description}: ${choices.join(', ')}`;
}

function exampleLines(examples: Examples, style: Style): string[] {
  const widths = examples.map(([line, remark]) => (remark === undefined ? 0 : displayWidth(line)));
  const column = Math.max(...widths.filter((width) => width <= REMARK_COLUMN), 0);
  return examples.flatMap(([line, remark], index) => {
    const width = widths[index] as number;
    if (remark === undefined) return [`  ${line}`];
    if (width > column) return [style.dim(`  # ${remark}`), `  ${line}`];
    return [`  ${line}${' '.repeat(column - width)}   ${style.dim(remark)}`];
  });
}
