import { describe, expect, it } from 'vitest';
import { normalizeFamilyName, normalizeGivenName, normalizePersonName } from '../../../src/normalize/person-name.ts';

type Case = readonly [raw: string, value: string, country?: string];

const LATIN: readonly Case[] = [
  ['John Smith', 'John Smith'],
  ['JOHN SMITH', 'John Smith'],
  ['john smith', 'John Smith'],
  ['  JOHN \t SMITH\n', 'John Smith'],
  ['ＪＯＨＮ　ＳＭＩＴＨ', 'John Smith'],
  ['J.R. SMITH', 'J.R. Smith'],
  ['j. r. r. tolkien', 'J. R. R. Tolkien'],
  ['ANNE-MARIE DUPONT', 'Anne-Marie Dupont'],
  ['JEAN-DE-DIEU KAMUHANDA', 'Jean-de-Dieu Kamuhanda'],
  ["PAT O'BRIEN", "Pat O'Brien"],
  ['pat o’brien', 'Pat O’Brien'],
  ["GIANNI D'ANGELO", "Gianni D'Angelo"],
  ["VALÉRY GISCARD D'ESTAING", "Valéry Giscard d'Estaing", 'FR'],
  ["SA'AD KHAN", "Sa'ad Khan"],
  ['RONALD MCDONALD', 'Ronald McDonald'],
  ['FLORA MACDONALD', 'Flora MacDonald'],
  ['WILLIAM MACY', 'William Macy'],
  ['JAN MACEK', 'Jan Macek'],
  ['LUDWIG VAN BEETHOVEN', 'Ludwig van Beethoven'],
  ['vincent van gogh', 'Vincent van Gogh'],
  ['van der berg', 'van der Berg'],
  ['VAN MORRISON', 'Van Morrison'],
  ['BEN STILLER', 'Ben Stiller'],
  ['JUAN DE LA CRUZ', 'Juan de la Cruz'],
  ['OTTO VON UND ZU STEIN', 'Otto von Und zu Stein'],
  ['MARIA DA SILVA DOS SANTOS', 'Maria da Silva dos Santos'],
  ['OSAMA BIN LADEN', 'Osama bin Laden'],
  ['AHMED AL-SAYED', 'Ahmed al-Sayed'],
  ['JOSÉ ORTEGA Y GASSET', 'José Ortega y Gasset', 'ES'],
  ['NGUYEN VAN ANH', 'Nguyen Van Anh'],
  ['NGUYỄN VĂN AN', 'Nguyễn Văn An'],
  ['JOHN SMITH III', 'John Smith III'],
  ['john smith jr.', 'John Smith Jr.'],
  ['JOHN SMITH, PHD', 'John Smith, PhD'],
  ['DR. JOHN SMITH PH.D.', 'Dr. John Smith Ph.D.'],
  ['PROF. DR. HANS MÜLLER', 'Prof. Dr. Hans Müller'],
  ['MR JOHN SMITH MD', 'Mr John Smith MD'],
  ['DR. RER. NAT. HANS MEIER', 'Dr. rer. nat. Hans Meier'],
  ['SR. JOSÉ GARCÍA', 'Sr. José García'],
  ['PHIL SMITH', 'Phil Smith'],
  ['SMITH,JR.', 'Smith, Jr.'],
  ['MD RAHMAN', 'Md Rahman'],
  ['JP MORGAN', 'JP Morgan'],
  ['tj hooker', 'TJ Hooker'],
  ['NG KAI', 'Ng Kai'],
  ['TJ', 'TJ'],
  ['LEE', 'LEE'],
  ['lee', 'Lee'],
  ['MADONNA', 'Madonna'],
  ['deVries', 'deVries'],
  ['LaToya McDonald', 'LaToya McDonald'],
  ['gioia D’ANGELO', 'gioia D’ANGELO'],
  ['ZHANG Wei', 'ZHANG Wei'],
  ['ZHANG WEI', 'Zhang Wei'],
  ['zhang wei-ming', 'Zhang Wei-Ming'],
  ['LI BIN', 'Li Bin'],
  ['WANG DE LI', 'Wang De Li', 'CN'],
  ['STRAUẞ', 'Strauß'],
  ['İBRAHİM IŞIK', 'İbrahim Işık'],
  ['YILMAZ IŞIL', 'Yılmaz Işıl', 'TR'],
  ['isa ilhan', 'İsa İlhan', 'TR'],
  ['IJSBRAND DE WIT', 'IJsbrand de Wit', 'NL'],
  ['ΓΙΏΡΓΟΣ ΠΑΠΑΔΌΠΟΥΛΟΣ', 'Γιώργος Παπαδόπουλος'],
  ['ЛЕВ ТОЛСТОЙ', 'Лев Толстой'],
  ["ЛУК'ЯНЕНКО", "Лук'яненко"],
  ['სიმონ გელოვანი', 'სიმონ გელოვანი'],
  ['محمد علي', 'محمد علي'],
];

