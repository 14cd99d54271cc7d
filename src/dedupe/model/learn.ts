import type { Learned } from './learned.ts';
import type { FittedComparison, Model } from './model.ts';

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
const ROUNDS = 400;
const RATE = 0.5;
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

function regression(comparisons: readonly FittedComparison[], labels: readonly Label[]): { offset: number; bits: Float64Array[] } {
  const bits = comparisons.map(({ levels }) => new Float64Array(levels.length + 1));
  let offset = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const slopes = bits.map((each) => each.map((value) => -RESISTANCE * value));
    let slope = -offset;
    for (const label of labels) {
      const error = (label.same ? 1 : 0) - probability(label.bits + adjustment(label, offset, bits));
      slope += error;
      for (let i = 0; i < label.levels.length; i++) {
        const level = label.levels[i] as number;
        const each = slopes[i];
        if (level !== 0 && each !== undefined) each[level] = (each[level] as number) + error;
      }
    }
    const step = RATE / Math.sqrt(labels.length + 1);
    offset = limited(offset + step * slope);
    bits.forEach((each, i) => {
      for (let level = 1; level < each.length; level++)
        each[level] = limited((each[level] as number) + (step * (slopes[i]?.[level] as number)) / 2);
    });
  }
  return { offset: rounded(offset), bits };
}

function adjustment({ levels }: Label, offset: number, bits: readonly Float64Array[]): number {
  let sum = offset;
  for (let i = 0; i < levels.length; i++) if (levels[i] !== 0) sum += bits[i]?.[levels[i] as number] as number;
  return sum;
}

function fitOf(labels: readonly Label[], bitsOf: (label: Label, i: number) => number): Fit {
  let [loss, right] = [0, 0];
  labels.forEach((label, i) => {
    const p = Math.min(1 - 1e-9, Math.max(1e-9, probability(bitsOf(label, i))));
    loss -= Math.log2(label.same ? p : 1 - p);
    if (p > 0.5 === label.same) right++;
  });
  return { lossBits: loss / labels.length, accuracy: right / labels.length };
}

function probability(bits: number): number {
  return 1 / (1 + 2 ** -bits);
}

function limited(bits: number): number {
  return Math.max(-MAX_BITS, Math.min(MAX_BITS, bits));
}

function rounded(bits: number): number {
  return Math.round(bits * 1000) / 1000;
}
