import { CrmError, type CrmErrorOptions, type ErrorCode } from '../errors.ts';

/** Characters that take two columns on a terminal. Source: East Asian Width W and F, the blocks in common use. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/**
 * A CrmError that points at a place in a filter. Its message ends with a picture of two lines, the filter and a caret;
 * `details` holds the same as `{position, line, caret}`, with the position counted in characters from 1.
 */
export function filterError(
  code: ErrorCode,
  filter: string,
  offset: number,
  text: string,
  options: Pick<CrmErrorOptions, 'hint' | 'details'> = {},
): CrmError {
  const line = inOneLine(filter);
  const before = [...line.slice(0, offset)];
  const caret = `${before.map((character) => (WIDE.test(character) ? '  ' : ' ')).join('')}^`;
  const position = before.length + 1;
  return new CrmError(code, `the filter, at character ${position}: ${inOneLine(text)}\n  ${line}\n  ${caret}`, {
    ...options,
    details: { position, line, caret, ...options.details },
  });
}

function inOneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]/gu, ' ');
}
