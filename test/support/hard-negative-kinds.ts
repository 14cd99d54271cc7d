import { type CorpusValues, domainOf, type PeopleSource } from './hard-negative-people.ts';

/** Makes groups of records that are different people, or different organisations, each. */
type Maker = (source: PeopleSource) => readonly (readonly CorpusValues[])[];

const GROUPS = 16;
const TOWN_CN = '上海市';
/** Given names that differ by little, and are two people's. */
const CLOSE_NAMES: readonly (readonly [string, string])[] = [
  ['Anna', 'Hanna'],
  ['Jan', 'Jana'],
  ['Julia', 'Julie'],
  ['Paul', 'Paula'],
  ['Erik', 'Erika'],
  ['Mark', 'Mary'],
  ['Carl', 'Carla'],
  ['Simon', 'Simone'],
  ['Daniel', 'Daniela'],
  ['Martin', 'Martina'],
  ['建国', '建华'],
  ['晓东', '晓冬'],
  ['志强', '志刚'],
  ['美玲', '美琳'],
];

function groups(make: (isChinese: boolean, index: number) => readonly CorpusValues[], count = GROUPS) {
  return Array.from({ length: count }, (_, index) => make(index % 2 === 1, index));
}

/** Years after a day. */
function years(birthday: string, count: number, source: PeopleSource): string {
  return `${Number(birthday.slice(0, 4)) + count}-${String(1 + source.int(12)).padStart(2, '0')}-${String(1 + source.int(28)).padStart(2, '0')}`;
}

/** Two people who live together: what one says, and what another of the house says. */
function household(source: PeopleSource, isChinese: boolean): CorpusValues {
  const person = source.person(isChinese);
  return { ...person, birthday: source.birthday(1945, 1970), phone: source.landline(person.city, person.country) };
}

function office(source: PeopleSource, isChinese: boolean): { readonly shared: CorpusValues; readonly domain: string } {
  const firm = source.organisation(isChinese);
  return { shared: { ...firm, kind: 'person', email: '', birthday: '' }, domain: domainOf(source) };
}

/** People of one office, each with another name. */
function staff(source: PeopleSource, isChinese: boolean, count: number, of: (name: { given: string; family: string }) => CorpusValues) {
  const given: string[] = [];
  return Array.from({ length: count }, () => {
    given.push(source.given(isChinese, given));
    return of({ given: given.at(-1) as string, family: source.family(isChinese) });
  });
}

