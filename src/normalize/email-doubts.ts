import { isDisposableDomain } from './email-domains.ts';
import { isRoleAddress } from './email-role.ts';
import { likelyDomain } from './email-typo.ts';

export { isFreeProvider } from './email-domains.ts';
export { isRoleAddress } from './email-role.ts';

/** Why an address, valid as it is written, may not reach the customer: a stable name for machines. */
export type EmailDoubtCode = 'LIKELY_TYPO' | 'ROLE_ADDRESS' | 'DISPOSABLE_ADDRESS';

/** One doubt about an address. */
export interface EmailDoubt {
  readonly code: EmailDoubtCode;
  /** The whole address as it was probably meant; of LIKELY_TYPO only. */
  readonly suggestion?: string;
}

const NONE: readonly EmailDoubt[] = Object.freeze([]);

/**
 * Doubts about a canonical address (`normalizeEmail`), in the order of the codes; none for what is no address. It only
 * tells: no address is changed by it.
 */
export function emailDoubts(address: string): readonly EmailDoubt[] {
  const at = address.lastIndexOf('@');
  if (at < 1 || address.indexOf('.', at) < 0) return NONE;
  const domain = address.slice(at + 1);
  const doubts: EmailDoubt[] = [];
  const meant = likelyDomain(domain);
  if (meant !== null) doubts.push({ code: 'LIKELY_TYPO', suggestion: `${address.slice(0, at)}@${meant}` });
  if (isRoleAddress(address)) doubts.push({ code: 'ROLE_ADDRESS' });
  if (isDisposableDomain(domain)) doubts.push({ code: 'DISPOSABLE_ADDRESS' });
  return doubts.length === 0 ? NONE : doubts;
}
