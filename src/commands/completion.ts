import { Argument, type Command } from 'commander';
import type { Context } from '../context.ts';
import { bashCompletion } from '../ui/completion-bash.ts';
import { fishCompletion } from '../ui/completion-fish.ts';
import { type CompletionTree, type Shell, SHELLS } from '../ui/completion-node.ts';
import { zshCompletion } from '../ui/completion-zsh.ts';
import { printResult } from '../ui/envelope.ts';
import { completionTree } from './completion-tree.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

const SCRIPTS: Readonly<Record<Shell, (tree: CompletionTree) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** For the help. */
export const EXAMPLES: Examples = [
  ['source <(crm completion bash)', 'now; add the line to ~/.bashrc for ever'],
  ['source <(crm completion zsh)', 'now; add the line to ~/.zshrc for ever'],
  ['crm completion fish > ~/.config/fish/completions/crm.fish'],
];

/** `crm completion` */
export function define(command: Command, run: Run): void {
  command
    .addArgument(new Argument('<shell>', SHELLS.join(', ')).choices(SHELLS))
    .action((shell: Shell) => run(command, (context) => printCompletion(context, shell, command.parent as Command)));
}

async function printCompletion(context: Context, shell: Shell, program: Command): Promise<void> {
  const script = SCRIPTS[shell](completionTree(program));
  // A script is what was asked for, not talk: --quiet does not take it away.
  await printResult(
    context.io,
    { ...context.mode, quiet: false },
    { ok: true, command: 'completion', result: { shell, script }, warnings: [] },
    () => script,
  );
}
