import type { DuplicateDecision } from '../model/duplicates.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import type { CustomerReference, DecisionLine, DecisionReject } from './decision-file.ts';
import { contradictionsOf, contradictionText } from './contradictions.ts';

/** What a file of decisions did. */
export interface TakenDecisions {
  /** Pairs by what the file says of them, those that were known already with them. */
  readonly same: number;
  readonly distinct: number;
  readonly unsure: number;
  /** By line. */
  readonly rejects: readonly DecisionReject[];
  readonly warnings: readonly string[];
}

/** At most so many contradictions are told. */
const SHOWN_CONTRADICTIONS = 20;

interface Settled {
  readonly left: number;
  readonly right: number;
  readonly line: DecisionLine;
}

/**
 * Writes the decisions of a file, in one transaction; lines that cannot be taken are left out and told. The same file again
 * changes nothing. Ids of merged customers stand for those they went into.
 * @throws {CrmError} BUSY
 */
export async function takeDecisions(
  store: DuplicateStore,
  lines: readonly DecisionLine[],
  badLines: readonly DecisionReject[],
): Promise<TakenDecisions> {
  const redirects = await store.redirects();
  const rejects = [...badLines];
  const reject = ({ line }: DecisionLine, reason: string): void => void rejects.push({ line, reason });
  const resolve = await resolver(store, lines, redirects);
  const pairs = new Map<string, Settled[]>();
  const merged: Settled[] = [];
  for (const line of lines) {
    const [left, right] = [resolve(line.left), resolve(line.right)];
    if (typeof left === 'string') reject(line, `left: ${left}`);
    else if (typeof right === 'string') reject(line, `right: ${right}`);
    else if (left === right) {
      if (wasMerged(line, redirects)) merged.push({ left, right, line });
      else reject(line, 'left and right are the same customer');
    } else {
      const settled = { left: Math.min(left, right), right: Math.max(left, right), line };
      const key = `${settled.left} ${settled.right}`;
      pairs.set(key, [...(pairs.get(key) ?? []), settled]);
    }
  }
  for (const { line } of merged) if (line.decision === 'distinct') reject(line, 'they were merged: take them apart with crm dedupe split');
  const counts = { same: merged.filter(({ line }) => line.decision === 'same').length, distinct: 0, unsure: 0 };
  const decisions: Pick<DuplicateDecision, 'left' | 'right' | 'decision' | 'ground'>[] = [];
  for (const settled of pairs.values()) {
    const said = settled.filter(({ line }) => line.decision !== null);
    const [first] = said;
    const opposite = said.find(({ line }) => line.decision !== first?.line.decision);
    if (first === undefined) counts.unsure++;
    else if (opposite === undefined) {
      const decision = first.line.decision as 'same' | 'distinct';
      counts[decision]++;
      decisions.push({ left: first.left, right: first.right, decision, ground: 'file' });
    } else {
      for (const { line } of said)
        reject(line, `line ${(line === first.line ? opposite : first).line.line} says the opposite of the same pair`);
    }
  }
  const known = await store.decisions();
  const { changed, news } = compared(decisions, known);
  if (news.length > 0) await store.decide(news);
  return {
    ...counts,
    rejects: rejects.sort((a, b) => a.line - b.line),
    warnings: [...changedWarning(changed), ...contradictionWarnings([...known, ...news], redirects)],
  };
}

/** Whether one of the two is an id that was merged away. */
function wasMerged({ left, right }: DecisionLine, redirects: ReadonlyMap<number, number>): boolean {
  return [left, right].some((reference) => 'id' in reference && redirects.has(reference.id));
}

/** Says for each reference which customer it is now, or why none. */
async function resolver(
  store: DuplicateStore,
  lines: readonly DecisionLine[],
  redirects: ReadonlyMap<number, number>,
): Promise<(reference: CustomerReference) => number | string> {
  const references = lines.flatMap(({ left, right }) => [left, right]);
  const now = (id: number): number => redirects.get(id) ?? id;
  const ids = references.flatMap((reference) => ('id' in reference ? [now(reference.id)] : []));
  const existing = await store.lookups.existing(ids);
  const named = references.flatMap((reference) => ('id' in reference ? [] : [reference.externalId, withoutSource(reference.externalId)]));
  const owners = new Map<string, Set<number>>();
  for (const { source, externalId, customer } of await store.lookups.externalOwners(named)) {
    for (const name of [externalId, `${source}:${externalId}`]) owners.set(name, (owners.get(name) ?? new Set()).add(customer));
  }
  return (reference) => {
    if ('id' in reference) return existing.has(now(reference.id)) ? now(reference.id) : 'there is no customer with this id';
    const found = [...(owners.get(reference.externalId) ?? [])];
    if (found.length > 1) return 'several customers have this external id: write it as source:id';
    return found[0] ?? 'there is no customer with this external id';
  };
}

function withoutSource(externalId: string): string {
  return externalId.slice(externalId.indexOf(':') + 1).trim();
}

/** What is not in the database yet, and how many of it said something else there. */
function compared<T extends Pick<DuplicateDecision, 'left' | 'right' | 'decision'>>(
  decisions: readonly T[],
  known: readonly DuplicateDecision[],
): { readonly changed: number; readonly news: readonly T[] } {
  const before = new Map(known.map((one) => [`${one.left} ${one.right}`, one.decision]));
  const news = decisions.filter(({ left, right, decision }) => before.get(`${left} ${right}`) !== decision);
  return { changed: news.filter(({ left, right }) => before.has(`${left} ${right}`)).length, news };
}

function changedWarning(changed: number): string[] {
  if (changed === 0) return [];
  return [
    changed === 1
      ? '1 pair was decided otherwise before: the file counts'
      : `${changed} pairs were decided otherwise before: the file counts`,
  ];
}

function contradictionWarnings(
  decisions: readonly Pick<DuplicateDecision, 'left' | 'right' | 'decision'>[],
  redirects: ReadonlyMap<number, number>,
): string[] {
  const newest = new Map(decisions.map((decision) => [`${decision.left} ${decision.right}`, decision]));
  const found = contradictionsOf(newest.values(), redirects);
  const shown = found.slice(0, SHOWN_CONTRADICTIONS).map((one) => `answers contradict each other: ${contradictionText(one)}`);
  return found.length > SHOWN_CONTRADICTIONS ? [...shown, `${found.length - SHOWN_CONTRADICTIONS} more contradictions`] : shown;
}
