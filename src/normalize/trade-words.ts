/** Words of trades in names of Chinese companies, and others that tell none from another. */
const TRADES = [
  '银行|科技|技术|信息|网络|软件|电子|电力|电信|移动|联通|石油|石化|天然气|燃气|能源|化工|化学|医药|医疗|药业|健康|贸易|进出口|国际|商贸|商业|实业|工业|工程|建筑|建设|装饰|房地产|地产|置业|物业|投资|控股|资产|金融|证券|保险|人寿|财产|基金',
  '信托|租赁|咨询|管理|服务|文化|传媒|广告|教育|培训|旅游|旅行社|酒店|餐饮|食品|饮料|农业|林业|渔业|航空|铁路|公路|地铁|轨道|交通|运输|物流|港口|机场|汽车|机械|设备|制造|钢铁|有色金属|金属|矿业|煤炭|水务|自来水|供水|环保|环境|通信|通讯',
  '邮政|烟草|出版|印刷|广播|电视|电影|体育|纺织|服装|家具|建材|材料|供应链|电商|电子商务|百货|超市|商场|粮油|发展|开发|集团|股份|有限|公司|总|人力资源|劳务|安全|安保|保安|智能|数据|工厂|中国|啤酒|白酒|酒业|酒家|饭店|宾馆|乳业|牛奶|水泥',
  '玻璃|造纸|船舶|重工|电器|电气|仪器|仪表|光电|半导体|生物|制药|农商|农村|人民|城市|城建|城投|路桥|测绘|勘察|设计|研究|热电|热力|电缆|电线|塑料|橡胶|包装|玩具|鞋业|珠宝|黄金|园林|游戏|动漫|自动化|机电|机器人|新能源|新材料|光伏|锂电|电池',
  '公交|巴士|出租|快递|速递|仓储|冷链|货运|客运|烤鸭|火锅|小吃|茶叶|茶业|水产|种业|饲料|畜牧|养殖|蔬菜|花卉|律师|会计师|税务师|事务所|拍卖|典当|担保|小额贷款|融资|支付|征信|创业|创新|产业园|园区|产业|产权|交易所|交易|中心|学校|医院',
  '门诊部|诊所|药房|市政|家居|用品|日用|生活|网约车|房产|不动产|中介|化纤|小面|面馆',
];
let pattern: RegExp | undefined;

/**
 * What is left of a simplified Chinese name without words of trades, ordinal numbers and conjunctions: a name of nothing
 * else (`银行`, `第一百货`) is told from others by its place only.
 */
export function withoutTrades(name: string): string {
  // Longer words first: the first alternative that fits is taken.
  const words = () =>
    TRADES.join('|')
      .split('|')
      .sort((a, b) => b.length - a.length);
  pattern ??= new RegExp(`${words().join('|')}|第[一二三四五六七八九十]+|[市省县区与和及]`, 'g');
  return name.replace(pattern, '');
}
