import { beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { resultOf, sampleFolder } from '../support/sample-database.ts';

let cwd = '';
beforeEach(async () => {
  cwd = await sampleFolder();
});

interface Shown {
  readonly customer: Record<string, unknown> & { readonly attributes: Record<string, string> };
  readonly tags: readonly string[];
  readonly externalIds: readonly { readonly source: string; readonly external_id: string }[];
}

const crm = (...args: string[]) => runCli(args, { cwd });
const show = async (id: number | string): Promise<Shown> => resultOf<Shown>((await crm('show', String(id), '--json')).stdout);
const errorOf = (stderr: string) => (JSON.parse(stderr) as { error: { code: string; message: string; hint: string } }).error;

describe('crm add', () => {
  test('normalises as an import does, and says how to take it back', async () => {
    const added = await crm(
      'add',
      '姓名=陈小红',
      '电话=139 1234 5678',
      'email= CHEN@Example.COM ',
      'Country=中国',
      'attributes.Lead source=fair',
      '--tag',
      'a、b',
      '--tag',
      'c',
    );
    expect(added).toMatchObject({
      exitCode: 0,
      stdout: 'added #8 陈小红\nrun 2 · take it back: crm undo 2 · look: crm show 8\n',
      stderr: '',
    });
    const { customer, tags } = await show(8);
    expect(customer).toMatchObject({
      name: '陈小红',
      phone: '+8613912345678',
      email: 'chen@example.com',
      country: 'CN',
      kind: 'person',
      attributes: { 'Lead source': 'fair' },
    });
    expect(tags).toEqual(['a', 'b', 'c']);
    await crm('undo', '2');
    expect(await crm('query', '--count')).toMatchObject({ stdout: '7\n' });
  });

  test('keeps what it does not understand and says so', async () => {
    const { stdout, exitCode } = await crm('add', 'name=X', 'birthday=soon', 'phone=call me', 'kind=organisation', '--json');
    const { warnings, result } = JSON.parse(stdout) as { warnings: string[]; result: { id: number } };
    expect({ exitCode, warnings }).toEqual({
      exitCode: 0,
      warnings: ['birthday', 'phone'].map((field) => `the value of ${field} was not understood, kept as it came`),
    });
    expect((await show(result.id)).customer).toMatchObject({ birthday: null, phone: 'call me', attributes: { birthday: 'soon' } });
  });

  test('takes an external id, which a later import finds, and warns of a shared mailbox', async () => {
    const { stderr } = await crm('add', 'name=Ann', 'email=ada@example.com', '--source', 'crm', '--external-id', '77');
    expect(stderr).toBe('warning: customer 1 has the same e-mail address: crm show 1\n');
    expect((await show('crm:77')).externalIds).toEqual([{ source: 'crm', external_id: '77' }]);
    const again = await crm('add', 'name=Other', '--source', 'crm', '--external-id', '77');
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('customer 8 has that external id already') });
    expect(await crm('query', '--count')).toMatchObject({ stdout: '8\n' });
  });
});

