import { COMMANDS, type CommandName, commandsOf } from '../../src/commands/index.ts';

const FIRST_WORDS = Object.keys(COMMANDS) as CommandName[];

/** Every command that can be called, in the order of the help: `import`, `migrate up`. */
export const COMMAND_NAMES: readonly string[] = FIRST_WORDS.flatMap((name) => {
  const seconds = Object.keys(commandsOf(name));
  return seconds.length === 0 ? [name] : seconds.map((second) => `${name} ${second}`);
});

/** First words that need a second one. */
export const GROUP_NAMES: readonly string[] = FIRST_WORDS.filter((name) => Object.keys(commandsOf(name)).length > 0);

/** The file in `schemas/results` that describes a command's result: `migrate-up.schema.json`. */
export function schemaFileOf(name: string): string {
  return `${name.replaceAll(' ', '-')}.schema.json`;
}
