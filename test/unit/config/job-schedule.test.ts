import { describe, expect, test } from 'vitest';
import { nextTimes } from '../../../src/config/job-schedule.ts';
import { fiveFields, type ScheduleFields, scheduleFields } from '../../../src/config/schedule-fields.ts';

const times = (schedule: string, zone: string, from: string, count: number): string[] =>
  nextTimes(schedule, zone, new Date(from), count).map((time) => time.toISOString());

describe('times of a schedule', () => {
  test.each<[string, string, string, string, string[]]>([
    [
      'a time that spring skips comes right after the change',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-03-28T00:00:00Z',
      ['2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'a time that autumn shows twice comes once',
      '30 2 * * *',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'in New York the spring is earlier',
      '30 2 * * *',
      'America/New_York',
      '2026-03-07T12:00:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    ],
    [
      'and the autumn later',
      '30 1 * * *',
      'America/New_York',
      '2026-10-31T12:00:00Z',
      ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
    [
      'what comes every half hour comes in both hours',
      '*/30 * * * *',
      'Europe/Berlin',
      '2026-10-25T00:15:00Z',
      ['2026-10-25T00:30:00.000Z', '2026-10-25T01:00:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-25T02:00:00.000Z'],
    ],
    [
      'Shanghai changes no clocks',
      '30 2 * * *',
      'Asia/Shanghai',
      '2026-03-27T20:00:00Z',
      ['2026-03-28T18:30:00.000Z', '2026-03-29T18:30:00.000Z', '2026-03-30T18:30:00.000Z'],
    ],
    ['30 February never comes', '0 0 30 2 *', 'Asia/Shanghai', '2026-03-27T20:00:00Z', []],
  ])('%s', (_, schedule, zone, from, expected) => {
    expect(times(schedule, zone, from, Math.max(1, expected.length))).toEqual(expected);
  });
});

describe('fields of a schedule', () => {
  test.each<[string, Partial<ScheduleFields>]>([
    ['0 2 * * *', { minutes: [0], hours: [2], days: null, months: null, weekdays: null }],
    ['*/20 9-11,14 1-10/3 jan,12 mon-fri', { minutes: [0, 20, 40], hours: [9, 10, 11, 14], days: [1, 4, 7, 10], months: [1, 12] }],
    ['0 0 * * 5-7', { weekdays: [0, 5, 6] }],
    ['0 0 * * SUN', { weekdays: [0] }],
    ['0-59 0-23 * 1-12 *', { minutes: null, hours: null, months: null }],
    ['@weekly', { minutes: [0], hours: [0], weekdays: [0] }],
  ])('%s', (schedule, expected) => {
    expect(scheduleFields(schedule)).toMatchObject(expected);
  });

  test.each(['0 0 L * *', '0 0 15W * *', '0 0 * * 5#2', '? 0 * * *', '60 0 * * *', '0 5-2 * * *', '0 0 * * fry', '*/0 * * * *'])(
    '%s is for some crons only, or for none',
    (schedule) => {
      expect(scheduleFields(schedule)).toBeNull();
    },
  );

  test('nicknames and blanks are written out', () => {
    expect([fiveFields(' 0  2 * *\t* '), fiveFields('@Daily')]).toEqual(['0 2 * * *', '0 0 * * *']);
  });
});
