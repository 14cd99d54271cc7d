import type { TestDatabase } from '../support/customer-database.ts';
import type { Case } from './import-cases.ts';

const OTHER = { name: 'other.csv' } as const;
const COMPANIES = { createCompanies: true } as const;

/** What imports one after the other do with contact points, consents and companies. */
export const CHILDREN_CASES: Readonly<Record<string, Case>> = {
  'contact points of new customers, each once and none that is the primary one': {
    steps: [
      [
        'email,name,contact.email.work,contact.phone\na@x.org,Ada,b@x.org ::: a@x.org ::: b@x.org,+4930123456\nz@x.org,Zoe,,\n',
        '2 = 2 + 0 + 0 + 0 + 0',
      ],
      [
        'email,name,contact.email.work,contact.phone\na@x.org,Ada,b@x.org ::: a@x.org ::: b@x.org,+4930123456\nz@x.org,Zoe,,\n',
        '2 = 0 + 0 + 2 + 0 + 0',
      ],
    ],
    customers: [{ contacts: ['email work b@x.org', 'phone - +4930123456'] }, { contacts: [] }],
  },
  'contact points that a matched customer lacks are added, by key or by value': {
    steps: [
      ['email,name,contact.email.work,contact.social.WeChat\na@x.org,Ada,b@x.org,ada-wx\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,contact.email.home\na@x.org,B@x.org\n', '1 = 0 + 0 + 1 + 0 + 0', OTHER],
      ['email,contact.email.home,contact.social\na@x.org,c@x.org,ada-wx\n', '1 = 0 + 1 + 0 + 0 + 0', OTHER],
      ['email,contact.email.home,contact.social\na@x.org,c@x.org,ada-wx\n', '1 = 0 + 0 + 1 + 0 + 0', OTHER],
      ['email,contact.social\na@x.org,other-wx\n', '1 = 0 + 1 + 0 + 0 + 0', OTHER],
    ],
    customers: [{ version: 3, contacts: ['email home c@x.org', 'email work b@x.org', 'social - other-wx', 'social WeChat ada-wx'] }],
  },
  'a new primary e-mail replaces the old one and is no contact point': {
    steps: [
      ['id,email,name\n1,a@x.org,Ada\n', '1 = 1 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['id,email,contact.email\n1,b@x.org,b@x.org ::: a@x.org\n', '1 = 0 + 1 + 0 + 0 + 0', { source: 'shop' }],
      ['id,email,contact.email\n1,b@x.org,b@x.org ::: a@x.org\n', '1 = 0 + 0 + 1 + 0 + 0', { source: 'shop' }],
    ],
    customers: [{ email: 'b@x.org', contacts: ['email - a@x.org'] }],
  },
  'rows of one customer in one file bring their contact points together': {
    steps: [
      ['email,name,contact.phone\na@x.org,Ada,+4930123456\na@x.org,Ada,+4930123457\na@x.org,Ada,+4930123456\n', '3 = 1 + 1 + 1 + 0 + 0'],
      ['email,name,contact.phone\na@x.org,Ada,+4930123456\na@x.org,Ada,+4930123457\na@x.org,Ada,+4930123456\n', '3 = 0 + 0 + 3 + 0 + 0'],
    ],
    customers: [{ contacts: ['phone - +4930123456', 'phone - +4930123457'] }],
  },
  'fill adds contact points, and takes an opt-out as any import does': {
    steps: [
      ['email,name,consent.email\na@x.org,Ada,in\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,contact.phone,consent.email,consent.sms\na@x.org,+4930123456,out,out\n', '1 = 0 + 1 + 0 + 0 + 0', { onMatch: 'fill' }],
    ],
    customers: [{ contacts: ['phone - +4930123456'], consents: ['email out', 'sms out'] }],
  },
  'skip leaves contact points and consents alone': {
    steps: [
      ['email,name\na@x.org,Ada\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,contact.phone,consent.email\na@x.org,+4930123456,out\n', '1 = 0 + 0 + 0 + 1 + 0', { onMatch: 'skip' }],
    ],
    customers: [{ contacts: [], consents: [] }],
  },
  'an opt-out survives every import, an opt-in does not survive an opt-out': {
    steps: [
      ['email,name,consent.email,consent.phone\na@x.org,Ada,out,in\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,consent.email,consent.phone\na@x.org,in,in\n', '1 = 0 + 0 + 1 + 0 + 0', OTHER],
      ['email,consent.email,consent.phone\na@x.org,in,out\n', '1 = 0 + 1 + 0 + 0 + 0', OTHER],
      ['email,name,consent.email,consent.phone\na@x.org,Ada,out,in\n', '1 = 0 + 0 + 1 + 0 + 0'],
    ],
    customers: [{ consents: ['email out', 'phone out'] }],
  },
  'an opt-out in one of two rows wins': {
    steps: [
      ['email,name,consent.email\na@x.org,Ada,in\na@x.org,Ada,out\na@x.org,Ada,in\n', '3 = 1 + 1 + 1 + 0 + 0'],
      ['email,name,consent.email\na@x.org,Ada,in\na@x.org,Ada,out\na@x.org,Ada,in\n', '3 = 0 + 0 + 3 + 0 + 0'],
    ],
    customers: [{ consents: ['email out'] }],
  },
  'of customers that look alike, each row finds the one with its contact points': {
    steps: [
      ['id,name,email,contact.phone\n1,Ada,a@x.org,+4930123456\n2,Ada,a@x.org,+4930123457\n', '2 = 2 + 0 + 0 + 0 + 0', { source: 'shop' }],
      ['name,email,contact.phone\nAda,a@x.org,+4930123457\nAda,a@x.org,+4930123456\n', '2 = 0 + 0 + 2 + 0 + 0', OTHER],
      ['name,city,contact.phone\nBob,Rome,+4930123456\nBob,Rome,+4930123457\n', '2 = 2 + 0 + 0 + 0 + 0', OTHER],
      ['city,name,contact.phone\nRome,Bob,+4930123457\nRome,Bob,+4930123456\n', '2 = 0 + 0 + 2 + 0 + 0', OTHER],
    ],
    customers: [{ version: 1 }, { version: 1 }, { version: 1 }, { version: 1 }],
  },
  'people are linked to the one organisation that has their company name': {
    steps: [
      [
        'email,name,kind\ninfo@acme.org,Acme GmbH,organisation\n1@twin.org,Twin,organisation\n2@twin.org,Twin,organisation\n',
        '3 = 3 + 0 + 0 + 0 + 0',
      ],
      ['email,name,company\na@x.org,Ada,ACME GmbH\nb@x.org,Bob,Twin\nc@x.org,Cy,Nobody\nd@x.org,Dee,\n', '4 = 4 + 0 + 0 + 0 + 0', OTHER],
      ['email,name,company\na@x.org,Ada,ACME GmbH\nb@x.org,Bob,Twin\nc@x.org,Cy,Nobody\nd@x.org,Dee,\n', '4 = 0 + 0 + 4 + 0 + 0', OTHER],
    ],
    customers: [{}, {}, {}, { company: 'Acme GmbH', version: 1 }, { company: null }, { company: null }, { company: null }],
  },
  'a company in the same file is found, wherever it stands': {
    steps: [
      ['email,name,company,kind\na@x.org,Ada,Acme,\n,,Acme,organisation\nb@x.org,Bob,acme,\nb@x.org,Bob,Acme,\n', '4 = 3 + 1 + 0 + 0 + 0'],
      ['email,name,company,kind\na@x.org,Ada,Acme,\n,,Acme,organisation\nb@x.org,Bob,acme,\nb@x.org,Bob,Acme,\n', '4 = 0 + 0 + 4 + 0 + 0'],
    ],
    customers: [
      { name: 'Ada', company: 'Acme' },
      { name: 'Acme', company: null },
      { name: 'Bob', company: 'Acme', company_name: 'Acme' },
    ],
  },
  'people stored before are linked when asked for, not because a company came since': {
    steps: [
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Bolt\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['email,name,company,kind\na@x.org,Ada,Acme,\ninfo@acme.org,Acme,,organisation\n', '2 = 1 + 0 + 1 + 0 + 0', OTHER],
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Bolt\n', '2 = 0 + 0 + 2 + 0 + 0'],
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Bolt\n', '2 = 0 + 2 + 0 + 0 + 0', COMPANIES],
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Bolt\n', '2 = 0 + 0 + 2 + 0 + 0', COMPANIES],
    ],
    customers: [{ company: 'Acme', version: 2 }, { company: 'Bolt' }, { kind: 'organisation' }, { name: 'Bolt', kind: 'organisation' }],
  },
  'an update of the company name changes the link, and never takes it away': {
    steps: [
      ['email,name,kind\n1@x.org,Acme,organisation\n2@x.org,Bolt,organisation\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Acme\nc@x.org,Cy,Acme\n', '3 = 3 + 0 + 0 + 0 + 0', OTHER],
      ['email,company\na@x.org,Bolt\nb@x.org,Nobody\nc@x.org,\n', '3 = 0 + 2 + 1 + 0 + 0', { name: 'third.csv', blank: 'keep' }],
    ],
    customers: [{}, {}, { company: 'Bolt' }, { company_name: 'Nobody', company: 'Acme' }, { company: 'Acme' }],
  },
  'a link set by hand stays while the company name does': {
    steps: [
      ['email,name,kind\n1@x.org,Acme,organisation\n', '1 = 1 + 0 + 0 + 0 + 0'],
      ['email,name,company\na@x.org,Ada,Acme\n', '1 = 1 + 0 + 0 + 0 + 0', OTHER],
      ['email,name,company,city\na@x.org,Ada,Acme,Rome\n', '1 = 0 + 1 + 0 + 0 + 0', OTHER],
    ],
    customers: [{}, { company: 'Acme', city: 'Rome' }],
  },
  'missing companies are made once when asked for, and not counted as rows': {
    steps: [
      [
        'email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,ACME\nc@x.org,Cy,Bolt\nc@x.org,Cy,Bolt Ltd\nd@x.org,Dee,-\n',
        '5 = 4 + 1 + 0 + 0 + 0',
        COMPANIES,
      ],
      [
        'email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,ACME\nc@x.org,Cy,Bolt\nc@x.org,Cy,Bolt Ltd\nd@x.org,Dee,-\n',
        '5 = 0 + 0 + 5 + 0 + 0',
        COMPANIES,
      ],
    ],
    customers: [
      { name: 'Ada', company: 'Acme' },
      { name: 'Bob', company: 'Acme' },
      { name: 'Cy', company: 'Bolt Ltd' },
      { name: 'Dee', company: null },
      { name: 'Acme', kind: 'organisation', company_name: 'Acme' },
      { name: 'Bolt Ltd', kind: 'organisation' },
    ],
  },
  'missing companies of people who are there already': {
    steps: [
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Acme\n,Cy,Bolt\n', '3 = 3 + 0 + 0 + 0 + 0'],
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Acme\n,Cy,Bolt\n', '3 = 0 + 3 + 0 + 0 + 0', COMPANIES],
      ['email,name,company\na@x.org,Ada,Acme\nb@x.org,Bob,Acme\n,Cy,Bolt\n', '3 = 0 + 0 + 3 + 0 + 0', COMPANIES],
      ['email,company,city\na@x.org,Corn,\nb@x.org,Acme,Rome\n', '2 = 0 + 2 + 0 + 0 + 0', { ...COMPANIES, ...OTHER }],
    ],
    customers: [
      { company: 'Corn' },
      { company: 'Acme', city: 'Rome' },
      { company: 'Bolt' },
      { name: 'Acme' },
      { name: 'Bolt' },
      { name: 'Corn' },
    ],
  },
  'no company is made where several have the name, nor where rows bring it': {
    steps: [
      ['email,name,kind\n1@twin.org,Twin,organisation\n2@twin.org,Twin,organisation\n', '2 = 2 + 0 + 0 + 0 + 0'],
      [
        'email,name,company,kind\na@x.org,Ada,Twin,\nb@x.org,Bob,Acme,\n,,Acme,organisation\n,,Acme,organisation\n',
        '4 = 4 + 0 + 0 + 0 + 0',
        { ...COMPANIES, ...OTHER },
      ],
    ],
    customers: [{}, {}, { company: null }, { company: null }, { name: 'Acme' }, { name: 'Acme' }],
  },
};

/** Everybody in a database, by id: fields, contact points, consents and company, in the form of the cases. */
export async function everyoneWithChildren({
  repository,
  engine,
}: Pick<TestDatabase, 'repository' | 'engine'>): Promise<Record<string, unknown>[]> {
  const ids = await engine.all<{ id: number }>('SELECT id FROM customers ORDER BY id');
  const all = await Promise.all(ids.map(({ id }) => repository.get(id)));
  return all.map((details) => ({
    ...details?.customer,
    company: details?.company?.name ?? null,
    contacts: details?.contactPoints.map(({ kind, label, value }) => `${kind} ${label ?? '-'} ${value}`).sort(),
    consents: details?.consents.map(({ channel, status }) => `${channel} ${status}`),
  }));
}
