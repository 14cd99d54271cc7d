import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import copySchema from '../../schemas/results/migrate-copy.schema.json' with { type: 'json' };
import mapSchema from '../../schemas/results/migrate-map.schema.json' with { type: 'json' };
import mappingSchema from '../../schemas/mapping.schema.json' with { type: 'json' };
import type { Draft } from '../../src/migrate/draft-form.ts';
import type { MappedImportResult } from '../../src/migrate/mapped-import.ts';
import { runCli } from '../support/cli.ts';
import { makeChineseShop, makeShop, makeStore } from '../support/foreign-shops.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

function folderWith(make: (path: string) => void): string {
  const cwd = tempDir();
  make(join(cwd, 'shop.db'));
  return cwd;
}

async function crm<T>(exitCode: number, cwd: string, ...args: readonly string[]): Promise<T> {
  const run = await runCli([...args, '--json'], { cwd, timeoutMs: 60_000 });
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode, stderr: exitCode === 2 ? expect.any(String) : '' });
  return (JSON.parse(run.stdout) as { result: T }).result;
}

async function copied(exitCode: number, cwd: string, ...args: readonly string[]): Promise<MappedImportResult['imports']> {
  const result = await crm<MappedImportResult>(exitCode, cwd, 'migrate', 'copy', ...args);
  expect(schemaErrors(copySchema as JsonSchema, result)).toEqual([]);
  return result.imports;
}

async function drafted(cwd: string, ...args: readonly string[]): Promise<Draft & { readonly mapping: string | null }> {
  const result = await crm<Draft & { readonly mapping: string | null }>(0, cwd, 'migrate', 'map', ...args);
  expect(schemaErrors(mapSchema as JsonSchema, result)).toEqual([]);
  return result;
}

/** Field and columns of one table of a draft. */
function fieldsOf({ tables }: Draft, table: string): Record<string, string> {
  return Object.fromEntries(tables.find((one) => one.table === table)?.fields.map(({ target, from }) => [target, from.join(' ')]) ?? []);
}

const counts = (imports: MappedImportResult['imports']): (string | number)[][] =>
  imports.map(({ table, created, unchanged, rejected }) => [table, created, unchanged, rejected]);

