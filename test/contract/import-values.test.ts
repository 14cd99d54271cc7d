import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countsOf, dump, importText, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

describeEachEngine('import', (target) => {
  const fresh = () => testDatabase(target);
  const first = async (database: Awaited<ReturnType<typeof fresh>>) => (await database.repository.get(1))?.customer;

  describe('columns', () => {
    it('knows English and Chinese headers and keeps the rest as custom fields', async () => {
      const database = await fresh();
      const { result } = await importText(
        database,
        '客户编号,姓名,手机号,公司名称,出生日期,国家,First Name,Lead source,,标签\nC1,王小明,13812345678,上海某某有限公司,1990年5月17日,中国,小明,展会,x,"vip;华东"\n',
        { region: 'CN' },
      );
      expect(result.mapping.map(({ header, field, how }) => [header, field, how])).toEqual([
        ['客户编号', 'external_id', 'alias'],
        ['姓名', 'name', 'alias'],
        ['手机号', 'phone', 'alias'],
        ['公司名称', 'company_name', 'alias'],
        ['出生日期', 'birthday', 'alias'],
        ['国家', 'country', 'alias'],
        ['First Name', 'given_name', 'alias'],
        ['Lead source', 'attributes.Lead source', 'custom'],
        ['', 'attributes.column 9', 'custom'],
        ['标签', 'tags', 'alias'],
      ]);
      expect(await first(database)).toMatchObject({
        ...{
          name: '王小明',
          given_name: '小明',
          phone: '+8613812345678',
          company_name: '上海某某有限公司',
          birthday: '1990-05-17',
          country: 'CN',
        },
        attributes: { 'Lead source': '展会', 'column 9': 'x' },
      });
      expect((await database.repository.get(1))?.tags).toEqual(['vip', '华东']);
    });

    it('goes where --map says', async () => {
      const database = await fresh();
      const map = new Map([
        ['Kd.-Nr.', 'external_id'],
        ['Info', 'notes'],
        ['E-Mail', 'attributes.old mail'],
        ['Alt', ''],
        ['Stadt', '城市'],
      ]);
      const { result } = await importText(database, 'Kd.-Nr.,Info,E-Mail,Alt,Stadt,Name\n7,hello,A@X.org,gone,Rom,Ada\n', {
        map,
        source: 'erp',
      });
      expect(result.mapping.map(({ field, how }) => [field, how])).toEqual([
        ['external_id', 'given'],
        ['notes', 'given'],
        ['attributes.old mail', 'given'],
        [null, 'ignored'],
        ['city', 'given'],
        ['name', 'alias'],
      ]);
      expect(await first(database)).toMatchObject({ notes: 'hello', email: null, city: 'Rom', attributes: { 'old mail': 'A@X.org' } });
      expect((await database.repository.get(1))?.externalIds).toEqual([{ source: 'erp', external_id: '7' }]);
    });

    it.each([
      [new Map([['Nme', 'name']]), 'USAGE', 'did you mean “Name”?'],
      [new Map([['Name', 'nmae']]), 'UNKNOWN_FIELD', 'did you mean “name”?'],
      [new Map([['Name', 'id']]), 'UNKNOWN_FIELD', ''],
    ])('refuses a wrong --map and writes nothing', async (map, code, hint) => {
      const database = await fresh();
      const failing = importText(database, 'Name\nAda\n', { map });
      await expect(failing).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
      expect([await database.repository.count(), await database.repository.runs({ limit: 5 })]).toEqual([0, []]);
    });

    it('keeps a second column of one field as a custom field', async () => {
      const database = await fresh();
      await importText(database, 'phone,mobile,email,E-Mail\n+4930123456,+491712345678,a@x.org,b@x.org\n');
      expect(await first(database)).toMatchObject({
        phone: '+4930123456',
        email: 'a@x.org',
        attributes: { mobile: '+491712345678', 'E-Mail': 'b@x.org' },
      });
    });
  });

  describe('empty cells and absent columns', () => {
    const START =
      'email,name,kind,company,city,phone,notes,渠道\na@x.org,Ada,person,Acme,Rome,+4930123456,hello,微信\nb@x.org,Acme,organisation,,,,,\n';

    it('leave everything as it is', async () => {
      const database = await fresh();
      await importText(database, START);
      const before = await dump(database.engine);
      const cells = 'email,name,kind,company,city,phone,notes,渠道\na@x.org,,,,,,,\nb@x.org,,,,,,,\n';
      expect(countsOf(await importText(database, cells))).toBe('2 = 0 + 0 + 2 + 0 + 0');
      expect(countsOf(await importText(database, 'email\na@x.org\n'))).toBe('1 = 0 + 0 + 1 + 0 + 0');
      expect(countsOf(await importText(database, '{"email":"a@x.org"}\n{"email":"b@x.org","name":null}\n', { name: 'p.ndjson' }))).toBe(
        '2 = 0 + 0 + 2 + 0 + 0',
      );
      expect(await dump(database.engine)).toEqual(before);
    });

    it('do not make a person of an organisation, nor its company of a name', async () => {
      const database = await fresh();
      await importText(database, START);
      await importText(database, 'email,name,kind,company\na@x.org,,,Other\nb@x.org,,,Acme\n');
      await importText(database, '{"email":"a@x.org","company":"Third","city":"Oslo"}\n', { name: 'p.ndjson' });
      expect(await first(database)).toMatchObject({ name: 'Ada', kind: 'person', company_name: 'Third', city: 'Oslo' });
      expect((await database.repository.get(2))?.customer).toMatchObject({ name: 'Acme', kind: 'organisation', company_name: 'Acme' });
    });

    it('empty the field with --blank clear, but only of columns that are there', async () => {
      const database = await fresh();
      await importText(database, START);
      const cells = 'email,name,kind,city,phone,渠道\na@x.org,,,,,\n';
      expect(countsOf(await importText(database, cells, { blank: 'clear' }))).toBe('1 = 0 + 1 + 0 + 0 + 0');
      expect(await first(database)).toMatchObject({
        name: null,
        kind: 'person',
        city: null,
        phone: null,
        notes: 'hello',
        company_name: 'Acme',
        attributes: {},
      });
      expect(countsOf(await importText(database, cells, { blank: 'clear' }))).toBe('1 = 0 + 0 + 1 + 0 + 0');
    });

    it('with --blank clear leave what every customer has', async () => {
      const database = await fresh();
      await importText(database, 'email,kind,created\na@x.org,organisation,2020-01-01\n');
      await importText(database, 'email,kind,created\na@x.org,,\nb@x.org,,\n', { blank: 'clear' });
      expect(await first(database)).toMatchObject({ kind: 'organisation', created_at: '2020-01-01T00:00:00.000Z' });
      expect((await database.repository.get(2))?.customer.kind).toBe('person');
    });
  });

  describe('values', () => {
    it('that are not understood are kept as they came, with a warning', async () => {
      const database = await fresh();
      const { warnings } = await importText(
        database,
        'name,email,phone,country,birthday,created,gender,kind\nAda,not a mail,call me,Atlantis,30.02.1990,soon,?,robot\nBob,,,,1990-02-28,,,\nEve,x@,12,,,,,\n',
      );
      expect(await first(database)).toMatchObject({
        ...{ email: 'not a mail', phone: 'call me', country: 'Atlantis', birthday: null, gender: '?', kind: 'person' },
        attributes: { birthday: '30.02.1990', created: 'soon', kind: 'robot' },
      });
      expect(warnings).toEqual(
        expect.arrayContaining([
          { code: 'NOT_UNDERSTOOD', field: 'email', count: 2, lines: [2, 4] },
          { code: 'NOT_UNDERSTOOD', field: 'phone', count: 2, lines: [2, 4] },
          { code: 'NOT_UNDERSTOOD', field: 'birthday', count: 1, lines: [2] },
          { code: 'NOT_UNDERSTOOD', field: 'created_at', count: 1, lines: [2] },
          { code: 'NOT_UNDERSTOOD', field: 'country', count: 1, lines: [2] },
          { code: 'NOT_UNDERSTOOD', field: 'kind', count: 1, lines: [2] },
        ]),
      );
      expect((await database.repository.get(2))?.customer).toMatchObject({ birthday: '1990-02-28', attributes: {} });
    });

    it.each([
      ['+86 138-1234-5678', 'CN', '+8613812345678', null],
      ['021-61234567 转 801', 'CN', '+862161234567', '801'],
      ['030/123456', 'DE', '+4930123456', null],
      ['030/123456', null, '030/123456', null],
      ['(212) 555-0123 x5', 'US', '+12125550123', '5'],
      ['１３８１２３４５６７８', 'CN', '+8613812345678', null],
    ])('read the phone %s in %s', async (phone, region, number, extension) => {
      const database = await fresh();
      await importText(database, `name,phone\nAda,"${phone}"\n`, { region });
      expect(await first(database)).toMatchObject({ phone: number, phone_ext: extension });
    });

    it('read phones by the country of their row before the one given', async () => {
      const database = await fresh();
      await importText(database, 'name,phone,country\nAda,030 123456,Germany\nBob,13812345678,\n', { region: 'CN' });
      expect([await first(database), (await database.repository.get(2))?.customer]).toMatchObject([
        { phone: '+4930123456', country: 'DE' },
        { phone: '+8613812345678' },
      ]);
    });

    it('come through whole: quotes, newlines, leading zeros, emoji, formulas, very long text', async () => {
      const database = await fresh();
      const long = `${'字'.repeat(400_000)} ${Array.from({ length: 200_000 }, (_, i) => `w${i}`).join(' ')}`;
      await importText(
        database,
        `name,postal code,notes,a,b\n"O""Brien, Pat",00123,"two\nlines",=cmd|' /C',👩‍👩‍👧 é\nBob,,${long},\\N,\\\n`,
      );
      expect(await first(database)).toMatchObject({
        ...{ name: 'O"Brien, Pat', postal_code: '00123', notes: 'two\nlines' },
        attributes: { a: "=cmd|' /C'", b: '👩‍👩‍👧 é' },
      });
      const second = (await database.repository.get(2))?.customer;
      expect(second?.notes === long).toBe(true);
      expect(second?.attributes).toEqual({ a: '\\N', b: '\\' });
      expect(countsOf(await importText(database, `name,notes\nBob,${long}\n`))).toBe('1 = 0 + 0 + 1 + 0 + 0');
    });

    it('of rows with nothing in them are none', async () => {
      const database = await fresh();
      const blank = ',,\n'.repeat(3);
      expect(countsOf(await importText(database, `email,name,city\na@x.org,,\n${blank} , ,\u3000\nb@x.org,,\n${blank}`))).toBe(
        '2 = 2 + 0 + 0 + 0 + 0',
      );
    });

    it('make tags of --tag and of a column, each once', async () => {
      const database = await fresh();
      await importText(database, 'email,tags\na@x.org,"vip, b2b"\nb@x.org,\n', { tags: ['fair', 'vip'] });
      await importText(database, 'email,tags\nb@x.org,new\n', { tags: ['fair'] });
      expect(countsOf(await importText(database, `email,tags\nc@x.org,"${'长'.repeat(3000)};short"\n`))).toBe('1 = 1 + 0 + 0 + 0 + 0');
      expect(await database.repository.get(3)).toMatchObject({ tags: ['short'], customer: { attributes: { tags: '长'.repeat(3000) } } });
      expect([(await database.repository.get(1))?.tags, (await database.repository.get(2))?.tags]).toEqual([
        ['b2b', 'fair', 'vip'],
        ['fair', 'new', 'vip'],
      ]);
    });
  });

  describe('rows that cannot be taken', () => {
    const FILE =
      'email,name,city\na@x.org,Ada,Rome\nb@x.org,"Bob\nB"\nc@x.org,Cleo,Oslo,extra,more\nd@x.org,D\u0000n,Bern\ne@x.org,Eve,Kiel\n';

    it('are saved with line, byte, column and reason, and can be mended and imported again', async () => {
      const database = await fresh();
      const report = await importText(database, FILE);
      expect(countsOf(report)).toBe('5 = 2 + 0 + 0 + 0 + 3');
      const rejects = readFileSync(report.result.rejects as string, 'utf8');
      expect(rejects.split(/\r?\n(?=[a-z]@|$)/)).toEqual([
        'email,name,city,_line,_byte,_column,_code,_reason',
        expect.stringMatching(/^b@x.org,"Bob\r?\nB",,3,33,city,TOO_FEW_CELLS,the record has 2 of the 3 cells$/),
        'c@x.org,Cleo,"Oslo,extra,more",5,49,,TOO_MANY_CELLS,"the record has 5 cells, the header 3"',
        'd@x.org,D␀n,Bern,6,78,name,NUL_BYTE,a zero character (U+0000) stands in column 2',
        '',
      ]);
      const mended = rejects.replace('"Oslo,extra,more"', 'Oslo').replace('D␀n', 'Dan');
      const again = await importText(database, mended, { name: 'people.csv.rejects.csv' });
      expect(countsOf(again)).toBe('3 = 3 + 0 + 0 + 0 + 0');
      expect(again.result.rejects).toBeNull();
      expect(await database.repository.customFields()).toEqual([]);
      expect((await dump(database.engine)).customers?.map(({ name }) => name).toSorted()).toEqual(['Ada', 'Bob B', 'Cleo', 'Dan', 'Eve']);
    });

    it.each([
      [{ rows: 3 }, true],
      [{ rows: 2 }, false],
      [{ rows: 0 }, false],
      [{ share: 0.6 }, true],
      [{ share: 0.59 }, false],
    ])('stop the import beyond the limit %j', async (maxRejects, fits) => {
      const database = await fresh();
      const run = importText(database, FILE, { maxRejects });
      if (fits) expect(countsOf(await run)).toBe('5 = 2 + 0 + 0 + 0 + 3');
      else
        await expect(run).rejects.toMatchObject({
          code: 'GUARD_RAIL',
          exitCode: 6,
          message: expect.stringContaining('nothing was written'),
        });
      expect(await database.repository.count()).toBe(fits ? 2 : 0);
      expect(await database.repository.runs({ limit: 5 })).toHaveLength(fits ? 1 : 0);
      expect(readFileSync(join(database.folder, 'rejects.csv'), 'utf8')).toContain('TOO_FEW_CELLS');
    });
  });

  describe('several files and formats', () => {
    it('are one run, and rows of one customer in two files are one customer', async () => {
      const database = await fresh();
      mkdirSync(database.folder, { recursive: true });
      const paths = ['a.csv', 'b.ndjson', 'c.tsv'].map((name) => join(database.folder, name));
      writeFileSync(paths[0] as string, 'email,name\na@x.org,Ada\nb@x.org,Bob\nbad\n');
      writeFileSync(paths[1] as string, '{"email":"b@x.org","city":"Rome"}\n{"name":"Cleo","渠道":"web"}\n');
      writeFileSync(paths[2] as string, 'name\temail\tcity\nDan\td@x.org\t\nAda\ta@x.org\tBern\n');
      const report = await importText(database, '', { paths });
      expect(countsOf(report)).toBe('7 = 4 + 2 + 0 + 0 + 1');
      expect(report.run).toBe(1);
      expect(report.result.files).toEqual(paths);
      expect(await database.repository.run(1)).toMatchObject({
        source_sha256: expect.stringMatching(/^[0-9a-f]{64} [0-9a-f]{64} [0-9a-f]{64}$/),
      });
      expect(countsOf(await importText(database, '', { paths }))).toBe('7 = 0 + 0 + 6 + 0 + 1');
      await database.repository.undo(2);
      await database.repository.undo(1);
      expect(await database.repository.count()).toBe(0);
    });

    it('have a rejects file for each header, named after their own file', async () => {
      const database = await fresh();
      mkdirSync(database.folder, { recursive: true });
      const paths = ['a.csv', 'b.csv', 'c.csv', 'd.csv'].map((name) => join(database.folder, name));
      writeFileSync(paths[0] as string, 'email,name\na@x.org,Ada\n');
      writeFileSync(paths[1] as string, 'name,city\nBob\n');
      writeFileSync(paths[2] as string, 'email\nc@x.org\nx,y\n');
      writeFileSync(paths[3] as string, 'name,city\nDan\nEve,Rome,x\n');
      const given = join(database.folder, 'bad.csv');
      const report = await importText(database, '', { paths, rejectsPath: given });
      expect(countsOf(report)).toBe('6 = 2 + 0 + 0 + 0 + 4');
      expect(report.result.rejects).toBe(given);
      const second = join(database.folder, 'bad-2.csv');
      expect(report.warnings).toEqual([{ code: 'FURTHER_REJECTS', field: second, count: 1, lines: [] }]);
      expect(
        readFileSync(given, 'utf8')
          .split('\n')
          .map((line) => line.split(',_line')[0]?.split(',').slice(0, 2).join()),
      ).toEqual(['name,city', 'Bob,', 'Dan,', 'Eve,"Rome', '']);
      expect(readFileSync(second, 'utf8')).toMatch(/^email,_line,_byte,_column,_code,_reason\r?\n"x,y",3,14,/);
    });

    it('takes NDJSON whose keys grow, with values that are no text', async () => {
      const database = await fresh();
      const file =
        '{"name":"Ada"}\n{"name":"Bob","age":42,"vip":true,"x":{"y":[1]},"none":null}\n{"email":"c@x.org","age":7}\n[1]\n{"name":"Z","name":"Y"}\n';
      expect(countsOf(await importText(database, file, { name: 'p.ndjson' }))).toBe('5 = 3 + 0 + 0 + 0 + 2');
      expect((await database.repository.get(2))?.customer.attributes).toEqual({ age: '42', vip: 'true', 'x.y': '1' });
      expect(countsOf(await importText(database, file, { name: 'p.ndjson' }))).toBe('5 = 0 + 0 + 3 + 0 + 2');
    });

    it('says when there is a header and nothing else', async () => {
      const database = await fresh();
      const report = await importText(database, 'email,name\n');
      expect(countsOf(report)).toBe('0 = 0 + 0 + 0 + 0 + 0');
      expect(report.warnings).toEqual([{ code: 'NO_ROWS', field: null, count: 1, lines: [] }]);
    });
  });
});
