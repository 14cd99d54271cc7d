import type { Engine } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { ConsentChannel, ContactKind } from '../model/child-value.ts';
import type { ListedContact } from '../model/contact-list.ts';

/** What some customer has beside its fields: what an export needs columns for. */
export interface InUse {
  readonly externalIds: boolean;
  readonly tags: boolean;
  /** Each kind and label once, in the order of kinds and labels. */
  readonly contacts: readonly Pick<ListedContact, 'kind' | 'label'>[];
  readonly consents: readonly ConsentChannel[];
}

/** Looks at all customers, by their tables of tags, external ids, contact points and consents. */
export async function inUse(engine: Pick<Engine, 'all'>): Promise<InUse> {
  const contacts = await engine.all<SqlRow & { kind: ContactKind; label: string }>(
    "SELECT DISTINCT kind, coalesce(label, '') AS label FROM contact_points",
  );
  const consents = await engine.all<SqlRow & { channel: ConsentChannel }>('SELECT DISTINCT channel FROM consents');
  return {
    externalIds: (await engine.all('SELECT 1 AS found FROM external_ids LIMIT 1')).length > 0,
    tags: (await engine.all('SELECT 1 AS found FROM tags LIMIT 1')).length > 0,
    contacts: contacts
      .sort((a, b) => compare(a.kind, b.kind) || compare(a.label, b.label))
      .map(({ kind, label }) => ({ kind, label: label === '' ? null : label })),
    consents: consents.map(({ channel }) => channel).sort(compare),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
