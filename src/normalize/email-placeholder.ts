/** What people type where a form wants an address and there is none: local parts, and domains that are nobody's. */
const LOCAL_PARTS = new Set(
  (
    'none|noemail|no-email|no.email|no_email|nomail|no-mail|no.mail|nomail1|noaddress|no-address|na|n.a|nil|null|void|empty|' +
    'unknown|unbekannt|keine|kein|keinemail|keine-email|ohne|sans|sin|sincorreo|notprovided|not-provided|not.provided|notavailable|' +
    'notgiven|refused|declined|test|testing|test1|test123|example|sample|dummy|fake|asdf|qwerty|xxx|' +
    '123|1234|12345|123456|anonymous|nobody|noone|no-one|someone|somebody|meiyou|wuyouxiang'
  ).split('|'),
);
const DOMAINS = new Set(
  'none.com|noemail.com|nomail.com|no.com|na.com|test.com|unknown.com|email.com|noone.com|nowhere.com|invalid.com|xxx.com|abc.com|aaa.com|asdf.com'.split(
    '|',
  ),
);

/** Whether a canonical address stands for none: `noemail@example.com`, `none@none.com`, `test@test.com`. */
export function isPlaceholderAddress(address: string): boolean {
  const at = address.lastIndexOf('@');
  if (at < 1) return false;
  return LOCAL_PARTS.has(address.slice(0, at).toLowerCase()) || DOMAINS.has(address.slice(at + 1).toLowerCase());
}
