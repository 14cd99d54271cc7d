/** Common Japanese family names in kanji as they are written in Japan. */
const JAPANESE =
  '佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡邉|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|林|斎藤|斉藤|齋藤|清水|山崎|森|池田|橋本|阿部|石川|山下|' +
  '中島|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|金子|岡本|藤原|中野|三浦|原田|中川|松田|竹内|小野|田村|中山|和田|' +
  '石田|森田|上田|原|内田|柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|工藤|谷口|今井|高田|増田|丸山|杉山|村田|大塚|新井|藤本|小山|平野|野口|上野|武田|' +
  '松井|千葉|菅原|岩崎|木下|久保|佐野|野村|松尾|市川|菊地|菊池|杉本|古川|大西|島田|水野|桜井|高野|渡部|吉川|山内|西田|飯田|西川|小松|北村|安田|五十嵐|川口|' +
  '平田|関|中田|久保田|服部|東|岩田|土屋|川崎|福島|本田|辻|樋口|秋山|田口|永井|山中|中西|吉村|川上|石原|大橋|松岡|馬場|浜田|森本|星野|矢野|浅野|大島|吉岡|小池|野田';

/** Korean family names of one syllable in Hangul. */
const KOREAN =
  '김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반라나왕금옥육인맹제모탁국어은편용';

/** Korean family names of two syllables. */
const KOREAN_COMPOUND = new Set('남궁|황보|제갈|선우|독고|사공|서문|동방'.split('|'));

/** Korean family names in Latin letters. */
const KOREAN_LATIN = new Set(
  'kim|park|choi|jeong|jung|cho|yoon|jang|lim|shin|kwon|hwang|ahn|ryu|hong|lee|bae|baek|yoo|moon|seo|oh|noh|roh'.split('|'),
);

let japanese: ReadonlySet<string> | undefined;

/** The common Japanese family name of two or three characters that a name in kanji begins with; null when none is known. */
export function japaneseSurname(name: string): string | null {
  japanese ??= new Set(JAPANESE.split('|'));
  for (const length of [3, 2]) if (name.length >= length && japanese.has(name.slice(0, length))) return name.slice(0, length);
  return null;
}

/** How many syllables of a name in Hangul are its family name: 2, 1, or 0 when none is known. */
export function koreanSurnameLength(name: string): 0 | 1 | 2 {
  if (name.length > 2 && KOREAN_COMPOUND.has(name.slice(0, 2))) return 2;
  return name !== '' && KOREAN.includes(name.charAt(0)) ? 1 : 0;
}

/** Whether a lower-case word is a Korean family name in Latin letters. */
export function isKoreanSurname(word: string): boolean {
  return KOREAN_LATIN.has(word);
}
