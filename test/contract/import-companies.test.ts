import { describe, expect, it } from 'vitest';
import { countsOf, dump, importText, inconsistencies, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { everyoneWithChildren } from './import-children-cases.ts';

/** A cell that makes a file large enough to be loaded in bulk. */
const LONG = 'lorem '.repeat(80_000);

const codesOf = ({ warnings }: { readonly warnings: readonly { readonly code: string; readonly count: number }[] }): string[] =>
  warnings.map(({ code, count }) => `${code} ${count}`);

describeEachEngine('import and companies', (target) => {
  describe('in a bulk load', () => {
    const bulk = (rows: string): string =>
      `email,name,company,kind,notes\n${rows}${[1, 2, 3, 4, 5].map((n) => `l${n}@x.org,L${n},,,${LONG}\n`).join('')}`;

    it('links people to the companies of the same file, wherever those stand, and makes the missing ones', async () => {
      const database = await testDatabase(target);
      const before = await dump(database.engine);
      // The second row of Corn is put aside: its e-mail was in the file before.
      const file = bulk(
        'a@x.org,Ada,Acme,,\ninfo@acme.org,Acme,,organisation,\nb@x.org,Bob,acme,,\nc@x.org,Cy,Bolt,,\nd@x.org,Dee,Corn,,\nd@x.org,Corn,,organisation,\n' +
          '1@twin.org,Twin,,organisation,\n2@twin.org,Twin,,organisation,\ne@x.org,Eve,Twin,,\nc@x.org,Cy,Dust,,\n',
      );
      const report = await importText(database, file, { createCompanies: true });
      expect(countsOf(report)).toBe('15 = 14 + 1 + 0 + 0 + 0');
      expect(report.result.companies).toBe(1);
      expect(codesOf(report)).toEqual(['AMBIGUOUS_COMPANY 1']);
      const people = await everyoneWithChildren(database);
      const companies = people.filter(({ kind }) => kind === 'person').map(({ name, company }) => `${name}: ${company}`);
      expect(companies.slice(0, 5)).toEqual(['Ada: Acme', 'Bob: Acme', 'Cy: Dust', 'Dee: Corn', 'Eve: null']);
      const organisations = people.filter(({ kind }) => kind === 'organisation').map(({ name }) => name);
      expect(organisations).toEqual(['Acme', 'Twin', 'Twin', 'Corn', 'Dust']);
      expect(await inconsistencies(database.engine)).toEqual([]);
      const after = await dump(database.engine);
      expect(countsOf(await importText(database, file, { createCompanies: true }))).toBe('15 = 0 + 0 + 15 + 0 + 0');
      expect(await dump(database.engine)).toEqual(after);
      await database.repository.undo(2);
      const undo = await database.repository.undo(1);
      expect(undo.value.kept).toEqual([]);
      expect(await dump(database.engine)).toEqual(before);
      await database.repository.undo(undo.run as number);
      expect(await dump(database.engine)).toEqual(after);
    });

    it('makes none unless asked for', async () => {
      const database = await testDatabase(target);
      const report = await importText(database, bulk('a@x.org,Ada,Acme,,\nb@x.org,Bob,Bolt,,\ninfo@acme.org,Acme,,organisation,\n'));
      expect(report.result).toMatchObject({ created: 8, companies: 0 });
      expect((await everyoneWithChildren(database)).slice(0, 2)).toMatchObject([{ company: 'Acme' }, { company: null }]);
    });
  });

  it('warns of company names that several organisations have, and of consents not taken', async () => {
    const database = await testDatabase(target);
    await importText(database, 'email,name,kind\n1@twin.org,Twin,organisation\n2@twin.org,Twin,organisation\n');
    const file = 'email,name,company,consent.email,consent.sms\na@x.org,Ada,Twin,out,in\nb@x.org,Bob,Twin,,\n';
    expect(codesOf(await importText(database, file))).toEqual(['AMBIGUOUS_COMPANY 2']);
    const other = 'email,city,consent.email,consent.sms\na@x.org,Rome,in,out\n';
    expect(codesOf(await importText(database, other, { onMatch: 'fill' }))).toEqual(['OPT_OUT_KEPT 1']);
    await importText(database, 'email,name,company\nc@x.org,Cy,Solo\n');
    const renamed = 'email,company\na@x.org,Twin\nc@x.org,Twin\n';
    const { warnings } = await importText(database, renamed, { name: 'third.csv' });
    expect(warnings).toEqual([{ code: 'AMBIGUOUS_COMPANY', field: null, count: 1, lines: [3] }]);
  });

  it('links many people across the pages of rows put aside', async () => {
    const database = await testDatabase(target);
    const rows = (city: string): string =>
      Array.from({ length: 1100 }, (_, i) => `p${i}@x.org,P${i},Company ${i % 40},${city},+49301${String(100_000 + i)}`).join('\n');
    const head = 'email,name,company,city,contact.phone.work\n';
    await importText(database, `email,name\n${Array.from({ length: 1100 }, (_, i) => `p${i}@x.org,P${i}`).join('\n')}\n`);
    const before = await dump(database.engine);
    const report = await importText(database, `${head}${rows('Rome')}\n${rows('Oslo')}\n`, { createCompanies: true });
    expect(countsOf(report)).toBe('2200 = 0 + 2200 + 0 + 0 + 0');
    expect(report.result.companies).toBe(40);
    const [counts] = await database.engine.all(
      'SELECT count(company_id) AS linked, count(DISTINCT company_id) AS companies, (SELECT count(DISTINCT id) FROM contact_points) AS contacts FROM customers',
    );
    expect(counts).toEqual({ linked: 1100, companies: 40, contacts: 1100 });
    expect(await inconsistencies(database.engine)).toEqual([]);
    const again = await importText(database, `${head}${rows('Rome')}\n${rows('Oslo')}\n`, { createCompanies: true });
    expect(countsOf(again)).toBe('2200 = 0 + 0 + 2200 + 0 + 0');
    await database.repository.undo(3);
    expect((await database.repository.undo(2)).value.kept).toEqual([]);
    expect(await dump(database.engine)).toEqual(before);
  });

  it('links people that the import says nothing else of, page by page', async () => {
    const database = await testDatabase(target);
    const file = `email,name,company\n${Array.from({ length: 1100 }, (_, i) => `p${i}@x.org,P${i},Company ${i % 40}`).join('\n')}\n`;
    await importText(database, file);
    const report = await importText(database, file, { createCompanies: true });
    expect(countsOf(report)).toBe('1100 = 0 + 1100 + 0 + 0 + 0');
    expect(report.result.companies).toBe(40);
    expect(countsOf(await importText(database, file, { createCompanies: true }))).toBe('1100 = 0 + 0 + 1100 + 0 + 0');
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  describe('undo', () => {
    it('keeps what was changed since: a consent, a contact point, a link', async () => {
      const database = await testDatabase(target);
      const { repository } = database;
      await importText(database, 'email,name\na@x.org,Ada\ninfo@acme.org,Acme\n', { map: new Map() });
      await repository.edit(2, { values: { kind: 'organisation' } });
      await importText(database, 'email,company,consent.email,contact.phone.work\na@x.org,Acme,in,+4930123456\n');
      await repository.addChild(1, { table: 'consents', row: { channel: 'email', status: 'out', decided_at: '2026-02-01T00:00:00Z' } });
      await repository.edit(1, { values: { company_id: null } });
      const { value } = await repository.undo(3);
      expect(value.kept).toEqual([{ entity: 'consents', id: 1, field: '*', reason: 'changed since' }]);
      expect(await repository.get(1)).toMatchObject({
        customer: { company_id: null, company_name: null },
        contactPoints: [],
        consents: [{ channel: 'email', status: 'out' }],
      });
      expect(await inconsistencies(database.engine)).toEqual([]);
    });

    it('of companies takes the links of later imports with them, and brings them back', async () => {
      const database = await testDatabase(target);
      const { repository, engine } = database;
      await importText(database, 'email,name,company\na@x.org,Ada,Acme\n', { createCompanies: true });
      await importText(database, 'email,name,company\nb@x.org,Bob,Acme\n', { name: 'other.csv' });
      const after = await dump(engine);
      const undone = await repository.undo(1);
      expect(await everyoneWithChildren(database)).toMatchObject([{ name: 'Bob', company_name: 'Acme', company: null }]);
      expect(await inconsistencies(engine)).toEqual([]);
      expect((await repository.undo(undone.run as number)).value.kept).toEqual([]);
      expect(await dump(engine)).toEqual(after);
    });
  });
});
