const FULL_WIDTH = /[\uff01-\uff5e\u3000]/g;

/** Full-width letters, digits and signs as their ASCII ones (`１３８＠` → `138@`), and the ideographic space as a space. */
export function halfWidth(text: string): string {
  return text.replace(FULL_WIDTH, (c) => (c === '\u3000' ? ' ' : String.fromCharCode(c.charCodeAt(0) - 0xfee0)));
}
