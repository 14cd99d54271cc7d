import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configTemplate, loadConfig } from '../../../src/config.ts';
import { checkSavable, savePreset, withPreset } from '../../../src/config/saved-presets.ts';
import { tempDir } from '../../support/temp-dir.ts';

const PRESET = { signature: [['Kd.-Nr.']], columns: { 'Kd.-Nr.': 'external_id' } };

function saved(text: string, name = 'shop', preset: object = PRESET): { text: string; config: unknown } {
  const file = join(tempDir(), 'crm.config.json');
  writeFileSync(file, text);
  savePreset(file, name, preset);
  return { text: readFileSync(file, 'utf8'), config: loadConfig(file) };
}

describe('withPreset', () => {
  test.each([
    ['an empty object', '{}', '{\n  "presets": {\n    "a": {}\n  },\n}'],
    [
      'a member without a comma',
      '{\n  "country": "CN" // here\n}\n',
      '{\n  "country": "CN", // here\n  "presets": {\n    "a": {}\n  },\n}\n',
    ],
    ['a comma and a comment after it', '{ "country": "CN", /* , */ }', '{ "country": "CN", /* , */\n  "presets": {\n    "a": {}\n  },\n}'],
    ['further presets', '{ "presets": { "b": 1 }, "country": "CN" }', '{ "presets": { "b": 1,\n    "a": {},\n  }, "country": "CN" }'],
    ['that preset', '{ "presets": { "a": [1, {"}": "]"}] /* x */ } }', '{ "presets": { "a": {} /* x */ } }'],
    [
      'braces in texts and comments',
      '{ // "presets": {\n "database": "}{" }',
      '{ // "presets": {\n "database": "}{",\n  "presets": {\n    "a": {}\n  },\n}',
    ],
  ])('into %s', (_what, text, expected) => {
    expect(withPreset(text, 'a', {})).toBe(expected);
  });
});

describe('savePreset', () => {
  test('leaves comments and settings as they are', () => {
    const before = '{\n  // where people are\n  "database": "./a//b.db", /* one */\n  "country": "CN" // two\n  // three\n}\n';
    const { text, config } = saved(before);
    for (const comment of ['// where people are', '/* one */', '// two', '// three']) expect(text).toContain(comment);
    expect(config).toEqual({ database: './a//b.db', country: 'CN', presets: { shop: PRESET } });
    expect(saved(text, 'shop', { other: 1 }).config).toEqual({ database: './a//b.db', country: 'CN', presets: { shop: { other: 1 } } });
    expect(saved(text, 'two').config).toMatchObject({ presets: { shop: PRESET, two: PRESET } });
  });

  test('makes a file that is missing, with every setting explained', () => {
    const file = join(tempDir(), 'crm.config.json');
    checkSavable(file);
    savePreset(file, '商店', PRESET);
    expect(loadConfig(file)).toEqual({ presets: { 商店: PRESET } });
    expect(readFileSync(file, 'utf8')).toContain('// Path of the SQLite file');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('keeps the permissions of the file, and a link to it a link', () => {
    const [folder, other] = [tempDir(), tempDir()];
    writeFileSync(join(other, 'real.json'), '{}');
    chmodSync(join(other, 'real.json'), 0o640);
    symlinkSync(join(other, 'real.json'), join(folder, 'crm.config.json'));
    savePreset(join(folder, 'crm.config.json'), 'shop', PRESET);
    expect(loadConfig(join(other, 'real.json'))).toEqual({ presets: { shop: PRESET } });
    expect(statSync(join(other, 'real.json')).mode & 0o777).toBe(0o640);
  });

  test('with any settings and any name', () => {
    const settings = fc.record(
      { database: fc.string(), country: fc.string(), presets: fc.dictionary(fc.string(), fc.json()) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(settings, fc.string(), fc.constantFrom(0, 2), (config, name, indent) => {
        const text = JSON.stringify(config, null, indent);
        expect(JSON.parse(withPreset(text, name, PRESET).replaceAll(/,(?=\s*\})/g, '')).presets).toBeTypeOf('object');
        if (name !== '__proto__' && !Object.hasOwn(config.presets ?? {}, '__proto__')) {
          expect(saved(text, name).config).toEqual({ ...config, presets: { ...config.presets, [name]: PRESET } });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a config file that is none is left alone', () => {
    const file = join(tempDir(), 'crm.config.json');
    writeFileSync(file, '{ "presets": ');
    expect(() => checkSavable(file)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(readFileSync(file, 'utf8')).toBe('{ "presets": ');
  });

  test('a folder that is missing', () => {
    const file = join(tempDir(), 'none', 'crm.config.json');
    expect(() => checkSavable(file)).toThrow(expect.objectContaining({ code: 'OUTPUT_FAILED' }));
    expect(existsSync(file)).toBe(false);
  });

  test('the template takes presets too', () => {
    const text = configTemplate({ presets: { shop: PRESET } });
    expect(saved(text, 'b').config).toEqual({ presets: { shop: PRESET, b: PRESET } });
  });
});
