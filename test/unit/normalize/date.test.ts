import { afterEach, describe, expect, it } from 'vitest';
import { normalizeDate, normalizeInstant } from '../../../src/normalize/date.ts';
import { excelSerialDate } from '../../../src/normalize/date-excel-serial.ts';
import { pastDatePivot, POSIX_PIVOT } from '../../../src/normalize/date-two-digit-year.ts';
import { dateOrderEvidence } from '../../../src/normalize/date-order.ts';

const DATES: readonly (readonly [raw: string, expected: string])[] = [
  ['2024-03-05', '2024-03-05'],
  ['2024-3-5', '2024-03-05'],
  ['2024/3/5', '2024-03-05'],
  ['2024.3.5', '2024-03-05'],
  ['20240305', '2024-03-05'],
  [' 2024-03-05 ', '2024-03-05'],
  ['1990-05-01T00:00:00Z', '1990-05-01'],
  ['1990-05-01 00:00:00', '1990-05-01'],
  ['1990-05-01T00:00:00.000+08:00', '1990-05-01'],
  ['1990/5/1 0:00', '1990-05-01'],
  ['2024-02-29', '2024-02-29'],
  ['2000-02-29', '2000-02-29'],
  ['0001-01-01', '0001-01-01'],
  ['9999-12-31', '9999-12-31'],
  ['2024年3月5日', '2024-03-05'],
  ['2024年03月05日', '2024-03-05'],
  ['2024 年 3 月 5 日', '2024-03-05'],
  ['2024年12月31号', '2024-12-31'],
  ['２０２４年３月５日', '2024-03-05'],
  ['２０２４－０３－０５', '2024-03-05'],
  ['1988年8月8日 00:00', '1988-08-08'],
  ['19880808', '1988-08-08'],
  ['31/12/2024', '2024-12-31'],
  ['12/31/2024', '2024-12-31'],
  ['05/05/2024', '2024-05-05'],
  ['31.12.2024', '2024-12-31'],
  ['31. 12. 2024', '2024-12-31'],
  ['31-12-2024', '2024-12-31'],
  ['31/12/2024 0:00', '2024-12-31'],
  ['29/02/2024', '2024-02-29'],
  ['12 Mar 2024', '2024-03-12'],
  ['Mar 12, 2024', '2024-03-12'],
  ['12-MAR-2024', '2024-03-12'],
  ['12MAR2024', '2024-03-12'],
  ['12/Mar/2024', '2024-03-12'],
  ['March 12th 2024', '2024-03-12'],
  ['12th of March 2024', '2024-03-12'],
  ['1. März 2024', '2024-03-01'],
  ['5. Dez. 2024', '2024-12-05'],
  ['1er janvier 2024', '2024-01-01'],
  ['14 août 2024', '2024-08-14'],
  ['14 AOUT 2024', '2024-08-14'],
  ['12 de marzo de 2024', '2024-03-12'],
  ['12 de março de 2024', '2024-03-12'],
  ['12 luglio 2024', '2024-07-12'],
  ['12 mei 2024', '2024-05-12'],
  ['12 марта 2024', '2024-03-12'],
  ['2024-Mar-12', '2024-03-12'],
  ['2024 March 12', '2024-03-12'],
  ['Fri, 15 Mar 2024', '2024-03-15'],
  ['Friday, March 15, 2024', '2024-03-15'],
  ['３１／１２／２０２４', '2024-12-31'],
];

