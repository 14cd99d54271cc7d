import { type Command, Option } from 'commander';
import { CrmError } from '../errors.ts';
import type { ImportType, RelatedImportOptions } from '../import/related-request.ts';
import { normalizeCurrency } from '../normalize/money.ts';

/** What `import` may be told of files that hold something else than customers. */
export interface RelatedFlags {
  readonly type?: ImportType | undefined;
  readonly currency?: string | undefined;
  readonly decimal?: 'point' | 'comma' | undefined;
}

const TYPES: readonly ImportType[] = ['customers', 'companies', 'interactions', 'products', 'orders', 'order-items', 'consents'];
/** Options that say how customers are found and made: rows of related data make none. */
const CUSTOMERS_ONLY: Readonly<Record<string, string>> = {
  tag: '--tag',
  match: '--match',
  createCompanies: '--create-companies',
};

/** Adds the options for related data. */
export function addRelated(command: Command): Command {
  return command
    .addOption(new Option('--type <what>', 'what the rows are (default: by the layout of the file, else customers)').choices([...TYPES]))
    .option('--currency <code>', 'currency of amounts that name none, e.g. EUR')
    .addOption(new Option('--decimal <sign>', 'the decimal sign of all amounts (default: found out)').choices(['point', 'comma']));
}

/** Checks the flags. @throws {CrmError} USAGE */
export function relatedOptions(flags: RelatedFlags & Readonly<Record<string, unknown>>): RelatedImportOptions {
  const { type = 'customers', currency, decimal } = flags;
  const ofCustomers = type === 'customers' || type === 'companies';
  if (ofCustomers && (currency !== undefined || decimal !== undefined)) {
    throw new CrmError('USAGE', `--${currency === undefined ? 'decimal' : 'currency'} has no meaning for ${type}: they have no amounts`, {
      hint: 'say what the rows are, for instance: --type orders',
    });
  }
  for (const [name, flag] of Object.entries(CUSTOMERS_ONLY)) {
    if (ofCustomers || flags[name] === undefined) continue;
    throw new CrmError('USAGE', `${flag} has no meaning for ${type}: their rows find customers and make none`, {
      hint: `leave ${flag} out`,
    });
  }
  if (!ofCustomers && flags.onMatch === 'create') {
    throw new CrmError('USAGE', `--on-match create has no meaning for ${type}`, { hint: 'give update, fill or skip' });
  }
  return {
    ...(flags.type === undefined ? {} : { type }),
    ...(currency === undefined ? {} : { currency: currencyOf(currency) }),
    ...(decimal === undefined ? {} : { decimal: decimal === 'point' ? '.' : ',' }),
  };
}

function currencyOf(text: string): string {
  const code = normalizeCurrency(text);
  if (code !== null) return code;
  throw new CrmError('USAGE', `--currency ${text}: there is no such currency`, { hint: 'give a code of ISO 4217 like EUR, USD or CNY' });
}
