import type { Case } from './import-cases.ts';

const SEVEN = '张伟,info@acme.example,+86 138 0000 000';

/** Rows that share a mailbox and are about two people all the same, and some that are about one. */
export const APART_CASES: Readonly<Record<string, Case>> = {
  'never father and son of one name, born on two days': {
    steps: [
      ['id,name,email,birthday\n1,John Smith,smith@x.org,1950-03-14\n2,John Smith,smith@x.org,1981-11-02\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['id,name,email,birthday\n1,John Smith,smith@x.org,1950-03-14\n2,John Smith,smith@x.org,1981-11-02\n', '2 = 0 + 0 + 2 + 0 + 0'],
      ['name,email,birthday,city\nJohn Smith,smith@x.org,1981-11-02,Rome\n', '1 = 0 + 1 + 0 + 0 + 0', { name: 'other.csv' }],
    ],
    customers: [
      { birthday: '1950-03-14', city: null },
      { birthday: '1981-11-02', city: 'Rome' },
    ],
  },
  'nor Jr and Sr, nor Jr and the one without': {
    steps: [
      ['name,email\nJohn Smith Jr.,smith@x.org\nJohn Smith Sr.,smith@x.org\nJohn Smith,smith@x.org\n', '3 = 3 + 0 + 0 + 0 + 0'],
      ['name,email\nJohn Smith Jr.,smith@x.org\nJohn Smith Sr.,smith@x.org\nJohn Smith,smith@x.org\n', '3 = 0 + 0 + 3 + 0 + 0'],
    ],
    customers: [{ name: 'John Smith Jr.' }, { name: 'John Smith Sr.' }, { name: 'John Smith' }],
  },
  'but Jr and the one without, born on one day': {
    steps: [['name,email,birthday\nJohn Smith Jr.,smith@x.org,1981-11-02\nJohn Smith,smith@x.org,1981-11-02\n', '2 = 1 + 1 + 0 + 0 + 0']],
    customers: [{ birthday: '1981-11-02' }],
  },
  'never by e-mail with another tax id': {
    steps: [
      ['name,email,tax_id\nAcme,mail@x.org,DE136695976\nAcme,mail@x.org,DE129273398\n', '2 = 2 + 0 + 0 + 0 + 0'],
      ['name,email,tax_id,city\nAcme,mail@x.org,DE129273398,Rome\n', '1 = 0 + 1 + 0 + 0 + 0'],
    ],
    customers: [{ city: null }, { city: 'Rome' }],
  },
  'a mistyped birthday is no other one': {
    steps: [
      ['name,email,birthday\nAda Berg,a@x.org,1979-03-04\nAda Berg,a@x.org,1979-04-03\nAda Berg,a@x.org,\n', '3 = 1 + 1 + 1 + 0 + 0'],
      ['name,email,birthday\nEva Berg,e@x.org,1979-03-04\nEva Berg,e@x.org,1979-08-04\n', '2 = 1 + 1 + 0 + 0 + 0'],
    ],
    customers: [{ birthday: '1979-04-03' }, { birthday: '1979-08-04' }],
  },
  'never two of whom a third without a birthday could be either': {
    steps: [
      [
        'name,email,birthday\nJohn Smith,smith@x.org,\nJohn Smith,smith@x.org,1950-03-14\nJohn Smith,smith@x.org,1981-11-02\n',
        '3 = 2 + 1 + 0 + 0 + 0',
      ],
      [
        'name,email,birthday\nJohn Smith,smith@x.org,\nJohn Smith,smith@x.org,1950-03-14\nJohn Smith,smith@x.org,1981-11-02\n',
        '3 = 0 + 0 + 3 + 0 + 0',
      ],
    ],
    customers: [{ birthday: '1950-03-14' }, { birthday: '1981-11-02' }],
  },
  'of two of one name neither, but by the phone': {
    steps: [
      [
        'name,email,phone,birthday\nJohn Smith,smith@x.org,+493023125001,1950-03-14\nJohn Smith,smith@x.org,+493023125002,1981-11-02\n',
        '2 = 2 + 0 + 0 + 0 + 0',
      ],
      ['name,email,phone,city\nJohn Smith,smith@x.org,+493023125002,Rome\nJohn Smith,smith@x.org,,Oslo\n', '2 = 1 + 1 + 0 + 0 + 0'],
      ['name,email,phone,city\nJohn Smith,smith@x.org,+493023125002,Rome\nJohn Smith,smith@x.org,,Oslo\n', '2 = 0 + 0 + 2 + 0 + 0'],
    ],
    customers: [{ city: null }, { birthday: '1981-11-02', city: 'Rome' }, { birthday: null, city: 'Oslo' }],
  },
  'never husband and wife by the initial that both have': {
    steps: [
      ['name,email\nJ. Smith,smith@x.org\nJohn Smith,smith@x.org\nJane Smith,smith@x.org\n', '3 = 2 + 1 + 0 + 0 + 0'],
      ['name,email\nJ. Smith,smith@x.org\nJohn Smith,smith@x.org\nJane Smith,smith@x.org\n', '3 = 0 + 0 + 3 + 0 + 0'],
    ],
    customers: [{ name: 'John Smith' }, { name: 'Jane Smith' }],
  },
  'never two given names that differ by a letter': {
    steps: [
      ['name,email\nMary Berg,berg@x.org\nMark Berg,berg@x.org\nPaul Berg,berg@x.org\nPaula Berg,berg@x.org\n', '4 = 4 + 0 + 0 + 0 + 0'],
      ['name,email\nErik Lang,lang@x.org\nEric Lang,lang@x.org\n', '2 = 1 + 1 + 0 + 0 + 0'],
    ],
    customers: [{ name: 'Mary Berg' }, { name: 'Mark Berg' }, { name: 'Paul Berg' }, { name: 'Paula Berg' }, { name: 'Eric Lang' }],
  },
  'at the address of a task only the very name, and only with the same phone': {
    steps: [
      ['name,email,phone\nAndrew Berg,info@acme.example,\nAndy Berg,info@acme.example,\n', '2 = 2 + 0 + 0 + 0 + 0'],
      [`name,email,phone\n${SEVEN}1\n${SEVEN}2\n${SEVEN}1\n`, '3 = 2 + 0 + 1 + 0 + 0', { region: 'CN' }],
    ],
    customers: [{ name: 'Andrew Berg' }, { name: 'Andy Berg' }, { phone: '+8613800000001' }, { phone: '+8613800000002' }],
  },
  'fifty of one name at the address of a task': {
    steps: [
      [fifty(''), '50 = 50 + 0 + 0 + 0 + 0', { region: 'CN' }],
      [fifty(''), '50 = 0 + 0 + 50 + 0 + 0', { region: 'CN' }],
      [fifty('Rome'), '50 = 0 + 50 + 0 + 0 + 0', { region: 'CN' }],
    ],
    customers: Array.from({ length: 50 }, () => ({ name: '张伟', city: 'Rome' })),
  },
};

function fifty(city: string): string {
  const rows = Array.from({ length: 50 }, (_, i) => `张伟,info@acme.example,138000000${String(i + 10)},${city}\n`);
  return `name,email,phone,city\n${rows.join('')}`;
}
