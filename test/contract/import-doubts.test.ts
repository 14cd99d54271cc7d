import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countsOf, dump, importText, inconsistencies, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const column = (header: string, values: readonly string[]): string =>
  `${['name', header].join(',')}\n${values.map((value, i) => `P${i + 1},"${value}"\n`).join('')}`;

describeEachEngine('an import of values that cannot be believed', (target) => {
  const fresh = () => testDatabase(target);
  type Database = Awaited<ReturnType<typeof fresh>>;
  const customer = async (database: Database, id: number) => (await database.repository.get(id))?.customer;
  const birthdays = async (database: Database, count: number) =>
    Promise.all(Array.from({ length: count }, async (_, i) => (await customer(database, i + 1))?.birthday ?? null));
  const codes = ({ warnings }: Awaited<ReturnType<typeof importText>>) =>
    warnings.map(({ code, field, count, lines }) => `${code} ${field} ${count} [${lines.join()}]`);

  describe('day and month', () => {
    it.each([
      ['dmy', ['03/04/2024', '31/12/2024', '05/05/2024'], ['2024-04-03', '2024-12-31', '2024-05-05'], 1, 2],
      ['mdy', ['03/04/2024', '12/31/2024', '2024-01-02'], ['2024-03-04', '2024-12-31', '2024-01-02'], 1, 2],
    ])('are told apart by the whole column (%s)', async (order, values, expected, proof, all) => {
      const database = await fresh();
      const report = await importText(database, column('Birthday', values));
      expect(await birthdays(database, 3)).toEqual(expected);
      expect(report.warnings).toEqual([]);
      expect(report.result.detected.dateOrders).toEqual([
        { header: 'Birthday', field: 'birthday', order, by: 'column', proof, values: all },
      ]);
    });

    it('are told apart by a value at the end of a long file, in each column for itself', async () => {
      const database = await fresh();
      const rows = Array.from({ length: 20_000 }, (_, i) => `P${i},03/04/2024,03/04/2024 10:00\n`);
      const report = await importText(database, `name,birthday,created\n${rows.join('')}Q,13/04/2024,03/14/2024\n`);
      expect(await customer(database, 1)).toMatchObject({ birthday: '2024-04-03', created_at: '2024-03-04T10:00:00.000Z' });
      expect(report.result.detected.dateOrders?.map(({ field, order, values }) => [field, order, values])).toEqual([
        ['birthday', 'dmy', 20_001],
        ['created_at', 'mdy', 20_001],
      ]);
    });

    it('are kept as text where the column does not say it', async () => {
      const database = await fresh();
      const report = await importText(database, column('Birthday', ['03/04/2024', '05/05/2024', '7.8.1990']));
      expect(await birthdays(database, 3)).toEqual([null, '2024-05-05', null]);
      expect((await customer(database, 1))?.attributes).toEqual({ Birthday: '03/04/2024' });
      expect(codes(report)).toEqual(['AMBIGUOUS_DATE birthday 2 [2,4]']);
      expect(report.result.detected.dateOrders).toMatchObject([{ order: null, by: null, proof: 0, values: 2 }]);
    });

    it('are kept as text in a column that contradicts itself; what can be one day only is that day', async () => {
      const database = await fresh();
      const report = await importText(database, column('Birthday', ['03/04/2024', '31/12/2024', '12/31/2024']));
      expect(await birthdays(database, 3)).toEqual([null, '2024-12-31', '2024-12-31']);
      expect(codes(report)).toEqual(['AMBIGUOUS_DATE birthday 1 [2]']);
      expect(report.result.detected.dateOrders).toMatchObject([{ order: null, by: null, proof: 2, values: 3 }]);
    });

    it.each([
      ['dmy', '2024-04-03'],
      ['mdy', '2024-03-04'],
    ] as const)('go by --on-ambiguous-date %s where the column does not say it', async (onAmbiguousDate, expected) => {
      const database = await fresh();
      const report = await importText(database, column('Birthday', ['03/04/2024']), { doubts: { onAmbiguousDate } });
      expect(await birthdays(database, 1)).toEqual([expected]);
      expect(report.result.detected.dateOrders).toMatchObject([{ order: onAmbiguousDate, by: 'given' }]);
    });

    it('go by the column and not by --on-ambiguous-date where it does', async () => {
      const database = await fresh();
      const report = await importText(database, column('Birthday', ['03/04/2024', '31/12/2024']), { doubts: { onAmbiguousDate: 'mdy' } });
      expect(await birthdays(database, 1)).toEqual(['2024-04-03']);
      expect(report.result.detected.dateOrders).toMatchObject([{ order: 'dmy', by: 'column' }]);
    });

    it('go by the hint of a layout, but not against the column', async () => {
      const database = await fresh();
      const hinted = { doubts: { dateOrderHint: 'mdy' } as const };
      const report = await importText(database, column('Birthday', ['03/04/2024']), hinted);
      expect([await birthdays(database, 1), report.result.detected.dateOrders?.[0]?.by]).toEqual([['2024-03-04'], 'hint']);
      const other = await importText(await fresh(), column('Birthday', ['03/04/2024', '31/12/2024', '12/31/2024']), hinted);
      expect(codes(other)).toEqual(['AMBIGUOUS_DATE birthday 1 [2]']);
    });

    it('are told apart in NDJSON too, in a column that comes late', async () => {
      const database = await fresh();
      const text = '{"name":"A"}\n{"name":"B","birthday":"03/04/2024"}\n{"name":"C","birthday":"30/04/2024","created":"03/04/2024"}\n';
      const report = await importText(database, text, { name: 'people.ndjson' });
      expect(await birthdays(database, 3)).toEqual([null, '2024-04-03', '2024-04-30']);
      expect(codes(report)).toEqual(['AMBIGUOUS_DATE created_at 1 [3]']);
    });

    it('reject the row with --on-ambiguous-date reject, and only such rows', async () => {
      const database = await fresh();
      const report = await importText(database, column('Birthday', ['03/04/2024', 'soon', '2024-01-02']), {
        doubts: { onAmbiguousDate: 'reject' },
      });
      expect(countsOf(report)).toBe('3 = 2 + 0 + 0 + 0 + 1');
      expect(codes(report)).toEqual(['NOT_UNDERSTOOD birthday 1 [3]']);
    });
  });

  it('keeps what a spreadsheet damaged as it came, and believes none of it', async () => {
    const database = await fresh();
    const text =
      'Customer ID,Name,Phone,E-mail,City,Tax ID,Birthday,Tags,Revenue\n' +
      '4.41E+11,Ada,1.38E+10,a@example.com,Rome,9.13E+17,45291,vip,1.2E+06\n' +
      '4.41E+11,Bob,"1,38E+10",b@example.com,#REF!,,45291.5,#N/A,\n' +
      '#N/A,Eve,#VALUE!,#NAME?,Oslo,,#####,vip,#DIV/0!\n';
    const report = await importText(database, text, { region: 'CN', source: 'erp', match: ['external_id', 'phone'] });
    expect(countsOf(report)).toBe('3 = 3 + 0 + 0 + 0 + 0');
    expect(await customer(database, 1)).toMatchObject({
      ...{ phone: '1.38E+10', tax_id: '9.13E+17', birthday: null, city: 'Rome' },
      attributes: { 'Customer ID': '4.41E+11', Birthday: '45291', Revenue: '1.2E+06' },
    });
    expect(await customer(database, 2)).toMatchObject({
      city: null,
      attributes: { 'Customer ID': '4.41E+11', City: '#REF!', Birthday: '45291.5', Tags: '#N/A' },
    });
    expect(await customer(database, 3)).toMatchObject({
      ...{ phone: null, email: null, birthday: null },
      attributes: { 'Customer ID': '#N/A', Phone: '#VALUE!', 'E-mail': '#NAME?', Birthday: '#####', Revenue: '#DIV/0!' },
    });
    expect((await database.repository.get(3))?.externalIds).toEqual([]);
    expect(codes(report).sort()).toEqual([
      'EXCEL_DATE birthday 2 [2,3]',
      'EXCEL_ERROR attributes.Revenue 1 [4]',
      'EXCEL_ERROR birthday 1 [4]',
      'EXCEL_ERROR city 1 [3]',
      'EXCEL_ERROR email 1 [4]',
      'EXCEL_ERROR external_id 1 [4]',
      'EXCEL_ERROR phone 1 [4]',
      'EXCEL_ERROR tags 1 [3]',
      'EXCEL_NUMBER external_id 2 [2,3]',
      'EXCEL_NUMBER phone 2 [2,3]',
      'EXCEL_NUMBER tax_id 1 [2]',
    ]);
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  it('makes no contact point of damage, and repairs garbled ones', async () => {
    const database = await fresh();
    const text = 'name,contact.email.work,contact.phone.home,contact.address\nAda,#N/A,1.38E+10,CafÃ© 3\nBob,b@example.com,,\n';
    const report = await importText(database, text);
    const points = await database.engine.all('SELECT customer_id, kind, value FROM contact_points ORDER BY customer_id');
    expect(points.map(({ kind, value }) => [kind, value])).toEqual([
      ['address', 'Café 3'],
      ['email', 'b@example.com'],
    ]);
    expect((await customer(database, 1))?.attributes).toEqual({ 'contact.email.work': '#N/A', 'contact.phone.home': '1.38E+10' });
    expect(report.warnings.map(({ code }) => code).sort()).toEqual(['EXCEL_ERROR', 'EXCEL_NUMBER', 'MOJIBAKE_REPAIRED']);
  });

  it('does not overwrite what is stored by an error of a spreadsheet', async () => {
    const database = await fresh();
    await importText(database, 'email,name,city,phone\na@example.com,Ada,Rome,+49301234567\n');
    await importText(database, 'email,name,city,phone\na@example.com,Ada,#REF!,#N/A\n', { blank: 'clear' });
    expect(await customer(database, 1)).toMatchObject({
      ...{ city: 'Rome', phone: '+49301234567' },
      attributes: { city: '#REF!', phone: '#N/A' },
    });
  });

  const codesFile = 'name,zip,state,country\nA,2138,MA,US\nB,926,PR,US\nC,2138-1234,MA,\nD,1012,,NL\nE,02139,MA,US\nF,9021,CA,US\n';
  const zips = async (database: Database) => Promise.all([1, 2, 3, 4, 5, 6].map(async (id) => (await customer(database, id))?.postal_code));

  it('flags US postal codes without their zeros, and gives them back when asked to', async () => {
    const kept = await fresh();
    expect(codes(await importText(kept, codesFile))).toEqual(['LOST_ZERO postal_code 3 [2,3,4]', 'NOT_UNDERSTOOD postal_code 2 [5,7]']);
    expect(await zips(kept)).toEqual(['2138', '926', '2138-1234', '1012', '02139', '9021']);
    const restored = await fresh();
    expect(codes(await importText(restored, codesFile, { doubts: { restoreZeros: true } }))).toEqual([
      'ZERO_RESTORED postal_code 3 [2,3,4]',
      'NOT_UNDERSTOOD postal_code 2 [5,7]',
    ]);
    expect(await zips(restored)).toEqual(['02138', '00926', '02138-1234', '1012', '02139', '9021']);
  });

  const garbled =
    'name,city,country,phone,tags,Favourite\n' +
    'FranÃ§ois,MÃ¼nchen,EspaÃ±a,,cafÃ©; vip,it’s\n' +
    '鏉庢槑,é˜¿é‡Œ,,,,Ã\u00a0\n' +
    'Ãngel,SÃO PAULO,,,,\n' +
    '锟斤拷,ÕÅÈý,,,,Fran\ufffdois\n';

  it('repairs garbled text where that is proven, says so in the run, and only flags the rest', async () => {
    const database = await fresh();
    const report = await importText(database, garbled);
    expect(await customer(database, 1)).toMatchObject({
      name: 'François',
      city: 'München',
      country: 'ES',
      attributes: { Favourite: 'it’s' },
    });
    expect((await database.repository.get(1))?.tags).toEqual(['café', 'vip']);
    expect(await customer(database, 2)).toMatchObject({ name: '李明', city: '阿里', attributes: { Favourite: 'à' } });
    expect(await customer(database, 3)).toMatchObject({ name: 'Ãngel', city: 'São Paulo' });
    expect(await customer(database, 4)).toMatchObject({ name: '锟斤拷', city: 'ÕÅÈý', attributes: { Favourite: 'Fran\ufffdois' } });
    expect(codes(report).sort()).toEqual([
      'MOJIBAKE attributes.Favourite 1 [5]',
      'MOJIBAKE city 1 [5]',
      'MOJIBAKE name 1 [5]',
      'MOJIBAKE_REPAIRED attributes.Favourite 1 [3]',
      'MOJIBAKE_REPAIRED city 2 [2,3]',
      'MOJIBAKE_REPAIRED country 1 [2]',
      'MOJIBAKE_REPAIRED name 2 [2,3]',
      'MOJIBAKE_REPAIRED tags 1 [2]',
    ]);
    expect((await database.repository.runs({ limit: 1 }))[0]?.counts).toMatchObject({ read: 4, created: 4, repaired: 7 });
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  it('changes nothing when the file comes again, and is undone as any other import', async () => {
    const database = await fresh();
    const before = await dump(database.engine);
    const text = `external id,birthday,zip,country,${garbled.replaceAll(/^(?=.)/gm, '9,03/04/2024,2138,US,').slice('9,03/04/2024,2138,US,'.length)}`;
    const options = { source: 'erp', doubts: { restoreZeros: true, onAmbiguousDate: 'dmy' } } as const;
    const { run } = await importText(database, text, options);
    const once = await dump(database.engine);
    expect(countsOf(await importText(database, text, options))).toBe('4 = 0 + 0 + 4 + 0 + 0');
    expect(await dump(database.engine)).toEqual(once);
    await database.repository.undo(run as number);
    expect(await dump(database.engine)).toEqual(before);
  });

  it('leaves garbled text alone when asked to, and flags it', async () => {
    const database = await fresh();
    const report = await importText(database, garbled, { doubts: { keepMojibake: true } });
    expect(await customer(database, 1)).toMatchObject({ name: 'FranÃ§ois', city: 'MÃ¼nchen', country: 'EspaÃ±a' });
    expect(new Set(report.warnings.map(({ code }) => code))).toEqual(new Set(['MOJIBAKE', 'NOT_UNDERSTOOD']));
    expect((await database.repository.runs({ limit: 1 }))[0]?.counts).not.toHaveProperty('repaired');
  });

  describe('strictly', () => {
    const strict = { doubts: { strict: true } } as const;

    it('rejects the row, with the column and the cells as they came', async () => {
      const database = await fresh();
      const text =
        'name,E-mail,Birthday,Phone,zip,state,country\n' +
        'Ada,ada@example.com,2024-01-02,+49301234567,02138,MA,US\n' +
        'B,no mail,2024-01-02,,,,\n' +
        'C,,03/04/2024,,,,\n' +
        'D,,45291,,,,\n' +
        'E,,,1.38E+10,,,\n' +
        'F,,,,2138,MA,US\n' +
        'G \ufffd,,,,,,\n' +
        'FranÃ§ois,,,,,,\n' +
        'H,no mail,03/04/2024,,,,\n';
      const report = await importText(database, text, strict);
      expect(countsOf(report)).toBe('9 = 2 + 0 + 0 + 0 + 7');
      expect(codes(report)).toEqual(['MOJIBAKE_REPAIRED name 1 [9]']);
      const lines = readFileSync(join(database.folder, 'rejects.csv'), 'utf8').trimEnd().split('\n');
      const offsetOf = (line: number): number =>
        Buffer.byteLength(
          text
            .split('\n')
            .slice(0, line - 1)
            .join('\n'),
        ) + 1;
      expect(lines.slice(1).map((line) => line.split(',').slice(7, 11))).toEqual(
        [
          [3, 'E-mail', 'NOT_UNDERSTOOD'],
          [4, 'Birthday', 'AMBIGUOUS_DATE'],
          [5, 'Birthday', 'EXCEL_DAMAGE'],
          [6, 'Phone', 'EXCEL_DAMAGE'],
          [7, 'zip', 'EXCEL_DAMAGE'],
          [8, 'name', 'MOJIBAKE'],
          [10, 'E-mail', 'NOT_UNDERSTOOD'],
        ].map(([line, header, code]) => [String(line), String(offsetOf(line as number)), header, code]),
      );
      expect(lines[2]).toBe('C,,03/04/2024,,,,,4,126,Birthday,AMBIGUOUS_DATE,day and month of the date could be either');
    });

    it('takes the mended rows', async () => {
      const database = await fresh();
      await importText(database, column('Birthday', ['03/04/2024', '2024-01-02']), strict);
      const mended = readFileSync(join(database.folder, 'rejects.csv'), 'utf8').replace('03/04/2024', '2024-04-03');
      const report = await importText(database, mended, { ...strict, name: 'mended.csv' });
      expect(countsOf(report)).toBe('1 = 1 + 0 + 0 + 0 + 0');
      expect(await birthdays(database, 2)).toEqual(['2024-01-02', '2024-04-03']);
    });

    it('keeps the columns of a rejected row that a growing file showed late', async () => {
      const database = await fresh();
      const text = '{"name":"A"}\n{"name":"B","birthday":"soon","city":"Rome","note, too":"x"}\n';
      const report = await importText(database, text, { ...strict, name: 'people.ndjson' });
      expect(countsOf(report)).toBe('2 = 1 + 0 + 0 + 0 + 1');
      const lines = readFileSync(report.result.rejects as string, 'utf8').split('\n');
      expect(lines[0]).toMatch(/^name,birthday,city,"note, too",_line/);
      expect(lines[1]).toMatch(/^B,soon,Rome,x,2,13,birthday,NOT_UNDERSTOOD/);
    });

    it('stops the whole import where more are rejected than allowed', async () => {
      const database = await fresh();
      const failing = importText(database, column('Birthday', ['soon', 'later']), { ...strict, maxRejects: { rows: 1 } });
      await expect(failing).rejects.toMatchObject({ code: 'GUARD_RAIL' });
      expect(await database.repository.count()).toBe(0);
    });
  });
});
