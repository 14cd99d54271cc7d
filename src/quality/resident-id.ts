import { residentIdFacts } from '../normalize/chinese-ids.ts';

/** Part of the header of a custom field that holds the number of a resident identity card. */
const HEADER = '身份证';
/** The old form has 15 digits, the new one 18 with a check character (GB 11643-1999); blanks may stand between. */
const LEAST_LENGTH = 15;
const MOST_LENGTH = 40;

/**
 * The number of a Chinese resident identity card among a customer's tax number and custom fields; null where none can be
 * read as one.
 * @param attributes the JSON object of the custom fields, null where none of them is named after the card
 */
export function residentIdOf(taxId: string | null, attributes: string | null): string | null {
  const candidates = [taxId, ...(attributes === null ? [] : namedAfterCard(attributes))];
  for (const text of candidates) {
    if (text === null || text.length < LEAST_LENGTH || text.length > MOST_LENGTH) continue;
    const compact = text.replace(/[\s-]/g, '').toUpperCase();
    if (residentIdFacts(compact) !== null) return compact;
  }
  return null;
}

/** What of birthday (yyyy-mm-dd) and gender contradicts the number; null when neither does or there is no number. */
export function residentIdDoubt(residentId: string | null, birthday: string | null, gender: string | null): 'birthday' | 'gender' | null {
  const facts = residentId === null ? null : residentIdFacts(residentId);
  if (facts === null) return null;
  if (birthday !== null && facts.birthday !== birthday) return 'birthday';
  return (gender === 'male' || gender === 'female') && facts.gender !== gender ? 'gender' : null;
}

function namedAfterCard(attributes: string): string[] {
  const entries = Object.entries(JSON.parse(attributes) as Record<string, unknown>);
  return entries.flatMap(([name, value]) => (name.includes(HEADER) && typeof value === 'string' ? [value] : []));
}
