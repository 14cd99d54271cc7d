import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImportResult } from '../../src/import/import-files.ts';
import { ROOT, runCli } from '../support/cli.ts';
import { tempDir } from '../support/temp-dir.ts';

const SHOP = 'Kd.-Nr.,Wer,Funk\n7,Ada Berg,030 23125001\n';
const MAP = ['--map', 'Kd.-Nr.=external_id', '--map', 'Wer=name', '--map', 'Funk=phone'];

async function importJson(cwd: string, ...args: string[]): Promise<ImportResult> {
  const { stdout, stderr } = await runCli(['import', ...args, '--json'], { cwd });
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { result: ImportResult }).result;
}

describe('crm import with presets', () => {
  test('recognises a layout, in the main thread and in another one', async () => {
    const cwd = tempDir();
    const path = join(ROOT, 'fixtures/presets/shopify-customers.csv');
    expect((await importJson(cwd, path)).detected.preset).toBe('shopify-customers');
    const piped = await runCli(['import', '-', '--json'], { cwd, input: readFileSync(path, 'utf8') });
    expect(JSON.parse(piped.stdout)).toMatchObject({ result: { read: 2, created: 0, detected: { preset: 'shopify-customers' } } });
    const none = await importJson(cwd, path, '--preset', 'none', '--dry-run');
    expect(none.detected.preset).toBeNull();
  });

  test('--save-map: the columns are recognised the next time', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'shop.csv'), SHOP);
    writeFileSync(join(cwd, 'crm.config.json'), '{\n  // our region\n  "country": "DE"\n}\n');
    await importJson(cwd, 'shop.csv', ...MAP, '--source', 'shop', '--save-map', 'our-shop');
    expect(readFileSync(join(cwd, 'crm.config.json'), 'utf8')).toContain('// our region');
    writeFileSync(join(cwd, 'new.csv'), `${SHOP}8,Eve Frank,030 23125002\n`);
    const again = await importJson(cwd, 'new.csv');
    expect(again).toMatchObject({ read: 2, created: 1, unchanged: 1, detected: { preset: 'our-shop' } });
    expect(again.mapping.map(({ field, how }) => `${how} ${field}`)).toEqual(['preset external_id', 'preset name', 'preset phone']);
  });

  test.each([
    [['--save-map', 'hubspot-contacts'], 'is taken by the program'],
    [['--save-map', 'a b'], 'a name has letters'],
    [['--save-map', 'shop', '--dry-run'], 'nothing is saved'],
    [['--preset', 'hubspott-contacts'], 'there is no such preset'],
  ])('%j is refused before anything is done', async (flags, message) => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'shop.csv'), SHOP);
    const { exitCode, stderr } = await runCli(['import', 'shop.csv', ...MAP, ...flags], { cwd });
    expect({ exitCode, said: stderr.includes(message) }).toEqual({ exitCode: 2, said: true });
    expect(existsSync(join(cwd, 'crm.config.json'))).toBe(false);
  });

  test('a config file that cannot be read stops the import', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'shop.csv'), SHOP);
    writeFileSync(join(cwd, 'crm.config.json'), '{ "presets": { "shop": { "columns": 1 } } }');
    const { exitCode, stderr } = await runCli(['import', 'shop.csv'], { cwd });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('preset shop: signature must be a list');
    expect(existsSync(join(cwd, 'crm.db'))).toBe(false);
  });
});
