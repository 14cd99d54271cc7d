/** A piece of a text; `differs` where the other text does not have the same. */
export interface DiffPart {
  readonly text: string;
  readonly differs: boolean;
}

/** Two texts in pieces; the pieces of each, joined, are the text. */
export interface TextDiff {
  readonly left: readonly DiffPart[];
  readonly right: readonly DiffPart[];
}

/** Longer texts are compared from both ends only: the table below grows with the square. */
const MAX_CELLS = 400 * 400;
/** Texts that have less than this share in common differ as a whole: scattered letters say nothing. */
const LEAST_IN_COMMON = 0.5;

/** One run of characters: in both texts, or what each has in its place. */
interface Run {
  readonly common: boolean;
  readonly left: readonly string[];
  readonly right: readonly string[];
}

/** What differs between two texts, character by character; a combined character counts as one. */
export function diffTexts(left: string, right: string): TextDiff {
  if (left === right) return { left: parts([[left, false]]), right: parts([[right, false]]) };
  const [a, b] = [charactersOf(left), charactersOf(right)];
  const runs = withoutIslands(runsOf(a, b));
  const inCommon = runs.reduce((sum, run) => sum + (run.common ? run.left.length : 0), 0);
  if (inCommon < Math.max(a.length, b.length) * LEAST_IN_COMMON) return { left: parts([[left, true]]), right: parts([[right, true]]) };
  return {
    left: parts(runs.map((run) => [run.left.join(''), !run.common])),
    right: parts(runs.map((run) => [run.right.join(''), !run.common])),
  };
}

function parts(pieces: readonly (readonly [text: string, differs: boolean])[]): DiffPart[] {
  return pieces.filter(([text]) => text !== '').map(([text, differs]) => ({ text, differs }));
}

let segmenter: Intl.Segmenter | undefined;

function charactersOf(text: string): string[] {
  if (/^[\x20-\x7e]*$/.test(text)) return [...text];
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function runsOf(a: readonly string[], b: readonly string[]): Run[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const head = a.slice(0, start);
  const tail = a.slice(a.length - end);
  return joined([
    { common: true, left: head, right: head },
    ...middleRuns(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    { common: true, left: tail, right: tail },
  ]);
}

/** The longest common subsequence, by the table of the lengths from each place to the ends. */
function middleRuns(a: readonly string[], b: readonly string[]): Run[] {
  if (a.length * b.length > MAX_CELLS) return [{ common: false, left: a, right: b }];
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        a[i] === b[j] ? (lengths[at + width + 1] as number) + 1 : Math.max(lengths[at + width] as number, lengths[at + 1] as number);
    }
  }
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const at = i * width + j;
    if (i < a.length && j < b.length && a[i] === b[j]) {
      runs.push({ common: true, left: [a[i++] as string], right: [b[j++] as string] });
    } else if (j >= b.length || (i < a.length && (lengths[at + width] as number) >= (lengths[at + 1] as number))) {
      runs.push({ common: false, left: [a[i++] as string], right: [] });
    } else runs.push({ common: false, left: [], right: [b[j++] as string] });
  }
  return runs;
}

function joined(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    if (run.left.length === 0 && run.right.length === 0) continue;
    const last = result.at(-1);
    if (last?.common === run.common) {
      result[result.length - 1] = { common: run.common, left: [...last.left, ...run.left], right: [...last.right, ...run.right] };
    } else result.push(run);
  }
  return result;
}

/** A single common character between two differences is chance: the three become one difference. */
function withoutIslands(runs: readonly Run[]): Run[] {
  return joined(
    runs.map((run, index) =>
      run.common && run.left.length === 1 && index > 0 && index < runs.length - 1 ? { ...run, common: false } : run,
    ),
  );
}
