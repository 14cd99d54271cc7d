import { normalizeCountry, isRegionCode } from '../normalize/country.ts';
import type { OutputMode } from './envelope.ts';
import { type Io, say } from './io.ts';
import { ask, canAsk, confirm, type PromptMode } from './prompt.ts';

/** What `crm init` has to know. */
export interface InitAnswers {
  /** Path or URL of the database. */
  readonly database: string;
  /** ISO 3166-1 alpha-2 region of national phone numbers, null when not given. */
  readonly country: string | null;
  /** Whether a config file is to be written. */
  readonly configFile: boolean;
}

/** Whether the wizard runs: somebody is there to answer, and has not answered beforehand. */
export function canAskInit(io: Io, mode: PromptMode & OutputMode): boolean {
  return canAsk(io, mode) && !mode.yes && !mode.json && !mode.quiet;
}

/** Asks three questions; Enter takes what was given or the default. */
export async function askInit(
  io: Io,
  mode: PromptMode,
  given: InitAnswers,
  options: { readonly configExists: boolean },
): Promise<InitAnswers> {
  const database = await ask(io, mode, 'Where should the database be? (a file, or postgres://…)', given.database);
  const country = await askCountry(io, mode, given.country);
  const configFile =
    given.configFile || (!options.configExists && (await confirm(io, mode, 'Write these settings to a config file?', country !== null)));
  return { database: database.trim() === '' ? given.database : database.trim(), country, configFile };
}

/** Asks whether an existing config file may be replaced; no where nobody can be asked. */
export async function askReplace(io: Io, mode: PromptMode & OutputMode, path: string): Promise<boolean> {
  if (mode.yes) return true;
  return canAskInit(io, mode) && confirm(io, mode, `${path} is there already. Replace it?`);
}

async function askCountry(io: Io, mode: PromptMode, given: string | null): Promise<string | null> {
  for (;;) {
    const answer = await ask(io, mode, 'In which country are phone numbers written without a country code? (empty: none)', given ?? '');
    if (answer.trim() === '') return null;
    const { value, understood } = normalizeCountry(answer.trim());
    if (understood && isRegionCode(value)) return value;
    await say(io, 'That is no country: give its name or its two-letter code, for instance CN.\n');
  }
}
