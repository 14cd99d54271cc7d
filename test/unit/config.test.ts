import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import schema from '../../schemas/crm.config.schema.json' with { type: 'json' };
import { type Config, configTemplate, loadConfig, SETTINGS, writeConfig } from '../../src/config.ts';
import { schemaErrors } from '../support/json-schema.ts';
import { tempDir } from '../support/temp-dir.ts';

function load(text: string): Config {
  const file = join(tempDir(), 'crm.config.json');
  writeFileSync(file, text);
  return loadConfig(file);
}

describe('the schema of the config file and the code', () => {
  test('know the same settings, with the same words', () => {
    const { $schema: _, ...settings } = schema.properties;
    const words = Object.entries(settings).map(([name, { type, description, examples }]) => [name, type, description, examples]);
    expect(words).toEqual(Object.entries(SETTINGS).map(([name, { type, comment, example }]) => [name, type, comment, [example]]));
    expect(schema.additionalProperties).toBe(false);
  });

  test.each([
    ['nothing', {}],
    ['everything', { $schema: 'x', database: './crm.db', country: 'CN', presets: { shop: {} } }],
    ['a number of milliseconds', { slowQueryMs: 0 }],
    ['half a millisecond', { slowQueryMs: 0.5 }],
    ['milliseconds as text', { slowQueryMs: '1000' }],
    ['presets that are a list', { presets: [] }],
    ['presets that are null', { presets: null }],
    ['an unknown setting', { databse: './crm.db' }],
    ['a number', { country: 86 }],
    ['null', { country: null }],
    ['a list', ['./crm.db']],
    ['text', 'crm.db'],
  ])('agree on %s', (_what, value) => {
    let accepted = true;
    try {
      load(JSON.stringify(value));
    } catch {
      accepted = false;
    }
    expect(accepted).toBe(schemaErrors(schema, value).length === 0);
  });
});

describe('loadConfig', () => {
  test.each<[string, string, Config]>([
    [
      'comments and trailing commas',
      '{ // one\n "database": "./a//b.db", /* two\n */ "country": "CN",\n}',
      { database: './a//b.db', country: 'CN' },
    ],
    ['quotes and commas in values', String.raw`{ "database": "a\"//,}\".db" }`, { database: 'a"//,}".db' }],
    ['a byte order mark', '\ufeff{}', {}],
  ])('reads %s', (_what, text, config) => {
    expect(load(text)).toEqual(config);
  });

  test.each([
    ['{ "databse": "x" }', 'there is no setting “databse”', 'did you mean “database”?'],
    [
      '{ "zzz": "x" }',
      'there is no setting “zzz”',
      'known are database, country, presets, normalize, survivorship, archive, backup, slowQueryMs, jobs',
    ],
    ['{ "presets": "x" }', 'presets must be an object', '"presets": {}'],
    ['{ "country": 1 }', 'country must be a text', '"country": "CN"'],
    ['{ "slowQueryMs": -1 }', 'slowQueryMs must be a whole number, 0 or more', '"slowQueryMs": 1000'],
    ['[]', 'must hold one object', '{ "database": "./crm.db" }'],
    ['{\n  "country": "CN"\n  "database": "x"\n}', 'is not valid JSON (line 3)', 'comments are allowed; check commas and quotes'],
  ])('refuses %s', (text, message, hint) => {
    expect(() => load(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', hint, message: expect.stringContaining(message) }));
  });

  test('a file that was named must be there; the default one need not', () => {
    expect(() => loadConfig(join(tempDir(), 'none.json'))).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(loadConfig(join(tempDir(), 'none.json'), true)).toEqual({});
  });
});

describe('configTemplate', () => {
  test.each<[Config]>([[{}], [{ database: './crm.db' }], [{ database: 'postgres://u@h/d?x="//"', country: 'CN' }]])(
    'of %j is read as the same',
    (config) => {
      expect(load(configTemplate(config))).toEqual(config);
    },
  );

  test('explains every setting, given or not', () => {
    for (const { comment } of Object.values(SETTINGS)) expect(configTemplate({})).toContain(`// ${comment}`);
  });

  test('is written whole or not at all', () => {
    const folder = tempDir();
    writeConfig(join(folder, 'a.json'), { country: 'CN' });
    expect(readFileSync(join(folder, 'a.json'), 'utf8')).toBe(configTemplate({ country: 'CN' }));
    expect(() => writeConfig(join(folder, 'none', 'a.json'), {})).toThrow(expect.objectContaining({ code: 'OUTPUT_FAILED' }));
    expect(readdirSync(folder)).toEqual(['a.json']);
  });
});
