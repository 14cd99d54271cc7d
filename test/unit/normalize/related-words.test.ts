import { expect, it } from 'vitest';
import {
  normalizeConsentChannel,
  normalizeConsentStatus,
  normalizeDirection,
  normalizeInteractionKind,
} from '../../../src/normalize/related-words.ts';

const NORMALIZERS = {
  kind: normalizeInteractionKind,
  direction: normalizeDirection,
  status: normalizeConsentStatus,
  channel: normalizeConsentChannel,
};

it.each([
  ['kind', 'Outbound Call', 'call'],
  ['kind', '电话沟通', 'call'],
  ['kind', 'E-Mail', 'email'],
  ['kind', '上门拜访', 'visit'],
  ['kind', '微信', 'message'],
  ['kind', '投诉', 'complaint'],
  ['kind', 'Support ticket', 'ticket'],
  ['kind', 'haircut', null],
  ['direction', 'Inbound', 'in'],
  ['direction', '呼出', 'out'],
  ['direction', 'sideways', null],
  ['status', 'Unsubscribed', 'out'],
  ['status', '已退订', 'out'],
  ['status', 'FALSE', 'out'],
  ['status', 'opted-in', 'in'],
  ['status', '同意', 'in'],
  ['status', 'pending', null],
  ['channel', '短信', 'sms'],
  ['channel', 'Direct mail', 'post'],
  ['channel', 'All channels', 'any'],
  ['channel', 'carrier pigeon', null],
] as const)('the %s %s is %s', (name, raw, expected) => {
  expect(NORMALIZERS[name](raw)).toEqual(expected === null ? { value: raw, understood: false } : { value: expected, understood: true });
});
