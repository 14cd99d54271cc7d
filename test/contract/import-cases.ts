import type { ImportFilesOptions } from '../../src/import/import-files.ts';
import type { TestDatabase } from '../support/customer-database.ts';

/** One file of a case: its text, how it is imported, and `read = created + updated + unchanged + skipped + rejected`. */
export type Step = readonly [text: string, counts: string, options?: Partial<ImportFilesOptions> & { readonly name?: string }];
/** Imports one after the other, and what there is afterwards. */
export interface Case {
  readonly steps: readonly Step[];
  /** Afterwards, by id: what `show` says of each customer. */
  readonly customers: readonly Record<string, unknown>[];
}

const NAMES =
  'Anna Berg,Carl Dorn,Eva Frank,Gustav Huber,Ida Jung,Karl Lang,Mia Nagel,Otto Paul,Queenie Roth,Stefan Thal,Ulla Vogt,Wim Xaver,Yves Zorn,' +
  'Bea Cohn,Dirk Ems,Fritz Gans,Hans Igel,Jana Kohl,Lena Maas,Nico Opitz,Petra Quast,Rosa Sand,Tom Uhl,Vera Wolf,Xenia York,王小明,李娜,张伟,欧阳娜';
const shared = (head: string, key: string): string =>
  `${head}\n${NAMES.split(',')
    .map((name) => `${key},${name},\n`)
    .join('')}`;

/** Rows of which some name ids of others, and some say less than the next: they are not made in the order of the file. */
const TWINS = `email,company,contact.social,family_name,external_ids
a@x.org,Acme GmbH,ada-wx,,shop:2; crm:9
a@x.org,Acme GmbH,bob-wx ::: ada-wx,,crm:1
info@x.org,Acme,,王,shop:1
a@x.org,Acme,,King,shop:2; crm:9
A@X.org,Acme,ada-wx,King,
,Acme GmbH,,King,shop:1
`;

