import { describe, expect, test } from 'vitest';
import explainSchema from '../../../schemas/results/dedupe-explain.schema.json' with { type: 'json' };
import { explanationLines, printExplanation } from '../../../src/ui/explain-report.ts';
import { PLAIN } from '../../../src/ui/style.ts';
import { ASCII_BARS } from '../../../src/ui/waterfall.ts';
import { capturedIo } from '../../support/captured-io.ts';
import { evidence, explanation } from '../../support/duplicate-rows.ts';
import { type JsonSchema, schemaErrors } from '../../support/json-schema.ts';

const FIELDS = [
  evidence('given_name', 'Ada', 'Ada', 6, { termFrequency: { share: 0.0004, bits: 1.4 } }),
  evidence('family_name', 'Lovelace', 'Lovelase', 4, { level: 'one_edit' }),
  evidence('email', 'ada@example.com', null, 0),
  evidence('birthday', '1815-12-10', '1999-05-06', -4),
  evidence('tax_id', null, null, 0),
  evidence('attributes.Suburb', '浦东\u001b[31m', '浦东\u001b[31m', 3),
];
const CUSTOMERS = new Map([
  [1, { name: 'Ada Lovelace' }],
  [7, { name: null }],
]);
const lines = (more: Parameters<typeof explanation>[3] = {}, columns = 60): string[] =>
  explanationLines(explanation(1, 7, FIELDS, more), CUSTOMERS, { columns, style: PLAIN, bars: ASCII_BARS });

describe('an explanation', () => {
  test('is a waterfall with values, levels and weights', () => {
    expect(lines()).toEqual([
      '#1 Ada Lovelace  ·  #7 (no name)',
      '',
      'prior                   -12.0  ----------------------------',
      'Given name   exact       +6.0  ++++++++++++++             |',
      '  = Ada',
      '  0.04% of all customers have it: +1.4 of these bits',
      'Family name  one edit    +4.0                +++++++++    |',
      '  < Lovela[c]e',
      '  > Lovela[s]e',
      'E-mail       –            0.0                             |',
      '  only the left one has one: ada@example.com',
      'Birthday     different   -4.0                ---------    |',
      '  < [1815-12-10]',
      '  > [1999-05-06]',
      'Suburb       exact       +3.0                +++++++      |',
      '  = 浦东\\x1b[31m',
      '─────────────────────────────',
      'sum                      -3.0                       -------',
      'neither has: Tax ID',
      '',
      'probability 11% · may be the same: a person decides',
      '',
      'found by: email',
    ]);
  });

  test('says what is in the way, that the search does not look, the cluster with its weakest link, and the decision', () => {
    const said = lines({
      ...{ verdict: 'distinct', guards: ['shared_phone', 'unheard_of'], rules: [] },
      cluster: {
        ...{ id: 1, verdict: 'review', size: 4 },
        path: [
          { left: 1, right: 3, bits: 9.1 },
          { left: 3, right: 7, bits: 2.2 },
        ],
      },
      decision: { left: 1, right: 7, decision: 'distinct', ground: 'file', decidedBy: 'ada', decidedAt: '2026-01-31T10:00:00.000Z' },
    });
    expect(said.slice(said.findIndex((line) => line.startsWith('probability')))).toEqual([
      'probability 11% · not the same',
      '! the phone number belongs to many customers: a switchboard or a family',
      '! unheard_of',
      '',
      'found by: nothing – the search never compares these two',
      'cluster 1 of 4 customers, joined by #1 – #3 (+9.1), #3 – #7 (+2.2)',
      'weakest link: #3 – #7, +2.2 bits',
      'decided: not the same, by ada, 2026-01-31 10:00 (file)',
    ]);
  });

  test('fits a narrow terminal', () => {
    const shown = lines({}, 40);
    expect(shown.filter((line) => line.length > 40 && !/^(probability|found)/.test(line))).toEqual([
      '  0.04% of all customers have it: +1.4 of these bits',
    ]);
  });

  test('is the explanation itself with --json', async () => {
    const io = capturedIo();
    const made = explanation(1, 7, FIELDS, { guards: ['twins'] });
    await printExplanation(io, { json: true, quiet: false }, made, CUSTOMERS);
    const envelope = JSON.parse(io.out()) as { command: string; result: unknown };
    expect(envelope).toMatchObject({ ok: true, command: 'dedupe explain', result: made });
    expect(schemaErrors(explainSchema as JsonSchema, envelope.result)).toEqual([]);
  });

  test('has colours on a terminal, without --no-color', async () => {
    const io = capturedIo({ tty: true });
    await printExplanation(io, { json: false, quiet: false }, explanation(1, 7, FIELDS), CUSTOMERS);
    expect(io.out()).toMatch(/\u001b\[32m█+/);
    expect(io.out()).toMatch(/\u001b\[31m▒+/);
  });
});
