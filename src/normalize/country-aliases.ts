import { fold } from '../model/fold.ts';

/**
 * The commonest ways to write a country in customer files, without punctuation and accents: found without loading the
 * names of the world. Also names that no list of official names holds.
 */
const ALIASES: Readonly<Record<string, string>> = {
  US: 'us|usa|u s|u s a|united states|united states of america|america|estados unidos|estados unidos da america|etats unis|vereinigte staaten|美国|美國|美利坚合众国',
  GB: 'uk|u k|gb|united kingdom|great britain|britain|england|scotland|wales|northern ireland|united kingdom of great britain and northern ireland|grossbritannien|英国|英國|英格兰|苏格兰|威尔士|北爱尔兰|大不列颠',
  CN: 'china|prc|p r c|p r china|pr china|peoples republic of china|people s republic of china|mainland china|china mainland|zhongguo|zhong guo|中国|中國|中国大陆|中國大陸|中华人民共和国|中華人民共和國|китай|кнр|중국',
  TW: 'taiwan|台湾|台灣|臺灣|中国台湾|中國台灣|中国台湾省|台湾省|中华台北|taiwan china|taiwan roc|taiwan r o c',
  HK: 'hong kong|hongkong|hong kong sar|hong kong sar china|hong kong china|hong kong s a r|hk sar|香港|中国香港|中國香港|香港特别行政区|中国香港特别行政区|中華人民共和國香港特別行政區|香港特別行政區',
  MO: 'macau|macao|macau sar|macao sar|macau sar china|macao sar china|macau china|macao china|澳门|澳門|中国澳门|中國澳門|澳门特别行政区|中国澳门特别行政区|澳門特別行政區',
  DE: 'germany|deutschland|federal republic of germany|bundesrepublik deutschland|brd|alemania|alemanha|allemagne|germania|德国|德國|德意志联邦共和国',
  FR: 'france|frankreich|francia|franca|法国|法國|法兰西',
  ES: 'spain|espana|espanha|espagne|spanien|spagna|西班牙',
  IT: 'italy|italia|italien|italie|意大利|義大利',
  BR: 'brazil|brasil|bresil|brasilien|brasile|巴西',
  JP: 'japan|nippon|nihon|japon|日本|日本国',
  KR: 'south korea|republic of korea|korea south|korea republic of|korea rep|rok|韩国|韓國|南韩|大韩民国|대한민국|한국',
  KP: 'north korea|korea north|dprk|朝鲜|北朝鲜|北韓',
  CA: 'canada|kanada|加拿大',
  AU: 'australia|australien|澳大利亚|澳大利亞|澳洲',
  NZ: 'new zealand|aotearoa|新西兰|新西蘭|紐西蘭',
  IN: 'india|bharat|印度',
  SG: 'singapore|singapura|republic of singapore|新加坡|星加坡',
  MY: 'malaysia|马来西亚|馬來西亞',
  TH: 'thailand|泰国|泰國',
  VN: 'vietnam|viet nam|越南',
  PH: 'philippines|菲律宾|菲律賓',
  ID: 'indonesia|印尼|印度尼西亚|印度尼西亞',
  RU: 'russia|russian federation|俄罗斯|俄羅斯|俄国|俄罗斯联邦|россия|рф',
  NL: 'netherlands|nederland|holland|niederlande|pays bas|荷兰|荷蘭',
  BE: 'belgium|belgie|belgique|belgien|比利时|比利時',
  CH: 'switzerland|schweiz|suisse|svizzera|suiza|瑞士',
  AT: 'austria|osterreich|oesterreich|autriche|奥地利|奧地利',
  SE: 'sweden|sverige|schweden|瑞典',
  NO: 'norway|norge|noreg|挪威',
  DK: 'denmark|danmark|丹麦|丹麥',
  FI: 'finland|suomi|芬兰|芬蘭',
  PL: 'poland|polska|polen|波兰|波蘭',
  PT: 'portugal|葡萄牙',
  IE: 'ireland|eire|republic of ireland|爱尔兰|愛爾蘭',
  CZ: 'czech republic|czechia|cesko|ceska republika|捷克|捷克共和国',
  HU: 'hungary|magyarorszag|匈牙利',
  RO: 'romania|罗马尼亚',
  GR: 'greece|hellas|ellada|希腊|希臘',
  TR: 'turkey|turkiye|turkei|土耳其',
  MX: 'mexico|mexique|mexiko|墨西哥',
  AR: 'argentina|阿根廷',
  ZA: 'south africa|rsa|suid afrika|南非',
  AE: 'united arab emirates|uae|u a e|emirates|阿联酋|阿拉伯联合酋长国',
  SA: 'saudi arabia|ksa|kingdom of saudi arabia|沙特|沙特阿拉伯|沙烏地阿拉伯',
  IL: 'israel|以色列',
  EG: 'egypt|埃及',
  UA: 'ukraine|ukraina|乌克兰',
  SK: 'slovakia|slovak republic|slovensko',
  HR: 'croatia|hrvatska',
  RS: 'serbia|srbija',
  BG: 'bulgaria|balgariya',
  LA: 'laos|lao pdr|老挝|寮國',
  SY: 'syria',
  BN: 'brunei',
  MD: 'moldova',
  TZ: 'tanzania',
  VE: 'venezuela',
  IR: 'iran',
  MM: 'burma|myanmar',
  SZ: 'swaziland',
  CV: 'cabo verde',
  VA: 'vatican|vatican city|holy see',
  CD: 'dr congo|drc|democratic republic of congo|congo kinshasa',
  CG: 'republic of congo|congo brazzaville',
};

let byName: ReadonlyMap<string, string> | undefined;

/** Alpha-2 code by folded name. */
export function countryAliases(): ReadonlyMap<string, string> {
  byName ??= new Map(Object.entries(ALIASES).flatMap(([code, names]) => names.split('|').map((name) => [fold(name), code] as const)));
  return byName;
}
