/** Provinces and territories of Canada: postal code (as in ISO 3166-2:CA) → English, French and Chinese names, folded. */
export const CANADIAN_PROVINCES: Readonly<Record<string, string>> = {
  AB: 'alberta|alta|阿尔伯塔省|阿尔伯塔|艾伯塔省|艾伯塔',
  BC: 'british columbia|b c|colombie britannique|不列颠哥伦比亚省|不列颠哥伦比亚|卑诗省|bc省',
  MB: 'manitoba|man|马尼托巴省|马尼托巴|曼尼托巴省',
  NB: 'new brunswick|n b|nouveau brunswick|新不伦瑞克省|新不伦瑞克',
  NL: 'newfoundland and labrador|newfoundland labrador|newfoundland|nf|nfld|terre neuve et labrador|terre neuve|纽芬兰和拉布拉多省|纽芬兰与拉布拉多省|纽芬兰',
  NS: 'nova scotia|n s|nouvelle ecosse|新斯科舍省|新斯科舍',
  NT: 'northwest territories|nwt|n w t|territoires du nord ouest|西北地区',
  NU: 'nunavut|努纳武特地区|努纳武特',
  ON: 'ontario|ont|安大略省|安大略|安省',
  PE: 'prince edward island|pei|p e i|ile du prince edouard|爱德华王子岛省|爱德华王子岛',
  QC: 'quebec|que|pq|p q|魁北克省|魁北克|魁省',
  SK: 'saskatchewan|sask|萨斯喀彻温省|萨斯喀彻温|萨省',
  YT: 'yukon|yukon territory|yk|territoire du yukon|育空地区|育空',
};

/** States and territories of Australia: usual abbreviation (as in ISO 3166-2:AU) → English and Chinese names, folded. */
export const AUSTRALIAN_STATES: Readonly<Record<string, string>> = {
  ACT: 'australian capital territory|a c t|首都领地|澳大利亚首都领地|澳大利亚首都特区|首都特区',
  NSW: 'new south wales|n s w|新南威尔士州|新南威尔士|新州',
  NT: 'northern territory|n t|北领地|北部地区',
  QLD: 'queensland|昆士兰州|昆士兰|昆州',
  SA: 'south australia|s a|s australia|sth australia|南澳大利亚州|南澳大利亚|南澳州|南澳',
  TAS: 'tasmania|塔斯马尼亚州|塔斯马尼亚|塔州',
  VIC: 'victoria|维多利亚州|维多利亚|维州',
  WA: 'western australia|west australia|w a|w australia|西澳大利亚州|西澳大利亚|西澳州|西澳',
};
