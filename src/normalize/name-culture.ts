/** The custom by which a name is divided: it says which part is the family name and where it stands. */
export type NameCulture =
  | 'western'
  | 'spanish'
  | 'portuguese'
  | 'hungarian'
  | 'chinese'
  | 'japanese'
  | 'korean'
  | 'vietnamese'
  | 'single'
  | 'unknown';

/** A person's name taken apart; each part as it was written, null where absent. */
export interface NameParts {
  /** Titles before the name, one space between: `Prof. Dr.`. */
  readonly prefix: string | null;
  readonly given: string | null;
  readonly middle: string | null;
  /** With its particles: `van Beethoven`, and with both of two family names: `García López`. */
  readonly family: string | null;
  /** Titles and generation after the name: `Jr.`, `PhD`, `先生`, `总经理`. */
  readonly suffix: string | null;
  readonly culture: NameCulture;
  /** False when another reading is plausible: what is given is the likelier one, and nothing should be written from it. */
  readonly certain: boolean;
}

const NOTHING: NameParts = { prefix: null, given: null, middle: null, family: null, suffix: null, culture: 'unknown', certain: false };

/** Parts of a name, those not given being absent. */
export function nameParts(culture: NameCulture, certain: boolean, found: Partial<Omit<NameParts, 'culture' | 'certain'>> = {}): NameParts {
  return { ...NOTHING, ...found, culture, certain };
}

/** Words with one space between; null when there are none. */
export function joinWords(words: readonly string[]): string | null {
  return words.length === 0 ? null : words.join(' ');
}
