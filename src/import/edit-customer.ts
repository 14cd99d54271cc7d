import { CrmError } from '../errors.ts';
import { composeName, type Customer, differences, type FieldValue, type FieldValues, withValues } from '../model/customer.ts';
import type { ExternalId } from '../model/external-id.ts';
import { isE164Form } from '../normalize/e164.ts';
import type { CustomRule } from '../normalize/custom-rules.ts';
import type { CustomerDetails } from '../repository/customer-details.ts';
import type { Repository } from '../repository/repository.ts';
import { type Assignments, readAssignments } from './assignments.ts';

/** What is to be changed of one customer. */
export interface EditRequest {
  /** `FIELD=VALUE` texts. */
  readonly assignments: readonly string[];
  readonly addTags: readonly string[];
  readonly removeTags: readonly string[];
  /** ISO 3166-1 alpha-2 region of phone numbers of customers without a country. */
  readonly region: string | null;
  /** Rules of the user for canonical values. */
  readonly rules?: readonly CustomRule[];
}

/** What an edit did. */
export interface EditReport {
  /** The run it was recorded as; null when nothing changed. */
  readonly run: number | null;
  readonly customer: Customer;
  readonly changed: readonly string[];
  readonly notUnderstood: readonly string[];
}

/**
 * Changes one customer, its values normalised as an import does. A run is made only when something changes.
 * @throws {CrmError} USAGE, UNKNOWN_FIELD for assignments that make no sense; NOT_FOUND
 */
export async function editCustomer(repository: Repository, id: number, request: EditRequest): Promise<EditReport> {
  const details = await repository.get(id);
  if (details === null) throw new CrmError('NOT_FOUND', `there is no customer ${id}`, { hint: 'find it with: crm query --search WORDS' });
  const { customer } = details;
  const { values, notUnderstood } = assignmentsFor(customer, request);
  const edit = { values, addTags: request.addTags, removeTags: request.removeTags };
  if (!changesAnything(details, edit)) return { run: null, customer, changed: [], notUnderstood };
  const { run, value } = await repository.edit(customer.id, edit);
  return { run, ...value, notUnderstood };
}

/**
 * Adds one customer, its values normalised as an import does.
 * @throws {CrmError} USAGE, UNKNOWN_FIELD
 */
export async function addCustomer(
  repository: Repository,
  request: {
    readonly assignments: readonly string[];
    readonly tags: readonly string[];
    readonly externalIds: readonly ExternalId[];
    readonly region: string | null;
    readonly rules?: readonly CustomRule[];
  },
): Promise<{ readonly run: number | null; readonly customer: Customer; readonly notUnderstood: readonly string[] }> {
  const { values, notUnderstood } = readAssignments(
    request.assignments,
    request.region,
    request.rules === undefined ? {} : { rules: request.rules },
  );
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  if (Object.keys(given).length === 0) {
    throw new CrmError('USAGE', 'a customer needs at least one value', {
      hint: 'for instance: crm add name="Ada Lovelace" email=ada@example.com',
    });
  }
  const { run, value } = await repository.add(given, { tags: request.tags, externalIds: request.externalIds });
  return { run, customer: value, notUnderstood };
}

function assignmentsFor(customer: Customer, { assignments, region, rules }: EditRequest): Assignments {
  const reading = rules === undefined ? {} : { rules };
  const { kind } = customer;
  const named = readAssignments(assignments, region, { known: { kind, country: null }, ...reading });
  const setsCountry = named.assigned.includes('country');
  const country = regionOf(customer);
  // A country that is set or cleared is no longer the one by which a number is read.
  const given = setsCountry ? named : readAssignments(assignments, country ?? region, { known: { kind, country }, ...reading });
  const values: Record<string, FieldValue> = { ...given.values };
  // The extension goes with the old number only.
  if (values.phone === customer.phone && !given.assigned.includes('phone_ext') && values.phone_ext === null) delete values.phone_ext;
  if (setsCountry && !given.assigned.includes('phone')) Object.assign(values, phoneAgain(customer, given.values, region));
  if (values.name === null) values.name = derivedName(withValues(customer, values));
  return { ...given, values };
}

function regionOf({ country }: Customer): string | null {
  return country !== null && country.length === 2 ? country : null;
}

/** A number that could not be read in the country before can perhaps be read in this one. */
function phoneAgain(customer: Customer, { country = null }: FieldValues, region: string | null): FieldValues {
  if (customer.phone === null || isE164Form(customer.phone)) return {};
  const { phone = null, phone_ext = null } = readAssignments([`phone=${customer.phone}`, `country=${country ?? ''}`], region).values;
  return phone === customer.phone ? {} : { phone, phone_ext: phone_ext ?? customer.phone_ext };
}

/** A name that is emptied is made again of its parts, where there are any, as for a new customer. */
function derivedName({ kind, given_name, family_name, company_name }: Customer): string | null {
  return composeName(given_name, family_name) ?? (kind === 'organisation' ? company_name : null);
}

function changesAnything(
  { customer, tags }: CustomerDetails,
  edit: { values: FieldValues; addTags: readonly string[]; removeTags: readonly string[] },
): boolean {
  const has = new Set(tags);
  return (
    differences(customer, withValues(customer, edit.values)) !== null ||
    edit.addTags.some((tag) => !has.has(tag)) ||
    edit.removeTags.some((tag) => has.has(tag))
  );
}
