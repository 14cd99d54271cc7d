import fc from 'fast-check';
import { csvLine } from '../../src/formats/csv-writer.ts';
import type { ImportFilesOptions } from '../../src/import/import-files.ts';

/** A small file and how it is imported. */
export interface RandomImport {
  readonly text: string;
  readonly options: Partial<ImportFilesOptions> & { readonly name?: string };
}

/** Few values in each column, so that rows meet: equal, similar, empty and odd ones. */
const CELLS: Readonly<Record<string, readonly string[]>> = {
  id: ['1', '2', '3', '', 'K-7'],
  name: ['Ada', 'Ada King', 'A. King', 'ada king', 'Bob', '王伟', '王 伟', '!', '', 'Marta', 'Martha', 'Acme GmbH'],
  given_name: ['Ada', '伟', '', ''],
  family_name: ['King', '王', '', ''],
  company: ['Acme', 'acme gmbh', '', ''],
  email: ['a@x.org', 'A@X.org', 'b@x.org', 'info@x.org', 'no mail', '', ''],
  phone: ['+4930123456', '0049 30 123456', '+8613812345678 ext 5', 'call', '', ''],
  city: ['Rome', 'Oslo', '上海', ''],
  kind: ['person', 'organisation', 'robot', ''],
  birthday: ['1990-05-17', '17.05.1990', 'soon', ''],
  created: ['2020-01-01', '2021-02-03T04:05:06Z', '', 'x'],
  tags: ['vip', 'vip; b2b', ''],
  Colour: ['red', 'blue', '', ''],
  'contact.email.work': ['a@x.org', 'c@x.org', 'c@x.org ::: d@x.org', 'no mail', ''],
  'contact.social': ['ada-wx', 'bob-wx ::: ada-wx', '', ''],
  'consent.email': ['in', 'out', 'perhaps', ''],
  external_ids: ['shop:1', 'shop:2; crm:9', 'crm:1', ''],
};

const HEADERS = Object.keys(CELLS);

interface Table {
  readonly header: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

const rows: fc.Arbitrary<Table> = fc.shuffledSubarray(HEADERS, { minLength: 1, maxLength: 7 }).chain((header) =>
  fc.record({
    header: fc.constant<readonly string[]>(
      header.includes('name') || header.includes('email') ? header : ['name', ...header.filter((name) => name !== 'name')],
    ),
    rows: fc.array(fc.record(Object.fromEntries(HEADERS.map((name) => [name, fc.constantFrom(...(CELLS[name] as string[]))]))), {
      minLength: 1,
      maxLength: 7,
    }),
  }),
);

const options = fc.record(
  {
    source: fc.constantFrom('shop', 'crm'),
    match: fc.constantFrom<ImportFilesOptions['match'][]>(
      ['external_id'],
      ['email'],
      ['phone'],
      ['external_id', 'email', 'phone'],
      ['email', 'phone'],
    ),
    onMatch: fc.constantFrom<ImportFilesOptions['onMatch'][]>('update', 'update', 'fill', 'skip'),
    blank: fc.constantFrom<ImportFilesOptions['blank'][]>('keep', 'clear'),
    tags: fc.constantFrom<ImportFilesOptions['tags'][]>(['x'], ['y']),
    createCompanies: fc.boolean(),
    name: fc.constantFrom('people.csv', 'other.csv'),
  },
  { requiredKeys: [] },
);

/** Any import of a CSV or NDJSON file of a few rows. */
export const randomImport: fc.Arbitrary<RandomImport> = fc
  .tuple(rows, options, fc.integer({ min: 0, max: 3 }))
  .map(([table, chosen, format]) => {
    if (format > 0)
      return {
        text: [table.header, ...table.rows.map((row) => table.header.map((name) => row[name] as string))]
          .map((cells) => csvLine(cells))
          .join(''),
        options: chosen as RandomImport['options'],
      };
    const objects = table.rows.map((row) =>
      JSON.stringify(Object.fromEntries(table.header.flatMap((name) => (row[name] === '' ? [] : [[name, row[name]]])))),
    );
    return { text: `${objects.join('\n')}\n`, options: { ...chosen, name: 'people.ndjson' } as RandomImport['options'] };
  });
