import { describe, expect, it } from 'vitest';
import { findMojibake, mayBeMojibake } from '../../../src/normalize/mojibake.ts';

const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const bytesOf = (text: string): readonly number[] => [...new TextEncoder().encode(text)];
/** UTF-8 read as windows-1252, as latin-1, as GBK. */
const asWindows = (text: string): string =>
  bytesOf(text)
    .map((byte) => (byte >= 0x80 && byte < 0xa0 ? windows1252.charAt(byte - 0x80) : String.fromCharCode(byte)))
    .join('');
const asLatin = (text: string): string => String.fromCharCode(...bytesOf(text));
const asGbk = (text: string): string => new TextDecoder('gbk').decode(Uint8Array.from(bytesOf(text)));

/** One look as an import takes it. */
const look = (raw: string) => (mayBeMojibake(raw) ? findMojibake(raw) : null);

const WESTERN = [
  ...['François', 'Müller', 'São Paulo', 'CAFÉ', 'CITTÀ', 'Łódź', 'Nguyễn Văn Đức', 'Österreich', 'Åsa', 'Þór', 'Ñandú', 'Smørrebrød'],
  ...['Иван Петров', 'Ελλάδα', 'שלום', 'مرحبا', 'สวัสดี', 'テスト', 'ひらがな', '서울', '阿里', '阿里巴巴（中国）', '上海市 100 号'],
  ...[
    '“quote” – dash…',
    'it’s',
    '25 °C',
    '€ 5',
    '10\u00a0000',
    'n° 7',
    '½ price',
    '😀 hi',
    'Zoë & René',
    'Isto é bom',
    'voilà',
    'e\u0301t\u00e9',
    '阿',
  ],
];

const CHINESE = ['李明', '张三', '阿里巴巴', '欧阳娜娜', '刘洋 VIP', '中国', '李明，男'];

/** Names and texts that look a little like it, and are well. */
const WELL = [
  ...[
    '',
    'plain',
    'Ãngel',
    'Ñandú',
    'Ørsted',
    'Þór',
    'SÃO',
    'SÃO PAULO',
    'JOÃO',
    'IRMÃ',
    'Â',
    'Ã',
    'â',
    'Nguyễn Thị Hà',
    'Đặng',
    'Łukasz Żółć',
  ],
  ...[
    'Citroën',
    'créée',
    'façade',
    'L’été',
    'Ça',
    'Noël',
    'Zoë',
    'Jørgen Ærø',
    'ÇA VA',
    'Ärzte',
    'Ünal',
    'Škoda',
    'Žižek',
    'Œuvre',
    'Ýmir',
  ],
  ...[
    'CAFÉ®',
    'É®',
    'JOSÉ’S BAR',
    'AMANHÃ…',
    'IRMû',
    '«IRMû',
    '«\u00a0café\u00a0»',
    'café\u00a0»',
    'Marché\u00a0– Paris',
    'cliché…”',
    'GRÅ…',
    'BLÅ’',
  ],
  ...['CAFFÈ™', 'RÖ—', 'Ü²', 'm²', '25 °C', '½', '©', '€', '™', 'ÁÉÍÓÚ', '§ 5', '£10', '¿Qué?', '¡Olé!', 'Ä…'],
  ...[
    '张伟',
    '濮阳',
    '璐璐',
    '茅台',
    '李喆',
    '玥玥',
    '堃',
    '朱镕基',
    '王珺',
    '北京，你好',
    '１２３',
    'ＡＢＣ',
    '한국',
    'ひらがな',
    'カタカナ',
    '鏉',
  ],
];

const LOST = [
  'Fran\ufffdois',
  '锟斤拷锟斤拷',
  'ï¿½',
  asGbk('王小明'),
  asGbk('王小明').replace('\ufffd', '?'),
  'ÕÅÈý',
  'ÍõÐ¡Ã÷',
  '±±¾©',
  'MÃ¼ller – 北京',
];

describe('mojibake', () => {
  it.each(WESTERN)('is proven where %j was read as windows-1252 or latin-1', (text) => {
    expect(look(asWindows(text))).toEqual({ kind: 'proven', text });
    expect(look(asLatin(text))).toEqual({ kind: 'proven', text });
  });

  it.each(['François', 'it’s', '阿里', 'Müller'])('is proven where %j was read wrongly twice and three times', (text) => {
    expect(look(asWindows(asWindows(text)))).toEqual({ kind: 'proven', text });
    expect(look(asWindows(asWindows(asWindows(text))))).toEqual({ kind: 'proven', text });
  });

  it.each(CHINESE)('is proven where %j was read as GBK', (text) => expect(look(asGbk(text))).toEqual({ kind: 'proven', text }));

  it.each(LOST)('is damage where it cannot be proven: %j', (text) => expect(look(text)).toEqual({ kind: 'damaged' }));

  it.each(WELL)('is not seen in %j', (text) => expect(look(text)).toBeNull());

  it('is not seen in what it was', () => {
    for (const text of [...WESTERN, ...CHINESE]) expect(look(text), text).toBeNull();
  });

  it('is not looked for in ASCII and ordinary accents', () => {
    for (const text of ['Ada Lovelace <ada@example.com>', 'Jürgen Müller', 'Zoë Fernández', '王小明', '上海云帆贸易有限公司']) {
      expect(mayBeMojibake(text), text).toBe(false);
    }
  });
});
