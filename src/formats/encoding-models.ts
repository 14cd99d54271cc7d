import { decodeBytes, encodeText } from './decode.ts';

/**
 * How likely bytes are in an encoding, as natural logarithms: what tells `ÕÅÈý` from 张三. The ranges of bytes are
 * those of the standards (GB 2312 level 1 and 2, Big5 level 1 and 2, KS X 1001, JIS X 0208); how much of a text each
 * makes is a rough estimate, which is all that is needed, because the wrong encoding scatters over the whole table.
 */
export interface EncodingModel {
  readonly encoding: string;
  /** Length of the character at the offset, 0 where none of this encoding begins. */
  length(bytes: Uint8Array, at: number): number;
  /** The logarithm of the likelihood of that character. */
  score(bytes: Uint8Array, at: number, length: number): number;
}

/** The logarithm of the likelihood of one ASCII character. */
export const ASCII_SCORE = Math.log(1 / 40);
/** Share of the commonest characters (the lists below) in a text, and of the other everyday ones. */
const COMMON_SHARE = 0.6;
const EVERYDAY_SHARE = 0.32;

const SIMPLIFIED =
  '的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂建华红玉春海雪梅兰婷波志飞东新云市省区县镇村路街道号楼室厅公司有限责任科技集团股份贸易发展实业商店厂部电话手机邮箱地址姓名客户编号联系备注日期性别男女职位经理主任部门北京上海广州深圳天津重庆浙江苏四川湖南安徽福建山西河三二五六七八九十百千元';
const TRADITIONAL =
  '的一是不了在人有我他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉閻余潘杜戴夏鍾汪田任姜范方石姚譚廖鄒熊金陸郝孔白崔康毛邱秦江史顧侯邵孟龍萬段雷錢湯尹黎易常武喬賀賴龔文偉芳娜秀英敏靜麗強磊軍洋勇艷傑娟濤明超霞平剛桂建華紅玉春海雪梅蘭婷波志飛東新雲市省區縣鎮村路街道號樓室廳公司有限責任科技集團股份貿易發展實業商店廠部電話手機郵箱地址姓名客戶編號聯繫備註日期性別男女職位經理主任部門臺北灣高雄中南投桃園新竹嘉義屏三二五六七八九十百千元';
const KOREAN =
  '이다는에의을가를은로고하지도사한자시기인어대리그아서나해주정수일부원전장구상라동보제여진성미유국공소면스과만조안신경들문내와었거있없것김박최강윤임오한서권황송류홍민준영현지훈은희숙우재호연석철순옥광주서울특별시구군읍길번호이름전화휴대폰회사주소고객명담당부산인천대전';
const JAPANESE =
  '日一人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今回新場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判認画海参売利組知案道信策集在件団別物側任引使求所次水半品昨論計死官増係感特情投示変打男基私各始島直両朝革価式確村提運終挙果西勢減台広容必応演電歳住争談能無再位置企真流格有疑口過局少放税検藤状常校料沢裁状工建語球営空職証土与急止送援供可役構木割聞身費付施切由説転食比難防補車優夫研収断井何南石足違消境神番規術護展態導鮮備宅害配副算視条幹独警宮究育席輸訪楽起万着乗店述残想線率病農州武声質念待試族象銀域助労例衛然早張映限親額監環験追審商葉義伝働形景落欧担好退準賞訴辺造英被株頭技低毎医復仕去姿味負閣韓渡失移差衆個門写評課末守若脳極種美岡影命含福蔵量望松非撃佐核観察整段横融型白深字答夜製票況音申様財港識注呼渉達佐藤鈴木高橋田中渡辺伊藤山本中村小林加藤吉田様名前電話番号住所会社株式';

