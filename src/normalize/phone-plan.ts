import type { PhoneMetadata, PlanRecord } from './phone-library.ts';
import { phoneMetadata } from './phone-library.ts';

/**
 * The numbering plans of the library, compiled on first use. They decide over bare digits exactly as the library does
 * (proven by the agreement test over all regions), without compiling a pattern twice.
 */

/** The longest national number that the library accepts: ITU-T E.164 says 15 with the calling code, Germany has more. */
const MAX_NATIONAL_LENGTH = 17;
const MIN_NATIONAL_LENGTH = 2;

/** One numbering plan, its patterns compiled when first needed. */
class Plan {
  readonly callingCode: string;
  /** First digits that prove that a number belongs to this plan; null when the plan has none. */
  readonly leading: RegExp | null;
  readonly #record: PlanRecord;
  readonly #pattern: RegExp;
  readonly #international: RegExp | null;
  /** A trunk prefix of plain digits, or the pattern of a more complicated one. */
  readonly #trunk: string | RegExp | null;
  /** By length: the pattern that a valid number of that length matches; null when no length-n number is valid. */
  readonly #valid: (RegExp | null | undefined)[] = [];

  constructor(record: PlanRecord) {
    const trunk = record[7] || record[5] || null;
    this.#record = record;
    this.callingCode = record[0];
    this.leading = record[10] ? new RegExp(`^(?:${record[10]})`) : null;
    this.#pattern = new RegExp(`^(?:${record[2]})$`);
    this.#international = record[1] ? new RegExp(`^(?:${record[1]})`) : null;
    this.#trunk = trunk === null || /^\d+$/.test(trunk) ? trunk : new RegExp(`^(?:${trunk})`);
  }

  /** Whether the national number is one that exists here: some type of number has its length and its pattern. */
  isValid(national: string): boolean {
    let pattern = this.#valid[national.length];
    if (pattern === undefined) pattern = this.#compile(national.length);
    return pattern?.test(national) ?? false;
  }

  /** Whether the national number has the general shape of this plan. */
  matches(national: string): boolean {
    return this.#pattern.test(national);
  }

  /** Whether the length is one of the plan, or beyond all of them: too short and in between are not possible. */
  isPossibleLength(length: number): boolean {
    const lengths = this.#record[3];
    return lengths.includes(length) || length > (lengths.at(-1) as number);
  }

  isTooLong(length: number): boolean {
    return length > (this.#record[3].at(-1) as number);
  }

  /** The digits after the prefix that leaves this country (calling code first), or null when there is no such prefix. */
  afterInternationalPrefix(digits: string): string | null {
    const match = this.#international === null ? null : this.#international.exec(digits);
    if (match === null) return null;
    const rest = digits.slice(match[0].length);
    return rest === '' || rest === digits || rest.startsWith('0') ? null : rest;
  }

  /** The digits without trunk prefix and carrier code; the same digits when there is none. */
  withoutTrunkPrefix(digits: string): string {
    const trunk = this.#trunk;
    if (trunk === null) return digits;
    if (typeof trunk === 'string') return digits.startsWith(trunk) ? digits.slice(trunk.length) : digits;
    const match = trunk.exec(digits);
    if (match === null) return digits;
    const rule = this.#record[8];
    const captured = match.length > 1 && match[match.length - 1];
    return rule && captured ? digits.replace(trunk, rule) : digits.slice(match[0].length);
  }

  /** One pattern per length: the national pattern as a look-ahead, then any type that has this length. */
  #compile(length: number): RegExp | null {
    const types = this.#record[11].filter((type) => type !== 0 && (type[1] ?? this.#record[3]).includes(length)) as [string][];
    const pattern =
      types.length === 0 ? null : new RegExp(`^(?=(?:${this.#record[2]})$)(?:${types.map((type) => `(?:${type[0]})`).join('|')})$`);
    this.#valid[length] = pattern;
    return pattern;
  }
}

/** Everything behind one calling code: the plans of the regions that share it, the main one first. */
class Destination {
  readonly callingCode: string;
  readonly main: Plan;
  readonly #plans: readonly Plan[];
  /** The plans after the main one that have no leading digits. */
  readonly #others: readonly Plan[];
  /** First digits of any plan that has some: where they do not match, only the other plans come into question. */
  readonly #anyLeading: RegExp | null;

  constructor(callingCode: string, plans: readonly Plan[], main: Plan, anyLeading: RegExp | null) {
    this.callingCode = callingCode;
    this.main = main;
    this.#plans = plans;
    this.#others = plans.filter((p) => p.leading === null && p !== main);
    this.#anyLeading = anyLeading;
  }

  /** The E.164 number, or null when invalid. `plan` is that of the region, or `main` for an international number. */
  complete(digits: string, plan: Plan): string | null {
    const national = this.#national(digits, plan);
    if (national.length < MIN_NATIONAL_LENGTH || national.length > MAX_NATIONAL_LENGTH) return null;
    return this.isValid(national, plan) ? `+${this.callingCode}${national}` : null;
  }

  /**
   * Whether a number that begins with the calling code of its own region is an international one without the plus.
   * `digits` is the whole, `rest` what follows the calling code.
   */
  isMissingPlus(digits: string, rest: string, plan: Plan): boolean {
    const whole = this.#national(digits, plan);
    if (plan.isTooLong(whole.length)) return true;
    return !plan.matches(whole) && plan.matches(this.#national(rest, plan));
  }

  #national(digits: string, plan: Plan): string {
    const national = plan.withoutTrunkPrefix(digits);
    if (national === digits) return digits;
    if (plan.matches(digits) && !plan.matches(national)) return digits;
    const owner = this.#plans.length === 0 ? plan : (this.#owner(national) ?? plan);
    return owner.isPossibleLength(national.length) ? national : digits;
  }