describe('crm migrate map and crm migrate copy --mapping', { timeout: 120_000 }, () => {
  it('draft and bring in a shop of another program', async () => {
    const cwd = folderWith(makeShop);
    const draft = await drafted(cwd, 'shop.db', '--currency', 'EUR', '--out', 'm.yaml');
    expect(draft.tables.map(({ table, as }) => [table, as])).toEqual([
      ['Customer', 'customers'],
      ['Article', 'products'],
      ['Invoice', 'orders'],
      ['InvoiceLine', 'order-items'],
    ]);
    expect(fieldsOf(draft, 'Customer')).toMatchObject({ external_id: 'CustomerId', owner: 'employee.FirstName employee.LastName' });
    expect(fieldsOf(draft, 'InvoiceLine')).toMatchObject({
      number: 'InvoiceId',
      sku: 'ArticleId',
      'customer.external_id': 'invoice.CustomerId',
    });
    expect(draft.others).toEqual([
      { table: 'Employee', why: 'seems to hold people of the house' },
      { table: 'Setting', why: 'nothing that crm has' },
    ]);
    const text = readFileSync(join(cwd, 'm.yaml'), 'utf8');
    expect(text).toContain('# attributes.Loyalty: Loyalty #');
    expect(text).not.toMatch(/Lovelace|gold|ada@/);

    expect(counts(await copied(0, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml', '--dry-run'))).toEqual([
      ['Customer', 3, 0, 0],
      ['Article', 2, 0, 0],
      ['Invoice', 3, 0, 0],
      ['InvoiceLine', 4, 0, 0],
    ]);
    expect(existsSync(join(cwd, 'crm.db'))).toBe(false);
    const imports = await copied(0, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml');
    expect(imports.map(({ run, created }) => [run, created])).toEqual([
      [1, 3],
      [2, 2],
      [3, 3],
      [4, 4],
    ]);
    const rows = await crm<{ rows: unknown[] }>(
      0,
      cwd,
      'query',
      '--select',
      'name,country,owner,orders.count,orders.total',
      '--sort',
      'id',
    );
    expect(rows.rows).toMatchObject([{ name: 'Ada Lovelace', owner: 'Jane Peacock' }, { name: 'Alan Turing' }, { name: 'Grace Hopper' }]);
    expect(JSON.stringify(rows.rows[0])).toContain('1237.8');

    for (const flags of [['--dry-run'], []]) {
      const again = await copied(0, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml', ...flags);
      expect(
        again.every(({ created, updated, rejected, unchanged, read }) => created + updated + rejected === 0 && unchanged === read),
      ).toBe(true);
    }
    for (const run of ['4', '3', '2', '1']) await crm(0, cwd, 'undo', run);
    expect(await crm(0, cwd, 'query', '--count')).toMatchObject({ total: 0 });
  });

  it('know Chinese names, and references that are not declared', async () => {
    const cwd = folderWith(makeChineseShop);
    const draft = await drafted(cwd, 'shop.db', '--currency', 'CNY', '--country', 'CN', '--out', 'm.yaml');
    expect(fieldsOf(draft, '客户信息')).toEqual({ external_id: '客户编号', name: '姓名', phone: '手机号', email: '邮箱', city: '城市' });
    expect(fieldsOf(draft, '订单明细')).toMatchObject({ number: '订单号', 'customer.external_id': '订单.客户编号', price: '单价' });
    const imports = await copied(0, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml');
    expect(counts(imports)).toEqual([
      ['客户信息', 2, 0, 0],
      ['订单', 2, 0, 0],
      ['订单明细', 2, 0, 0],
      ['跟进记录', 1, 0, 0],
    ]);
    const shown = await runCli(['show', 'wang@example.cn'], { cwd });
    expect(shown.stdout).toMatch(/王小明[\s\S]*\+8613800138000[\s\S]*88\.50 CNY[\s\S]*已联系/);
  });

  it('follow addresses through tables, and tell ids of companies from those of people', async () => {
    const cwd = folderWith(makeStore);
    const draft = await drafted(cwd, 'shop.db', '--out', 'm.yaml', '--source', 'store');
    expect(fieldsOf(draft, 'person')).toMatchObject({
      company_name: 'company.name',
      street: 'address.street',
      city: 'city.city',
      country: 'country.country',
    });
    expect(draft.tables.map(({ source }) => source)).toEqual(['store.company', 'store.person', 'store.person']);
    expect(counts(await copied(0, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml'))).toEqual([
      ['company', 1, 0, 0],
      ['person', 1, 0, 0],
      ['activity', 1, 0, 0],
    ]);
    const { rows } = await crm<{ rows: unknown[] }>(0, cwd, 'query', '--select', 'kind,name,company_name,city,country', '--sort', 'id');
    expect(rows).toEqual([
      expect.objectContaining({ kind: 'organisation', company_name: 'Analytical Engines' }),
      expect.objectContaining({ kind: 'person', name: 'Ada Lovelace', company_name: 'Analytical Engines', city: 'London', country: 'GB' }),
    ]);
  });

  it('reject rows with their table and key, which can be mended and imported', async () => {
    const cwd = folderWith(makeShop);
    const db = new Database(join(cwd, 'shop.db'));
    db.exec("PRAGMA foreign_keys = OFF; INSERT INTO Invoice VALUES (103, 99, '2024-05-01 00:00:00', 1), (104, 1, 'soon', 1)");
    db.close();
    await drafted(cwd, 'shop.db', '--currency', 'EUR', '--out', 'm.yaml', '--tables', 'Customer,Invoice');
    const [, orders] = await copied(3, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml');
    expect(orders).toMatchObject({ created: 3, rejected: 2, rejects: 'Invoice.rejects.csv' });
    const rejects = readFileSync(join(cwd, 'Invoice.rejects.csv'), 'utf8');
    expect(rejects).toMatch(/^_table,_key,customer\.external_id,number,ordered_at,total,/);
    expect(rejects).toMatch(/^Invoice,InvoiceId=103,.*,customer\.external_id,UNKNOWN_CUSTOMER,/m);
    expect(rejects).toMatch(/^Invoice,InvoiceId=104,.*,ordered_at,/m);
    writeFileSync(
      join(cwd, 'mended.csv'),
      rejects.replace('soon', '2024-06-01').replace('103,99,103', '103,1,103').replace(',99,103,', ',1,103,'),
    );
    const mended = await crm(0, cwd, 'import', 'mended.csv', '--type', 'orders', '--source', 'shop', '--currency', 'EUR');
    expect(mended).toMatchObject({ created: 2, rejected: 0 });
    await copied(3, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml', '--rejects', 'bad.csv', '--dry-run');
    expect(readdirSync(cwd)).toContain('bad-Invoice.csv');
  });

  it('bring in what was added to the draft, joined, chosen and constant', async () => {
    const cwd = folderWith(makeShop);
    const mapping = {
      source: 'shop',
      tables: [
        {
          table: 'Customer',
          as: 'customers',
          join: { table: 'Employee', as: 'rep', on: { SupportRepId: 'EmployeeId' } },
          where: [
            { column: 'Country', not_equals: 'USA' },
            { column: 'rep.LastName', equals: 'Peacock' },
          ],
          columns: {
            external_id: 'CustomerId',
            name: ['FirstName', 'LastName'],
            'attributes.rep': 'rep.Email',
            'contact.email.second': 'Email',
          },
          constants: { tags: 'moved', lifecycle_stage: 'customer' },
        },
      ],
    };
    expect(schemaErrors(mappingSchema as JsonSchema, mapping)).toEqual([]);
    writeFileSync(join(cwd, 'm.json'), JSON.stringify(mapping, null, 2));
    expect(counts(await copied(0, cwd, 'shop.db', 'crm.db', '--mapping', 'm.json'))).toEqual([['Customer', 1, 0, 0]]);
    const { stdout } = await runCli(['show', '1'], { cwd });
    expect(stdout).toMatch(/Ada Lovelace/);
    expect(stdout).toMatch(/jane@shop\.example/);
    expect(stdout).toMatch(/moved/);
  });

  it('say what is wrong, with line and path, and make nothing', async () => {
    const cwd = folderWith(makeShop);
    const wrong = async (text: string, ...args: readonly string[]): Promise<string> => {
      writeFileSync(join(cwd, 'm.yaml'), text);
      const run = await runCli(['migrate', 'copy', 'shop.db', 'crm.db', '--mapping', 'm.yaml', ...args], { cwd });
      expect(run.exitCode).not.toBe(0);
      return run.stderr;
    };
    const start = 'source: s\ntables:\n';
    expect(await wrong(`${start}  - { table: Custmer, as: customers, columns: { name: FirstName } }`)).toBe(
      'error: m.yaml:3: tables[0].table: the source has no table “Custmer”\nhint: did you mean “Customer”?\n',
    );
    expect(await wrong(`${start}  - table: Customer\n    as: customers\n    columns:\n      name: FristName\n`)).toBe(
      'error: m.yaml:6: tables[0].columns.name: the table Customer has no column “FristName”\nhint: did you mean “FirstName”?\n',
    );
    expect(await wrong(`${start}  - { table: Customer, as: customers, columns: { name: FirstName } }`, '--tables', 'Custome')).toMatch(
      /no table “Custome”\nhint: did you mean “Customer”\?/,
    );
    expect(
      await wrong(
        `${start}  - { table: Customer, as: customers, join: { table: Invoice, on: { CustomerId: CustomerId } }, columns: { name: FirstName, notes: Invoice.Total } }`,
      ),
    ).toMatch(/join: several rows of Invoice have the same CustomerId\nhint: /);
    expect(await wrong('', '--resume')).toMatch(/--mapping <file>.* cannot be used with .*--resume/);
    expect(counts(await copied(0, folderWithEmpty(cwd), 'shop.db', 'other.db', '--mapping', 'm.yaml'))).toEqual([['Customer', 0, 0, 0]]);
  });

  it.skipIf(!postgresAvailable)('write into PostgreSQL, which a dry run leaves as it is', async () => {
    const cwd = folderWith(makeShop);
    const url = freshSchemaUrl();
    await drafted(cwd, 'shop.db', '--currency', 'EUR', '--out', 'm.yaml');
    const inNothing = await copied(0, cwd, 'shop.db', url, '--mapping', 'm.yaml', '--dry-run');
    await crm(0, cwd, 'init', '--db', url);
    const rehearsed = await copied(0, cwd, 'shop.db', url, '--mapping', 'm.yaml', '--dry-run');
    expect(await crm(0, cwd, 'query', '--count', '--db', url)).toMatchObject({ total: 0 });
    expect(counts(rehearsed)).toEqual(counts(inNothing));
    expect(counts(await copied(0, cwd, 'shop.db', url, '--mapping', 'm.yaml'))).toEqual(counts(rehearsed));
  });

  it('draft to standard output, and what is uncommented is brought in', async () => {
    const cwd = folderWith(makeShop);
    const { mapping } = await drafted(cwd, 'shop.db', '--currency', 'EUR');
    writeFileSync(join(cwd, 'm.yaml'), (mapping as string).replaceAll('      # attributes', '      attributes'));
    appendFileSync(join(cwd, 'm.yaml'), '\n');
    expect((await copied(0, cwd, 'shop.db', 'crm.db', '--mapping', 'm.yaml')).every(({ rejected }) => rejected === 0)).toBe(true);
    const plain = await runCli(['migrate', 'map', 'shop.db', '--currency', 'EUR'], { cwd });
    expect(`${plain.stdout.trimEnd()}\n`).toBe(mapping);
  });
});

/** The folder with a shop that has no rows, and a mapping of its customers. */
function folderWithEmpty(cwd: string): string {
  const db = new Database(join(cwd, 'shop.db'));
  db.exec('PRAGMA foreign_keys = OFF; DELETE FROM Customer');
  db.close();
  writeFileSync(join(cwd, 'm.yaml'), 'source: s\ntables: [{ table: Customer, as: customers, columns: { name: FirstName } }]');
  return cwd;
}
