import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import presetSchema from '../../../schemas/preset.schema.json' with { type: 'json' };
import { TRANSFORMS } from '../../../src/import/cell-transforms.ts';
import { mapHeader } from '../../../src/import/mapping.ts';
import { checkedPreset, type Preset } from '../../../src/import/preset.ts';
import { builtInPresets, presetsOf } from '../../../src/import/preset-library.ts';
import { presetOfColumns } from '../../../src/import/preset-saving.ts';
import { recognisePreset } from '../../../src/import/preset-signature.ts';
import { mapRelatedHeader } from '../../../src/import/related-mapping.ts';
import { headerKey } from '../../../src/model/fields.ts';
import { isRelatedType } from '../../../src/model/related-fields.ts';
import { ROOT } from '../../support/cli.ts';
import { type JsonSchema, schemaErrors } from '../../support/json-schema.ts';
import { type PresetFixture, presetFixtures, readRelatedWithPreset, readWithPreset } from '../../support/preset-fixtures.ts';

const FOLDER = join(ROOT, 'schemas/presets');
const presets = [...builtInPresets().values()];
const fixtures = presetFixtures();
const typeOf = (fixture: PresetFixture) => (builtInPresets().get(fixture.preset) as Preset).type;
/** Files of related data have tests of their own below. */
const ofCustomers = fixtures.filter((fixture) => !isRelatedType(typeOf(fixture)));
const related = fixtures.filter((fixture) => isRelatedType(typeOf(fixture)));
/** Activities of Pipedrive name the people they are about, in the columns of an export of people. */
const NAMES_PEOPLE = 'pipedrive-persons';
const ORDERS_WITH_ITEMS = new Set(['orders', 'order-items']);
/** Headers of fixtures that their preset leaves to the aliases: the layout is made by the users themselves. */
const LEFT_TO_ALIASES = new Set(['cn-jiandaoyun-form 公司', 'cn-jiandaoyun-form 需求']);
/** A no to “opted out?” and to “has a newsletter?”, an empty date, list or calling code, a gender that is none. */
const SAYS_NOTHING = /^(?:|false|no|0|0\/0\/00|Unspecified|\[\]|\+1)$/i;

test('there are presets for what people export', () => {
  expect(presets.length).toBeGreaterThan(30);
});