const people: Readonly<Record<string, Maker>> = {
  'father and son, Jr and Sr': (source) =>
    groups((_, index) => {
      const father = household(source, false);
      const [elder, younger] = [
        ['Sr', 'Jr'],
        ['Sr.', 'Jr.'],
        ['', 'Jr'],
        ['', 'III'],
      ][index % 4] as [string, string];
      const email = index % 3 === 0 ? father.email : '';
      const birthday = index % 2 === 0 ? father.birthday : '';
      const suffixed = (suffix: string): string => `${father.family} ${suffix}`.trim();
      return [
        { ...father, family: suffixed(elder), email, birthday },
        { ...father, family: suffixed(younger), email, birthday: birthday === '' ? '' : years(birthday, 28, source) },
      ];
    }),
  'father and son, two birthdays': (source) =>
    groups((isChinese, index) => {
      const father = household(source, isChinese);
      const email = index % 3 === 0 ? father.email : '';
      return [
        { ...father, email },
        { ...father, email, birthday: years(father.birthday, 24 + (index % 10), source) },
      ];
    }),
  'mother and daughter 王芳': (source) =>
    groups((_, index) => {
      const mother = { ...household(source, true), given: '芳', family: '王', email: '' };
      return [
        mother,
        {
          ...mother,
          birthday: years(mother.birthday, 25 + (index % 8), source),
          phone: index % 2 === 0 ? mother.phone : source.mobile('CN'),
        },
      ];
    }, 8),
  twins: (source) =>
    groups((isChinese, index) => {
      const one = household(source, isChinese);
      const email = index % 3 === 0 ? one.email : '';
      return [
        { ...one, email },
        { ...one, email, given: source.given(isChinese, [one.given]) },
      ];
    }),
  'twins of close names': (source) =>
    CLOSE_NAMES.map(([one, other], index) => {
      const twin = { ...household(source, index >= 10), given: one, email: '' };
      return [twin, { ...twin, given: other }];
    }),
  'siblings with one inbox': (source) =>
    groups((isChinese) => {
      const one = household(source, isChinese);
      const shared = { ...one, email: source.email(isChinese, 'family') };
      return [shared, { ...shared, given: source.given(isChinese, [one.given]), birthday: years(one.birthday, 2, source) }];
    }),
  'couple with all in common': (source) =>
    groups((isChinese, index) => {
      const one = household(source, isChinese);
      const birthday = index % 2 === 0 ? one.birthday : '';
      return [
        { ...one, birthday },
        { ...one, given: source.given(isChinese, [one.given]), birthday: birthday === '' ? '' : years(birthday, 1, source) },
      ];
    }),
  'couple with one initial': (source) =>
    groups((_, index) => {
      const one = { ...household(source, false), given: 'Jasper', birthday: '' };
      return [one, { ...one, given: index % 2 === 0 ? 'Josepha' : 'Jolanda' }];
    }, 8),
  'one building, one family name': (source) =>
    groups(() => {
      const one = source.person(true);
      const of = (unit: number): CorpusValues => {
        const other = source.person(true);
        return {
          ...other,
          family: one.family,
          street: `${one.street.split('楼')[0]}楼${unit}室`,
          city: one.city,
          postcode: one.postcode,
        };
      };
      return [of(101), of(102), of(201)];
    }, 8),
  'namesakes in one city': (source) =>
    groups((isChinese, index) => {
      const one = source.person(isChinese);
      return Array.from({ length: 3 }, () => {
        const other = source.person(isChinese);
        const birthday = index % 2 === 0 ? '' : other.birthday;
        const place = { city: one.city, postcode: one.postcode, country: one.country };
        return {
          ...other,
          given: one.given,
          family: one.family,
          ...place,
          street: index % 4 < 2 ? '' : other.street,
          birthday,
          phone: source.mobile(one.country),
        };
      });
    }),
  'namesakes of whom little is known': (source) =>
    groups((isChinese) => {
      const one = source.person(isChinese);
      const bare = { ...one, email: '', street: '', postcode: '', birthday: '' };
      return [
        { ...bare, phone: source.mobile(one.country) },
        { ...bare, phone: source.mobile(one.country) },
        { ...bare, phone: '' },
      ];
    }),
  '张伟 fifty times': (source) => {
    const firm = office(source, true);
    return [
      Array.from({ length: 50 }, (_, index) => {
        const one = { ...source.person(true), given: '伟', family: '张' };
        const atFirm = index % 5 === 0;
        return {
          ...one,
          city: index % 2 === 0 ? TOWN_CN : one.city,
          street: '',
          postcode: '',
          company: atFirm ? firm.shared.company : '',
          email: atFirm ? `info@${firm.domain}` : index % 3 === 0 ? '' : one.email,
          birthday: index % 4 === 0 ? one.birthday : '',
        };
      }),
    ];
  },
};

const offices: Readonly<Record<string, Maker>> = {
  'landline of an office': (source) =>
    groups((isChinese) => {
      const { shared } = office(source, isChinese);
      return staff(source, isChinese, 6, (name) => ({ ...shared, ...name, email: source.email(isChinese, name.given + name.family) }));
    }, 8),
  'inbox of an office': (source) =>
    groups((isChinese, index) => {
      const { shared, domain } = office(source, isChinese);
      const email = `${['info', 'sales', 'office', 'kontakt'][index % 4]}@${domain}`;
      return staff(source, isChinese, 5, (name) => ({ ...shared, ...name, email, phone: '', street: '', city: '', postcode: '' }));
    }, 8),
  'inbox of a family': (source) =>
    groups((isChinese) => {
      const one = household(source, isChinese);
      const email = `family@${domainOf(source)}`;
      const names = [one.given];
      for (let i = 0; i < 3; i++) names.push(source.given(isChinese, names));
      return names.map((given) => ({ ...one, given, email, phone: '', birthday: '' }));
    }),
  'colleagues with switchboard and info@': (source) =>
    groups((isChinese) => {
      const { shared, domain } = office(source, isChinese);
      const family = source.family(isChinese);
      const all = staff(source, isChinese, 6, (name) => ({ ...shared, ...name, email: `info@${domain}` }));
      return all.map((one, index) => (index < 2 ? { ...one, family } : one));
    }, 8),
  'colleagues of close names': (source) =>
    CLOSE_NAMES.map(([one, other], index) => {
      const { shared, domain } = office(source, index >= 10);
      const family = source.family(index >= 10);
      return [one, other].map((given) => ({ ...shared, given, family, email: `info@${domain}` }));
    }),
};

