/** A first-level division of China. */
export interface ChineseProvince {
  /** Official Chinese name: `广东省`, `上海市`, `广西壮族自治区`. */
  readonly name: string;
  /** The name without its kind: `广东`, `上海`, `广西`. */
  readonly short: string;
  /** Whether it is one of the four cities directly under the central government. */
  readonly municipality: boolean;
}

/** A prefecture-level division, or a city that is governed by its province directly. */
export interface ChineseCity {
  /** Official Chinese name: `深圳市`, `大理白族自治州`, `阿里地区`. */
  readonly name: string;
  readonly short: string;
  readonly province: ChineseProvince;
}

/** First-level divisions of GB/T 2260: official name, short name, other spellings (Latin ones without blanks). */
const PROVINCES = [
  '北京市|北京|beijing|peking|bj',
  '天津市|天津|tianjin|tientsin|tj',
  '河北省|河北|hebei|hopei',
  '山西省|山西|shanxi',
  '内蒙古自治区|内蒙古|内蒙|innermongolia|neimenggu|neimongol|nmg',
  '辽宁省|辽宁|liaoning',
  '吉林省|吉林|jilin|kirin',
  '黑龙江省|黑龙江|heilongjiang|heilungkiang',
  '上海市|上海|shanghai|sh',
  '江苏省|江苏|jiangsu|kiangsu',
  '浙江省|浙江|zhejiang|chekiang',
  '安徽省|安徽|anhui|anhwei',
  '福建省|福建|fujian|fukien',
  '江西省|江西|jiangxi|kiangsi',
  '山东省|山东|shandong|shantung',
  '河南省|河南|henan|honan',
  '湖北省|湖北|hubei|hupei|hupeh',
  '湖南省|湖南|hunan',
  '广东省|广东|guangdong|kwangtung|canton',
  '广西壮族自治区|广西|广西自治区|guangxi|kwangsi|guangxizhuang',
  '海南省|海南|hainan',
  '重庆市|重庆|chongqing|chungking|cq',
  '四川省|四川|sichuan|szechwan|szechuan',
  '贵州省|贵州|guizhou|kweichow',
  '云南省|云南|yunnan',
  '西藏自治区|西藏|tibet|xizang|tibetan',
  '陕西省|陕西|shaanxi|shensi',
  '甘肃省|甘肃|gansu|kansu',
  '青海省|青海|qinghai|tsinghai',
  '宁夏回族自治区|宁夏|宁夏自治区|ningxia|ningxiahui|ninghsia',
  '新疆维吾尔自治区|新疆|新疆自治区|xinjiang|sinkiang|xinjianguygur|xinjianguyghur',
  '台湾省|台湾|taiwan',
  '香港特别行政区|香港|hongkong|hk|xianggang',
  '澳门特别行政区|澳门|macau|macao|aomen',
];

/** Prefecture-level divisions of GB/T 2260 in the order above; without a kind: a city (市). Municipalities have none. */
const CITIES: Readonly<Record<string, string>> = {
  河北: '石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水',
  山西: '太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁',
  内蒙古: '呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒盟 阿拉善盟',
  辽宁: '沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛',
  吉林: '长春 吉林 四平 辽源 通化 白山 松原 白城 延边朝鲜族自治州',
  黑龙江: '哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭地区',
  江苏: '南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁',
  浙江: '杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水',
  安徽: '合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城',
  福建: '福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德',
  江西: '南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶',
  山东: '济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽',
  河南: '郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源',
  湖北: '武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施土家族苗族自治州 仙桃 潜江 天门 神农架林区',
  湖南: '长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西土家族苗族自治州',
  广东: '广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮',
  广西: '南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左',
  海南: '海口 三亚 三沙 儋州 五指山 琼海 文昌 万宁 东方',
  四川: '成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州',
  贵州: '贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州',
  云南: '昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄彝族自治州 红河哈尼族彝族自治州 文山壮族苗族自治州 西双版纳傣族自治州 大理白族自治州 德宏傣族景颇族自治州 怒江傈僳族自治州 迪庆藏族自治州',
  西藏: '拉萨 日喀则 昌都 林芝 山南 那曲 阿里地区',
  陕西: '西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛',
  甘肃: '兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏回族自治州 甘南藏族自治州',
  青海: '西宁 海东 海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州 玉树藏族自治州 海西蒙古族藏族自治州',
  宁夏: '银川 石嘴山 吴忠 固原 中卫',
  新疆: '乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉回族自治州 博尔塔拉蒙古自治州 巴音郭楞蒙古自治州 阿克苏地区 克孜勒苏柯尔克孜自治州 喀什地区 和田地区 伊犁哈萨克自治州 塔城地区 阿勒泰地区 石河子 阿拉尔 图木舒克 五家渠 北屯 铁门关 双河 可克达拉 昆玉 胡杨河 新星',
  台湾: '台北 新北 桃园 台中 台南 高雄 基隆 新竹 嘉义 新竹县 苗栗县 彰化县 南投县 云林县 嘉义县 屏东县 宜兰县 花莲县 台东县 澎湖县 金门县 连江县',
};
/** What an official name ends with: its kind, and before it the peoples of an autonomous prefecture. */
const KIND =
  /(?:(?:朝鲜族|土家族|苗族|藏族|羌族|彝族|布依族|侗族|哈尼族|壮族|傣族|白族|景颇族|傈僳族|回族|蒙古族|蒙古|柯尔克孜|哈萨克)+自治州|地区|盟|县|林区|市)$/;
