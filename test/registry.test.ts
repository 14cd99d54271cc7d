import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { createFullProgram } from '../src/cli.ts';
import { getExamples } from '../src/commands/help-layout.ts';
import { shellWords } from '../src/config/shell-words.ts';
import { COMMANDS } from '../src/commands/index.ts';
import { capturedIo } from './support/captured-io.ts';
import { COMMAND_NAMES, schemaFileOf } from './support/command-names.ts';
import { ROOT } from './support/cli.ts';
import type { JsonSchema } from './support/json-schema.ts';

const program = await createFullProgram(capturedIo());
const commands = program.commands.flatMap((command) => namedCommands(command, ''));
const groups = program.commands.filter((command) => command.commands.length > 0).map((command) => [command.name(), command] as const);
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Options of several commands, and how all of them have to be described. */
const SAME_WORDS: Readonly<Record<string, RegExp>> = {
  '--segment': /^only (among )?customers of a saved filter$/,
  '--preset': /^layout of the file, or none \(default: recognised by its headers\)$/,
  '--repo': /^backup repository/,
  '--archive-db': /^the archive\b/,
  '--dry-run': /\bsay /,
  '--country': /written without one/,
  '--limit': /\bat most so many/,
};
const schemaFiles = readdirSync(join(ROOT, 'schemas/results'));

test('the program has the commands of the table, in its order', () => {
  expect(program.commands.map((command) => command.name())).toEqual(Object.keys(COMMANDS));
  expect(commands.map(([name]) => name)).toEqual(COMMAND_NAMES);
});

describe.each(groups)('crm %s, a group', (name, group) => {
  test('has a summary, a section in the README, and the examples of its commands', () => {
    expect(group.summary()).toMatch(/^[a-z]\S.*[^.]$/);
    expect(sectionOf(name), `a section "### \`crm ${name}\`"`).not.toBe('');
    expect(getExamples(group)).toEqual(group.commands.flatMap(getExamples));
  });
});

describe.each(commands)('crm %s', (name, command) => {
  test('has a summary, and a description for each argument and option', () => {
    expect(command.summary()).toMatch(/^[a-z]\S.*[^.]$/);
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('');
    for (const option of command.options) expect(option.description, option.flags).toMatch(/[^.]$/);
  });

  test('has examples, of options that exist', () => {
    const examples = getExamples(command);
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const [line] of examples) {
      expect(line).toMatch(new RegExp(`\\bcrm ${name}\\b`));
      expect(unknownFlags(line.slice(line.indexOf(`crm ${name}`)), [...program.options, ...command.options]), line).toEqual([]);
    }
  });

  test('is in the README, with each of its options', () => {
    const [first = ''] = name.split(' ');
    const section = sectionOf(first);
    expect(section, `a section "### \`crm ${first}\`"`).not.toBe('');
    expect(section).toContain(`crm ${name}`);
    expect(command.options.filter((option) => !section.includes(option.long as string)).map((option) => option.long)).toEqual([]);
  });

  test('has a closed JSON Schema of its result', () => {
    expect(schemaFiles).toContain(schemaFileOf(name));
    const schema = JSON.parse(readFileSync(join(ROOT, 'schemas/results', schemaFileOf(name)), 'utf8')) as JsonSchema;
    expect(schema.title).toBe(`crm ${name}`);
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(openObjects(schema)).toEqual([]);
    expect(schema.properties ?? schema.oneOf, 'members').toBeDefined();
  });
});

/** What options are called that several commands have: one thing has one name and is said in the same words. */
test('the same option is said in the same words', () => {
  const meanings = new Map<string, Map<string, string[]>>();
  for (const [name, command] of commands) {
    for (const option of command.options) {
      const of = meanings.get(option.long as string) ?? new Map<string, string[]>();
      of.set(option.description, [...(of.get(option.description) ?? []), name]);
      meanings.set(option.long as string, of);
    }
  }
  for (const [flag, wording] of Object.entries(SAME_WORDS))
    for (const meaning of meanings.get(flag)?.keys() ?? [])
      expect(meaning, `${flag}: ${meanings.get(flag)?.get(meaning)?.join(', ')}`).toMatch(wording);
});

