import { describe, expect, it, test } from 'vitest';
import { DEFAULT_SURVIVORSHIP } from '../../../src/dedupe/survivorship.ts';
import { survivorshipOf } from '../../../src/dedupe/survivorship-config.ts';

describe('the setting survivorship', () => {
  it('may be absent, or say everything', () => {
    expect(survivorshipOf(undefined, 'c.json')).toEqual(DEFAULT_SURVIVORSHIP);
    expect(survivorshipOf({}, 'c.json')).toEqual(DEFAULT_SURVIVORSHIP);
    const setting = {
      survivor: 'newest',
      default: ['verified', 'newest'],
      fields: {
        name: ['longest'],
        tier: 'keep_if_set',
        负责人: { rule: 'source_priority', sources: ['crm'] },
        city: 'newest',
        'attributes.Lead source': 'longest',
      },
      sources: ['erp', 'shop'],
    };
    expect(survivorshipOf(setting, 'c.json')).toEqual({
      survivor: ['newest'],
      byDefault: ['verified', 'newest'],
      sources: ['erp', 'shop'],
      fields: {
        name: { rules: ['longest'] },
        tier: { rules: ['keep_if_set'] },
        owner: { rules: ['source_priority'], sources: ['crm'] },
        street: { rules: ['newest'] },
        'attributes.Lead source': { rules: ['longest'] },
      },
    });
  });

  test.each<[unknown, string, string?]>([
    [{ defualt: [] }, 'survivorship.defualt: there is no such member', 'did you mean default?'],
    [{ default: ['newst'] }, 'survivorship.default[0]: there is no rule newst', 'did you mean newest?'],
    [{ default: 7 }, 'survivorship.default: it must be a list of texts'],
    [{ survivor: 'longest' }, 'survivorship.survivor: there is no rule longest'],
    [{ sources: 'erp' }, 'survivorship.sources: it must be a list of texts'],
    [{ fields: [] }, 'survivorship.fields: it must be an object'],
    [{ fields: { ownr: 'newest' } }, 'survivorship.fields.ownr: there is no field ownr', 'did you mean owner?'],
    [{ fields: { owner: 'most frequent' } }, 'survivorship.fields.owner: there is no rule most frequent', 'did you mean most_frequent?'],
    [{ fields: { owner: {} } }, 'survivorship.fields.owner: it needs a rule'],
    [
      { fields: { owner: { rule: 'newest', source: [] } } },
      'survivorship.fields.owner.source: there is no such member',
      'did you mean sources?',
    ],
    [{ fields: { notes: 'newest' } }, 'survivorship.fields.notes: notes has no rule: different notes are joined'],
    [{ fields: { city: 'newest', street: 'longest' } }, 'survivorship.fields.street: it belongs to street, which has a rule already'],
  ])('%j is refused', (setting, message, hint) => {
    const error = (): unknown => survivorshipOf(setting, 'c.json');
    expect(error).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `c.json: ${message}`, ...(hint === undefined ? {} : { hint }) }),
    );
  });
});
