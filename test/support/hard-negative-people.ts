/** One record of the corpus of hard negatives; an empty text where it says nothing. */
export interface CorpusRow {
  readonly id: string;
  readonly kind: 'person' | 'organisation';
  readonly given: string;
  readonly family: string;
  readonly company: string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
  readonly postcode: string;
  readonly country: string;
  readonly birthday: string;
  readonly taxId: string;
}

/** What a record says beside its id. */
export type CorpusValues = Omit<CorpusRow, 'id'>;

const LATIN_GIVEN =
  'Albert Beatrice Bernard Carla Clemens Cordula Desmond Dorothea Edgar Elvira Ferdinand Flora Gilbert Gudrun Hector Hedwig Irving Isolde Jasper Josepha Konrad Klara Leander Leonora Magnus Mathilda Norbert Nadine Orlando Ottilie Percy Paulina Quentin Ramona Rupert Rosalind Sigmund Selma Theobald Thea Ulrich Ursula Valentin Verena Walter Wilma Xenia Yorick Zelda Barnaby';
const ROOTS =
  'Alder Birch Brom Cald Crest Dray Dunst Elling Fal Fern Gart Glen Hather Hol Ings Kel Lang Lor Mer Mill Nether Old Pem Quar Rad Sel Sten Thorn Uls Wat';
const ENDS = 'bury by combe cote croft dale den field ford gate ham hurst leigh mere stead stow thorpe ton wick worth';
const CHINESE_FAMILY =
  '陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 高 林 郑 谢 罗 梁 宋 唐 许 韩 冯 邓 曹 彭 曾 肖 田 董 袁 潘 蒋 蔡 余 杜 叶 程 苏 魏 吕 丁 沈 卢 姜 欧阳 司马 上官 诸葛';
const CHINESE_GIVEN =
  '安 柏 昌 晨 翠 丹 迪 恩 帆 芬 歌 光 涵 恒 慧 嘉 景 俊 凯 可 岚 乐 莉 亮 梦 妙 宁 培 琪 青 然 容 珊 书 思 桐 婉 维 希 晓 欣 雅 妍 宜 映 悠 羽 泽 哲 芷';
const CITIES: readonly (readonly [city: string, country: string, postcode: string])[] = [
  ['Leeds', 'GB', 'LS1 4AP'],
  ['Bristol', 'GB', 'BS1 5TR'],
  ['Portland', 'US', '97201'],
  ['Denver', 'US', '80202'],
  ['Boston', 'US', '02108'],
  ['Bremen', 'DE', '28195'],
  ['Dresden', 'DE', '01067'],
  ['Kassel', 'DE', '34117'],
];
const CHINESE_CITIES: readonly (readonly [city: string, postcode: string])[] = [
  ['北京市', '100020'],
  ['上海市', '200030'],
  ['广州市', '510030'],
  ['成都市', '610041'],
  ['杭州市', '310012'],
  ['南京市', '210008'],
];
const STREETS =
  'Abbey Bakers Canal Drovers Elder Ferry Gallows Hawthorn Ivy Juniper Kiln Linden Meadow Orchard Priory Quarry Rectory Saddlers Tanners Weavers'.split(
    ' ',
  );
const STREET_ENDS = ['Street', 'Road', 'Lane', 'Close'];
const CHINESE_STREETS = '中山路 解放路 人民路 建设大街 长江路 和平街 文化路 光明街 朝阳路 新华路'.split(' ');
const MAIL = ['gmail.com', 'outlook.com', 'hotmail.com', 'icloud.com', 'gmx.net'];
const CHINESE_MAIL = ['qq.com', '163.com', '126.com', 'foxmail.com'];
const AREA_CODES = ['503', '720', '617', '206', '312', '415'];

