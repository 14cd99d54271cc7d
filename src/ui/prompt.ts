import { CrmError } from '../errors.ts';
import type { Io } from './io.ts';

/** Whether questions may be asked: the global flags `--yes` and `--no-input`. */
export interface PromptMode {
  /** Every confirmation is given, every question with a default takes it. */
  readonly yes: boolean;
  /** Nothing is asked, even on a terminal. */
  readonly noInput: boolean;
}

/** One answer of a selection. */
export interface Choice<T extends string> {
  readonly value: T;
  /** What is shown; the value where nothing is given. */
  readonly label?: string;
}

/**
 * Asks for a line of text. With `--yes` the default is taken, where there is one.
 * @throws {CrmError} CONFIRMATION_NEEDED where nobody can be asked, INTERRUPTED on Ctrl-C
 */
export async function ask(io: Io, mode: PromptMode, question: string, defaultAnswer?: string): Promise<string> {
  if (mode.yes && defaultAnswer !== undefined) return defaultAnswer;
  requireTerminal(io, mode, question);
  return prompt<string>(io, { type: 'input', message: question, ...(defaultAnswer === undefined ? {} : { default: defaultAnswer }) });
}

/**
 * Asks for something that nobody may read over the shoulder: what is typed does not show.
 * @param hint how it is given where nobody can be asked
 * @throws {CrmError} CONFIRMATION_NEEDED where nobody can be asked, INTERRUPTED on Ctrl-C
 */
export async function askSecret(io: Io, mode: PromptMode, question: string, hint = ANSWER_HINT): Promise<string> {
  requireTerminal(io, mode, question, hint);
  return prompt<string>(io, { type: 'password', message: question });
}

/**
 * Asks yes or no; with `--yes` the answer is yes. Enter alone means `defaultAnswer`, which is no where it is not given.
 * @throws {CrmError} CONFIRMATION_NEEDED where nobody can be asked, INTERRUPTED on Ctrl-C
 */
export async function confirm(io: Io, mode: PromptMode, question: string, defaultAnswer = false): Promise<boolean> {
  if (mode.yes) return true;
  requireTerminal(io, mode, question);
  return prompt<boolean>(io, { type: 'confirm', message: question, default: defaultAnswer });
}

/**
 * Asks for one of several answers. With `--yes` the default is taken, where there is one.
 * @throws {CrmError} CONFIRMATION_NEEDED where nobody can be asked, INTERRUPTED on Ctrl-C
 */
export async function select<T extends string>(
  io: Io,
  mode: PromptMode,
  question: string,
  choices: readonly Choice<T>[],
  defaultAnswer?: T,
): Promise<T> {
  if (mode.yes && defaultAnswer !== undefined) return defaultAnswer;
  requireTerminal(io, mode, question);
  const list = choices.map(({ value, label }) => ({ value, name: label ?? value }));
  return prompt<T>(io, {
    type: 'select',
    message: question,
    choices: list,
    ...(defaultAnswer === undefined ? {} : { default: defaultAnswer }),
  });
}

/** Whether a person can be asked: a terminal on both sides, and no `--no-input`. */
export function canAsk(io: Io, mode: PromptMode): boolean {
  return io.isTty.stdin && io.isTty.stderr && !mode.noInput;
}

const ANSWER_HINT = 'answer yes beforehand with --yes, or give the answer as an option';

function requireTerminal(io: Io, mode: PromptMode, question: string, hint = ANSWER_HINT): void {
  if (canAsk(io, mode)) return;
  const why = mode.noInput ? '--no-input was given' : 'there is no terminal to ask on';
  throw new CrmError('CONFIRMATION_NEEDED', `an answer is needed, and ${why}: ${question}`, {
    hint,
  });
}

interface Question {
  readonly type: 'input' | 'password' | 'confirm' | 'select';
  readonly message: string;
  readonly default?: string | boolean;
  readonly choices?: readonly { readonly value: string; readonly name: string }[];
}

async function prompt<T>(io: Io, question: Question): Promise<T> {
  // Loaded on use: nearly every start asks nothing.
  const { createPromptModule } = await import('inquirer');
  // Questions are talk: they go to standard error, so that standard output stays data.
  const run = createPromptModule({ input: io.stdin as NodeJS.ReadStream, output: io.stderr as NodeJS.WriteStream });
  try {
    const answers = (await run([{ ...question, name: 'answer' }] as unknown as Parameters<typeof run>[0])) as { answer: T };
    return answers.answer;
  } catch (error) {
    if (error instanceof Error && (error.name === 'ExitPromptError' || error.name === 'AbortPromptError')) {
      throw new CrmError('INTERRUPTED', 'interrupted while a question was open; nothing was changed', { cause: error });
    }
    throw error;
  }
}
