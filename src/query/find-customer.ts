import { CrmError } from '../errors.ts';
import type { Repository } from '../repository/repository.ts';

/** What a reference to a customer may be, for help texts. */
export const REFERENCE = 'id, e-mail, phone, or external id (alone or as source:id)';

/**
 * Ids of the customers that a reference names; a phone number may also be written as people of `region` write it.
 * @param region ISO 3166-1 alpha-2, null when unknown
 */
export async function findCustomers(repository: Repository, reference: string, region: string | null): Promise<number[]> {
  const found = await repository.find(reference);
  if (found.length > 0 || !/\d{3}/.test(reference.replace(/\D/g, ''))) return found;
  const { normalizePhone } = await import('../normalize/phone.ts');
  const phone = normalizePhone(reference, region);
  return phone.understood ? repository.find(phone.value) : [];
}

/**
 * The id of the one customer that a reference names.
 * @throws {CrmError} NOT_FOUND when there is none, USAGE listing the ids when there are several
 */
export async function findCustomer(repository: Repository, reference: string, region: string | null, command: string): Promise<number> {
  const [id, ...others] = await findCustomers(repository, reference, region);
  if (id === undefined) {
    const hint =
      region === null && /^[\d\s()/.-]{6,}$/.test(reference)
        ? 'a phone number without its country needs --country'
        : 'look for it with: crm query --search WORDS';
    await requireNotArchived(repository, reference);
    throw new CrmError('NOT_FOUND', 'there is no customer with that id, e-mail, phone or external id', { hint });
  }
  if (others.length === 0) return id;
  const ids = [id, ...others];
  throw new CrmError('USAGE', `${ids.length} customers have that reference: ${listed(ids)}`, {
    hint: `name one by its id: crm ${command} ${id} · compare them: crm query "id in (${ids.slice(0, 8).join(', ')})"`,
    details: { ids },
  });
}

/** @throws {CrmError} NOT_FOUND that says where the customer is */
async function requireNotArchived(repository: Repository, reference: string): Promise<void> {
  const [first, ...others] = await repository.findArchived(reference);
  if (first === undefined) return;
  const ids = [first.id, ...others.map(({ id }) => id)];
  const who = others.length === 0 ? `customer ${first.id} is` : `customers ${listed(ids)} are`;
  throw new CrmError('NOT_FOUND', `${who} archived since ${first.archivedAt.slice(0, 10)}`, {
    hint: `look: crm archive show ${first.id} · bring back: crm archive restore ${ids.slice(0, 8).join(' ')}`,
    details: { archived: ids },
  });
}

function listed(ids: readonly number[]): string {
  return ids.length > 8 ? `${ids.slice(0, 8).join(', ')}, …` : ids.join(', ');
}
