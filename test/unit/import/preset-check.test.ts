import { describe, expect, test } from 'vitest';
import { checkedPreset } from '../../../src/import/preset.ts';
import { builtInPresets, checkPresetName, choosePresets } from '../../../src/import/preset-library.ts';
import { recognisePreset } from '../../../src/import/preset-signature.ts';

const SHOP = { signature: [['Kd.-Nr.', 'Ort']], columns: { 'Kd.-Nr.': 'external_id', Ort: 'city' } };

const ORDERS = { type: 'orders', signature: [['Nr', 'Ort']], columns: { Nr: 'number', Ort: 'attributes.Ort' } };

describe('checkedPreset', () => {
  test('fills what is not said', () => {
    expect(checkedPreset('shop', SHOP, 'x')).toEqual({
      name: 'shop',
      title: 'shop',
      isOwn: true,
      type: 'customers',
      source: null,
      kind: null,
      custom: [],
      ...SHOP,
    });
    expect(checkedPreset('shop', { ...SHOP, type: 'companies' }, null)).toMatchObject({ kind: 'organisation', isOwn: false });
  });

  test.each<[unknown, string]>([
    [null, 'it must be an object'],
    [[], 'it must be an object'],
    ['x', 'it must be an object'],
    [{}, 'signature must be'],
    [{ ...SHOP, signature: [] }, 'signature must be'],
    [{ ...SHOP, signature: [[]] }, 'signature must be'],
    [{ ...SHOP, signature: ['Ort'] }, 'signature must be'],
    [{ ...SHOP, columns: [] }, 'columns must be an object'],
    [{ ...SHOP, columns: { Ort: 'town' } }, 'column “Ort”: there is no target “town”'],
    [{ ...SHOP, columns: { Ort: null } }, 'column “Ort”: it must be a target or an object'],
    [{ ...SHOP, columns: { Ort: {} } }, 'column “Ort”: to must be a target'],
    [{ ...SHOP, columns: { Ort: { to: 'city', value: 'rot13' } } }, 'column “Ort”: value must be one of apostrophe'],
    [{ ...SHOP, columns: { Ort: { to: 'city', value: 'constructor' } } }, 'column “Ort”: value must be one of'],
    [{ ...SHOP, columns: { Ort: { to: 'city', parts: 'x' } } }, 'column “Ort”: parts must be a list'],
    [{ ...SHOP, columns: { Ort: { to: 'city', else: 'x' } } }, 'column “Ort”: else must be a list'],
    [{ ...SHOP, columns: { Ort: { to: 'city', primary: 1 } } }, 'column “Ort”: primary must be true or false'],
    [{ ...SHOP, columns: { Ort: { to: 'city', label: 1 } } }, 'column “Ort”: label must be a text'],
    [{ ...SHOP, columns: { Ort: { to: 'city', color: 'red' } } }, 'column “Ort”: there is no member “color”'],
    [{ ...SHOP, type: 'cats' }, 'type must be one of customers, companies'],
    [{ ...SHOP, type: 'orders' }, 'column “Kd.-Nr.”: there is no target “external_id”'],
    [{ ...SHOP, omit: ['Ort'] }, 'omit and constants have no meaning for customers'],
    [{ ...SHOP, columns: { Ort: { to: 'city', carried: true } } }, 'column “Ort”: carried has no meaning for customers'],
    [{ ...ORDERS, columns: { Ort: { to: 'status', qq: true } } }, 'column “Ort”: qq has no meaning for orders'],
    [{ ...ORDERS, kind: 'person' }, 'kind has no meaning for orders'],
    [{ ...ORDERS, omit: 'Ort' }, 'omit must be a list of headers'],
    [{ ...ORDERS, constants: ['paid'] }, 'constants must be an object'],
    [{ ...ORDERS, constants: { total: '1' } }, 'constants may give a text to status, currency'],
    [{ ...ORDERS, constants: { status: 1 } }, 'constants may give a text to status, currency'],
    [{ ...ORDERS, constants: { status: '' } }, 'constants may give a text to status, currency'],
    [{ ...SHOP, kind: 'robot' }, 'kind must be one of person, organisation'],
    [{ ...SHOP, source: 7 }, 'source must be a text'],
    [{ ...SHOP, title: 7 }, 'title must be a text'],
    [{ ...SHOP, custom: 'x' }, 'custom must be a list'],
    [{ ...SHOP, colour: 'x' }, 'there is no member “colour”'],
  ])('refuses %j', (value, message) => {
    expect(() => checkedPreset('shop', value, 'crm.config.json')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(`crm.config.json: preset shop: ${message}`) }),
    );
  });
});

describe('choosePresets', () => {
  test('all, one, none', () => {
    expect(choosePresets(undefined).presets.map(({ name }) => name)).toEqual([...builtInPresets().keys()]);
    expect(choosePresets('none')).toEqual({ presets: [] });
    expect(choosePresets('hubspot-contacts')).toEqual({ presets: [], preset: builtInPresets().get('hubspot-contacts') });
    expect(choosePresets('shop', { shop: SHOP }).preset).toMatchObject({ name: 'shop', isOwn: true });
  });

  test.each([
    ['hubspot', 'did you mean'],
    ['zzzzzzzzzz', 'there are activecampaign-contacts'],
  ])('there is no preset %s', (name, hint) => {
    expect(() => choosePresets(name)).toThrow(expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining(hint) }));
  });

  test('an own preset that cannot be used', () => {
    expect(() => choosePresets(undefined, { shop: 1 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});

test.each(['none', 'hubspot-contacts', '', ' x', 'a b', '../x', 'x'.repeat(61)])('an own preset cannot be called “%s”', (name) => {
  expect(() => checkPresetName(name)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test.each(['our-shop', '客户表', 'a.b_c'])('an own preset may be called %s', (name) => {
  expect(checkPresetName(name)).toBeUndefined();
});

describe('recognisePreset', () => {
  const named = (name: string, value: object, place: string | null = null) => checkedPreset(name, value, place);

  test('of two that fit, the one that knows more columns', () => {
    const small = named('small', { signature: [['A']], columns: { A: 'name' } });
    const large = named('large', { signature: [['A']], columns: { A: 'name' }, custom: ['B'] });
    expect(recognisePreset(['a', 'b'], [small, large]).preset?.name).toBe('large');
    expect(recognisePreset(['a', 'c'], [small, large])).toEqual({ preset: null, tied: ['small', 'large'] });
    expect(recognisePreset(['b', 'c'], [small, large])).toEqual({ preset: null, tied: [] });
  });

  test('then the longer signature, then the user’s own', () => {
    const one = named('one', { signature: [['A']], columns: { A: 'name', B: 'city' } });
    const two = named('two', { signature: [['X'], ['A', 'B']], columns: { A: 'name', B: 'city' } });
    const own = named('own', { signature: [['A', 'B']], columns: { A: 'name', B: 'city' } }, 'config');
    expect(recognisePreset(['A', 'B'], [one, two]).preset?.name).toBe('two');
    expect(recognisePreset(['A', 'B'], [one, two, own]).preset?.name).toBe('own');
  });
});
