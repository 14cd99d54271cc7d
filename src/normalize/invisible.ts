/** C0 and C1 controls without tab and line feed; soft hyphen, zero-width space, word joiner, BOM; embeddings, overrides and isolates. */
const ALWAYS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b\u202a-\u202e\u2060-\u206f\ufeff]+/g;
const DIRECTION_MARKS = /[\u061c\u200e\u200f]+/g;
/** Letters written from right to left, beside which direction marks have a meaning. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const JOINERS = /[\u200c\u200d]+/g;
const ZERO_WIDTH_JOINER = 0x200d;

const JOINING_SCRIPTS = (
  'Arabic Syriac Mongolian Nko Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar ' + 'Tibetan'
).split(' ');
const JOINED = `(?=[\\p{L}\\p{M}])[${JOINING_SCRIPTS.map((script) => `\\p{Script_Extensions=${script}}`).join('')}]`;
const JOINED_BEFORE = new RegExp(`${JOINED}$`, 'u');
const JOINED_AFTER = new RegExp(`^${JOINED}`, 'u');
/** What may stand before and after the joiner of an emoji sequence (Unicode Technical Standard 51, ED-16). */
const EMOJI_BEFORE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]$/u;
const EMOJI_AFTER = /^\p{Extended_Pictographic}/u;

/**
 * The text without control characters (tab and line feed stay), soft hyphens, zero-width characters and direction marks.
 * Kept are joiners between letters of scripts that shape letters by them and inside emoji sequences, and direction marks
 * in texts with letters written from right to left.
 */
export function dropInvisible(text: string): string {
  let visible = text.replace(ALWAYS, '');
  if (visible.search(DIRECTION_MARKS) >= 0 && !RIGHT_TO_LEFT.test(visible)) visible = visible.replace(DIRECTION_MARKS, '');
  return visible.replace(JOINERS, joinerToKeep);
}

/** The first of the joiners where it has a meaning, else nothing. */
function joinerToKeep(joiners: string, offset: number, text: string): string {
  const before = text.slice(Math.max(0, offset - 2), offset);
  const after = text.slice(offset + joiners.length, offset + joiners.length + 2);
  if (JOINED_BEFORE.test(before) && JOINED_AFTER.test(after)) return joiners.charAt(0);
  const isEmoji = joiners.charCodeAt(0) === ZERO_WIDTH_JOINER && EMOJI_BEFORE.test(before) && EMOJI_AFTER.test(after);
  return isEmoji ? joiners.charAt(0) : '';
}
