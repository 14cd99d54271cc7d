/** What a model learned from answers of people: bits that are added to the levels of comparisons, and to all pairs. */
export interface Learned {
  readonly offset: number;
  /** By comparison and level. */
  readonly bits: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How many answers it comes from. */
  readonly labels: number;
}
