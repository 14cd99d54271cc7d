import type { Context } from '../context.ts';
import type { CustomRule } from '../normalize/custom-rules.ts';

/** The rules of the user for canonical values, from the config file. @throws {CrmError} CONFIG_INVALID */
export async function rulesOf(context: Pick<Context, 'config' | 'configPath'>): Promise<readonly CustomRule[]> {
  const { normalize } = context.config();
  if (normalize === undefined) return [];
  const { customRules } = await import('../cleansing/rules-config.ts');
  return customRules(normalize, context.configPath());
}
