import { slotOf } from '../model/customer.ts';
import { isRegionCode } from '../normalize/country.ts';
import { type Consent, optedOutButSubscribed } from './opt-out.ts';
import type { Label } from './measured-fields.ts';
import { regionsOfNumber } from './phone-regions.ts';
import { residentIdDoubt } from './resident-id.ts';

/** How bad a finding is: `error` contradicts itself or cannot be used, `warning` probably does, `info` is good to know. */
export type Severity = 'error' | 'warning' | 'info';

/** A customer as the rules see it: what is stored, before anything is normalised. */
export interface Subject {
  readonly id: number;
  /** Values in the order of `SCALAR_COLUMNS`. */
  readonly values: readonly (string | number | null)[];
  readonly hasContactPoint: boolean;
  /** Kind of the organisation or person that `company_id` leads to. */
  readonly companyKind: string | null;
  readonly consents: readonly Consent[];
  /** Only of customers that opted out somewhere. */
  readonly tags: readonly string[];
  /** Number of the Chinese resident identity card, where there is one. */
  readonly residentId: string | null;
}

/** Days that values are compared with: yyyy-mm-dd. */
export interface Calendar {
  readonly today: string;
  /** Nobody is older. */
  readonly oldest: string;
}

/** A rule that a customer's values must keep among themselves. */
export interface ConsistencyRule {
  readonly id: string;
  readonly severity: Exclude<Severity, 'info'>;
  readonly label: Label;
  /** A filter that selects exactly the customers that break the rule, where the filter language can say it. */
  readonly filter?: string;
  /** Whether the customer breaks the rule. */
  readonly breaks: (subject: Subject, calendar: Calendar) => boolean;
}

const KIND = slotOf('kind');
const NAME = slotOf('name');
const COMPANY_NAME = slotOf('company_name');
const COMPANY_ID = slotOf('company_id');
const EMAIL = slotOf('email');
const PHONE = slotOf('phone');
const STREET = slotOf('street');
const COUNTRY = slotOf('country');
const BIRTHDAY = slotOf('birthday');
const GENDER = slotOf('gender');
const FIRST = slotOf('first_contacted_at');
const LAST = slotOf('last_contacted_at');
const CREATED = slotOf('created_at');

const text = ({ values }: Subject, at: number): string | null => values[at] as string | null;
/** Whether an instant lies on a later day than today (UTC). */
const isLater = (instant: string | null, { today }: Calendar): boolean => instant !== null && instant.slice(0, 10) > today;

/** Every rule. An order before the first contact breaks none: people buy before anybody speaks to them. */
export const CONSISTENCY_RULES: readonly ConsistencyRule[] = [
  {
    id: 'birthday_future',
    severity: 'error',
    label: { en: 'birthday in the future', zh: '生日在未来' },
    filter: 'birthday > today',
    breaks: (subject, { today }) => (text(subject, BIRTHDAY) ?? '') > today,
  },
  {
    id: 'birthday_too_old',
    severity: 'error',
    label: { en: 'birthday more than 120 years ago', zh: '生日早于 120 年前' },
    filter: 'birthday < -120y',
    breaks: (subject, { oldest }) => (text(subject, BIRTHDAY) ?? oldest) < oldest,
  },
  {
    id: 'contact_order',
    severity: 'error',
    label: { en: 'first contact after the last one', zh: '首次联系晚于最近联系' },
    breaks: (subject) => text(subject, LAST) !== null && (text(subject, FIRST) ?? '') > (text(subject, LAST) as string),
  },
  {
    id: 'contact_future',
    severity: 'error',
    label: { en: 'contacted in the future', zh: '联系时间在未来' },
    filter: 'first_contacted_at > today or last_contacted_at > today',
    breaks: (subject, calendar) => isLater(text(subject, FIRST), calendar) || isLater(text(subject, LAST), calendar),
  },
  {
    id: 'created_future',
    severity: 'error',
    label: { en: 'created in the future', zh: '创建时间在未来' },
    filter: 'created_at > today',
    breaks: (subject, calendar) => isLater(text(subject, CREATED), calendar),
  },
  {
    id: 'country_phone',
    severity: 'warning',
    label: { en: 'phone number of another country', zh: '电话号码属于其他国家或地区' },
    breaks: (subject) => {
      const country = text(subject, COUNTRY);
      const phone = text(subject, PHONE);
      if (country === null || phone === null || !phone.startsWith('+') || !isRegionCode(country)) return false;
      const regions = regionsOfNumber(phone);
      return regions !== null && !regions.includes(country);
    },
  },
  {
    id: 'resident_id_birthday',
    severity: 'error',
    label: { en: 'birthday contradicts the resident identity card', zh: '生日与身份证号不符' },
    breaks: (subject) => residentIdDoubt(subject.residentId, text(subject, BIRTHDAY), null) === 'birthday',
  },
  {
    id: 'resident_id_gender',
    severity: 'error',
    label: { en: 'gender contradicts the resident identity card', zh: '性别与身份证号不符' },
    breaks: (subject) => residentIdDoubt(subject.residentId, null, text(subject, GENDER)) === 'gender',
  },
  {
    id: 'opt_out_subscribed',
    severity: 'error',
    label: { en: 'opted out, and subscribed nevertheless', zh: '已退订但仍标为订阅' },
    breaks: ({ consents, tags }) => consents.length > 0 && optedOutButSubscribed(consents, tags),
  },
  {
    id: 'company_self',
    severity: 'error',
    label: { en: 'is its own company', zh: '所属公司是自己' },
    breaks: (subject) => subject.values[COMPANY_ID] !== null && Number(subject.values[COMPANY_ID]) === subject.id,
  },
  {
    id: 'company_is_person',
    severity: 'error',
    label: { en: 'company is a person', zh: '所属公司是个人' },
    breaks: (subject) => subject.companyKind === 'person' && Number(subject.values[COMPANY_ID]) !== subject.id,
  },
  {
    id: 'unreachable',
    severity: 'warning',
    label: { en: 'person who cannot be reached in any way', zh: '没有任何联系方式的个人' },
    filter: 'kind = person and email is empty and phone is empty and street is empty and contact_points is empty',
    breaks: (subject) =>
      text(subject, KIND) === 'person' && !subject.hasContactPoint && [EMAIL, PHONE, STREET].every((at) => !text(subject, at)),
  },
  {
    id: 'nameless',
    severity: 'warning',
    label: { en: 'neither name nor company', zh: '既无姓名也无公司' },
    filter: 'name is empty and company_name is empty',
    breaks: (subject) => !text(subject, NAME) && !text(subject, COMPANY_NAME),
  },
];
