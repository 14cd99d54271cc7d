import { Command, CommanderError, Option } from 'commander';
import { type Examples, helpFormatter, setHelp } from './commands/help-layout.ts';
import {
  COMMANDS,
  type CommandEntry,
  type CommandGroup,
  type CommandName,
  commandAlone,
  commandsOf,
  START_EXAMPLES,
} from './commands/index.ts';
import { nearestCommand } from './commands/nearest-command.ts';
import type { Run } from './commands/run.ts';
import type { GlobalOptions } from './context.ts';
import { CrmError } from './errors.ts';
import { nearest } from './model/nearest.ts';
import type { Io } from './ui/io.ts';
import { type Style, styleOf, withoutColour } from './ui/style.ts';
import { programVersion } from './ui/version.ts';

/** What is known of a call before and while it runs, for error messages. */
export interface Invocation {
  name: string;
  options: GlobalOptions;
}

/**
 * Runs the command that the arguments name.
 * @throws {CrmError} USAGE for arguments that make no sense, and whatever the command throws
 */
export async function runCommand(io: Io, argv: readonly string[], signal: AbortSignal, invoked: Invocation): Promise<void> {
  invoked.name = namedCommand(argv) ?? '';
  try {
    const words = withCommandAlone(argv);
    invoked.name = namedCommand(words) ?? '';
    const program = await createProgram(io, words, signal, invoked);
    await program.parseAsync(helpOfTwoWords(words), { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    if (thrown.exitCode !== 0) throw usageError(thrown, argv);
  }
}

/**
 * Builds the program. Only the command that the arguments name is loaded; of the others just name and summary, so that
 * start-up stays near that of node itself.
 * @param invoked is told which command ran, with its global options
 */
export async function createProgram(io: Io, argv: readonly string[], signal: AbortSignal, invoked: Invocation): Promise<Command> {
  const program = new Command('crm');
  const style = await helpStyle(io, argv);
  program
    .description('Keeps a customer database clean, findable and safe.')
    .version(programVersion(), '--version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => io.columns,
      getOutHasColors: () => true, // the style has decided already
    })
    .configureHelp({ formatHelp: helpFormatter(style) });
  addGlobalOptions(program);
  setHelp(program, PROGRAM_EXAMPLES, EXIT_STATUSES);
  const run: Run = async (command, action) => {
    invoked.name = fullName(command);
    invoked.options = command.optsWithGlobals<GlobalOptions>();
    const { withContext } = await import('./context.ts');
    const exitCode = await withContext(io, invoked.options, signal, action);
    if (exitCode !== 0) process.exitCode = exitCode;
  };
  await addCommands(program, COMMANDS, wantedWords(argv), run);
  return program;
}

/** Adds commands, those of a group below it; only the wanted ones are loaded. @returns the examples of those */
async function addCommands(
  parent: Command,
  entries: Readonly<Record<string, CommandEntry | CommandGroup>>,
  isWanted: (name: string) => boolean,
  run: Run,
): Promise<Examples> {
  const examples: (readonly [string, string?])[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const command = parent.command(name).description(sentence(entry.summary)).summary(entry.summary);
    if (!isWanted(name)) continue;
    if ('commands' in entry) {
      // Where none is named, the help of the group shows the examples of all.
      const isNamed = Object.keys(entry.commands).some(isWanted);
      setHelp(command, await addCommands(command, entry.commands, isNamed ? isWanted : () => true, run), GLOBAL_OPTIONS);
      continue;
    }
    const module = await entry.load();
    setHelp(command, module.EXAMPLES, GLOBAL_OPTIONS);
    module.define(command, run);
    examples.push(...module.EXAMPLES);
  }
  return examples;
}

/** All commands fully defined, for completion and tests. */
export async function createFullProgram(io: Io): Promise<Command> {
  return createProgram(io, Object.keys(COMMANDS) as CommandName[], new AbortController().signal, { name: '', options: {} });
}

/** The command that the arguments name: `import`, `migrate up`, or `migrate` where its second word is none. */
function namedCommand(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((argument) => Object.hasOwn(COMMANDS, argument));
  const name = argv[at] as CommandName | undefined;
  if (name === undefined) return undefined;
  const second = argv.slice(at + 1).find((argument) => Object.hasOwn(commandsOf(name), argument));
  return second === undefined ? name : `${name} ${second}`;
}

/** `backup --quiet` for `backup create --quiet`; a group without a word of its own still has its help, and its mistakes. */
function withCommandAlone(argv: readonly string[]): readonly string[] {
  const group = namedGroup(argv);
  const at = group === undefined ? -1 : argv.indexOf(group);
  const alone = group === undefined ? undefined : commandAlone(group);
  const next = argv[at + 1];
  const isAlone = next === undefined || (next.startsWith('-') && namedCommand(argv) === group);
  const wantsHelp = argv.includes('--help') || argv.includes('-h') || argv[0] === 'help';
  return alone === undefined || !isAlone || wantsHelp ? argv : [...argv.slice(0, at + 1), alone, ...argv.slice(at + 1)];
}

/** `help migrate up` as commander understands it, whose help command knows one word: `migrate up --help`. */
function helpOfTwoWords(argv: readonly string[]): string[] {
  const [help, ...words] = argv;
  return help === 'help' && namedCommand(words.slice(0, 2))?.includes(' ') === true ? [...words, '--help'] : [...argv];
}

/** Which commands have to be loaded: those whose words are named; all of them where a script is made of all. */
function wantedWords(argv: readonly string[]): (name: string) => boolean {
  const needsAll = argv.some((argument) => Object.hasOwn(COMMANDS, argument) && 'needsAll' in COMMANDS[argument as CommandName]);
  return needsAll ? () => true : (name) => argv.includes(name);
}

/** Help is bold on a terminal; nothing is loaded for it where no help is asked for. */
function helpStyle(io: Io, argv: readonly string[]): Promise<Style> {
  const asked = argv.some((argument) => argument === 'help' || argument === '-h' || argument === '--help');
  return styleOf(!asked || argv.includes('--no-color') ? withoutColour(io) : io, 'stdout');
}

function addGlobalOptions(program: Command): void {
  program
    .addOption(new Option('--db <path|url>', 'database: a file, or postgres://… (default: CRM_DB, then the config file, then ./crm.db)'))
    .addOption(new Option('--config <file>', 'config file (default: CRM_CONFIG, then ./crm.config.json)'))
    .option('--json', 'print one JSON object')
    .option('-q, --quiet', 'print nothing when all is well')
    .option('-v, --verbose', 'print more')
    .option('--debug', 'print stack traces')
    .option('--no-color', 'print without colours')
    .option('-y, --yes', 'answer every question with yes')
    .option('--no-input', 'never ask');
}

const PROGRAM_EXAMPLES: Examples = [
  ...START_EXAMPLES,
  ['crm export customers.csv', 'write them to a file'],
  ['crm history', 'what was done, by whom'],
];
const GLOBAL_OPTIONS = 'Every command also takes --db --config --json -q -v --debug --no-color -y --no-input (see crm --help).';
const EXIT_STATUSES = `Exit status: 0 done · 2 wrong usage · 3 some rows rejected · 4 input unusable · 6 stopped by a limit
             10 no database · 11 busy · 15 engine or connection · the whole list is in the README`;

/** What commander found wrong with the arguments, as an error of ours. */
function usageError(thrown: CommanderError, argv: readonly string[]): CrmError {
  const named = namedCommand(argv);
  const help = named === undefined ? 'crm --help' : `crm ${named} --help`;
  if (thrown.code === 'commander.help' || thrown.code === 'commander.unknownCommand') return commandError(thrown, argv);
  const [first = '', ...rest] = thrown.message.replace(/^error: /, '').split('\n');
  const suggestion = /Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1] ?? nearestChoice(first);
  return new CrmError('USAGE', first, {
    cause: thrown,
    hint: suggestion === undefined ? `see: ${help}` : `did you mean ${suggestion}? See: ${help}`,
  });
}

