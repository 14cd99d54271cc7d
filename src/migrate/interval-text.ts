const INTERVAL = /^(-?)P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?)?$/;
const TIME = /^(-?)(\d{2,4}):(\d\d)(?::(\d\d)(?:\.(\d+))?)?$/;
const NANOS = 1_000_000_000n;

/** What a duration is made of: none of the three can be said in another. */
interface Interval {
  readonly months: bigint;
  readonly days: bigint;
  readonly nanos: bigint;
}

function parse(text: string): Interval | null {
  const parts = INTERVAL.exec(text);
  if (parts === null) return null;
  const [, all, years = '0', months = '0', weeks = '0', days = '0', hours = '0', minutes = '0', sign = '', seconds = '0', fraction = ''] =
    parts;
  const factor = all === '-' ? -1n : 1n;
  const rest = (BigInt(seconds) * NANOS + BigInt(fraction.padEnd(9, '0').slice(0, 9))) * (sign === '-' ? -1n : 1n);
  return {
    months: factor * (BigInt(years) * 12n + BigInt(months)),
    days: factor * (BigInt(weeks) * 7n + BigInt(days)),
    nanos: factor * ((BigInt(hours) * 60n + BigInt(minutes)) * 60n * NANOS + rest),
  };
}

/** The same text for all ways of writing a duration; what is none stays as it is. */
export function intervalForm(text: string): string {
  const interval = parse(text);
  return interval === null ? text : `${interval.months} ${interval.days} ${interval.nanos}`;
}

/** A length of time as a duration: `-26:00:00.5` as `PT-26H-0.5S`; null: no time. */
export function intervalOfTime(text: string): string | null {
  const parts = TIME.exec(text);
  if (parts === null) return null;
  const [, sign = '', hours = '0', minutes = '0', seconds = '0', fraction = ''] = parts;
  const digits = fraction.replace(/0+$/, '');
  const second = Number(seconds) === 0 && digits === '' ? '' : `${sign}${Number(seconds)}${digits === '' ? '' : `.${digits}`}S`;
  const hour = Number(hours) === 0 ? '' : `${sign}${Number(hours)}H`;
  const minute = Number(minutes) === 0 ? '' : `${sign}${Number(minutes)}M`;
  return `PT${hour}${minute}${second}` === 'PT' ? 'PT0S' : `PT${hour}${minute}${second}`;
}

/** A duration of hours and less as a time; null: it has months or days. */
export function timeOfInterval(text: string): string | null {
  const interval = parse(text);
  if (interval === null || interval.months !== 0n || interval.days !== 0n) return null;
  const nanos = interval.nanos < 0n ? -interval.nanos : interval.nanos;
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const seconds = nanos / NANOS;
  const digits = String(nanos % NANOS)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const time = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return `${interval.nanos < 0n ? '-' : ''}${time}${digits === '' ? '' : `.${digits}`}`;
}