describe('crm edit', () => {
  test('sets, clears and tags; the phone belongs to the customer’s country', async () => {
    const edited = await crm('edit', 'max@example.de', 'phone=030 123457', 'notes=', 'Job title=CEO', '--tag', 'new', '--untag', 'vip');
    expect(edited).toMatchObject({
      exitCode: 0,
      stdout: 'changed #2 Max Müller: job_title, phone, notes, tags\nrun 2 · take it back: crm undo 2 · look: crm show 2\n',
    });
    const { customer, tags } = await show(2);
    expect(customer).toMatchObject({ phone: '+4930123457', notes: null, job_title: 'CEO' });
    expect(tags).toEqual(['new']);
    expect(resultOf((await crm('undo', 'last', '--json')).stdout)).toMatchObject({ run: 2, kept: [] });
    expect(await show(2)).toMatchObject({ customer: { phone: '+4930123456', job_title: null }, tags: ['vip'] });
  });

  test('makes no run when nothing changes', async () => {
    const { stdout } = await crm('edit', '2', 'city=Berlin', '--tag', 'vip', '--json');
    expect(JSON.parse(stdout)).toEqual({ ok: true, command: 'edit', result: { id: 2, changed: [] }, warnings: [] });
    expect(await crm('edit', '2', 'city= Berlin ')).toMatchObject({ stdout: '#2 Max Müller: nothing to change\n' });
    expect(resultOf<{ runs: unknown[] }>((await crm('history', '--json')).stdout).runs).toHaveLength(1);
  });

  test('an extension goes with its number, and a country reads a number that could not be read', async () => {
    await crm('edit', '6', 'phone=+49 30 123456 ext. 7');
    expect((await show(6)).customer).toMatchObject({ phone: '+4930123456', phone_ext: '7' });
    await crm('edit', '6', 'phone=+4930123456');
    expect((await show(6)).customer.phone_ext).toBe('7');
    await crm('edit', '6', 'phone=+4930123457');
    expect((await show(6)).customer.phone_ext).toBeNull();
    await crm('edit', '7', 'phone=13912345678');
    expect((await show(7)).customer.phone).toBe('13912345678');
    await crm('edit', '7', 'country=China');
    expect((await show(7)).customer).toMatchObject({ phone: '+8613912345678', country: 'CN' });
    await crm('edit', '7', 'country=XX');
    await crm('edit', '7', 'phone=13912345679', 'country=', '--country', 'CN');
    expect((await show(7)).customer).toMatchObject({ phone: '+8613912345679', country: null });
  });

  test('a name follows its parts, and a cleared one is made of them again', async () => {
    await crm('edit', '7', 'given_name=Grace', 'family_name=Hopper');
    expect((await show(7)).customer.name).toBe('Grace Hopper');
    await crm('edit', '7', 'name=Amazing Grace');
    await crm('edit', '7', 'name=');
    expect((await show(7)).customer.name).toBe('Grace Hopper');
  });

  test.each([
    [['emial=x'], 'UNKNOWN_FIELD', /did you mean email/, /attributes\.emial=/],
    [['手机号=1'], 'UNKNOWN_FIELD', /did you mean phone/, /attributes/],
    [['tags=x'], 'UNKNOWN_FIELD', /no field tags/, /--tag/],
    [['id=5'], 'USAGE', /id is kept by crm itself/, /attributes\.id/],
    [['city=Secret Town', 'no assignment'], 'USAGE', /^assignment 2 sets no field/, /quotes/],
    [['city=a', '城市=b'], 'USAGE', /city is set twice/, /once/],
    [['attributes.=x'], 'USAGE', /needs a name/, /attributes/],
    [[], 'USAGE', /nothing to change/, /--tag/],
  ])('%j is an error and changes nothing', async (args, code, message, hint) => {
    const { exitCode, stderr } = await crm('edit', '1', ...args, '--json');
    const error = errorOf(stderr);
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 2, code });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(error.message).not.toContain('Secret');
    expect((await show(1)).customer.version).toBe(1);
  });
});

describe('crm delete', () => {
  test('deletes with all that hangs on it, and undo brings it back', async () => {
    const before = await show(1);
    expect(await crm('delete', 'ada@example.com', '3', '--dry-run')).toMatchObject({
      stdout: 'would delete 2 customers: #1 Ada Lovelace, #3 王小明\ndry run: nothing was changed\n',
    });
    expect(await crm('query', '--count')).toMatchObject({ stdout: '7\n' });
    const { stdout } = await crm('delete', 'ada@example.com', '3', '1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ run: 2, result: { deleted: 2, ids: [1, 3] } });
    expect((await crm('show', '1')).exitCode).toBe(2);
    expect(await crm('undo', '2')).toMatchObject({ exitCode: 0 });
    const { customer, ...rest } = await show(1);
    expect(rest).toMatchObject({ tags: before.tags, externalIds: before.externalIds });
    expect(customer).toMatchObject({ name: 'Ada Lovelace', notes: 'first "programmer"', created_at: before.customer.created_at });
  });

  test('one unknown reference deletes nobody', async () => {
    expect(await crm('delete', '1', 'nobody@nowhere.example')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await crm('query', '--count')).toMatchObject({ stdout: '7\n' });
  });
});
