import { expect, test } from 'vitest';
import { type ConsentMeaning, readConsent } from '../../../src/import/consent-cell.ts';

test.each<[ConsentMeaning, string, string]>([
  ['cell', 'yes', 'in'],
  ['cell', 'no', 'out'],
  ['cell', 'in', 'in'],
  ['cell', 'Unsubscribed', 'out'],
  ['cell', 'cleaned', 'out'],
  ['cell', '已退订', 'out'],
  ['cell', '同意', 'in'],
  ['cell', 'maybe', 'unknown'],
  ['cell', '2024-01-31', 'unknown'],
  ['out', 'true', 'out'],
  ['out', 'TRUE', 'out'],
  ['out', 'x', 'out'],
  ['out', '✓', 'out'],
  ['out', '1', 'out'],
  ['out', 'Y', 'out'],
  ['out', '是', 'out'],
  ['out', 'ja', 'out'],
  ['out', 'sí', 'out'],
  ['out', 'Opted Out', 'out'],
  ['out', 'false', 'nothing'],
  ['out', '0', 'nothing'],
  ['out', '否', 'nothing'],
  ['out', 'subscribed', 'in'],
  ['out', 'since May', 'unknown'],
  ['out', '2024-01-31', 'out 2024-01-31T00:00:00.000Z'],
  ['in', 'true', 'in'],
  ['in', 'false', 'nothing'],
  ['in', 'unsubscribed', 'out'],
  ['in', '2024-01-31T10:00:00+02:00', 'in 2024-01-31T08:00:00.000Z'],
  ['any out', 'Consent Form', 'out'],
  ['any out', '3/4/24', 'out'],
  ['any out', 'no', 'nothing'],
  ['any in', '2024-01-31', 'in 2024-01-31T00:00:00.000Z'],
])('%s: %s → %s', (meaning, cell, result) => {
  const consent = readConsent('email', meaning, 'Header', cell);
  if (typeof consent === 'string') expect(consent).toBe(result);
  else {
    expect([consent.status, consent.decided_at].filter((part) => part !== null).join(' ')).toBe(result);
    expect(consent).toMatchObject({ table: 'consents', channel: 'email', ground: `Header: ${cell}` });
  }
});