/** A repeatable source of people, addresses and numbers that nobody else in the corpus has (mulberry32). */
export class PeopleSource {
  #state: number;
  #next = 0;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 2654435761) >>> 0;
  }

  /** A whole number from 0 up to, not including, `below`. */
  int(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  }

  /** One of them. */
  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  /** A number that was not given out before. */
  serial(): number {
    return ++this.#next;
  }

  /** A given name; `not`: another one than these. */
  given(isChinese: boolean, not: readonly string[] = []): string {
    for (;;) {
      const characters = CHINESE_GIVEN.split(' ');
      const name = isChinese ? this.pick(characters) + this.pick(characters) : this.pick(LATIN_GIVEN.split(' '));
      if (!not.includes(name)) return name;
    }
  }

  /** A family name. */
  family(isChinese: boolean): string {
    return isChinese ? this.pick(CHINESE_FAMILY.split(' ')) : this.pick(ROOTS.split(' ')) + this.pick(ENDS.split(' '));
  }

  /** A day of birth of somebody of age. */
  birthday(from = 1945, to = 2000): string {
    const [month, day] = [1 + this.int(12), 1 + this.int(28)];
    return `${from + this.int(to - from)}-${two(month)}-${two(day)}`;
  }

  /** A mobile number of the country that nobody else has. */
  mobile(country: string): string {
    const serial = this.serial();
    if (country === 'CN') return `139${pad(10_000_000 + serial * 7919, 8)}`;
    if (country === 'US') return `+1 ${this.pick(AREA_CODES)} ${200 + (serial % 700)} ${pad((serial * 37) % 10_000, 4)}`;
    if (country === 'GB') return `+44 7400 ${pad(100_000 + serial * 31, 6)}`;
    return `+49 151 ${pad(20_000_000 + serial * 4421, 8)}`;
  }

  /** A landline of the city that nobody else has. */
  landline(city: string, country: string): string {
    const serial = this.serial();
    const areas: Readonly<Record<string, string>> = {
      北京市: '010',
      上海市: '021',
      广州市: '020',
      成都市: '028',
      杭州市: '0571',
      南京市: '025',
    };
    if (country === 'CN') return `${areas[city] ?? '010'}-8${pad(1_000_000 + serial * 613, 7)}`;
    if (country === 'US') return `+1 ${this.pick(AREA_CODES)} ${200 + (serial % 700)} ${pad((serial * 53) % 10_000, 4)}`;
    if (country === 'GB') return `+44 113 ${pad(2_000_000 + serial * 211, 7)}`;
    return `+49 421 ${pad(300_000 + serial * 17, 6)}`;
  }

  /** An address that nobody else has. */
  address(isChinese: boolean): Pick<CorpusValues, 'street' | 'city' | 'postcode' | 'country'> {
    const number = 1 + this.int(180);
    if (isChinese) {
      const [city, postcode] = this.pick(CHINESE_CITIES);
      return { street: `${this.pick(CHINESE_STREETS)}${number}号${1 + this.int(30)}楼${this.serial()}室`, city, postcode, country: 'CN' };
    }
    const [city, country, postcode] = this.pick(CITIES);
    return { street: `${number}-${this.serial()} ${this.pick(STREETS)} ${this.pick(STREET_ENDS)}`, city, postcode, country };
  }

  /** A mailbox that nobody else has. */
  email(isChinese: boolean, name: string): string {
    const local = name.toLowerCase().replaceAll(/[^a-z]/g, '');
    return `${local === '' ? 'u' : `${local}.`}${this.serial().toString(36)}${isChinese ? this.int(90) : ''}@${this.pick(isChinese ? CHINESE_MAIL : MAIL)}`;
  }

  /** A person with all that may be said of one. */
  person(isChinese: boolean): CorpusValues {
    const [given, family, address] = [this.given(isChinese), this.family(isChinese), this.address(isChinese)];
    return {
      kind: 'person',
      ...{ given, family, company: '' },
      ...{ email: this.email(isChinese, given + family), phone: this.mobile(address.country) },
      ...address,
      ...{ birthday: this.birthday(), taxId: '' },
    };
  }

  /** A company's name that nobody else has, without its legal form. */
  companyName(isChinese: boolean): string {
    if (isChinese)
      return (
        this.pick(CHINESE_GIVEN.split(' ')) +
        this.pick(CHINESE_GIVEN.split(' ')) +
        this.pick(['贸易', '科技', '食品', '建筑']) +
        chineseNumber(this.serial())
      );
    return `${this.pick(ROOTS.split(' '))}${this.pick(ENDS.split(' '))} ${this.pick(['Trading', 'Foods', 'Systems', 'Timber'])} ${roman(this.serial())}`;
  }

  /** An organisation with all that may be said of one. */
  organisation(isChinese: boolean): CorpusValues {
    const address = this.address(isChinese);
    const company = `${this.companyName(isChinese)}${isChinese ? '有限公司' : ' Ltd'}`;
    return {
      kind: 'organisation',
      ...{ given: '', family: '', company },
      ...{ email: `office@${domainOf(this)}`, phone: this.landline(address.city, address.country) },
      ...address,
      ...{ birthday: '', taxId: '' },
    };
  }
}

/** A domain that nobody else has. */
export function domainOf(source: PeopleSource): string {
  return `firm${source.serial().toString(36)}x.example`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

function pad(number: number, width: number): string {
  return String(number % 10 ** width).padStart(width, '0');
}

/** Numbers as letters, so that no two names differ by a digit only. */
function roman(serial: number): string {
  const syllables = ['ba', 'de', 'fi', 'go', 'ku', 'la', 'me', 'ni', 'po', 'su'];
  const word = [...String(serial)].map((digit) => syllables[Number(digit)] as string).join('');
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function chineseNumber(serial: number): string {
  return [...String(serial)].map((digit) => '天地元黄宇宙洪荒日月'.charAt(Number(digit))).join('');
}