/** Whole kinds, by which a name in the table is told from a bare name of a city. */
const HAS_KIND = /(?:自治州|地区|盟|县|林区)$/;

interface Divisions {
  readonly provinces: ReadonlyMap<string, ChineseProvince>;
  readonly cities: ReadonlyMap<string, ChineseCity>;
  /** The first two characters of every name: most texts begin with none. */
  readonly heads: ReadonlySet<string>;
}
let divisions: Divisions | undefined;

/** Names that only a longer name or a neighbour tells from another place: `嘉义` is the city, `海南` the province. */
function loadDivisions(): Divisions {
  const provinces = new Map<string, ChineseProvince>();
  const cities = new Map<string, ChineseCity>();
  for (const line of PROVINCES) {
    const names = line.split('|');
    const [name, short] = names as [string, string];
    const province: ChineseProvince = Object.freeze({ name, short, municipality: name.endsWith('市') });
    for (const spelling of names) provinces.set(spelling, province);
    for (const text of CITIES[short]?.split(' ') ?? []) {
      const official = HAS_KIND.test(text) ? text : `${text}市`;
      const city: ChineseCity = Object.freeze({ name: official, short: official.replace(KIND, ''), province });
      cities.set(official, city);
      if (!cities.has(city.short)) cities.set(city.short, city);
    }
  }
  const heads = new Set([...provinces.keys(), ...cities.keys()].map((name) => name.slice(0, 2)));
  divisions = { provinces, cities, heads };
  return divisions;
}

/** First-level division by its official or short Chinese name, or by a Latin one in lower case without blanks. */
export function chineseProvince(name: string): ChineseProvince | undefined {
  return (divisions ?? loadDivisions()).provinces.get(name);
}

/** Prefecture-level division (GB/T 2260) by its official or short Chinese name. Municipalities are provinces, not cities. */
export function chineseCity(name: string): ChineseCity | undefined {
  return (divisions ?? loadDivisions()).cities.get(name);
}

const LONGEST_NAME = 13;

/** The longest name of a first-level division that the simplified text has at an offset, and what it means. */
export function provinceAt(text: string, start: number): { readonly province: ChineseProvince; readonly end: number } | undefined {
  const { provinces, heads } = divisions ?? loadDivisions();
  if (!heads.has(text.slice(start, start + 2))) return undefined;
  for (let length = Math.min(LONGEST_NAME, text.length - start); length >= 2; length--) {
    const province = provinces.get(text.slice(start, start + length));
    if (province !== undefined && text.charCodeAt(start) > 0x7f) return { province, end: start + length };
  }
  return undefined;
}

/** The longest name of a prefecture-level division at an offset; `full` when it was written with its kind. */
export function cityAt(
  text: string,
  start: number,
  province: ChineseProvince | null,
): { readonly city: ChineseCity; readonly end: number; readonly full: boolean } | undefined {
  const { cities, heads } = divisions ?? loadDivisions();
  if (!heads.has(text.slice(start, start + 2))) return undefined;
  for (let length = Math.min(LONGEST_NAME, text.length - start); length >= 2; length--) {
    const name = text.slice(start, start + length);
    const city = cities.get(name);
    if (city === undefined || (province !== null && city.province !== province)) continue;
    return { city, end: start + length, full: name === city.name };
  }
  return undefined;
}

/** Short names that are words too (三明治, 大理石, 白银, 日照, 来宾): alone they are no place. */
const WORDS: ReadonlySet<string> = new Set(
  '三明 大理 白银 日照 安康 来宾 和田 大同 长治 东方 永州 双河 新星 新北 山南 平凉 阿里 天门 万宁'.split(' '),
);

/** Whether the short name of a city is an ordinary word or a well-known brand too, so that it proves no place. */
export function isOrdinaryWord(short: string): boolean {
  return WORDS.has(short);
}

/** Whether the simplified text may begin with the name of a division; false is certain. */
export function mayBeginWithDivision(text: string): boolean {
  return (divisions ?? loadDivisions()).heads.has(text.slice(0, 2));
}
