import type { Argument, Command, Option } from 'commander';
import { QUERY_FIELD_NAMES } from '../model/filter-fields.ts';
import type { CompletionNode, CompletionOption, CompletionTree, CompletionValue, NameKind } from '../ui/completion-node.ts';

/** Options that take field names, several with commas. */
const FIELD_OPTIONS: ReadonlySet<string> = new Set(['--select', '--sort', '--group-by', '--sum', '--set', '--clear']);

/** Reads the commands and options of the whole program, whose commands are all defined. */
export function completionTree(program: Command): CompletionTree {
  const globals = program
    .createHelp()
    .visibleOptions(program)
    .map(optionOf)
    .filter(({ flags }) => !flags.includes('--version'));
  const groups = program.commands.filter((command) => command.commands.length > 0);
  const help = [
    helpNode(['help'], program),
    ...groups.flatMap((group) => [helpNode(['help', group.name()], group), helpNode([group.name(), 'help'], group)]),
  ];
  return { nodes: [...nodesOf(program, []), ...help], globals, fields: QUERY_FIELD_NAMES };
}

/** `crm help`, `crm help migrate` and `crm migrate help`: what follows is the name of a command. */
function helpNode(path: readonly string[], of: Command): CompletionNode {
  return { path, commands: [], options: [], argument: { kind: 'choices', values: of.commands.map((command) => command.name()) } };
}

function nodesOf(command: Command, path: readonly string[]): CompletionNode[] {
  const helper = command.createHelp();
  const own = path.length === 0 ? command.options.filter((option) => option.long === '--version') : command.options;
  const [argument] = command.registeredArguments;
  const node: CompletionNode = {
    path,
    commands: helper.visibleCommands(command).map((sub) => ({ name: sub.name(), summary: helper.subcommandDescription(sub) })),
    options: own.filter((option) => !option.hidden).map(optionOf),
    argument: argument === undefined ? null : argumentOf(argument, path),
  };
  return [node, ...command.commands.flatMap((sub) => nodesOf(sub, [...path, sub.name()]))];
}

function optionOf(option: Option): CompletionOption {
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    value: option.required || option.optional ? optionValue(option) : null,
  };
}

/** Options and arguments that take a name of something that there is. */
const NAMED_OPTIONS: Readonly<Record<string, NameKind>> = {
  '--segment': 'segments',
  '--preset': 'presets',
  '--policy': 'policies',
  '--run': 'runs',
};
const NAMED_ARGUMENTS: Readonly<Record<string, NameKind>> = {
  undo: 'runs',
  restore: 'snapshots',
  'backup verify': 'snapshots',
  'backup drill': 'snapshots',
  'backup diff': 'snapshots',
  'job run': 'jobs',
  'job history': 'jobs',
  'job status': 'jobs',
  'job show': 'jobRuns',
};

function optionValue(option: Option): CompletionValue {
  const names = NAMED_OPTIONS[option.long ?? ''];
  if (names !== undefined) return { kind: 'names', of: names };
  if (option.argChoices !== undefined) return { kind: 'choices', values: option.argChoices };
  if (FIELD_OPTIONS.has(option.long ?? '')) return { kind: 'fields' };
  return { kind: namesFile(option.flags) ? 'files' : 'any' };
}

function argumentOf(argument: Argument, path: readonly string[]): CompletionValue {
  const names = NAMED_ARGUMENTS[path.join(' ')];
  if (names !== undefined) return { kind: 'names', of: names };
  if (argument.argChoices !== undefined) return { kind: 'choices', values: argument.argChoices };
  if (argument.name() === 'filter') return { kind: 'fields' };
  return { kind: namesFile(argument.name()) ? 'files' : 'any' };
}

function namesFile(text: string): boolean {
  return /file|path|folder|directory/i.test(text.replace(/^(-\w, )?--[\w-]+/, ''));
}
