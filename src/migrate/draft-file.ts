import { OutputFile } from '../formats/output-file.ts';

/** Writes the text of a mapping to a file, whole or not at all. @throws {CrmError} OUTPUT_FAILED, DISK_FULL */
export function writeDraft(path: string, text: string): void {
  const file = new OutputFile(path);
  try {
    file.write(text);
    file.finish();
  } finally {
    file.discard();
  }
}
