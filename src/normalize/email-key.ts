import { normalizeEmail } from './email.ts';

/** Providers beside Google that deliver `name+anything@` to `name@`, as their documentation says. */
const IGNORES_TAG =
  /^(?:(?:outlook|hotmail|live|msn)\.[a-z.]+|(?:icloud|me|mac)\.com|fastmail\.(?:com|fm)|proton\.me|protonmail\.(?:com|ch)|pm\.me|yandex\.(?:ru|com|by|kz)|ya\.ru)$/;
const GMAIL = '@gmail.com';
const GOOGLEMAIL = '@googlemail.com';

/**
 * What all spellings of one mailbox have in common: the canonical address; for providers that document it without `+tag`,
 * for Gmail without dots and with its first domain. Idempotent; null when it is no address.
 */
export function emailKey(email: string): string | null {
  const { value, understood } = normalizeEmail(email);
  if (!understood) return null;
  const plus = value.indexOf('+');
  const isGoogle = value.endsWith(GMAIL) || value.endsWith(GOOGLEMAIL);
  if (plus < 0 && !isGoogle) return value;
  const at = value.lastIndexOf('@');
  const domain = isGoogle ? 'gmail.com' : value.slice(at + 1);
  let local = value.slice(0, at);
  // A point before the plus is no end of a name: what is no address without its tag keeps it.
  if (plus > 0 && (isGoogle || (local[plus - 1] !== '.' && IGNORES_TAG.test(domain)))) local = local.slice(0, plus);
  return `${isGoogle ? local.replaceAll('.', '') : local}@${domain}`;
}
