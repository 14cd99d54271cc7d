import { LISTING_SQL } from '../repository/quality-listing.ts';

/** Inside of double quotes, a shell reads these (POSIX.1, Shell Command Language 2.2.3); `!` is history in some. */
const READ_BY_SHELL = /[$`"\\!]/;

/**
 * The command that lists the customers of a filter, within the scope that was measured.
 * @param scope the filter that was measured, in canonical text; null: all customers
 */
export function queryCommand(filter: string, scope: string | null): string {
  return `crm query ${shellWord(within(filter, scope))}`;
}

/** The command that brings a field to its canonical form, within the scope that was measured. */
export function normalizeCommand(field: string, scope: string | null): string {
  return `crm normalize --field ${field}${scope === null ? '' : ` --where ${shellWord(scope)}`}`;
}

/**
 * The command for a finding that no filter describes: a statement where there is one and everything was measured, else the
 * examples by their ids.
 */
export function examplesCommand(finding: string, examples: readonly number[], scope: string | null): string {
  const statement = scope === null ? LISTING_SQL[finding] : undefined;
  return statement === undefined ? queryCommand(`id in (${examples.join(', ')})`, null) : `crm query --sql ${shellWord(statement)}`;
}

function within(filter: string, scope: string | null): string {
  return scope === null ? filter : `(${scope}) and (${filter})`;
}

/** A text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return READ_BY_SHELL.test(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `"${text}"`;
}