/** Letters of alphabets that share nothing with the Latin one, the commonest first. */
const ALPHABETS: readonly (readonly [encoding: string, letters: string])[] = [
  ['windows-1251', 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїє'],
  ['koi8-r', 'оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё'],
  ['windows-1253', 'αοιετσνηρπκμλςγδυωάίόέχθήφβύώξζψ'],
  ['windows-1255', 'יוהלאתרבמשנםדחעקכפגטזצסךןףץ'],
  ['windows-1256', 'اليمونرتبةعدسفهكقأحجشطصىخإذزضغئثءآؤظ'],
];
/** Letters of Latin alphabets beyond ASCII; they stand alone between ASCII letters, mostly. */
const LATIN: readonly (readonly [encoding: string, letters: string])[] = [
  ['windows-1252', 'éüäößèçáíóúñàêôåøæëïâîûãõœÉÜÄÖÅØÆÑÇÁÀÈÊÍÓÚÔŠšŽžðþýÐÞÝÎÂŒŸÿ'],
  ['windows-1250', 'áéíłóąęśżćńčšžýěřůúôäöüőűźťďňľĺŕăâîşţđŁÁÉÍÓŚŻĆČŠŽŘÚÖÜŐ'],
];
const SIGNS = '’‘“”–—…€©®°·«»§\u00a0';

/** A kind of character: its first and last lead byte, its share of a text, and how many such characters there are. */
type Area = readonly [firstLead: number, lastLead: number, firstTrail: number, share: number, characters: number];

/** An encoding of two-byte characters; an area counts for trail bytes from its `firstTrail` on. */
interface PairTable {
  readonly encoding: string;
  readonly leads: readonly (readonly [from: number, to: number])[];
  readonly trails: readonly (readonly [from: number, to: number])[];
  readonly common: string;
  readonly areas: readonly Area[];
  /** What remains: rare characters. */
  readonly rare: number;
  /** One-byte characters beyond ASCII, and the likelihood of each. */
  readonly singles?: readonly [from: number, to: number, score: number];
}

const PAIR_TABLES: readonly PairTable[] = [
  {
    encoding: 'gb18030',
    leads: [[0x81, 0xfe]],
    trails: [
      [0x40, 0x7e],
      [0x80, 0xfe],
    ],
    common: SIMPLIFIED,
    areas: [
      [0xb0, 0xd7, 0xa1, EVERYDAY_SHARE, 3500],
      [0xd8, 0xf7, 0xa1, 0.03, 3008],
      [0xa1, 0xa3, 0xa1, 0.04, 280],
    ],
    rare: Math.log(0.01 / 14_000),
  },
  {
    encoding: 'big5',
    leads: [[0x81, 0xfe]],
    trails: [
      [0x40, 0x7e],
      [0xa1, 0xfe],
    ],
    common: TRADITIONAL,
    areas: [
      [0xa4, 0xc5, 0x40, EVERYDAY_SHARE, 5100],
      [0xc9, 0xf9, 0x40, 0.03, 7652],
      [0xa1, 0xa3, 0x40, 0.04, 408],
    ],
    rare: Math.log(0.001 / 5000),
  },
  {
    encoding: 'euc-kr',
    leads: [[0x81, 0xfe]],
    trails: [
      [0x41, 0x5a],
      [0x61, 0x7a],
      [0x81, 0xfe],
    ],
    common: KOREAN,
    areas: [
      [0xb0, 0xc8, 0xa1, EVERYDAY_SHARE, 2200],
      [0xca, 0xfd, 0xa1, 0.01, 4888],
      [0xa1, 0xac, 0xa1, 0.04, 900],
    ],
    rare: Math.log(0.01 / 8822),
  },
  {
    encoding: 'shift_jis',
    leads: [
      [0x81, 0x9f],
      [0xe0, 0xfc],
    ],
    trails: [
      [0x40, 0x7e],
      [0x80, 0xfc],
    ],
    common: JAPANESE,
    areas: [
      [0x82, 0x83, 0x40, 0.35, 230],
      [0x88, 0x97, 0x40, 0.15, 2400],
      [0x98, 0xea, 0x40, 0.02, 3390],
      [0x81, 0x81, 0x40, 0.06, 147],
    ],
    rare: Math.log(0.002 / 3000),
    singles: [0xa1, 0xdf, Math.log(0.05 / 63)],
  },
  {
    encoding: 'euc-jp',
    leads: [[0xa1, 0xfe]],
    trails: [[0xa1, 0xfe]],
    common: JAPANESE,
    areas: [
      [0xa4, 0xa5, 0xa1, 0.3, 170],
      [0xb0, 0xcf, 0xa1, 0.15, 2400],
      [0xd0, 0xf4, 0xa1, 0.02, 3390],
      [0xa1, 0xa3, 0xa1, 0.06, 280],
    ],
    rare: Math.log(0.001 / 2000),
  },
];

/** The encodings that are told apart, for as many as there are models. */
export function encodingModels(): EncodingModel[] {
  return [
    ...PAIR_TABLES.map(pairModel),
    ...LATIN.map(([encoding, letters]) => latinModel(encoding, letters)),
    ...ALPHABETS.map(([encoding, letters]) => alphabetModel(encoding, letters)),
  ];
}

const inRanges = (ranges: readonly (readonly [number, number])[], byte: number): boolean =>
  ranges.some(([from, to]) => byte >= from && byte <= to);

function pairModel(table: PairTable): EncodingModel {
  const isGb = table.encoding === 'gb18030';
  const scores = pairScores(table);
  const [firstSingle, lastSingle, singleScore] = table.singles ?? [1, 0, 0];
  return {
    encoding: table.encoding,
    length(bytes, at) {
      const lead = bytes[at] as number;
      const trail = bytes[at + 1] ?? 0;
      if (lead >= firstSingle && lead <= lastSingle) return 1;
      if (!inRanges(table.leads, lead)) return 0;
      if (inRanges(table.trails, trail)) return 2;
      const isLong = isGb && trail >= 0x30 && trail <= 0x39 && (bytes[at + 2] ?? 0) >= 0x81 && inRanges([[0x30, 0x39]], bytes[at + 3] ?? 0);
      return isLong ? 4 : 0;
    },
    score(bytes, at, length) {
      if (length === 1) return singleScore;
      return length === 4 ? table.rare - 5 : (scores[(bytes[at] as number) * 256 + (bytes[at + 1] as number)] as number);
    },
  };
}

function pairScores(table: PairTable): Float64Array {
  const scores = new Float64Array(0x10000).fill(table.rare);
  for (const [firstLead, lastLead, firstTrail, share, characters] of [...table.areas].reverse()) {
    for (let lead = firstLead; lead <= lastLead; lead++)
      scores.fill(Math.log(share / characters), lead * 256 + firstTrail, lead * 256 + 256);
  }
  const common = new Set(table.common);
  for (const character of common) {
    const [lead, trail] = encodeText(character, table.encoding);
    if (lead !== undefined && trail !== undefined) scores[lead * 256 + trail] = Math.log(COMMON_SHARE / common.size);
  }
  return scores;
}

/** What it costs that two letters stand side by side which hardly ever do. */
const UNUSUAL_NEIGHBOUR = Math.log(0.02);
const UNLIKELY = Math.log(0.0005);

/** Bytes that stand for no character in an encoding of one byte a character. */
function undefinedBytes(encoding: string): ReadonlySet<number> {
  const missing = new Set<number>();
  for (let byte = 0x80; byte < 0x100; byte++) {
    const text = decodeBytes(Uint8Array.of(byte), encoding);
    if (text === '\ufffd' || text <= '\u009f') missing.add(byte);
  }
  return missing;
}

function latinModel(encoding: string, letters: string): EncodingModel {
  const scores = new Float64Array(256).fill(UNLIKELY);
  for (const byte of encodeText(SIGNS, encoding)) scores[byte] = Math.log(0.012);
  encodeText(letters, encoding).forEach((byte, rank) => {
    scores[byte] = Math.log((encoding === 'windows-1252' ? 0.7 : 0.4) / (rank + 4));
  });
  const none = undefinedBytes(encoding);
  return {
    encoding,
    length: (bytes, at) => (none.has(bytes[at] as number) ? 0 : 1),
    score(bytes, at) {
      const before = at > 0 ? (bytes[at - 1] as number) : 0;
      return (scores[bytes[at] as number] as number) + (before >= 0x80 ? UNUSUAL_NEIGHBOUR : 0);
    },
  };
}

function alphabetModel(encoding: string, letters: string): EncodingModel {
  const scores = new Float64Array(256).fill(UNLIKELY);
  for (const byte of encodeText(SIGNS, encoding)) scores[byte] = Math.log(0.005);
  const upper = new Set(encodeText(letters.toUpperCase(), encoding));
  for (const byte of encodeText(letters, encoding)) upper.delete(byte);
  encodeText(letters.toUpperCase(), encoding).forEach((byte, rank) => {
    if (byte >= 0x80) scores[byte] = Math.log(0.05 / (rank + 3));
  });
  encodeText(letters, encoding).forEach((byte, rank) => {
    if (byte >= 0x80) scores[byte] = Math.log(0.3 / (rank + 3));
  });
  const none = undefinedBytes(encoding);
  const isLatin = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122;
  return {
    encoding,
    length: (bytes, at) => (none.has(bytes[at] as number) ? 0 : 1),
    score(bytes, at) {
      const byte = bytes[at] as number;
      const before = at > 0 ? (bytes[at - 1] as number) : 0;
      const isCapitalInside = upper.has(byte) && before >= 0x80 && !upper.has(before);
      const isMixed = isLatin(before) || isLatin(bytes[at + 1] ?? 0);
      return (scores[byte] as number) + (isCapitalInside || isMixed ? 1.5 * UNUSUAL_NEIGHBOUR : 0);
    },
  };
}
