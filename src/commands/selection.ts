import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { Selection } from '../query/selected-customers.ts';

/** Flags that say which customers are meant and what is taken of them. */
export interface SelectionFlags {
  readonly search?: string;
  readonly segment?: string;
  readonly select?: readonly string[];
  readonly sort?: readonly string[];
  readonly limit?: string;
  readonly country?: string;
}

/** Declares the filter argument and the flags that `query` and `export` share. */
export function addSelection(command: Command): Command {
  return command
    .argument('[filter...]', 'which customers, e.g. "city = Berlin and tag = vip"; none means all')
    .option('--search <words>', 'only customers in whose fields all these words occur')
    .option('--segment <name>', 'only customers of a saved filter')
    .option('--select <fields>', 'fields to take, in this order; * is every one (repeatable, or several with commas)', list)
    .option('--sort <fields>', 'fields to sort by, -field for descending (repeatable, or several with commas)', list)
    .option('--limit <n>', 'at most so many')
    .option('--country <code>', 'country of phone numbers in the filter that are written without one, e.g. CN');
}

/** The selection that words and flags mean. @throws {CrmError} USAGE */
export async function selectionOf(context: Pick<Context, 'config'>, words: readonly string[], flags: SelectionFlags): Promise<Selection> {
  const filter = words.join(' ').trim();
  const limit = wholeNumber('--limit', flags.limit);
  return {
    ...(filter === '' ? {} : { filter }),
    ...(flags.search === undefined ? {} : { search: flags.search }),
    ...(flags.segment === undefined ? {} : { segment: flags.segment }),
    ...(flags.select === undefined ? {} : { select: flags.select }),
    ...(flags.sort === undefined ? {} : { sort: flags.sort }),
    ...(limit === undefined ? {} : { limit }),
    region: await phoneRegion(context, flags),
  };
}

/**
 * The region of national phone numbers: of the flag, else of the config; the names of countries are loaded only for that.
 * @throws {CrmError} USAGE when it is no country
 */
export async function phoneRegion(context: Pick<Context, 'config'>, { country }: { readonly country?: string }): Promise<string | null> {
  const name = country ?? context.config().country;
  return name === undefined || name === '' ? null : (await import('./region.ts')).regionOf(name);
}

/** Collects an option that may be given several times, and hold several names with commas. */
export function list(value: string, before: readonly string[] = []): string[] {
  return [
    ...before,
    ...value
      .split(/[,，]/)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ];
}

/** A whole number from 0 on; undefined where nothing was given. @throws {CrmError} USAGE */
export function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new CrmError('USAGE', `${option} ${text}: give a whole number from 0 on`);
}