const NO_DATES = [
  '',
  'unknown',
  '2023-02-29',
  '2023-02-30',
  '1900-02-29',
  '2024-13-01',
  '2024-00-10',
  '2024-04-31',
  '0000-01-01',
  '2024-03',
  '2024',
  '05/03/2024',
  '5.3.2024',
  '24-03-05',
  '03-05',
  '2024-03/05',
  '20241301',
  '01022024',
  '03051990',
  '2024-03-05x',
  '12024-03-05',
  '1990-05-01T13:45:00Z',
  '1990-04-30T16:00:00.000Z',
  '1990-05-01 00:00:00.001',
  '2024-02-30T00:00:00Z',
  '45356',
  '2024-03-05 24:00',
  '2024年2月30日',
  '2024年13月1日',
  '3月5日',
  '88年8月8日',
  '二〇二四年三月五日',
  '2024年3月',
  '农历八月初八',
  '保密',
  '03/04/24',
  '3-4-24',
  '31/12/24',
  '12 Mar 24',
  '30/02/2024',
  '13/13/2024',
  '00/12/2024',
  '31/12/0024',
  '31/12/20245',
  '31/12-2024',
  '12 Foo 2024',
  '31 Apr 2024',
  'Mon, 15 Mar 2024',
  'Mar 2024',
  '12 Mar',
  '31/12/2024 14:05',
];