/** What was most likely meant where one of a few words was expected: `--format xlsx`. */
function nearestChoice(message: string): string | undefined {
  const [, flags, word] = /(?:option '(.*?)' argument|command-argument value) '(.*?)' is invalid/.exec(message) ?? [];
  const choices = /Allowed choices are (.*)\.$/.exec(message)?.[1]?.split(', ') ?? [];
  const near = nearest(word ?? '', choices);
  const flag = flags?.match(/--[\w-]+/)?.[0];
  return near === undefined || flag === undefined ? near : `${flag} ${near}`;
}

/** No command, or one that does not exist; or the same of the second word of a group. */
function commandError(thrown: CommanderError, argv: readonly string[]): CrmError {
  const isMissing = thrown.code === 'commander.help' && !argv.includes('help');
  const word = isMissing ? undefined : (/unknown command '(.*?)'/.exec(thrown.message)?.[1] ?? argv[argv.indexOf('help') + 1]);
  const group = namedGroup(word === undefined ? argv : argv.slice(0, argv.indexOf(word)));
  const path = (name: string): string => (group === undefined ? name : `${group} ${name}`);
  const names = Object.keys(group === undefined ? COMMANDS : commandsOf(group));
  if (isMissing) {
    const message = group === undefined ? 'no command was given' : `crm ${group}: no command was given`;
    return new CrmError('USAGE', message, { cause: thrown, hint: `one of: ${names.map(path).join(', ')}` });
  }
  const near = nearestCommand(word ?? '', group);
  return new CrmError('USAGE', `there is no command “${path(word ?? '')}”`, {
    cause: thrown,
    hint: near === undefined ? `see: crm ${path('--help')}` : `did you mean crm ${near}?`,
  });
}

/** The group that the arguments name first of all commands. */
function namedGroup(argv: readonly string[]): CommandName | undefined {
  const name = argv.find((argument) => Object.hasOwn(COMMANDS, argument)) as CommandName | undefined;
  return name !== undefined && Object.keys(commandsOf(name)).length > 0 ? name : undefined;
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function fullName(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null && at.parent !== null; at = at.parent) names.unshift(at.name());
  return names.join(' ');
}
