import { domainToASCII, domainToUnicode } from 'node:url';
import { halfWidth } from './half-width.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';
import { isTrackingParameter } from './website-tracking.ts';

/** Longer ones are cut off by servers; no website field needs it. */
const MAX_URL_LENGTH = 2048;
const MAX_HOST_LENGTH = 253;
const SCHEME = /^(https?):\/\//i;
const ASCII_HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;
const UNICODE_LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\u200c\u200d\u30fb-]*[\p{L}\p{M}\p{N}])?$/u;
const UNICODE_TOP = /^\p{L}[\p{L}\p{M}\p{N}-]*$/u;
/** A canonical address of host alone; so short that no label is too long. */
const PLAIN = /^(?:https?:\/\/)?(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}$/;
const MAX_PLAIN_LENGTH = 63;
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: '80', https: '443' };
/** A blank, a control or an invisible character, or a sign that no URL has unescaped (RFC 3986, appendix A). */
const NO_URL = /[\s\p{Cc}\p{Cf}\ufffd<>"{}|\\^`]/u;

interface UrlParts {
  /** `http` or `https`; null when none was written. */
  readonly scheme: string | null;
  readonly host: string;
  /** Without the colon; empty when none was written or it is the default. */
  readonly port: string;
  /** Path, query and fragment. */
  readonly rest: string;
}

/**
 * Canonical address of a website (RFC 3986): host in lower case and readable (RFC 5890 U-labels), without default port,
 * lone `/` and tracking parameters; path and other parameters byte for byte, `www.` kept. The scheme is kept and never
 * guessed: `Example.COM/` is `example.com`. Not understood: several addresses, another scheme, a host without a dot.
 */
export function normalizeWebsite(raw: string): Normalized {
  if (raw.length <= MAX_PLAIN_LENGTH && PLAIN.test(raw)) return { value: raw, understood: true };
  const text = normalizeText(raw);
  const parts = partsOf(text);
  if (parts === null) return { value: text, understood: false };
  const { scheme, host, port, rest } = parts;
  const path = withoutTracking(rest);
  const value = `${scheme === null ? '' : `${scheme}://`}${host}${port === '' ? '' : `:${port}`}${path === '/' ? '' : path}`;
  return { value, understood: true };
}

/** Host of a website without `www.` and port, in the form of `normalizeWebsite`; null when it is no address of a website. */
export function websiteDomain(value: string): string | null {
  const host = partsOf(normalizeText(value))?.host;
  if (host === undefined) return null;
  return host.startsWith('www.') && host.indexOf('.', 4) > 0 ? host.slice(4) : host;
}

function partsOf(text: string): UrlParts | null {
  if (text.length > MAX_URL_LENGTH || NO_URL.test(text)) return null;
  const written = SCHEME.exec(text);
  const scheme = written === null ? null : (written[1] as string).toLowerCase();
  const after = written === null ? text.replace(/^\/\//, '') : text.slice(written[0].length);
  const end = after.search(/[/?#]/);
  const authority = end < 0 ? after : after.slice(0, end);
  const rest = end < 0 ? '' : after.slice(end);
  // A second address in the path comes after a separator: a.com/,b.com or http://a.com;http://b.com.
  if (/[,;，；、]\s*(?:https?:\/\/|www\.)/i.test(rest)) return null;
  const match = /^(.*?)(?::(\d{1,5}))?$/s.exec(halfWidth(authority)) as RegExpExecArray;
  const host = hostOf(match[1] as string);
  if (host === null) return null;
  const port = match[2] === undefined ? '' : String(Number(match[2]));
  if (Number(port) > 65_535) return null;
  return { scheme, host, port: scheme !== null && port === DEFAULT_PORT[scheme] ? '' : port, rest };
}

/** Readable lower-case host; null when it is none that IDNA can write (Unicode Technical Standard 46), or has no dot. */
function hostOf(text: string): string | null {
  const lower = text.toLowerCase().normalize('NFC').replaceAll('。', '.').replace(/\.$/, '');
  if (lower.length > MAX_HOST_LENGTH) return null;
  if (ASCII_HOST.test(lower) && !lower.includes('xn--')) return lower;
  const ascii = domainToASCII(lower);
  if (!ASCII_HOST.test(ascii) || ascii.length > MAX_HOST_LENGTH) return null;
  const readable = domainToUnicode(ascii).normalize('NFC');
  const labels = readable.split('.');
  if (!labels.every((label) => UNICODE_LABEL.test(label)) || !UNICODE_TOP.test(labels.at(-1) as string)) return null;
  // A name that does not come back from its ASCII form stays in that form.
  return domainToASCII(readable) === ascii && readable === readable.toLowerCase() ? readable : null;
}

function withoutTracking(rest: string): string {
  const mark = rest.indexOf('?');
  const hash = rest.indexOf('#');
  if (mark < 0 || (hash >= 0 && hash < mark)) return rest;
  const end = hash < 0 ? rest.length : hash;
  const pairs = rest.slice(mark + 1, end).split('&');
  const kept = pairs.filter((pair) => !isTrackingParameter(pair.split('=', 1)[0] as string));
  if (kept.length === pairs.length) return rest;
  return `${rest.slice(0, mark)}${kept.length === 0 ? '' : `?${kept.join('&')}`}${rest.slice(end)}`;
}