const INSTANTS: readonly (readonly [raw: string, expected: string])[] = [
  ['2024-03-05T12:34:56.789Z', '2024-03-05T12:34:56.789Z'],
  ['2024-03-05', '2024-03-05T00:00:00.000Z'],
  ['2024-03-05T12:34', '2024-03-05T12:34:00.000Z'],
  ['2024-03-05 12:34:56', '2024-03-05T12:34:56.000Z'],
  ['2024-03-05t12:34:56z', '2024-03-05T12:34:56.000Z'],
  ['2024-03-05 12:34:56 UTC', '2024-03-05T12:34:56.000Z'],
  ['2024-03-05 12:34:56.123456+00', '2024-03-05T12:34:56.123Z'],
  ['2024-03-05T12:34:56,5Z', '2024-03-05T12:34:56.500Z'],
  ['2024-03-05T23:30:00-05:00', '2024-03-06T04:30:00.000Z'],
  ['2024-01-01T00:30:00+01:00', '2023-12-31T23:30:00.000Z'],
  ['2024-03-01T00:30:00+0545', '2024-02-29T18:45:00.000Z'],
  ['2023-12-31T23:30:00-14:00', '2024-01-01T13:30:00.000Z'],
  ['20240305T143000Z', '2024-03-05T14:30:00.000Z'],
  ['20240305143000', '2024-03-05T14:30:00.000Z'],
  ['20240305T1430+08', '2024-03-05T06:30:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['2024-03-05T08:00:00+08:00', '2024-03-05T00:00:00.000Z'],
  ['2024年3月5日', '2024-03-05T00:00:00.000Z'],
  ['2024年3月5日 14:30', '2024-03-05T14:30:00.000Z'],
  ['2024年03月05日14:30:15', '2024-03-05T14:30:15.000Z'],
  ['2024年3月5日　１４：３０', '2024-03-05T14:30:00.000Z'],
  ['2024/3/5 9:05', '2024-03-05T09:05:00.000Z'],
  ['2024/3/5 9:05:06', '2024-03-05T09:05:06.000Z'],
  ['31/12/2024 14:05', '2024-12-31T14:05:00.000Z'],
  ['12/31/2024, 2:05:09 PM', '2024-12-31T14:05:09.000Z'],
  ['12/31/2024 12:05 AM', '2024-12-31T00:05:00.000Z'],
  ['12/31/2024 12:05 p.m.', '2024-12-31T12:05:00.000Z'],
  ['31.12.2024 14:05 Uhr', '2024-12-31T14:05:00.000Z'],
  ['2024-03-05 下午3:00', '2024-03-05T15:00:00.000Z'],
  ['2024年3月5日 上午12:30', '2024-03-05T00:30:00.000Z'],
  ['2024/3/5 下午 12:30:15', '2024-03-05T12:30:15.000Z'],
  ['Fri, 15 Mar 2024 10:00:00 +0100', '2024-03-15T09:00:00.000Z'],
  ['15 Mar 2024 10:00 UTC', '2024-03-15T10:00:00.000Z'],
];

const NO_INSTANTS = [
  '',
  'now',
  '12:30',
  '2024-03-05T25:00',
  '2024-03-05T24:00:00Z',
  '2024-03-05T12:60',
  '2024-03-05T12:34:60Z',
  '2023-02-29T00:00:00Z',
  '2024-03-05T12:34:56+15:00',
  '2024-03-05T12:34:56+01:75',
  '2024-03-05T12:34:56 CET',
  '2024-03-05T12:34:56.Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:30:00-01:00',
  '05/03/2024 12:00',
  '1709640000',
  '2024-03-05 下午15:00',
  '2024-03-05 13:00 PM',
  '2024-03-05 0:30 AM',
  '2024-03-05 晚上3:00',
  '昨天',
  '2024年2月30日 10:00',
];

describe('normalizeDate', () => {
  it.each(DATES)('%j is %s', (raw, value) => expect(normalizeDate(raw)).toEqual({ value, understood: true }));
  it.each(NO_DATES)('keeps %j', (value) => expect(normalizeDate(value)).toEqual({ value, understood: false }));
});

describe('normalizeInstant', () => {
  it.each(INSTANTS)('%j is %s', (raw, value) => expect(normalizeInstant(raw)).toEqual({ value, understood: true }));
  it.each(NO_INSTANTS)('keeps %j', (value) => expect(normalizeInstant(value)).toEqual({ value, understood: false }));
});

describe('day and month in doubt', () => {
  it.each([
    ['03/04/2024', '2024-04-03', '2024-03-04'],
    ['3.4.2024', '2024-04-03', '2024-03-04'],
    ['12-11-2024', '2024-11-12', '2024-12-11'],
    ['3/4/2024 0:00', '2024-04-03', '2024-03-04'],
  ])('%j is told apart by the order given', (raw, dayFirst, monthFirst) => {
    expect(normalizeDate(raw)).toEqual({ value: raw, understood: false });
    expect(normalizeDate(raw, { dateOrder: 'dmy' })).toEqual({ value: dayFirst, understood: true });
    expect(normalizeDate(raw, { dateOrder: 'mdy' })).toEqual({ value: monthFirst, understood: true });
  });

  it.each([
    ['31/12/2024', 'dmy', '2024-12-31'],
    ['12/31/2024', 'mdy', '2024-12-31'],
    ['2024/3/4', null, '2024-03-04'],
    ['3 Apr 2024', null, '2024-04-03'],
    ['05/05/2024', null, '2024-05-05'],
    ['03/04/2024', 'either', '03/04/2024'],
    ['03/04/2024 14:05', 'either', '03/04/2024 14:05'],
    ['03/04/24', null, '03/04/24'],
    ['30/02/2024', null, '30/02/2024'],
    ['n/a', null, 'n/a'],
  ])('%j says %j of its column, whatever the order is', (raw, evidence, value) => {
    expect(dateOrderEvidence(raw)).toBe(evidence);
    expect(normalizeDate(raw).value).toBe(value);
    if (evidence !== 'either') expect(normalizeDate(raw, { dateOrder: 'dmy' })).toEqual(normalizeDate(raw, { dateOrder: 'mdy' }));
  });
});

describe('years of two digits', () => {
  const pivot = { twoDigitYearPivot: pastDatePivot(2024) };
  it.each([
    ['85-03-05', '1985-03-05'],
    ['85/3/5', '1985-03-05'],
    ['85.03.05', '1985-03-05'],
    ['31/12/85', '1985-12-31'],
    ['12/31/85', '1985-12-31'],
    ['05/05/85', '1985-05-05'],
    ['00-03-05', '2000-03-05'],
    ['29.2.00', '2000-02-29'],
    ['12 Mar 85', '1985-03-12'],
    ['12-MAR-85', '1985-03-12'],
    ['12. März 85', '1985-03-12'],
    ["12 Mar '24", '2024-03-12'],
    ['Mar 12, 24', '2024-03-12'],
    ['Mar 12, 25', '1925-03-12'],
    ['85年3月5日', '1985-03-05'],
    ['88年8月8日', '1988-08-08'],
    ['24年1月1日', '2024-01-01'],
    ['25年1月1号', '1925-01-01'],
    ['００年１２月３１日', '2000-12-31'],
    ['八五年三月五日', null],
    ['5.3.85', null],
    ['05/03/85', null],
    ['31/12/24', null],
    ['24-03-05', null],
    ['12 Mar 24', null],
    ['30.2.85', null],
    ['85-13-05', null],
    ['850305', null],
    ['85年3月', null],
    ['1990年5月', null],
    ['1.2.85.3', null],
    ['12/3/5', null],
    ['3/5/8', null],
  ])('%j is %j where the pivot is known', (raw, value) => {
    expect(normalizeDate(raw, pivot)).toEqual(value === null ? { value: raw, understood: false } : { value, understood: true });
    expect(normalizeDate(raw).understood).toBe(false);
  });

  it.each([
    ['5.3.85', '1985-03-05', '1985-05-03'],
    ['05/03/85', '1985-03-05', '1985-05-03'],
    ['3-4-24', '2024-04-03', '2024-03-04'],
    ['85-03-05', '1985-03-05', '1985-03-05'],
    ['31/12/85', '1985-12-31', '1985-12-31'],
  ])('%j is told apart by the order given', (raw, dayFirst, monthFirst) => {
    expect(normalizeDate(raw, { ...pivot, dateOrder: 'dmy' }).value).toBe(dayFirst);
    expect(normalizeDate(raw, { ...pivot, dateOrder: 'mdy' }).value).toBe(monthFirst);
  });

  it('belong to the century that the pivot says', () => {
    const year = (text: string, twoDigitYearPivot: number) => normalizeDate(`${text}年1月1日`, { twoDigitYearPivot }).value.slice(0, 4);
    expect([year('68', POSIX_PIVOT), year('69', POSIX_PIVOT), year('99', POSIX_PIVOT), year('00', POSIX_PIVOT)]).toEqual([
      '2068',
      '1969',
      '1999',
      '2000',
    ]);
    expect([year('26', pastDatePivot(2026)), year('27', pastDatePivot(2026)), year('99', pastDatePivot(2099))]).toEqual([
      '2026',
      '1927',
      '2099',
    ]);
  });

  it('stand in instants too', () =>
    expect(normalizeInstant('31/12/85 14:05', pivot)).toEqual({ value: '1985-12-31T14:05:00.000Z', understood: true }));
});

describe('excelSerialDate', () => {
  it.each([
    ['45291', '2023-12-31'],
    ['45291.0', '2023-12-31'],
    ['４５２９１', '2023-12-31'],
    [' 45291 ', '2023-12-31'],
    ['1', '1900-01-01'],
    ['59', '1900-02-28'],
    ['60', null],
    ['61', '1900-03-01'],
    ['0', null],
    ['2958465', '9999-12-31'],
    ['2958466', null],
    ['45291.5', null],
    ['-1', null],
    ['2023-12-31', null],
    ['日期', null],
    ['', null],
  ])('of %j is %j', (text, date) => expect(excelSerialDate(text)).toBe(date));
  it.each([
    ['0', '1904-01-01'],
    ['43829', '2023-12-31'],
    ['60', '1904-03-01'],
  ])('of %j is %j since 1904', (text, date) => expect(excelSerialDate(text, { date1904: true })).toBe(date));
  it('is never what normalizeDate does', () => expect(normalizeDate('45291', { twoDigitYearPivot: 69 }).understood).toBe(false));
});

describe('the time zone of the machine', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });
  it.each(['Asia/Shanghai', 'Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/London'])('%s moves no date', (zone) => {
    process.env.TZ = zone;
    expect(new Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(zone);
    for (const [raw, value] of DATES) expect(normalizeDate(raw).value).toBe(value);
    for (const [raw, value] of INSTANTS) expect(normalizeInstant(raw).value).toBe(value);
    expect(normalizeDate('85年3月5日', { twoDigitYearPivot: 69 }).value).toBe('1985-03-05');
    expect(excelSerialDate('45291')).toBe('2023-12-31');
  });
});
