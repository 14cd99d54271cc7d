import type { ChildTable } from './changeset.ts';

/** Kinds of contact points: how else a customer is reached. */
export const CONTACT_KINDS = ['email', 'phone', 'address', 'url', 'social', 'messenger'] as const;

/** One of `CONTACT_KINDS`. */
export type ContactKind = (typeof CONTACT_KINDS)[number];

/** Channels that a customer consents to or opts out of. */
export const CONSENT_CHANNELS = ['email', 'phone', 'sms', 'post', 'messenger', 'any'] as const;

/** One of `CONSENT_CHANNELS`. */
export type ConsentChannel = (typeof CONSENT_CHANNELS)[number];

/** A further address of a customer that a row names; the primary e-mail and phone are fields. */
export interface ContactPointValue {
  readonly table: 'contact_points' & ChildTable;
  readonly kind: ContactKind;
  /** `work`, `home`, `WeChat` …; null where nothing is known of it. */
  readonly label: string | null;
  /** Canonical form, or as it came where it was not understood. */
  readonly value: string;
  /** Match key, null where the value was not understood. */
  readonly key: string | null;
  /** A phone number as it came, where that is another text: one that is stored so, because nobody knew its country then, is the same. */
  readonly said?: string;
}

/** What a row says of a consent. An opt-out that is stored survives every row that says `in`. */
export interface ConsentValue {
  readonly table: 'consents' & ChildTable;
  readonly channel: ConsentChannel;
  readonly status: 'in' | 'out';
  /** Where it comes from: header and cell, for instance `Email Opt Out: true`. */
  readonly ground: string | null;
  /** ISO-8601 instant; null where the row does not say when: then the time of the import. */
  readonly decided_at: string | null;
}

/** What a row says of its customer beside fields, external ids and tags. */
export type ChildValue = ContactPointValue | ConsentValue;
