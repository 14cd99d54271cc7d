import type { Context } from '../context.ts';
import type { Survivorship } from '../dedupe/survivorship.ts';

/** What is kept when customers become one, from the config file. @throws {CrmError} CONFIG_INVALID */
export async function survivorshipFrom(context: Pick<Context, 'config' | 'configPath'>): Promise<Survivorship> {
  const { survivorshipOf } = await import('../dedupe/survivorship-config.ts');
  return survivorshipOf(context.config().survivorship, context.configPath());
}
