import { createRequire } from 'node:module';
import { FREE_PROVIDERS } from './email-free-providers.ts';

const require = createRequire(import.meta.url);
let disposable: ReadonlySet<string> | undefined;

/** Whether a canonical domain is that of a provider that gives an address to everybody (`gmail.com`, `qq.com`, `web.de`). */
export function isFreeProvider(domain: string): boolean {
  return FREE_PROVIDERS.has(domain);
}

/**
 * Whether a canonical domain, or one above it, is known for addresses that are thrown away. The list is read on first use
 * (some 60 ms). Well-known free providers never are, whatever the list says.
 */
export function isDisposableDomain(domain: string): boolean {
  if (FREE_PROVIDERS.has(domain)) return false;
  disposable ??= (require('mailchecker') as { blacklist: () => ReadonlySet<string> }).blacklist();
  for (let at = 0; ; ) {
    if (disposable.has(at === 0 ? domain : domain.slice(at))) return true;
    const dot = domain.indexOf('.', at);
    if (dot < 0) return false;
    at = dot + 1;
  }
}
