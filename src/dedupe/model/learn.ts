import type { Learned } from './learned.ts';
import { type FittedComparison, type Model, probabilityOf } from './model.ts';

/** An answer: the levels of the pair by comparison (0: no evidence), its bits without anything learned, and what was decided. */
export interface Label {
  readonly levels: Uint8Array;
  readonly bits: number;
  readonly same: boolean;
}

/** How well odds agree with answers. */
export interface Fit {
  /** Mean of -log2(probability of the answer): 0 is perfect, 1 is a thrown coin. */
  readonly lossBits: number;
  /** Share of answers that odds above even foretell. */
  readonly accuracy: number;
}

const FOLDS = 5;
const ROUNDS = 200;
const SETTLED = 1e-3;
const MAX_STEP = 0.5;
/** How much a level is held back: as much as so many answers. */
const RESISTANCE = 4;
const MAX_BITS = 6;

/**
 * Learns from answers: a logistic regression on the levels of agreement that starts from the weights of the model and is held
 * back by them (ridge), because there are few answers and they are of doubtful pairs only. Deterministic.
 */
export function learnFrom(model: Model, labels: readonly Label[]): Learned {
  const { offset, bits } = regression(model.comparisons, labels);
  return {
    offset,
    bits: Object.fromEntries(
      model.comparisons.map(({ name, levels }, i) => [
        name,
        Object.fromEntries(
          levels.map((level, at) => [level.name, rounded(bits[i]?.[at + 1] as number)]).filter(([, value]) => value !== 0),
        ),
      ]),
    ),
    labels: labels.length,
  };
}

/** How well the odds fit before, and after learning from other answers (cross-validation, every fifth answer left out in turn). */
export function beforeAndAfter(model: Model, labels: readonly Label[]): { readonly before: Fit; readonly after: Fit } {
  const after: number[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const { offset, bits } = regression(
      model.comparisons,
      labels.filter((_, i) => i % FOLDS !== fold),
    );
    labels.forEach((label, i) => {
      if (i % FOLDS === fold) after[i] = label.bits + adjustment(label, offset, bits);
    });
  }
  return { before: fitOf(labels, (label) => label.bits), after: fitOf(labels, (_, i) => after[i] as number) };
}

/** A model with what it learned added to its levels. */
export function withLearned(model: Model, learned: Learned | null): Model {
  if (learned === null) return model;
  const odds = (model.lambda / (1 - model.lambda)) * 2 ** learned.offset;
  return {
    ...model,
    lambda: odds / (1 + odds),
    learned,
    comparisons: model.comparisons.map(({ name, levels }) => ({
      name,
      levels: levels.map((level) => ({ ...level, bits: level.bits + (learned.bits[name]?.[level.name] ?? 0) })),
    })),
  };
}

/** A number that is learned: the bits of one level, or of all pairs. */
interface Parameter {
  value: number;
  readonly resistance: number;
  /** Places of the answers that it has a part in. */
  readonly labels: number[];
}

/**
 * One number after the other by Newton's method, again and again until nothing moves. Steps are short, within which the
 * curvature changes by less than a half: so none goes astray, however many answers and comparisons there are.
 */
function regression(comparisons: readonly FittedComparison[], labels: readonly Label[]): { offset: number; bits: Float64Array[] } {
  const offset: Parameter = { value: 0, resistance: 1, labels: [...labels.keys()] };
  const levels = comparisons.map(({ levels: each }) =>
    Array.from({ length: each.length + 1 }, (): Parameter => ({ value: 0, resistance: RESISTANCE, labels: [] })),
  );
  labels.forEach((label, at) => {
    for (let i = 0; i < label.levels.length; i++) if (label.levels[i] !== 0) levels[i]?.[label.levels[i] as number]?.labels.push(at);
  });
  const parameters = [offset, ...levels.flat()].filter((parameter) => parameter.labels.length > 0);
  const totals = Float64Array.from(labels, ({ bits }) => bits);
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    for (const parameter of parameters) moved = Math.max(moved, Math.abs(improve(parameter, labels, totals)));
    if (moved < SETTLED) break;
  }
  return { offset: rounded(offset.value), bits: levels.map((each) => Float64Array.from(each, ({ value }) => value)) };
}

/** One step of one number; `totals` are the bits of all answers, kept up to date. @returns how far it moved */
function improve(parameter: Parameter, labels: readonly Label[], totals: Float64Array): number {
  let slope = -parameter.resistance * parameter.value;
  let curvature = parameter.resistance;
  for (const at of parameter.labels) {
    const p = probabilityOf(totals[at] as number);
    slope += ((labels[at] as Label).same ? 1 : 0) - p;
    curvature += Math.LN2 * p * (1 - p);
  }
  const value = limited(parameter.value + Math.max(-MAX_STEP, Math.min(MAX_STEP, slope / curvature)));
  const step = value - parameter.value;
  parameter.value = value;
  if (step !== 0) for (const at of parameter.labels) totals[at] = (totals[at] as number) + step;
  return step;
}

function adjustment({ levels }: Label, offset: number, bits: readonly Float64Array[]): number {
  let sum = offset;
  for (let i = 0; i < levels.length; i++) if (levels[i] !== 0) sum += bits[i]?.[levels[i] as number] as number;
  return sum;
}

function fitOf(labels: readonly Label[], bitsOf: (label: Label, i: number) => number): Fit {
  let [loss, right] = [0, 0];
  labels.forEach((label, i) => {
    const p = Math.min(1 - 1e-9, Math.max(1e-9, probabilityOf(bitsOf(label, i))));
    loss -= Math.log2(label.same ? p : 1 - p);
    if (p > 0.5 === label.same) right++;
  });
  return { lossBits: loss / labels.length, accuracy: right / labels.length };
}

function limited(bits: number): number {
  return Math.max(-MAX_BITS, Math.min(MAX_BITS, bits));
}

function rounded(bits: number): number {
  return Math.round(bits * 1000) / 1000;
}
