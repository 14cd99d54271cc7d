import type { ConsentChannel, ConsentValue } from '../model/child-value.ts';
import { consentAnswer } from '../normalize/consent-answer.ts';
import { normalizeInstant } from '../normalize/date.ts';

/** What a yes in a column says; `cell`: only the cell itself does; `any …`: every cell but a no says it. */
export type ConsentMeaning = 'in' | 'out' | 'cell' | 'any in' | 'any out';

/**
 * What a cell says about a consent. A no to “opted out?” says nothing, nor does one to “subscribed?”: neither is a
 * decision. A no in a column that is about the consent itself (`cell`) is an opt-out. A date says when.
 * @returns `nothing` where the cell decides nothing, `unknown` where it is not understood
 */
export function readConsent(
  channel: ConsentChannel,
  meaning: ConsentMeaning,
  header: string,
  text: string,
): ConsentValue | 'nothing' | 'unknown' {
  const means = meaning.startsWith('any ') ? (meaning.slice(4) as 'in' | 'out') : (meaning as 'in' | 'out' | 'cell');
  const consent = (status: 'in' | 'out', decidedAt: string | null = null): ConsentValue => ({
    table: 'consents',
    channel,
    status,
    ground: `${header}: ${text}`,
    decided_at: decidedAt,
  });
  switch (consentAnswer(text)) {
    case 'in':
      return consent('in');
    case 'out':
      return consent('out');
    case 'yes':
      return consent(means === 'cell' ? 'in' : means);
    case 'no':
      return means === 'cell' ? consent('out') : 'nothing';
    default: {
      if (means === 'cell') return 'unknown';
      const instant = normalizeInstant(text);
      if (instant.understood) return consent(means, instant.value);
      return meaning === means ? 'unknown' : consent(means);
    }
  }
}
