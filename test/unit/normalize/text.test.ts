import { describe, expect, it } from 'vitest';
import { normalizeText } from '../../../src/normalize/text.ts';

const CASES: readonly (readonly [what: string, raw: string, expected: string])[] = [
  ['plain', 'John Smith', 'John Smith'],
  ['empty', '', ''],
  ['only blanks', ' \t\r\n ', ''],
  ['ASCII blanks at the ends', '  John  Smith\t\n', 'John  Smith'],
  ['inner line breaks stay, CRLF too', 'first\r\nsecond\nthird', 'first\r\nsecond\nthird'],
  ['no-break space and BOM', '\ufeff\u00a0Zoë\u00a0', 'Zoë'],
  ['next line and line separator', '\u0085x\u2028', 'x'],
  ['zero-width characters at the ends', '\u200bx\u2060\u200d', 'x'],
  ['zero-width characters inside stay', 'a\u200bb', 'a\u200bb'],
  ['decomposed accents are composed', 'Jose\u0301', 'José'],
  ['emoji with joiners stay', '👩\u200d💻 dev', '👩\u200d💻 dev'],
  ['a half surrogate cannot be stored', 'a\ud83d', 'a\ufffd'],
  ['a formula stays', '=cmd()', '=cmd()'],
  ['leading zeros stay', '00123', '00123'],
  ['Chinese', '张伟', '张伟'],
  ['ideographic spaces at the ends', '\u3000张 伟\u3000', '张 伟'],
  ['full-width letters stay: only keys fold them', 'ＡＢＣ公司', 'ＡＢＣ公司'],
  ['full-width brackets stay', '华为（深圳）有限公司', '华为（深圳）有限公司'],
  ['a compatibility ideograph becomes the unified one', '\uf900', '\u8c48'],
  ['rare ideographs beyond the basic plane stay', '𠮷野家', '𠮷野家'],
];

describe('normalizeText', () => {
  it.each(CASES)('%s', (_, raw, expected) => expect(normalizeText(raw)).toBe(expected));
});