const TURNED: readonly Case[] = [
  ['Smith, John', 'John Smith'],
  ['SMITH, JOHN A.', 'John A. Smith'],
  ['SMITH， JOHN', 'John Smith'],
  ['Smith, Jr., John', 'John Smith Jr.'],
  ['Smith, John, Jr.', 'John Smith Jr.'],
  ['Smith Jr., John', 'John Smith Jr.'],
  ['Smith, John III', 'John Smith III'],
  ['Smith, John, PhD', 'John Smith PhD'],
  ['Müller-Lüdenscheidt, Dr. Hans', 'Dr. Hans Müller-Lüdenscheidt'],
  ['Smith, John, Dr.', 'Dr. John Smith'],
  ['Smith, Mr', 'Mr Smith'],
  ['Beethoven, Ludwig van', 'Ludwig van Beethoven'],
  ['van Beethoven, Ludwig', 'Ludwig van Beethoven'],
  ['García López, María José', 'María José García López', 'ES'],
  ['Толстой, Лев', 'Лев Толстой'],
  ['Zhang, Wei', 'Wei Zhang'],
  ['John Smith, Jr.', 'John Smith, Jr.'],
  ['John Smith, MD, PhD', 'John Smith, MD, PhD'],
];

const HAN: readonly Case[] = [
  ['张伟', '张伟'],
  ['张 伟', '张伟'],
  [' 张　伟 ', '张伟'],
  ['欧阳　娜娜', '欧阳娜娜'],
  ['張 偉', '張偉'],
  ['李 小 明 先生', '李小明先生'],
  ['王总', '王总'],
  ['\u200b王芳\ufeff', '王芳'],
  ['王\u200b芳', '王芳'],
  ['阿凡提・买买提', '阿凡提·买买提'],
  ['阿凡提•买买提', '阿凡提·买买提'],
  ['阿凡提 · 买买提', '阿凡提·买买提'],
  ['约翰.史密斯', '约翰·史密斯'],
  ['约翰．史密斯', '约翰·史密斯'],
  ['张伟 David', '张伟 David'],
  ['张伟 DAVID', '张伟 David'],
  ['王 AMY', '王 AMY'],
  ['张伟（销售）', '张伟（销售）'],
  ['𠮷 野', '𠮷野'],
  ['〇 一', '〇一'],
  ['山田 太郎', '山田太郎'],
  ['山田　太郎', '山田 太郎', 'JP'],
  ['さくら 田中', 'さくら 田中'],
  ['김 민수', '김 민수'],
];

const KEPT: readonly (readonly [raw: string, value: string])[] = [
  ['', ''],
  ['--', '--'],
  [' ？ ', '？'],
  ['12345', '12345'],
  ['john@example.com', 'john@example.com'],
  ['JOHN SMITH 2', 'JOHN SMITH 2'],
  ['张伟13800138000', '张伟13800138000'],
  ['https://example.com', 'https://example.com'],
  ['Mr Smith,  Acme Ltd', 'Mr Smith,  Acme Ltd'],
  ['John Smith, Mary Jones', 'John Smith, Mary Jones'],
  ['Smith, John and Mary', 'Smith, John and Mary'],
  ['Smith, Manager', 'Smith, Manager'],
  ['García López, María', 'García López, María'],
  ['Smith,', 'Smith,'],
  ['张伟，李明', '张伟，李明'],
  ['x'.repeat(300), 'x'.repeat(300)],
  ['张'.repeat(201), '张'.repeat(201)],
  ['a\ud83d1', 'a\ufffd1'],
];

describe('normalizePersonName', () => {
  const cases = [...LATIN, ...TURNED, ...HAN].map(([raw, value, country = null]) => ({ raw, value, country }));

  it.each(cases)('$raw is $value', ({ raw, value, country }) => {
    expect(normalizePersonName(raw, { country })).toEqual({ value, understood: true });
  });

  it.each(KEPT)('keeps %j', (raw, value) => expect(normalizePersonName(raw)).toEqual({ value, understood: false }));
});

describe('normalizeGivenName and normalizeFamilyName', () => {
  it.each([
    ['JOHN', 'John'],
    ['AMY', 'Amy'],
    ['JP', 'JP'],
    ['anne-marie', 'Anne-Marie'],
    ['MARIA DEL CARMEN', 'Maria del Carmen'],
    [' 小 明 ', '小明'],
    ['娜娜', '娜娜'],
  ])('given name %j is %j', (raw, value) => expect(normalizeGivenName(raw)).toEqual({ value, understood: true }));

  it.each([
    ['SMITH', 'Smith'],
    ['LEE', 'Lee'],
    ['NG', 'Ng'],
    ['VAN GOGH', 'van Gogh'],
    ['von der leyen', 'von der Leyen'],
    ['Van Dyke', 'Van Dyke'],
    ["O'NEIL", "O'Neil"],
    ['Smith, Jr.', 'Smith, Jr.'],
    ['欧 阳', '欧阳'],
    ['張', '張'],
  ])('family name %j is %j', (raw, value) => expect(normalizeFamilyName(raw)).toEqual({ value, understood: true }));

  it('keep what is no name', () => expect(normalizeFamilyName(' 42 ')).toEqual({ value: '42', understood: false }));
});
