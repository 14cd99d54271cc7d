/**
 * Drops of a shop and its fairs, one a night, with the truth about who is who: new people, people whose data changed, rows that
 * were there before, and people under another number, written otherwise. Used by jobs.mjs; the same seed gives the same files.
 */
const LATIN = {
  given:
    'James Mary Robert Patricia John Jennifer Michael Linda David Barbara Richard Susan Joseph Thomas Sarah Karen Daniel Nancy Anna Emma Jack Olivia Hans Greta José María Søren Zoë François Chloë Aiko Kenji Olga Ivan Jürgen Łukasz Amy Eric Laura Kevin'.split(
      ' ',
    ),
  roots:
    'Hart Lind Berg Ash Wood Stone Fair Black West North Brook Clay Dun East Field Glen Haw King Lang Marsh Nor Oak Penn Red Sand Thorn Under Vale Wick York Ald Brad Cran Dal Garl Hol Jas Müll Schnei Núñ'.split(
      ' ',
    ),
  ends: 'man son ley ton ford field wood ham worth well er by den ridge burn more land wick stead croft'.split(' '),
  mails: ['gmail.com', 'outlook.com', 'yahoo.com', 'example.com', 'corp.example.org'],
  streets: 'Main Oak Pine Maple Cedar Elm Lake Hill Park River Church High Station Mill'.split(' '),
  towns: [
    ['New York', 'US', 10001],
    ['Chicago', 'US', 60601],
    ['Berlin', 'DE', 10115],
    ['München', 'DE', 80331],
    ['Paris', 'FR', 75001],
  ],
};
const CHINESE = {
  family: [
    ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜',
    '欧阳',
    '司马',
    '诸葛',
  ],
  given: [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰红建国文斌宇浩欣怡雨晨子轩梓涵嘉琪思远志鹏晓东海燕春梅'],
  mails: ['qq.com', '163.com', '126.com', 'foxmail.com'],
  prefixes: ['138', '139', '150', '186', '177', '131'],
  towns: ['北京市', '上海市', '广州市', '深圳市', '成都市', '杭州市', '武汉市', '西安市'],
  roads: ['人民路', '中山路', '解放路', '建设路', '和平路', '长江路'],
};

/** What a row is, as shares of a drop; the first nights have only new people to offer for the others. */
const SHARES = [
  ['changed', 0.2],
  ['exact', 0.1],
  ['near', 0.1],
];
const HEADER = 'external_id,given_name,family_name,email,phone,street,city,postcode,country,birthday,last_contacted_at';

/** Makes drops. @returns `next(rows)`: the text of the next file; `personOf`: number of the person by external id */
export function dropMaker({ seed, chineseShare = 0.4 }) {
  const random = randomOf(seed);
  const people = [];
  /** Of each external id, who it is and the row as it was written last. */
  const records = [];
  const personOf = new Map();

  const record = (person, row) => {
    const externalId = `C${records.length + 1}`;
    personOf.set(externalId, person);
    records.push({ person, line: [externalId, ...row].join(',') });
    return records.at(-1).line;
  };
  const makers = {
    new: () => {
      people.push(newPerson(random, people.length, chineseShare));
      return record(people.length - 1, rowOf(people.at(-1)));
    },
    changed: () => {
      const known = pick(random, records);
      const person = people[known.person];
      // Moves house; every third one gets another phone as well.
      Object.assign(person, addressOf(random, person));
      if (random() < 0.33) person.phone = phoneOf(random, person);
      known.line = [known.line.slice(0, known.line.indexOf(',')), ...rowOf(person)].join(',');
      return known.line;
    },
    exact: () => pick(random, records).line,
    near: () => {
      const { person } = pick(random, records);
      return record(person, nearRow(random, people[person]));
    },
  };
  const next = (rows) => {
    const lines = [HEADER];
    for (let i = 0; i < rows; i++) lines.push(makers[records.length < rows / 2 ? 'new' : kindOf(random())]());
    return `${lines.join('\n')}\n`;
  };
  return { next, personOf, people: () => people.length };
}

function kindOf(at) {
  let sum = 0;
  for (const [kind, share] of SHARES) {
    sum += share;
    if (at < sum) return kind;
  }
  return 'new';
}

function newPerson(random, number, chineseShare) {
  const isChinese = random() < chineseShare;
  const person = isChinese
    ? {
        isChinese,
        family: pick(random, CHINESE.family),
        given: pick(random, CHINESE.given) + (random() < 0.7 ? pick(random, CHINESE.given) : ''),
      }
    : { isChinese, family: pick(random, LATIN.roots) + pick(random, LATIN.ends), given: pick(random, LATIN.given) };
  const address = addressOf(random, person);
  const born = new Date(Date.UTC(1945 + int(random, 60), int(random, 12), 1 + int(random, 28)));
  const local = isChinese ? `u${int(random, 9)}${100_000 + number}` : `${ascii(person.given)}.${ascii(person.family)}${number}`;
  const email = `${local}@${pick(random, isChinese ? CHINESE.mails : LATIN.mails)}`;
  // Some have not been heard of for long: the archive is for them, and a row of theirs brings them back.
  const lastContact = random() < 0.05 ? `201${int(random, 10)}-06-1${int(random, 9)}` : '';
  const whole = { ...person, ...address, email, birthday: born.toISOString().slice(0, 10), lastContact };
  return { ...whole, phone: phoneOf(random, whole) };
}

function addressOf(random, { isChinese, country }) {
  if (isChinese)
    return {
      street: `${pick(random, CHINESE.roads)}${1 + int(random, 900)}号`,
      city: pick(random, CHINESE.towns),
      postcode: String(100_000 + int(random, 700_000)),
      country: 'CN',
    };
  const towns = country === undefined ? LATIN.towns : LATIN.towns.filter(([, code]) => code === country);
  const [city, code, first] = pick(random, towns);
  const house = 1 + int(random, 900);
  return { street: `${house} ${pick(random, LATIN.streets)} Street`, city, postcode: String(first + int(random, 90)), country: code };
}

function phoneOf(random, { country }) {
  const digits = (length) => String(int(random, 10 ** length)).padStart(length, '0');
  if (country === 'CN') return `+86${pick(random, CHINESE.prefixes)}${digits(8)}`;
  if (country === 'US') return `+1${pick(random, ['212', '312'])}${2 + int(random, 8)}${digits(6)}`;
  return country === 'DE' ? `+4930${1 + int(random, 9)}${digits(7)}` : `+336${digits(8)}`;
}

function rowOf({ given, family, email, phone, street, city, postcode, country, birthday, lastContact }) {
  return [given, family, email, phone, street, city, postcode, country, birthday, lastContact];
}

/** The person as a fair writes it down: another notation, a slip of the pen, an address of old, something left out. */
function nearRow(random, person) {
  const [given, family, email, phone, street, city, postcode, country, birthday, lastContact] = rowOf(person);
  const row = { given, family, email, phone, street, city, postcode, country, birthday, lastContact };
  const slips = [
    () => ({ given: typo(random, given), email: '' }),
    () => ({ family: typo(random, family), phone: '' }),
    () => ({ email: `new.${email}` }),
    () => ({ ...addressOf(random, person), email: '' }),
    () => (person.isChinese ? { given: family, family: given, email: '' } : { given: given.toUpperCase(), family: family.toUpperCase() }),
    () => ({ phone: '', birthday: '' }),
  ];
  Object.assign(row, pick(random, slips)());
  if (row.phone !== '' && random() < 0.5) row.phone = row.phone.replace(/^(\+\d{2})(\d{3})/, '$1 $2-');
  return Object.values(row);
}

function typo(random, text) {
  const letters = [...text];
  if (letters.length < 4) return text;
  const at = 1 + int(random, letters.length - 2);
  if (random() < 0.5) letters.splice(at, 1);
  else [letters[at], letters[at + 1]] = [letters[at + 1], letters[at]];
  return letters.join('');
}

function ascii(text) {
  return text
    .normalize('NFD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase();
}

function int(random, bound) {
  return Math.floor(random() * bound);
}

function pick(random, list) {
  return list[int(random, list.length)];
}

/** mulberry32 */
function randomOf(seed) {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