  /** The plan that a national number belongs to; null when its first digits and patterns do not tell. */
  #owner(national: string): Plan | null {
    if (this.#plans.length === 1) return this.#plans[0] as Plan;
    return this.#plans.find((plan) => (plan.leading === null ? plan.isValid(national) : plan.leading.test(national))) ?? null;
  }

  /** Whether a national number exists in the plan that it belongs to, or where that is open in `plan`. */
  isValid(national: string, plan: Plan): boolean {
    const plans = this.#plans;
    if (plans.length < 2) return (plans[0] ?? plan).isValid(national);
    // Most numbers of a shared calling code are those of its main region, which has no leading digits of its own.
    const first = plans[0] as Plan;
    if (first.leading === null && first.isValid(national)) return true;
    if (this.#anyLeading?.test(national) !== true)
      return this.#others.some((p) => p.isValid(national)) || (plan !== first && plan.isValid(national));
    return (this.#owner(national) ?? plan).isValid(national);
  }
}

/** All plans of the metadata, by region and by calling code. */
class PhonePlans {
  readonly #metadata: PhoneMetadata;
  readonly #byRegion = new Map<string, Plan>();
  readonly #byCallingCode = new Map<string, Destination>();
  /** The destination by the first three digits of an international number; calling codes are prefix-free. */
  readonly #byFirstDigits: (Destination | null | undefined)[] = new Array(1000).fill(undefined);

  constructor(metadata: PhoneMetadata) {
    this.#metadata = metadata;
  }

  /** The E.164 number of an international one (digits without the plus), or null when it is not valid. */
  international(digits: string): string | null {
    const destination = this.#behind(digits);
    return destination === null ? null : destination.complete(digits.slice(destination.callingCode.length), destination.main);
  }

  /** Whether the digits are a calling code and a valid national number, without a trunk prefix to take away. */
  isE164(digits: string): boolean {
    const destination = this.#behind(digits);
    return destination?.isValid(digits.slice(destination.callingCode.length), destination.main) === true;
  }

  /** The E.164 number of one dialled within a region, or null when it is not valid there. */
  national(digits: string, region: string): string | null {
    const plan = this.#plan(region);
    if (plan === null) return null;
    const leaving = plan.afterInternationalPrefix(digits);
    if (leaving !== null) return this.international(leaving);
    const destination = this.#destination(plan.callingCode) as Destination;
    if (digits.startsWith(plan.callingCode)) {
      const rest = digits.slice(plan.callingCode.length);
      if (destination.isMissingPlus(digits, rest, plan)) return destination.complete(rest, destination.main);
    }
    return destination.complete(digits, plan);
  }

  /** The destination that international digits begin with. */
  #behind(digits: string): Destination | null {
    if (digits.length < 3) return null;
    const first = (digits.charCodeAt(0) - 48) * 100 + (digits.charCodeAt(1) - 48) * 10 + (digits.charCodeAt(2) - 48);
    let destination = this.#byFirstDigits[first];
    if (destination === undefined) {
      destination = this.#find(digits);
      this.#byFirstDigits[first] = destination;
    }
    return destination;
  }

  #find(digits: string): Destination | null {
    for (let length = 1; length <= 3; length++) {
      const destination = this.#destination(digits.slice(0, length));
      if (destination !== null) return destination;
    }
    return null;
  }

  #plan(region: string): Plan | null {
    const known = this.#byRegion.get(region);
    if (known !== undefined) return known;
    if (!Object.hasOwn(this.#metadata.countries, region)) return null;
    const plan = new Plan(this.#metadata.countries[region] as PlanRecord);
    this.#byRegion.set(region, plan);
    return plan;
  }

  #destination(callingCode: string): Destination | null {
    const known = this.#byCallingCode.get(callingCode);
    if (known !== undefined) return known;
    const regions = this.#metadata.country_calling_codes[callingCode] ?? [];
    const record = this.#metadata.nonGeographic[callingCode];
    const plans = regions.map((region) => this.#plan(region) as Plan);
    const main = plans[0] ?? (record === undefined ? undefined : new Plan(record));
    if (main === undefined) return null;
    const leading = plans.flatMap((plan) => (plan.leading === null ? [] : [`(?:${plan.leading.source})`]));
    const destination = new Destination(callingCode, plans, main, leading.length === 0 ? null : new RegExp(leading.join('|')));
    this.#byCallingCode.set(callingCode, destination);
    return destination;
  }
}

let plans: PhonePlans | undefined;

/**
 * The E.164 number of a dialled string of ASCII digits, or null when it is not a valid number: the same answer as
 * libphonenumber-js gives with its `max` metadata. `plus` says that a `+` stood before the digits.
 */
export function e164(digits: string, plus: boolean, region: string | null): string | null {
  plans ??= new PhonePlans(phoneMetadata());
  if (plus) return plans.international(digits);
  return region === null ? null : plans.national(digits, region);
}

/**
 * Whether the digits are an E.164 number as it is stored. A few numbers that the library itself gives (of Belarus) begin
 * as a trunk prefix does, so that it does not understand them a second time: `e164` alone would not be idempotent.
 */
export function isE164(digits: string): boolean {
  plans ??= new PhonePlans(phoneMetadata());
  return plans.isE164(digits);
}
