import { FREE_PROVIDERS } from '../../normalize/email-free-providers.ts';
import { isRoleAddress } from '../../normalize/email-role.ts';
import type { Population } from '../population.ts';
import { editDistance } from '../text/edit-distance.ts';
import { jaroWinkler } from '../text/jaro-winkler.ts';
import { sharedBytes, sharedInts, sharedUints } from '../text/shared-array.ts';
import { hashText, mayBeWithin, type PooledTexts, pooledText } from '../text/text-pool.ts';
import { bestOf, type Comparison } from './comparison.ts';

const SIMILAR_LOCAL = 0.88;
const MIN_LOCAL = 3;
/** Similar addresses have so many letters in common. */
const LIKE_EDITS = 4;

/** What is worked out of each distinct address: where its local part ends, hashes of both parts, whether it is that of a task. */
export function prepareEmails(population: Population): void {
  if (population.derived['email.local'] !== undefined) return;
  const texts = population.columns.email?.texts as PooledTexts;
  const ends = sharedInts(texts.size);
  const local = sharedUints(texts.size);
  const domain = sharedUints(texts.size);
  const role = sharedBytes(texts.size);
  for (let number = 1; number < texts.size; number++) {
    const text = pooledText(texts, number);
    const at = text.lastIndexOf('@');
    ends[number] = at < 0 ? text.length : at;
    role[number] = isRoleAddress(text) ? 1 : 0;
    if (role[number] === 0 && (at < 0 ? text.length : at) >= MIN_LOCAL) local[number] = hashText(at < 0 ? text : text.slice(0, at));
    if (at >= 0 && !FREE_PROVIDERS.has(text.slice(at + 1))) domain[number] = hashText(text.slice(at + 1));
  }
  Object.assign(population.derived, { 'email.ends': ends, 'email.local': local, 'email.domain': domain, 'email.role': role });
}

/** E-mail addresses by their match keys; of tasks (`info@`) only whole addresses count. */
export const email: Comparison = {
  name: 'email',
  columns: ['email'],
  levels: [
    { name: 'exact', m: 0.66, u: 0.000005, term: 'email' },
    { name: 'one edit', m: 0.06, u: 0.000005 },
    { name: 'same local part', m: 0.05, u: 0.00001, ordered: false },
    { name: 'similar', m: 0.04, u: 0.002 },
    { name: 'else', m: 0.19, u: 0.99798 },
  ],
  prepare: prepareEmails,
  bind(population) {
    const texts = population.columns.email?.texts as PooledTexts;
    const { codes, offsets } = texts;
    const ends = population.derived['email.ends'] as Int32Array;
    const local = population.derived['email.local'] as Uint32Array;
    const role = population.derived['email.role'] as Uint8Array;
    const isPerson = population.kind === 'person';
    return bestOf(population, 'email', (a, b) => {
      // A person is not known by the mailbox of a task: info@ says nothing, for or against.
      if (isPerson && (role[a] === 1 || role[b] === 1)) return 0;
      if (a === b) return 1;
      if (role[a] === 1 || role[b] === 1) return 5;
      const [atA, atB] = [offsets[a], offsets[b]] as [number, number];
      const [endA, endB] = [offsets[a + 1], offsets[b + 1]] as [number, number];
      const isLong = (ends[a] as number) >= 4 && (ends[b] as number) >= 4;
      if (isLong && mayBeWithin(texts, a, b, 1) && editDistance(codes, atA, endA, codes, atB, endB, 1) <= 1) return 2;
      if (local[a] !== 0 && local[a] === local[b]) return 3;
      if (!isLong || !mayBeWithin(texts, a, b, LIKE_EDITS)) return 5;
      const likeness = jaroWinkler(codes, atA, atA + (ends[a] as number), codes, atB, atB + (ends[b] as number));
      return likeness >= SIMILAR_LOCAL ? 4 : 5;
    });
  },
};