test('every example can be parsed', async () => {
  const parsed = await createFullProgram(capturedIo());
  const leaves = parsed.commands.flatMap((command) => namedCommands(command, ''));
  const called: string[] = [];
  for (const [name, command] of leaves) command.action(() => void called.push(name));
  for (const [name, command] of leaves) {
    for (const [line] of getExamples(command)) {
      // Before a pipe, a redirection or the end of a substitution.
      const [call = ''] = /crm (?:"[^"]*"|'[^']*'|[^|>)&])*/.exec(line.slice(line.indexOf(`crm ${name}`))) ?? [];
      const words = shellWords(call.trim());
      expect(words, line).toBeInstanceOf(Array);
      await parsed.parseAsync((words as readonly string[]).slice(1), { from: 'user' });
      expect(called.pop(), line).toBe(name);
    }
  }
});

test('global options are in the README', () => {
  expect(program.options.filter((option) => !readme.includes(option.long as string)).map((option) => option.long)).toEqual([]);
});

test('each schema belongs to a command', () => {
  expect([...schemaFiles].sort()).toEqual(COMMAND_NAMES.map(schemaFileOf).sort());
});

/** A change of the command line shows here: `npx vitest run test/registry.test.ts -u` accepts it. */
test('arguments and options are frozen in cli-surface.json', async () => {
  const surface = {
    options: program.options.map(signature),
    commands: Object.fromEntries(
      commands.map(([name, command]) => [name, { arguments: argumentsOf(command), options: command.options.map(signature) }]),
    ),
  };
  await expect(`${JSON.stringify(surface, null, 2)}\n`).toMatchFileSnapshot('e2e/cli-surface.json');
});

/** The commands that can be called: those of a group by two words, `migrate up`. */
function namedCommands(command: Command, prefix: string): (readonly [string, Command])[] {
  const name = `${prefix}${command.name()}`;
  return command.commands.length === 0 ? [[name, command]] : command.commands.flatMap((sub) => namedCommands(sub, `${name} `));
}

/** What the README says below the title of a command, up to the next title. */
function sectionOf(name: string): string {
  return new RegExp(`^#+ \`crm ${name}\`[\\s\\S]*?(?=^#|(?![\\s\\S]))`, 'm').exec(readme)?.[0] ?? '';
}

/** Flags of a command line that are none of these options; the value after an option is no flag, whatever it looks like. */
function unknownFlags(line: string, options: readonly Option[]): string[] {
  const known = new Map(options.flatMap((option) => [option.short, option.long].map((flag) => [flag, option] as const)));
  const words = line.match(/"[^"]*"|\S+/g) ?? [];
  return words.filter((word, index) => {
    const before = known.get(words[index - 1] ?? '');
    return /^--?[a-z]/.test(word) && before?.required !== true && !known.has(word);
  });
}

function argumentsOf(command: Command): string[] {
  return command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return `${argument.required ? `<${name}>` : `[${name}]`}${choicesOf(argument.argChoices)}`;
  });
}

function signature(option: Option): string {
  const fallback = option.defaultValue === undefined ? '' : ` = ${JSON.stringify(option.defaultValue)}`;
  return `${option.flags}${choicesOf(option.argChoices)}${fallback}`;
}

function choicesOf(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : ` (${choices.join('|')})`;
}

/** Places in a schema that name members of an object and let further ones in; a map of any names is described as one. */
function openObjects(schema: JsonSchema, path = '$'): string[] {
  const parts: [string, JsonSchema][] = [...Object.entries(schema.properties ?? {}), ...Object.entries(schema.$defs ?? {})];
  if (schema.items !== undefined) parts.push(['items', schema.items]);
  for (const [index, option] of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].entries()) parts.push([`option ${index}`, option]);
  if (typeof schema.additionalProperties === 'object') parts.push(['*', schema.additionalProperties]);
  const open = schema.properties !== undefined && schema.additionalProperties !== false ? [path] : [];
  return [...open, ...parts.flatMap(([name, part]) => openObjects(part, `${path}.${name}`))];
}
