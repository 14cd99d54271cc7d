import type { Argument, Command, Option } from 'commander';
import { QUERY_FIELD_NAMES } from '../model/filter-fields.ts';
import type { CompletionNode, CompletionOption, CompletionTree, CompletionValue } from '../ui/completion-node.ts';

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
    argument: argument === undefined ? null : argumentOf(argument),
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

function optionValue(option: Option): CompletionValue {
  if (option.argChoices !== undefined) return { kind: 'choices', values: option.argChoices };
  if (FIELD_OPTIONS.has(option.long ?? '')) return { kind: 'fields' };
  return { kind: namesFile(option.flags) ? 'files' : 'any' };
}

function argumentOf(argument: Argument): CompletionValue {
  if (argument.argChoices !== undefined) return { kind: 'choices', values: argument.argChoices };
  if (argument.name() === 'filter') return { kind: 'fields' };
  return { kind: namesFile(argument.name()) ? 'files' : 'any' };
}

function namesFile(text: string): boolean {
  return /file|path|folder|directory/i.test(text.replace(/^(-\w, )?--[\w-]+/, ''));
}
