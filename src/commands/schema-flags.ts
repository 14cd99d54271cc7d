import type { Command } from 'commander';
import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';

/** Flags of commands that change the schema of the database. */
export interface SchemaFlags {
  readonly to?: string;
  readonly dryRun?: boolean;
  /** False with `--no-snapshot`. */
  readonly snapshot?: boolean;
}

/** Adds `--to`, `--dry-run` and `--no-snapshot`. */
export function addSchemaOptions(command: Command, defaultTo: string): Command {
  return command
    .option('--to <version>', `schema version to go to (default: ${defaultTo})`)
    .option('--dry-run', 'say what would be executed, with its SQL, and change nothing')
    .option('--no-snapshot', 'keep no copy of the database before');
}

/** The version that `--to` names. @throws {CrmError} USAGE */
export function versionOf({ to }: Pick<SchemaFlags, 'to'>): { readonly to?: number } {
  if (to === undefined) return {};
  if (/^\d{1,4}$/.test(to) && Number(to) > 0) return { to: Number(to) };
  throw new CrmError('USAGE', '--to is no schema version', { hint: 'for instance: --to 4; the versions are listed by crm migrate status' });
}

/** Stops between two schema versions when the user wants it to stop. @throws {CrmError} INTERRUPTED */
export function stopBetween(signal: AbortSignal): () => Promise<void> {
  return () =>
    pause(signal).catch((cause: unknown) => {
      throw new CrmError('INTERRUPTED', 'interrupted; the version that was under way was not touched', {
        cause,
        hint: 'which version the schema has: crm migrate status',
      });
    });
}
