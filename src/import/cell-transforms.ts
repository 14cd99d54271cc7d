import { LIST_SEPARATOR } from './contact-cell.ts';

/** `'7421` and `'+49…`: the apostrophe keeps spreadsheets from reading a number; some exports write it. */
const APOSTROPHE = /^'(?=[+\d])/;
/** What Facebook writes before phones, ids of leads, ads, campaigns and forms: `p:+46…`, `l:123`, `ag:456`. */
const FACEBOOK_PREFIX = /^(?:p|l|f|c|s|z|ag|as):(?=[+\d])/;
const ZOHO_PREFIX = /^zcrm_(?=\d+$)/;
const SALESFORCE_ID = /^[a-zA-Z0-9]{15}$/;
const CHECK_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const EMPTY_DATE = /^0{1,4}([/.-])0{1,2}\1(?:00|0000)(?: 0?0:00(?::00)?)?$/;
const QUOTED_TAG = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?:,|$)/y;

/**
 * How presets may have a cell read before anything else is done with it. Each takes a trimmed text that is not empty; what
 * does not have the form it is made for stays as it is.
 */
export const TRANSFORMS = {
  /** `'+4930…` → `+4930…` (Shopify) */
  apostrophe: (text) => text.replace(APOSTROPHE, ''),
  /** `p:+4670…` → `+4670…` (Facebook Lead Ads) */
  'facebook-prefix': (text) => text.replace(FACEBOOK_PREFIX, ''),
  /** `zcrm_4150868000000001` → `4150868000000001` (Zoho CRM) */
  'zoho-id': (text) => text.replace(ZOHO_PREFIX, ''),
  /** The 18-character form of a 15-character id: three check letters say which letters are capitals. */
  'salesforce-id': (text) => (SALESFORCE_ID.test(text) ? text + checkLetters(text) : text),
  /** `0/0/00` → nothing (Outlook) */
  'empty-date': (text) => (EMPTY_DATE.test(text) ? '' : text),
  /** `Unspecified` → nothing (Outlook) */
  unspecified: (text) => (text.toLowerCase() === 'unspecified' ? '' : text),
  /** `4915112345678` → `+4915112345678`: numbers that always have their calling code and never a plus (Brevo) */
  international: (text) => text.replace(/^(?=[1-9]\d{7,14}$)/, '+'),
  /** `"VIP","Blog, daily"` → a list (Mailchimp) */
  'quoted-list': quotedList,
  /** `* myContacts ::: Friends` → a list without the mark of system groups (Google Contacts) */
  'starred-list': (text) => text.split(LIST_SEPARATOR).map(withoutStar).join(LIST_SEPARATOR),
  /** `["a@x.com"]`, `[]`: an empty JSON array is an empty cell (Twenty) */
  'json-list': (text) => (text.replaceAll(/\s/g, '') === '[]' ? '' : text),
} as const satisfies Record<string, (text: string) => string>;

/** One of `TRANSFORMS`. */
export type TransformName = keyof typeof TRANSFORMS;

/** Whether a transformed cell is a list with ` ::: ` between its items and nothing else. */
export function isListTransform(name: TransformName | undefined): boolean {
  return name?.endsWith('-list') === true;
}

/** A label or group without the star that marks the primary one or a group of the system. */
export function withoutStar(text: string): string {
  return text.replace(/^\*\s+/, '');
}

function checkLetters(id: string): string {
  let letters = '';
  for (let start = 0; start < 15; start += 5) {
    let bits = 0;
    for (let i = 0; i < 5; i++) if (/[A-Z]/.test(id.charAt(start + i))) bits |= 1 << i;
    letters += CHECK_LETTERS.charAt(bits);
  }
  return letters;
}

function quotedList(text: string): string {
  const tags: string[] = [];
  QUOTED_TAG.lastIndex = 0;
  while (QUOTED_TAG.lastIndex < text.length) {
    const match = QUOTED_TAG.exec(text);
    if (match === null) return text;
    tags.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? '').trim());
  }
  return tags.filter((tag) => tag !== '').join(LIST_SEPARATOR);
}
