/** Names that are looked up when they are asked for: of what is in the database, the config file or the backup repository. */
export type NameKind = 'segments' | 'presets' | 'runs' | 'jobs' | 'jobRuns' | 'policies' | 'snapshots';

/** What may stand where a value is expected: one of a few words, a file, field names separated by commas, or anything. */
export type CompletionValue =
  | { readonly kind: 'choices'; readonly values: readonly string[] }
  | { readonly kind: 'names'; readonly of: NameKind }
  | { readonly kind: 'files' | 'fields' | 'any' };

/** One option of a command. */
export interface CompletionOption {
  /** `-q`, `--quiet` */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null for a switch. */
  readonly value: CompletionValue | null;
}

/** One command, as far as a shell has to know it. */
export interface CompletionNode {
  /** Words that lead to it: none for the program itself, `['import']`, `['dedupe', 'find']`. */
  readonly path: readonly string[];
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly CompletionOption[];
  readonly argument: CompletionValue | null;
}

/** A program to be completed: its commands, the program itself first, and the names that field lists offer. */
export interface CompletionTree {
  readonly nodes: readonly CompletionNode[];
  /** Options of every command. */
  readonly globals: readonly CompletionOption[];
  readonly fields: readonly string[];
}

/** The shells that completion scripts can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of `SHELLS`. */
export type Shell = (typeof SHELLS)[number];

/** Every flag that takes a value, in all commands. */
export function valueFlags({ nodes, globals }: CompletionTree): string[] {
  const options = [...globals, ...nodes.flatMap((node) => node.options)];
  return [...new Set(options.filter((option) => option.value !== null).flatMap((option) => option.flags))];
}

/** The flags of options, in order. */
export function flagsOf(options: readonly CompletionOption[]): string[] {
  return options.flatMap((option) => option.flags);
}

/** A text in single quotes, as bash and zsh read it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
