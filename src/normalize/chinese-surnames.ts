import { foldHan } from './han-fold.ts';

/** Common Chinese family names of one character in simplified Han, roughly by how many people bear them. */
const SINGLE =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏' +
  '付傅方邹熊白孟秦邱丘侯江尹薛闫阎段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤康易乔赖文洪施樊兰殷安颜倪庄章牛温庞俞鲁葛毕聂邢齐梅' +
  '焦左冉童路欧尚凌柳祝岳柏詹耿辛管滕舒尤翁荣季祁谷桑路裴党霍车关纪穆查岑骆涂柯阮翟涂蓝甘单欧鲍房解瞿符苗项窦娄盛邬席麦申蒲屈成缪宁柴' +
  '华费卓邝游阳靳隋闵匡沙古池储祖宫景桂栾佟褚简米司党敖全巫晏时甄桑商连褟艾班卜仇楚淳丛从戚冷厉明宗宣官邸郎练郁鄢占冀占银苟车卫牟燕姬薄' +
  '尧鹿楼惠滑茅诸幸岳初原应伍植来栗麻奚冼洗仲谈戈蔺闻容颉臧揭蒙吉强习仝言支况雍包花云昌边满丰郦乐都诗酆凤伏皮卞元平和湛禹狄贝计成危粟' +
  '虞嵇邴糜松井弓牧隗山谷全班仰秋仲伊暴斜印宿怀步耿弘国寇广禄阙东殴沃利蔚越隆师巩厍晁勾融訾阚那饶空曾毋乜养鞠须丰巢蒯相后荆红游竺权逯盖' +
  '益桓公晋阎法汝涂钦归海墨哈佘佴赏南呼羊澹台冶宗濮扶堵冉雕璩瑕钭郗干库郄柘求鱼容慎戈终居衡耿都满匡农别茹逄展木皇但朴撒卿代战展信母刁' +
  '於由字多矫巨吾青辜粘冶勇丑邦衣亓帅才修苑线付铁庾门藏杭才芦肇盘郐尔禚敬哈竹赫逢巴苍漆昝呙渠雪隽阴仉候迟郗辜首';

/** Compound family names of two characters in simplified Han. */
const COMPOUND =
  '欧阳|司马|上官|诸葛|夏侯|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|司徒|司空|鲜于|闾丘|轩辕|钟离|南宫|申屠|淳于|单于|太叔|公羊|公冶|宗政|濮阳|赫连|' +
  '澹台|端木|百里|呼延|东郭|南门|西门|第五|独孤|拓跋|万俟|闻人|左丘|谷梁|梁丘|公西|漆雕|乐正|壤驷|颛孙|仲孙|亓官|巫马|子车|拓拔|完颜|纳兰|叶赫|爱新|那拉|范姜|张简|张廖';

/** Compound names whose first character is a family name itself, so that three characters can be read in two ways. */
const DOUBTFUL = new Set('夏侯|钟离|申屠|单于|万俟|闻人|左丘|谷梁|梁丘|乐正|仲孙|巫马|叶赫|范姜|张简|张廖|南门|公孙'.split('|'));

/** Family names in Pinyin as passports and mail write them, those first that hardly occur as a given name of one syllable. */
const STRONG_PINYIN =
  'zhang wang liu chen huang zhao zhou sun zhu guo luo zheng xie tang deng cao zeng pan cai du cui tan liao qiu hou shao duan qian ' +
  'ouyang sima zhuge shangguan xiahou huangfu situ linghu murong dongfang gongsun yuwen zhangsun nangong ximen dugu yuchi moqi';
const OTHER_PINYIN =
  'li yang wu xu ma hu he lin gao liang song han feng peng xiao tian dong yuan jiang yu ye cheng wei su lu lv lyu ding ren shen yao zhong fan wang shi ' +
  'jin jia xia fu fang zou xiong bai meng qin yin xue yan lei long tao mao hao gu gong wan wu dai mo kong xiang chang kang yi qiao lai wen hong lan ' +
  'an ni zhuang niu pang bi nie xing qi mei jiao zuo ran tong lu ou shang ling liu yue bo zhan geng xin guan teng shu you weng rong ji mu sang pei ' +
  'huo che cen ke ruan zhai gan shan bao qu miao dou lou sheng xi mai pu ning chai hua fei zhuo kuang sha chi chu gui min le ai ban bu chou leng ' +
  'ming bian yun hang zu jing tu zha jian quan shuang na a ge kuai tai';

let single: ReadonlySet<string> | undefined;
let compound: ReadonlySet<string> | undefined;
let strong: ReadonlySet<string> | undefined;
let pinyin: ReadonlySet<string> | undefined;

/** A family name at the head of a name in Han. */
export interface HanSurname {
  /** How many UTF-16 code units of the name it takes: 1 or 2. */
  readonly length: 1 | 2;
  /** False when the name can also be read with a family name of another length. */
  readonly certain: boolean;
}

/** The family name that a name in Han begins with, in simplified or traditional characters; null when it begins with none known. */
export function hanSurname(name: string): HanSurname | null {
  const head = foldHan(name.slice(0, 2));
  compound ??= new Set(COMPOUND.split('|'));
  if (head.length === 2 && name.length > 1 && compound.has(head)) {
    return { length: 2, certain: name.length > 3 || (name.length === 3 && !DOUBTFUL.has(head)) };
  }
  return isSingle(head) ? { length: 1, certain: true } : null;
}

/** Whether a name in Han is a family name and nothing else (`王`, `欧阳`). */
export function isHanSurname(name: string): boolean {
  const folded = foldHan(name);
  compound ??= new Set(COMPOUND.split('|'));
  return folded.length === 1 ? isSingle(folded) : compound.has(folded);
}

/** Whether a lower-case word is a family name in Pinyin (`zhang`, `ouyang`, `lyu`). */
export function isPinyinSurname(word: string): boolean {
  pinyin ??= new Set(`${STRONG_PINYIN} ${OTHER_PINYIN}`.split(' '));
  return pinyin.has(word);
}

/** Whether a lower-case word is a family name in Pinyin that is hardly ever a given name (`zhang`, `ouyang`). */
export function isStrongPinyinSurname(word: string): boolean {
  strong ??= new Set(STRONG_PINYIN.split(' '));
  return strong.has(word);
}

function isSingle(name: string): boolean {
  single ??= new Set(SINGLE);
  return single.has(name.charAt(0));
}