describe.each(presets.map((preset) => [preset.name, preset] as const))('preset %s', (name, preset) => {
  test('is what the schema describes, under its own name', () => {
    const file: unknown = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
    expect(schemaErrors(presetSchema as JsonSchema, file)).toEqual([]);
    expect((file as Preset).name).toBe(name);
  });

  test('names no header twice', () => {
    const keys = [...Object.keys(preset.columns), ...preset.custom.filter((header) => !header.includes('{'))].map(headerKey);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  test('recognises its own fixtures and no others', () => {
    const mayBeBoth = (fixture: PresetFixture): boolean =>
      (fixture.preset !== name && ORDERS_WITH_ITEMS.has(typeOf(fixture)) && ORDERS_WITH_ITEMS.has(preset.type)) ||
      (fixture.preset === 'pipedrive-activities' && name === NAMES_PEOPLE);
    const others = fixtures.filter((fixture) => !mayBeBoth(fixture));
    const recognised = others.filter(({ header }) => recognisePreset(header, [preset]).preset !== null).map((fixture) => fixture.name);
    expect(recognised).toEqual(others.filter((fixture) => fixture.preset === name).map((fixture) => fixture.name));
    expect(recognised.length).toBeGreaterThan(0);
  });
});

describe.each(ofCustomers.map((fixture) => [fixture.name, fixture] as const))('fixture %s', (name, fixture) => {
  const preset = builtInPresets().get(fixture.preset) as Preset;

  test('is recognised among all presets', () => {
    expect(recognisePreset(fixture.header, presets)).toEqual({ preset, tied: [] });
  });

  test('has a place for each column', () => {
    const { mapping } = readWithPreset(fixture, preset);
    const others = mapping.filter(({ how, header }) => how !== 'preset' && !LEFT_TO_ALIASES.has(`${fixture.preset} ${header}`));
    expect(others).toEqual([]);
  });

  test('becomes these rows', async () => {
    const { rows, warnings } = readWithPreset(fixture, preset, name.startsWith('cn-') ? 'CN' : null);
    const lines = [...rows, ...warnings].map((line) => `${JSON.stringify(line)}\n`);
    await expect(lines.join('')).toMatchFileSnapshot(`preset-rows/${name}.ndjson`);
  });

  test('loses no cell', () => {
    const { mapping, rows } = readWithPreset(fixture, preset, 'CN');
    expect(mapping.map(({ header }) => header)).toEqual(fixture.header);
    const lost = rows.flatMap((row, index) =>
      mapping.flatMap(({ header, field }, column) => {
        const cell = fixture.rows[index]?.[column] ?? '';
        const isKept =
          SAYS_NOTHING.test(cell) || Object.hasOwn(row.fields, field ?? '') || (field === 'external_id' && row.externalId !== undefined);
        return isKept || isFound(cell, JSON.stringify(row).toLowerCase()) ? [] : [`${header}: ${cell}`];
      }),
    );
    expect(lost).toEqual([]);
  });
});

describe.each(related.map((fixture) => [fixture.name, fixture] as const))('fixture of related data %s', (name, fixture) => {
  const preset = builtInPresets().get(fixture.preset) as Preset;
  const read = readRelatedWithPreset(fixture, preset);

  test('is recognised among those of its type, and of orders with their items as orders', () => {
    expect(recognisePreset(fixture.header, presetsOf(preset.type, { presets }).presets)).toEqual({ preset, tied: [] });
    const found = recognisePreset(fixture.header, presets).preset;
    expect(found?.name).toBe(name === 'woocommerce-order-items' ? 'woocommerce-orders' : fixture.preset);
    const asCustomers = recognisePreset(fixture.header, presetsOf('customers', { presets }).presets).preset;
    expect(asCustomers?.name).toBe(fixture.preset === 'pipedrive-activities' ? NAMES_PEOPLE : undefined);
  });

  test('has a place for each column', () => {
    expect(read.mapping.filter(({ how }) => how !== 'preset' && how !== 'ignored')).toEqual([]);
    const left = fixture.header.filter((_, index) => read.mapping[index]?.how === 'ignored');
    expect(left.filter((header) => !isOmitted(preset, header))).toEqual([]);
  });

  test('becomes these rows', async () => {
    expect(read.rejects).toEqual([]);
    const lines = [...read.rows, ...read.warnings].map((line) => `${JSON.stringify(line)}\n`);
    await expect(lines.join('')).toMatchFileSnapshot(`preset-rows/${name}.ndjson`);
  });

  test('loses no cell', () => {
    const lost = read.rows.flatMap((row, index) =>
      read.mapping.flatMap(({ header, field }, column) => {
        const cell = fixture.rows[index]?.[column] ?? '';
        const isLink = row.link.phone !== null && cell.replace(/\D/g, '').endsWith(row.link.phone);
        const isKept = field === null || cell === '' || row.isFurther === true || Object.hasOwn(row.values, field) || isLink;
        return isKept || isFound(cell, JSON.stringify(row).toLowerCase()) ? [] : [`${header}: ${cell}`];
      }),
    );
    expect(lost).toEqual([]);
  });

  test('is mapped and read in the same way by its columns, saved as a preset', () => {
    const columns = mapRelatedHeader(preset.type as 'orders', fixture.header, new Map(), preset);
    const written: unknown = JSON.parse(JSON.stringify(presetOfColumns(columns, preset)));
    const own = checkedPreset('own', written, 'the config file');
    expect(recognisePreset(fixture.header, [...presetsOf(preset.type, { presets }).presets, own]).preset).toEqual(own);
    expect(readRelatedWithPreset(fixture, own)).toEqual(read);
  });
});

test('each value rule is used by a preset and described by the schema', () => {
  const used = presets.flatMap(({ columns }) =>
    Object.values(columns).flatMap((column) => (typeof column === 'string' ? [] : [column.value])),
  );
  expect(Object.keys(TRANSFORMS).filter((name) => !used.includes(name as never))).toEqual([]);
  const words = JSON.stringify(presetSchema);
  expect(Object.keys(TRANSFORMS).filter((name) => !words.includes(`"${name}"`))).toEqual([]);
});

test('the guide names each preset, with its title and its signature', () => {
  const guide = readFileSync(join(ROOT, 'docs/guide/presets.md'), 'utf8');
  for (const { name, title, type, source, signature } of presets) {
    const cells = [`\`${name}\``, title, type, source === null ? '' : `\`${source}\``];
    const headers = signature.map((list) => list.map((header) => `\`${header}\``).join(', ')).join(' *or* ');
    expect(guide).toContain(`| ${cells.join(' | ')} | ${headers} |`);
  }
});

test('other sample files have no layout of another program', () => {
  for (const file of ['contacts.csv', 'contacts-zh.csv', 'broken-rows.csv']) {
    const header = (readFileSync(join(ROOT, 'fixtures', file), 'utf8').split(/\r?\n/)[0] as string).replace('\ufeff', '').split(',');
    expect(recognisePreset(header, presets), file).toEqual({ preset: null, tied: [] });
  }
});

describe('the columns of an import, saved as a preset', () => {
  test.each(ofCustomers.map((fixture) => [fixture.name, fixture] as const))(
    '%s: map and read the same file in the same way',
    (_name, fixture) => {
      const preset = builtInPresets().get(fixture.preset) as Preset;
      const columns = mapHeader(fixture.header, new Map(), preset);
      const written: unknown = JSON.parse(JSON.stringify(presetOfColumns(columns, preset)));
      const own = checkedPreset('own', written, 'the config file');
      expect(recognisePreset(fixture.header, [...presets, own])).toEqual({ preset: own, tied: [] });
      const first = readWithPreset(fixture, preset, 'CN');
      const again = readWithPreset(fixture, own, 'CN');
      expect(again.rows).toEqual(first.rows);
      expect(again.warnings).toEqual(first.warnings);
      expect(again.mapping.map(({ header, field }) => [header, field])).toEqual(first.mapping.map(({ header, field }) => [header, field]));
    },
  );
});

test('every file of the folder is a preset', () => {
  expect(readdirSync(FOLDER)).toEqual(presets.map(({ name }) => `${name}.json`));
});

/** Whether a preset leaves the header out. */
function isOmitted({ omit = [] }: Preset, header: string): boolean {
  return omit.some((pattern) => {
    const [before = '', after] = pattern.split('{name}');
    return after === undefined ? headerKey(pattern) === headerKey(header) : header.startsWith(before) && header.endsWith(after);
  });
}

/** Whether each word of a cell stands in what the row became, in the form that normalising gives it. */
function isFound(cell: string, text: string): boolean {
  const words =
    cell
      .replace(/"countryCode":"\w+",?|"\w+":/g, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}@.]+/gu) ?? [];
  const digits = text.replaceAll(/\D/g, '');
  return words.every((word) => text.includes(word) || digits.includes(word.replaceAll(/\D/g, '').replace(/^0/, '') || word));
}
