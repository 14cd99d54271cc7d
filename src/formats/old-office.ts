import { CrmError } from '../errors.ts';
import type { FileSource } from './file-source.ts';

const MAGIC = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/** Where the header says how large sectors are (as a power of two) and which one the directory begins in. */
const SECTOR_SHIFT = 30;
const FIRST_DIRECTORY_SECTOR = 48;
const HEADER_BYTES = 512;
const ENTRY_BYTES = 128;
const MAX_SECTOR_SHIFT = 12;

/**
 * What is to be said of a compound file of the old Office programs ([MS-CFB]): a workbook before 2007 (.xls), an encrypted
 * .xlsx, or something else; null when the file is none.
 */
export function oldOfficeProblem(source: FileSource, head: Uint8Array): CrmError | null {
  if (!MAGIC.every((byte, index) => head[index] === byte)) return null;
  const names = directoryNames(source, head);
  if (names.includes('EncryptedPackage')) {
    return new CrmError('INPUT_NOT_TEXT', 'the workbook is protected by a password', {
      hint: 'open it with its password and save it without one, or save the sheet as CSV (UTF-8)',
    });
  }
  const isWorkbook = names.includes('Workbook') || names.includes('Book');
  return new CrmError('INPUT_NOT_TEXT', `not a text file but an old Office document (${isWorkbook ? 'a workbook, .xls' : '.xls, .doc'})`, {
    hint: 'open it in a spreadsheet program and save it as .xlsx, or the sheet as CSV (UTF-8)',
  });
}

/** The names in the first sector of the directory; that is where the ones looked for are. */
function directoryNames(source: FileSource, head: Uint8Array): string[] {
  if (head.length < HEADER_BYTES) return [];
  const header = new DataView(head.buffer, head.byteOffset, HEADER_BYTES);
  const shift = Math.min(header.getUint16(SECTOR_SHIFT, true), MAX_SECTOR_SHIFT);
  const sectorBytes = 2 ** shift;
  const sector = Buffer.from(source.read((header.getUint32(FIRST_DIRECTORY_SECTOR, true) + 1) * sectorBytes, 4 * sectorBytes));
  const names: string[] = [];
  for (let at = 0; at + ENTRY_BYTES <= sector.length; at += ENTRY_BYTES) {
    const length = Math.min(sector.readUInt16LE(at + 64), 64);
    names.push(sector.toString('utf16le', at, at + Math.max(0, length - 2)));
  }
  return names;
}
