import { type ChineseCity, cityAt, isOrdinaryWord, provinceAt } from './chinese-divisions.ts';
import { foldHan } from './han-fold.ts';
import { normalizeLine } from './line.ts';

/** The parts of a Chinese address; region and city in their official simplified names, the rest as written. */
export interface ChineseAddress {
  /** First-level division: `广东省`. */
  readonly region: string;
  /** Prefecture-level city, or a county-level one where no prefecture was named: `深圳市`; a municipality is its own city. */
  readonly city: string | null;
  /** District or county: `南山区`. */
  readonly district: string | null;
  readonly street: string | null;
}

/** An address is no longer; a document in a cell is not searched. */
const MAX_ADDRESS_LENGTH = 400;
const COUNTRY = /^(?:中华人民共和国|中國|中国)/;
const POSTAL_CODE = /^\d{6}[ ,，]*/;
const GAP = /^[ ,，、·/-]+/;
/** 南京西路, 中山东二路, 北京大学: a street or an institution that bears the name of a place elsewhere. */
const NAMESAKE = /^(?:[东南西北中]{0,2}[一二三四五六七八九十]?(?:路|街|大道|道|巷|胡同|弄|里弄)|大学|银行|饭店|酒店)/;
/** 市北区 after 青岛: the sign 市 belongs to the district there. */
const MIDTOWN = /^市[北南中]区/;
const MIDTOWN_CITIES: ReadonlySet<string> = new Set('青岛 济南 枣庄 济宁 内江 乐山'.split(' '));
const DISTRICT = /^\p{Script=Han}{1,12}?(?:自治县|自治旗|新区|林区|[区县旗市])/u;
/** Zones and buildings whose names end like a district. */
const NO_DISTRICT = /(?:小|社|园|校|厂|景|街|片|库|院|宅|业|活|市|仓|山庄)区$|[超城都夜门股]市$|^市辖区$/;
/** What GB/T 2260 says in the place of a city or district where there is none. */
const NO_UNITS = ['省直辖县级行政区划', '自治区直辖县级行政区划', '市辖区'];
/** What stands in names of streets and villages and, after two characters, in no name of a district. */
const STREET_SIGN = /[路街道镇乡村弄巷号]|(?<!鼓)楼/;

/**
 * Takes province, city and district out of an address in one line (GB/T 2260): `广东省深圳市南山区科技园路1号`. Null when it
 * does not begin with a first-level division or a known prefecture-level city, or when that name is part of a street
 * (`南京西路`). A short city name that is a word too (`三明`) must be followed by a district.
 */
export function parseChineseAddress(text: string): ChineseAddress | null {
  if (text.length > MAX_ADDRESS_LENGTH) return null;
  const line = withoutLead(normalizeLine(text));
  if (!(line.charCodeAt(0) >= 0x4e00)) return null;
  // Folding keeps the length, so that offsets are good for both texts.
  const simple = foldHan(line);
  const first = provinceAt(simple, 0);
  const lone = first === undefined ? cityAt(simple, 0, null) : undefined;
  if (first === undefined && lone === undefined) return null;
  // 吉林市 is the city, not the province.
  if (first !== undefined && !first.province.municipality && simple[first.end] === '市') {
    const city = cityAt(simple, 0, first.province);
    if (city !== undefined) return fromCity(line, simple, city);
  }
  if (first === undefined) return lone === undefined ? null : fromCity(line, simple, lone);
  const { province } = first;
  if (simple.slice(0, first.end) !== province.name && NAMESAKE.test(simple.slice(first.end))) return null;
  const at = skipGap(line, first.end);
  if (province.municipality) return withDistrict(province.name, province.name, line, simple, afterRepeat(line, simple, at, province.short));
  const city = cityAt(simple, at, province);
  if (city === undefined || (!city.full && NAMESAKE.test(simple.slice(city.end))))
    return withDistrict(province.name, null, line, simple, at);
  return withDistrict(province.name, city.city.name, line, simple, cityEnd(simple, city));
}

function fromCity(line: string, simple: string, found: { city: ChineseCity; end: number; full: boolean }): ChineseAddress | null {
  const { city } = found;
  if (!found.full && NAMESAKE.test(simple.slice(found.end))) return null;
  const address = withDistrict(city.province.name, city.name, line, simple, cityEnd(simple, found));
  return !found.full && address.district === null && isOrdinaryWord(city.short) ? null : address;
}

/** 青岛市北区 is district 市北区 of 青岛. */
function cityEnd(simple: string, found: { city: ChineseCity; end: number; full: boolean }): number {
  const { city, end, full } = found;
  return full && MIDTOWN_CITIES.has(city.short) && MIDTOWN.test(simple.slice(end - 1)) ? end - 1 : end;
}

/** 北京市北京市朝阳区, 北京市市辖区: the same unit said twice, as forms with a list for each level do. */
function afterRepeat(line: string, simple: string, start: number, short: string): number {
  let at = start;
  if (simple.startsWith(`${short}市`, at)) at += short.length + 1;
  return skipGap(line, at);
}

function withDistrict(region: string, city: string | null, line: string, simple: string, start: number): ChineseAddress {
  let at = skipGap(line, start);
  for (const nothing of NO_UNITS) {
    if (simple.startsWith(nothing, at)) at = skipGap(line, at + nothing.length);
  }
  const length = districtLength(simple.slice(at), region);
  const unit = length === 0 ? null : line.slice(at, at + length);
  const rest = line.slice(skipGap(line, at + length));
  const street = rest === '' ? null : rest;
  // A county-level city alone (江苏省昆山市) is the city of the address.
  if (city === null && unit?.endsWith('市')) return { region, city: unit, district: null, street };
  return { region, city, district: unit, street };
}

/** Length of the district or county that the text begins with; 0 when it begins with none. */
export function districtLength(simple: string, region: string | null): number {
  const match = DISTRICT.exec(simple);
  if (match === null) return 0;
  const name = match[0];
  const stem = name.replace(/(?:自治县|自治旗|新区|林区|[区县旗市])$/, '');
  if (NO_DISTRICT.test(name) || (stem.length > 2 && STREET_SIGN.test(stem.slice(1)))) return 0;
  // Banners exist in Inner Mongolia only; elsewhere 红旗街 is a street.
  if (name.endsWith('旗') && region !== '内蒙古自治区') return 0;
  // 城市路, 县区街: a street goes on where a district ends.
  return /^(?:[东南西北中]?[一二三四五六七八九十]?)(?:路|街(?!道)|巷)/.test(simple.slice(name.length)) && stem.length < 2 ? 0 : name.length;
}

function withoutLead(line: string): string {
  return line.replace(POSTAL_CODE, '').replace(COUNTRY, '').replace(GAP, '');
}

function skipGap(line: string, start: number): number {
  const gap = GAP.exec(line.slice(start, start + 8));
  return gap === null ? start : start + gap[0].length;
}
