import { fold } from '../model/fold.ts';

/** A decision of a customer on being written to. */
export interface Consent {
  readonly channel: string;
  readonly status: string;
  /** ISO-8601 UTC. */
  readonly decidedAt: string;
}

/** Tags, folded, that say of a customer that it is subscribed, by the channel that they mean. */
const SUBSCRIBED: readonly (readonly [tag: RegExp, channel: string])[] = [
  [/^(e-?mail |mail )?(newsletter|mailing ?list)( subscriber| abonnent)?$/, 'email'],
  [/^(e-?mail )(subscribed|subscriber|opt-?in)$/, 'email'],
  [/^(邮件|电子邮件|電子郵件)(订阅|已订阅|訂閱)(用户|者)?$/, 'email'],
  [/^(sms|text) (subscribed|subscriber|opt-?in)$/, 'sms'],
  [/^(短信|简讯)(订阅|已订阅|訂閱)(用户|者)?$/, 'sms'],
  [/^(subscribed|subscriber|opt-?in|opted in|abonnent)$/, 'any'],
  [/^(已订阅|订阅用户|订阅者|已訂閱|訂閱用戶)$/, 'any'],
];

/**
 * Whether a customer opted out and is treated as subscribed all the same. Two cases: a tag says that it is subscribed on a
 * channel (or in general) that it opted out of (or all are); or it opted out of `any` channel, and an `in` for one channel
 * stands that was not given later. An `in` after the general `out` is a new decision and no contradiction.
 */
export function optedOutButSubscribed(consents: readonly Consent[], tags: readonly string[]): boolean {
  const out = consents.filter(({ status }) => status === 'out');
  if (out.length === 0) return false;
  const general = out.find(({ channel }) => channel === 'any');
  if (general !== undefined && consents.some(({ status, decidedAt }) => status === 'in' && decidedAt <= general.decidedAt)) return true;
  return tags.some((tag) => {
    const channel = subscribedChannel(tag);
    if (channel === null) return false;
    if (channel !== 'any') return general !== undefined || out.some((consent) => consent.channel === channel);
    return general !== undefined || !consents.some(({ status }) => status === 'in');
  });
}

function subscribedChannel(tag: string): string | null {
  const folded = fold(tag)
    .replace(/[\s_]+/g, ' ')
    .trim();
  return SUBSCRIBED.find(([pattern]) => pattern.test(folded))?.[1] ?? null;
}