const organisations: Readonly<Record<string, Maker>> = {
  'holding and subsidiaries': (source) =>
    groups((isChinese) => {
      const firm = source.organisation(isChinese);
      const name = source.companyName(isChinese);
      const parts = isChinese ? ['控股有限公司', '物流有限公司', '置业有限公司'] : [' Holding Ltd', ' Logistics Ltd', ' Real Estate Ltd'];
      const email = `info@${domainOf(source)}`;
      return parts.map((part) => ({ ...firm, company: name + part, email }));
    }),
  'branches of one company': (source) =>
    groups((isChinese) => {
      const firm = source.organisation(isChinese);
      return Array.from({ length: 4 }, () => {
        const other = source.organisation(isChinese);
        return { ...other, company: firm.company };
      });
    }),
  'branches with one inbox': (source) =>
    groups((isChinese) => {
      const firm = source.organisation(isChinese);
      return Array.from({ length: 3 }, () => ({ ...source.organisation(isChinese), company: firm.company, email: firm.email }));
    }, 8),
  'one name in two countries': (source) =>
    groups(() => {
      const name = source.companyName(false);
      const one = { ...source.organisation(false), street: '1 Harbour Street', city: 'Leeds', postcode: 'LS1 4AP', country: 'GB' };
      const phone = source.landline('Bremen', 'DE');
      const other = { ...source.organisation(false), street: 'Hafenstraße 1', city: 'Bremen', postcode: '28195', country: 'DE', phone };
      return [
        { ...one, company: `${name} Ltd`, phone: source.landline('Leeds', 'GB') },
        { ...other, company: `${name} GmbH` },
      ];
    }),
  'shops of a franchise': (source) =>
    groups((isChinese) => {
      const name = source.companyName(isChinese);
      return Array.from({ length: 6 }, (_, index) => {
        const shop = source.organisation(isChinese);
        const email = index % 2 === 0 ? '' : shop.email;
        return { ...shop, company: isChinese ? `${name}${index + 1}号店` : `${name} Store ${index + 1}`, email };
      });
    }, 8),
};

const pollution: Readonly<Record<string, Maker>> = {
  'placeholder birthdays': (source) =>
    groups((isChinese, index) => {
      const one = source.person(isChinese);
      const birthday = ['1900-01-01', '1970-01-01', '2000-01-01'][index % 3] as string;
      return Array.from({ length: 3 }, () => ({ ...source.person(isChinese), given: one.given, family: one.family, birthday }));
    }),
  'placeholder phones': (source) =>
    groups((isChinese, index) => {
      const phone = ['000000', '0000000000', '123456789', '11111111111', '+1 555 555 5555', '13800000000', '13800138000', '99999999'][
        index % 8
      ] as string;
      const family = source.family(isChinese);
      return Array.from({ length: 4 }, (_, i) => ({ ...source.person(isChinese), phone, ...(i < 2 ? { family } : {}) }));
    }),
  'placeholder e-mails': (source) =>
    groups((isChinese, index) => {
      const email = ['noemail@example.com', 'none@none.com', 'na@na.com', 'test@test.com', 'noreply@example.org', 'unknown@unknown.com'][
        index % 6
      ] as string;
      const family = source.family(isChinese);
      return Array.from({ length: 4 }, (_, i) => ({ ...source.person(isChinese), email, birthday: '', ...(i < 2 ? { family } : {}) }));
    }),
  'unknown names': (source) =>
    groups((_, index) => {
      const [given, family] = [
        ['Unknown', 'Unknown'],
        ['Test', 'Test'],
        ['', 'unknown'],
        ['无', '无'],
        ['N/A', 'N/A'],
        ['', '未知'],
      ][index % 6] as [string, string];
      return Array.from({ length: 3 }, () => ({ ...source.person(false), given, family }));
    }),
};

/** The kinds of hard negatives, each with groups of records that are all different. */
export const NEGATIVES: Readonly<Record<string, Maker>> = { ...people, ...offices, ...organisations, ...pollution };