/** What imports one after the other do, by what is shown. */
export const IMPORT_CASES: Readonly<Record<string, Case>> = {
  'by the external id of a named source, whatever the name': {
    steps: [
      ['id,name\n7,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['id,name\n7,Grace\n8,Eve\n', '2 = 1 + 1 + 0 + 0 + 0', { source: 'shop', name: 'other.csv' }],
    ],
    customers: [{ name: 'Grace' }, { name: 'Eve' }],
  },
  'not by the same id of another source': {
    steps: [
      ['id,name\n7,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['id,name\n7,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'crm' }],
    ],
    customers: [{ externalIds: ['shop:7'] }, { externalIds: ['crm:7'] }],
  },
  'by e-mail, in any case, and takes the further id': {
    steps: [
      ['id,email,name\n7,Ada@X.org,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['id,email,name\n12,ada@x.ORG,Ada\n', '1 = 0 + 1 + 0 + 0 + 0', { source: 'crm' }],
      ['id,email,name\n12,ada@x.ORG,Ada\n', '1 = 0 + 0 + 1 + 0 + 0', { source: 'crm' }],
    ],
    customers: [{ email: 'ada@x.org', externalIds: ['crm:12', 'shop:7'] }],
  },
  'never across two ids of one named source': {
    steps: [
      ['id,email,name\n1,a@x.org,Ada\n2,a@x.org,Ada\n', '2 = 2 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['id,email,name\n1,a@x.org,Ada\n2,a@x.org,Ada\n3,a@x.org,Ada\n', '3 = 1 + 0 + 2 + 0 + 0', { source: 'shop' }],
    ],
    customers: [{ externalIds: ['shop:1'] }, { externalIds: ['shop:2'] }, { externalIds: ['shop:3'] }],
  },
  'by the id of an unnamed source only where the names may be the same': {
    steps: [
      ['id,name,city\n1,Ada Lovelace,\n2,Bob,\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['id,name,city\n1,A. Lovelace,Rome\n2,Eve,Oslo\n', '2 = 1 + 1 + 0 + 0 + 0'],
      ['id,name,city\n1,A. Lovelace,Rome\n2,Eve,Oslo\n', '2 = 0 + 0 + 2 + 0 + 0'],
      ['id,name,city\n1,Ada,Bern\n', '1 = 1 + 0 + 0 + 0 + 0', { name: 'other.csv' }],
    ],
    customers: [
      { name: 'A. Lovelace', city: 'Rome', externalIds: ['people:1'] },
      { name: 'Bob', city: null, externalIds: ['people:2'] },
      { name: 'Eve', attributes: { external_id: 'people:2' }, externalIds: [] },
      { name: 'Ada', city: 'Bern', externalIds: ['other:1'] },
    ],
  },
  'two names under one unnamed id make two customers, once': {
    steps: [
      ['id,name\n1,Anna\n1,Bob\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['id,name\n1,Anna\n1,Bob\n', '2 = 0 + 0 + 2 + 0 + 0'],
    ],
    customers: [
      { name: 'Anna', externalIds: ['people:1'] },
      { name: 'Bob', externalIds: [] },
    ],
  },
  'by an id that stands twice in its row': {
    steps: [
      ['id,external_ids,name\n7,shop:7; crm:1; crm:1,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['id,external_ids,name\n7,shop:7; crm:1; crm:1,Ada\n', '1 = 0 + 0 + 1 + 0 + 0', { source: 'shop' }],
    ],
    customers: [{ externalIds: ['crm:1', 'shop:7'] }],
  },
  'by a further id of an earlier row': {
    steps: [
      ['id,external_ids,name,city\n1,crm:9,Ada,Rome\n,crm:9,Ada,Oslo\n', '2 = 1 + 1 + 0 + 0 + 0', { source: 'shop' }],
      ['id,external_ids,name,city\n1,crm:9,Ada,Rome\n,crm:9,Ada,Oslo\n', '2 = 0 + 0 + 2 + 0 + 0', { source: 'shop' }],
    ],
    customers: [{ city: 'Oslo', externalIds: ['crm:9', 'shop:1'] }],
  },
  'by phone when asked for': {
    steps: [
      ['phone,name\n+49 30 123456,Ada\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['phone,name,city\n0049 30 123456,ADA,Rome\n', '1 = 0 + 1 + 0 + 0 + 0', { match: ['phone'] }],
      ['phone,name,city\n+4930123456,Carl,Oslo\n', '1 = 1 + 0 + 0 + 0 + 0', { match: ['phone'] }],
    ],
    customers: [
      { name: 'ADA', city: 'Rome' },
      { name: 'Carl', city: 'Oslo' },
    ],
  },
  'never by phone unless asked for': {
    steps: [
      ['phone,name\n+4930123456,Ada\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['phone,name,city\n+4930123456,Ada,Rome\n', '1 = 1 + 0 + 0 + 0 + 0'],
    ],
    customers: [{ city: null }, { city: 'Rome' }],
  },
  'not at all with none': {
    steps: [
      ['id,email,name\n1,a@x.org,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'shop', match: [] }],
      ['id,email,name\n1,a@x.org,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'shop', match: [] }],
    ],
    customers: [{ externalIds: ['shop:1'] }, { externalIds: [], attributes: { external_id: 'shop:1' } }],
  },
  'a mailbox of different people': {
    steps: [
      [shared('email,name,city', 'info@x.org'), '29 = 29 + 0 + 0 + 0 + 0'],
      [shared('email,name,city', 'info@x.org'), '29 = 0 + 0 + 29 + 0 + 0'],
      ['email,name,city\ninfo@x.org,Mia Nagel,Rome\ninfo@x.org,Zoe New,\n', '2 = 1 + 1 + 0 + 0 + 0'],
      ['email,name,city\ninfo@x.org,,Oslo\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,name,city\ninfo@x.org,,Oslo\n', '1 = 0 + 0 + 1 + 0 + 0'],
    ],
    customers: [
      ...NAMES.split(',').map((name) => ({ name, city: name === 'Mia Nagel' ? 'Rome' : null })),
      { name: 'Zoe New' },
      { name: null, city: 'Oslo' },
    ],
  },
  'a phone of different people': {
    steps: [
      [shared('phone,name,city', '+4930123456'), '29 = 29 + 0 + 0 + 0 + 0', { match: ['phone'] }],
      [shared('phone,name,city', '+4930123456'), '29 = 0 + 0 + 29 + 0 + 0', { match: ['phone'] }],
    ],
    customers: NAMES.split(',').map((name) => ({ name })),
  },
  'rows without a key: each identical one once': {
    steps: [
      ['name,city\nAda,Rome\nAda,Rome\nAda,Oslo\n张伟,\n', '4 = 4 + 0 + 0 + 0 + 0'],
      ['name,city\nAda,Rome\nAda,Rome\nAda,Oslo\n张伟,\n', '4 = 0 + 0 + 4 + 0 + 0'],
      ['name,city\nAda,Rome\nAda,Rome\nAda,Rome\n', '3 = 1 + 0 + 2 + 0 + 0'],
      ['city,name\nRome,Ada\n', '1 = 0 + 0 + 1 + 0 + 0'],
      ['name\n张伟\n', '1 = 0 + 0 + 1 + 0 + 0'],
      ['name,city\n张伟,上海\n', '1 = 1 + 0 + 0 + 0 + 0'],
    ],
    customers: [
      { city: 'Rome' },
      { city: 'Rome' },
      { city: 'Oslo' },
      { name: '张伟', city: null },
      { city: 'Rome' },
      { name: '张伟', city: '上海' },
    ],
  },
  'rows without any of the keys asked for': {
    steps: [
      ['email,name,city\na@x.org,,Rome\n,,Oslo\nb@x.org,Bob,\n', '3 = 3 + 0 + 0 + 0 + 0', { match: ['phone'] }],
      ['email,name,city\na@x.org,,Rome\n,,Oslo\nb@x.org,Bob,\n', '3 = 0 + 0 + 3 + 0 + 0', { match: ['phone'] }],
    ],
    customers: [{ email: 'a@x.org' }, { city: 'Oslo' }, { name: 'Bob' }],
  },
  'rows without keys of which one says less than its twin': {
    steps: [
      [TWINS, '6 = 6 + 0 + 0 + 0 + 0', { match: ['phone'], createCompanies: true }],
      [TWINS, '6 = 0 + 0 + 6 + 0 + 0', { match: ['phone'], createCompanies: true }],
    ],
    customers: [{}, {}, {}, {}, {}, {}],
  },
  'two rows of one customer update it once, and again nothing': {
    steps: [
      ['email,name,city\na@x.org,Ada,Rome\na@x.org,Ada,Oslo\n', '2 = 1 + 1 + 0 + 0 + 0'],
      ['email,name,city\na@x.org,Ada,Rome\na@x.org,Ada,Oslo\n', '2 = 0 + 0 + 2 + 0 + 0'],
      ['email,name,city\na@x.org,Ada,Rome\n', '1 = 0 + 1 + 0 + 0 + 0'],
    ],
    customers: [{ city: 'Rome', version: 2 }],
  },
  'two rows of one customer by different keys': {
    steps: [
      ['id,email,name,city\n1,a@x.org,Ada,\n1,,Ada,Rome\n,a@x.org,Ada,Oslo\n', '3 = 1 + 2 + 0 + 0 + 0', { source: 'shop' }],
      ['id,email,name,city\n1,a@x.org,Ada,\n1,,Ada,Rome\n,a@x.org,Ada,Oslo\n', '3 = 0 + 0 + 3 + 0 + 0', { source: 'shop' }],
    ],
    customers: [{ city: 'Oslo', externalIds: ['shop:1'] }],
  },
  'a row that names a company only, as a person there by its e-mail': {
    steps: [
      ['email,name\na@x.org,Ada\ninfo@acme.org,Acme\n', '2 = 2 + 0 + 0 + 0 + 0'],
      [
        'email,company\na@x.org,Acme\ninfo@acme.org,Acme\nz@tax.org,One GmbH\nz@tax.org,Two GmbH\n',
        '4 = 2 + 2 + 0 + 0 + 0',
        { name: 'companies.csv' },
      ],
      [
        'email,company\na@x.org,Acme\ninfo@acme.org,Acme\nz@tax.org,One GmbH\nz@tax.org,Two GmbH\n',
        '4 = 0 + 0 + 4 + 0 + 0',
        { name: 'companies.csv' },
      ],
    ],
    customers: [
      { kind: 'person', name: 'Ada', company_name: 'Acme' },
      { kind: 'person', name: 'Acme', company_name: 'Acme' },
      { kind: 'organisation', name: 'One GmbH', company_name: 'One GmbH' },
      { kind: 'organisation', name: 'Two GmbH' },
    ],
  },
  'rows of another file that say what is known already, and what is not': {
    steps: [
      ['id,email,name,city\n1,a@x.org,Ada,Rome\n2,b@x.org,Bob,Oslo\n3,c@x.org,Cy,\n', '3 = 3 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['email,name\na@x.org,Ada\nb@x.org,Bob\nc@x.org,Cy\n', '3 = 0 + 0 + 3 + 0 + 0', { name: 'other.csv' }],
      ['email,city\na@x.org,Rome\nb@x.org,Kiel\nc@x.org,\n', '3 = 0 + 1 + 2 + 0 + 0', { name: 'other.csv' }],
      ['id,email\n1,a@x.org\n2,b@x.org\n', '2 = 0 + 0 + 2 + 0 + 0', { name: 'ids.csv', source: 'shop' }],
      ['id,email\n1,a@x.org\n2,b@x.org\n', '2 = 0 + 2 + 0 + 0 + 0', { name: 'ids.csv', source: 'crm' }],
    ],
    customers: [
      { city: 'Rome', externalIds: ['crm:1', 'shop:1'] },
      { city: 'Kiel', externalIds: ['crm:2', 'shop:2'] },
      { city: null, externalIds: ['shop:3'] },
    ],
  },
  'rows that say what is known already, with tags': {
    steps: [
      ['email,name\na@x.org,Ada\nb@x.org,Bob\n', '2 = 2 + 0 + 0 + 0 + 0', { tags: ['x'] }],
      ['email\na@x.org\nb@x.org\n', '2 = 0 + 0 + 2 + 0 + 0', { name: 'other.csv', tags: ['x'] }],
      ['email,tags\na@x.org,x; y\nb@x.org,x\n', '2 = 0 + 1 + 1 + 0 + 0', { name: 'other.csv' }],
    ],
    customers: [{ tags: ['x', 'y'] }, { tags: ['x'] }],
  },
  'an empty cell that clears is no row that says what is known': {
    steps: [
      ['email,city\na@x.org,Rome\nb@x.org,\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['email,city\na@x.org,\nb@x.org,\n', '2 = 0 + 0 + 2 + 0 + 0', { name: 'other.csv' }],
      ['email,city\na@x.org,\nb@x.org,\n', '2 = 0 + 1 + 1 + 0 + 0', { name: 'other.csv', blank: 'clear' }],
    ],
    customers: [{ city: null }, { city: null }],
  },
  'a row that says what is known, then one that changes it, by different keys': {
    steps: [
      ['email,phone,name,city\na@x.org,+8613800138000,Ada,Rome\n', '1 = 1 + 0 + 0 + 0 + 0', { match: ['email', 'phone'] }],
      ['email,phone,name,city\na@x.org,,Ada,Rome\n,+8613800138000,Ada,Oslo\n', '2 = 0 + 1 + 1 + 0 + 0', { match: ['email', 'phone'] }],
      ['email,phone,name,city\na@x.org,,Ada,Rome\n,+8613800138000,Ada,Oslo\n', '2 = 0 + 0 + 2 + 0 + 0', { match: ['email', 'phone'] }],
    ],
    customers: [{ city: 'Oslo' }],
  },
  'fill leaves what is there': {
    steps: [
      ['email,name,city\na@x.org,Ada,Rome\nb@x.org,Bob,\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['email,name,city,phone\na@x.org,Ada,Oslo,+4930123456\nb@x.org,Bob,Oslo,\n', '2 = 0 + 2 + 0 + 0 + 0', { onMatch: 'fill' }],
      ['email,name,city\na@x.org,Ada,Bern\n', '1 = 0 + 0 + 1 + 0 + 0', { onMatch: 'fill' }],
    ],
    customers: [{ city: 'Rome', phone: '+4930123456' }, { city: 'Oslo' }],
  },
  'skip leaves matched customers alone': {
    steps: [
      ['email,name,city\na@x.org,Ada,Rome\n', '1 = 1 + 0 + 0 + 0 + 0'],
      [
        'email,name,city\na@x.org,Ada,Oslo\na@x.org,Ada,Bern\nb@x.org,Bob,Kiel\n',
        '3 = 1 + 0 + 0 + 2 + 0',
        { onMatch: 'skip', tags: ['x'] },
      ],
    ],
    customers: [
      { city: 'Rome', tags: [] },
      { city: 'Kiel', tags: ['x'] },
    ],
  },
  'create never matches': {
    steps: [
      ['email,name\na@x.org,Ada\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,name\na@x.org,Ada\na@x.org,Ada\n', '2 = 2 + 0 + 0 + 0 + 0', { onMatch: 'create' }],
    ],
    customers: [{ name: 'Ada' }, { name: 'Ada' }, { name: 'Ada' }],
  },
  'an edit since is overwritten by what the file says, and found again by what it does not': {
    steps: [
      ['email,name,city\na@x.org,Ada,Rome\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,phone\na@x.org,+4930123456\n', '1 = 0 + 1 + 0 + 0 + 0', { name: 'phones.csv' }],
      ['email,name,city\na@x.org,Ada,Rome\n', '1 = 0 + 0 + 1 + 0 + 0'],
    ],
    customers: [{ city: 'Rome', phone: '+4930123456', name: 'Ada' }],
  },
};

/** Everybody in a database, by id: what `show` says of each, in the form of the cases. */
export async function everyone({ repository, engine }: Pick<TestDatabase, 'repository' | 'engine'>): Promise<Record<string, unknown>[]> {
  const ids = await engine.all<{ id: number }>('SELECT id FROM customers ORDER BY id');
  const all = await Promise.all(ids.map(({ id }) => repository.get(id)));
  return all.map((details) => ({
    ...details?.customer,
    tags: details?.tags,
    externalIds: details?.externalIds.map(({ source, external_id }) => `${source}:${external_id}`),
  }));
}
