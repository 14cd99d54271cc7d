import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** What a command does with its context; its arguments and options are bound before. */
export type Action = (context: Context) => Promise<void>;

/** Runs an action of the command that defines it, with the global options given there. */
export type Run = (command: Command, action: Action) => Promise<void>;
