import type { TableWriter } from '../connectors/connector.ts';
import { pause } from '../interruption.ts';
import type { Row } from '../model/table-schema.ts';
import type { TableState } from './copy-ledger.ts';
import { type Batch, CopyPart, readRequest, type TableCopy } from './copy-part.ts';
import { readAhead } from './read-ahead.ts';

/**
 * Copies the rows of a table that the ledger does not have yet; rows and ledger in one transaction.
 * @returns how far the table is then: at its end
 */
export async function copyTable(copy: TableCopy, writer: TableWriter, state: TableState): Promise<TableState> {
  const part = new CopyPart(copy, writer, state);
  // What reading converts was counted with the first part.
  if (state.nextPart > 0) copy.conversion.takeCounts();
  try {
    for await (const rows of readAhead(batchesOf(copy, writer, state.last))) {
      await pause(copy.signal);
      await part.write(rows);
      if (copy.isResumable && part.isFull) await part.commit(false);
    }
    await part.commit(true);
    return part.state;
  } catch (error) {
    // What broke the connection is told, not that it is broken.
    await writer.rollback().catch(() => undefined);
    throw error;
  }
}

/** Packed where both sides can. */
function batchesOf({ plan, source, writeMode, ...copy }: TableCopy, writer: TableWriter, after: Row | null): AsyncIterable<Batch> {
  const request = readRequest({ plan, source, ...copy }, after);
  const isPacked = writeMode === 'insert' && writer.pack !== undefined && request.ordered;
  const types = plan.columns.map(({ target }) => target.type);
  return (isPacked ? source.readPacked?.(request, types) : null) ?? source.read(request);
}
