import type { ValueLimits } from '../connectors/connector.ts';
import type { ColumnType } from '../model/table-schema.ts';
import { Converted, type Converter, Unfit } from './conversion-rules.ts';
import { intervalOfTime, timeOfInterval } from './interval-text.ts';

type Of<Kind extends ColumnType['kind']> = Extract<ColumnType, { readonly kind: Kind }>;

const MOMENT = /^(-?\d{4,})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)? ?(Z|[+-]\d\d(?::?\d\d(?::\d\d)?)?)?)?$/;
const TIME = /^(-?)(\d{2,4}):(\d\d)(?::(\d\d)(?:\.(\d+))?)? ?(Z|[+-]\d\d(?::?\d\d(?::\d\d)?)?)?$/;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** To dates: what has a time of day loses it, what no calendar or not this one has becomes NULL. */
export function toDate(limits: ValueLimits): Converter {
  return (cell) => {
    if (typeof cell !== 'string') return new Unfit('NOT_A_DATE');
    const parts = MOMENT.exec(cell);
    if (parts === null) return endless(cell, limits, 'NOT_A_DATE');
    const refusal = refusalOf(parts, limits.dateYears, limits);
    if (refusal !== null) return refusal === 'invalid' ? new Unfit('NOT_A_DATE') : refusal;
    if (parts[4] === undefined) return cell;
    const date = `${parts[1]}-${parts[2]}-${parts[3]}`;
    return /[1-9]/.test(cell.slice(date.length).replace(/(?:Z|[+-][\d:]+)$/, '')) ? new Converted(date, 'TIME_REMOVED') : date;
  };
}

/** To timestamps: those with a zone in UTC; what had none is taken for UTC. */
export function toTimestamp({ precision, zone }: Of<'timestamp'>, limits: ValueLimits): Converter {
  return (cell) => {
    if (typeof cell !== 'string') return new Unfit('NOT_A_TIMESTAMP');
    const parts = MOMENT.exec(cell);
    if (parts === null) return endless(cell, limits, 'NOT_A_TIMESTAMP');
    const [, , , , hour = '00', minute = '00', second = '00', fraction = '', offset = ''] = parts;
    if (hour > '23' || minute > '59' || second > '60') return new Unfit('NOT_A_TIMESTAMP');
    const local = `${parts[1]}-${parts[2]}-${parts[3]} ${hour}:${minute}:${second}`;
    const isShifted = /[1-9]/.test(offset);
    const utc = isShifted ? shifted(local, offset) : local;
    const refusal = refusalOf(isShifted ? (MOMENT.exec(utc) ?? parts) : parts, limits.timestampYears, limits);
    if (refusal !== null) return refusal === 'invalid' ? new Unfit('NOT_A_TIMESTAMP') : refusal;
    const digits = fraction.replace(/0+$/, '');
    const kept = digits.slice(0, precision).replace(/0+$/, '');
    const value = `${utc}${kept === '' ? '' : `.${kept}`}${zone ? 'Z' : ''}`;
    return digits.length > precision ? new Converted(value, 'PRECISION_REDUCED') : value;
  };
}

function endless(text: string, limits: ValueLimits, reason: 'NOT_A_DATE' | 'NOT_A_TIMESTAMP'): string | Converted | Unfit {
  if (text !== 'infinity' && text !== '-infinity') return new Unfit(reason);
  return limits.infiniteDates ? text : new Converted(null, 'INFINITE_DATE_TO_NULL');
}

/** Why a day cannot be stored; null: it can. */
function refusalOf(parts: RegExpExecArray, years: readonly [number, number], limits: ValueLimits): Converted | 'invalid' | null {
  const year = Number(parts[1]);
  const month = Number(parts[2]);
  const day = Number(parts[3]);
  if (month > 12 || day > 31) return 'invalid';
  if (month === 0 || day === 0) return limits.zeroDates ? null : new Converted(null, 'ZERO_DATE_TO_NULL');
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (DAYS[month - 1] as number) + (isLeap ? 1 : 0)) return 'invalid';
  return year < years[0] || year > years[1] ? new Converted(null, 'DATE_OUT_OF_RANGE') : null;
}

/** A local time in UTC. */
function shifted(local: string, offset: string): string {
  const [, hours = '0', minutes = '0', seconds = '0'] = /^.(\d\d):?(\d\d)?:?(\d\d)?$/.exec(offset) ?? [];
  const sign = offset.startsWith('-') ? -1 : 1;
  const [year = '', rest = ''] = [local.slice(0, -15), local.slice(-14)];
  const moment = new Date(`2000-${rest.replace(' ', 'T')}Z`);
  moment.setUTCFullYear(Number(year), Number(rest.slice(0, 2)) - 1, Number(rest.slice(3, 5)));
  moment.setTime(moment.getTime() - sign * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
  const shiftedYear = moment.getUTCFullYear();
  const yearText = `${shiftedYear < 0 ? '-' : ''}${String(Math.abs(shiftedYear)).padStart(4, '0')}`;
  return `${yearText}-${moment.toISOString().slice(-19, -5).replace('T', ' ')}`;
}

/** To times of day, or of a length where the target knows those. */
export function toTime({ precision, zone }: Of<'time'>, limits: ValueLimits): Converter {
  return (cell) => {
    if (typeof cell !== 'string') return new Unfit('NOT_A_TIME');
    const parts = TIME.exec(cell.startsWith('P') || cell.startsWith('-P') ? (timeOfInterval(cell) ?? '') : cell);
    if (parts === null) return new Unfit('NOT_A_TIME');
    const [, sign = '', hours = '', minutes = '', seconds = '00', fraction = '', offset = ''] = parts;
    if (minutes > '59' || seconds > '60') return new Unfit('NOT_A_TIME');
    const isLength = limits.timeHours > 24;
    if (Number(hours) > limits.timeHours || (sign === '-' && !isLength)) return new Converted(null, 'TIME_OUT_OF_RANGE');
    const digits = fraction.replace(/0+$/, '');
    const kept = digits.slice(0, precision).replace(/0+$/, '');
    const value = `${sign}${hours}:${minutes}:${seconds}${kept === '' ? '' : `.${kept}`}${zone ? zoneOf(offset) : ''}`;
    if (digits.length > precision) return new Converted(value, 'PRECISION_REDUCED');
    return !zone && offset !== '' ? new Converted(value, 'ZONE_REMOVED') : value;
  };
}

function zoneOf(offset: string): string {
  if (offset === '' || offset === 'Z') return '+00:00';
  return offset.length === 3 ? `${offset}:00` : offset;
}

/** To ISO 8601 durations; a time counts from midnight. */
export function toInterval(): Converter {
  return (cell) => {
    if (typeof cell !== 'string') return new Unfit('NOT_AN_INTERVAL');
    if (/^-?P[\dYMWDTHS.-]+$/.test(cell)) return cell;
    return intervalOfTime(cell) ?? new Unfit('NOT_AN_INTERVAL');
  };
}
