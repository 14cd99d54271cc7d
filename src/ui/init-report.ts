import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { plural } from './number.ts';
import { styleOf } from './style.ts';

/** What `crm init` did, as `schemas/results/init.schema.json` describes it. */
export interface InitResult {
  /** Path or URL, without a password. */
  readonly database: string;
  readonly engine: string;
  /** False when it was there already. */
  readonly created: boolean;
  /** Whether this program encrypts it. */
  readonly encrypted: boolean;
  /** Path of the config file that was written, null when none was. */
  readonly configFile: string | null;
}

const ENGINE_NAMES: Readonly<Record<string, string>> = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

/** Tells what `crm init` did. */
export async function printInit(
  io: Io,
  mode: OutputMode,
  outcome: { readonly result: InitResult; readonly customers: number; readonly leftAlone: string | null },
): Promise<void> {
  const { result, customers, leftAlone } = outcome;
  const style = await styleOf(io, 'stdout');
  const warnings = leftAlone === null ? [] : [`${leftAlone} is there already and was left as it is; --yes replaces it`];
  await printResult(io, mode, { ok: true, command: 'init', result: { ...result }, warnings }, () => {
    const engine = ENGINE_NAMES[result.engine] ?? result.engine;
    const state = result.created
      ? `made ${result.database} (${engine}${result.encrypted ? ', encrypted' : ''})`
      : `${result.database} is there already: ${plural(customers, 'customer')}, nothing was changed`;
    const lines = [state];
    if (result.configFile !== null) lines.push(`wrote ${result.configFile}`);
    lines.push(style.dim(customers === 0 ? 'next: crm import contacts.csv' : 'next: crm query'));
    return lines.join('\n');
  });
}
