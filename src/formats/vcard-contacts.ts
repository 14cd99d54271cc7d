import type { ContactKind } from '../model/child-value.ts';
import type { CardProperty } from './vcard-property.ts';

/** An address of any kind that a card names. */
export interface CardContact {
  readonly kind: ContactKind;
  readonly value: string;
  /** `work`, `home fax`, what the user called it; null without. */
  readonly label: string | null;
  /** 1 is preferred most. */
  readonly rank: number;
}

const NO_RANK = 101;
/** Types that say nothing of where an address belongs. */
const NO_LABEL: ReadonlySet<string> = new Set([
  'pref',
  'internet',
  'voice',
  'text',
  'video',
  'msg',
  'x400',
  'postal',
  'parcel',
  'dom',
  'intl',
  'uri',
]);
const SERVICES: ReadonlySet<string> = new Set([
  'X-AIM',
  'X-ICQ',
  'X-JABBER',
  'X-MSN',
  'X-YAHOO',
  'X-SKYPE',
  'X-SKYPE-USERNAME',
  'X-GOOGLE-TALK',
  'X-GADUGADU',
  'X-GROUPWISE',
  'X-QQ',
  'X-WECHAT',
  'X-WEIXIN',
  'X-LINE',
  'X-TELEGRAM',
  'X-WHATSAPP',
  'X-SIGNAL',
  'X-TWITTER',
  'X-WEIBO',
  'X-DINGTALK',
  'X-FEISHU',
]);
const APPLE_LABEL = /^_\$!<(.*)>!\$_$/;

/** The label of a property: what the user called it (`X-ABLabel` of its group), else its types. */
export function labelOf({ group, types }: CardProperty, labels: ReadonlyMap<string, string>): string | null {
  const own = group === null ? undefined : labels.get(group);
  if (own !== undefined && own.trim() !== '') return (APPLE_LABEL.exec(own)?.[1] ?? own).trim();
  const shown = types.filter((type) => !NO_LABEL.has(type)).map((type) => type.replace(/^x-/, ''));
  return shown.length === 0 ? null : [...new Set(shown)].join(' ');
}

/** How much a property is preferred: 1 most, 101 not at all. */
export function rankOf({ types, params }: CardProperty): number {
  const rank = Number(params.get('PREF') ?? Number.NaN);
  if (rank >= 1 && rank <= 100) return rank;
  return types.includes('pref') || params.has('PREF') ? 1 : NO_RANK;
}

/** The preferred one, else the first; undefined when there is none. */
export function preferred<T extends { readonly rank: number }>(contacts: readonly T[]): T | undefined {
  return contacts.reduce<T | undefined>((best, contact) => (best === undefined || contact.rank < best.rank ? contact : best), undefined);
}

/** The name of the service that a property holds an account of, in lower case; null when it holds none. */
export function messengerOf(name: string): string | null {
  return SERVICES.has(name)
    ? name
        .slice(2)
        .replace(/-USERNAME$/, '')
        .toLowerCase()
    : null;
}

/** An account with its service: of `IMPP` the scheme of the address, unless the service is named. */
export function messengerAccount(value: string, property: CardProperty): { readonly value: string; readonly service: string | null } {
  const service = property.params.get('X-SERVICE-TYPE')?.toLowerCase() ?? null;
  const match = /^([a-z][a-z0-9+.-]*):(.+)$/i.exec(value);
  if (match === null) return { value, service };
  const scheme = (match[1] as string).toLowerCase();
  return { value: match[2] as string, service: service ?? (scheme === 'x-apple' ? null : scheme) };
}

/** The number of a `tel:` address (RFC 3966), with its extension as people write it; another text as it is. */
export function telephoneOf(value: string): string {
  const match = /^tel:([^;]*)(.*)$/i.exec(value.trim());
  if (match === null) return value;
  const extension = /;ext=([^;]+)/i.exec(match[2] as string)?.[1];
  return extension === undefined ? (match[1] as string) : `${match[1]} ext. ${extension}`;
}
