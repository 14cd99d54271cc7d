import type { Command } from 'commander';
import { CrmError } from '../errors.ts';

/** Adds `--map`. */
export function addMap(command: Command): Command {
  return command.option(
    '--map <Header=field>',
    'what a column is: a field, attributes.NAME, external_id, tags, or nothing (repeatable)',
    (value: string, before: readonly string[] = []) => [...before, value],
  );
}

/** What `--map` says: header → target. @throws {CrmError} USAGE */
export function mapPairs(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.lastIndexOf('=');
      if (at > 0) return [text.slice(0, at), text.slice(at + 1).trim()];
      throw new CrmError('USAGE', `--map ${text}: write Header=field`, { hint: 'for instance: --map "Kd.-Nr.=external_id"' });
    }),
  );
}
