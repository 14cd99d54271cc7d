import { describe, expect, it } from 'vitest';
import { postgresError, unansweredCommit } from '../../../src/engines/postgres-errors.ts';
import { CrmError } from '../../../src/errors.ts';

describe('errors of the PostgreSQL driver', () => {
  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated',
    'Client has encountered a connection error and is not queryable',
    'timeout expired',
  ])('%s is a lost connection', (message) => {
    expect(postgresError(new Error(message), 'the database')).toMatchObject({ code: 'CONNECTION', exitCode: 15 });
  });

  it('pass through where they are none of the driver', () => {
    const error = new TypeError('x is not a function');
    expect(postgresError(error, 'the database')).toBe(error);
  });

  it('say nothing of what became of a commit that was not answered', () => {
    const lost = new CrmError('CONNECTION', 'lost the connection; nothing was changed');
    const error = unansweredCommit(lost, 'the database') as CrmError;
    expect(error).toMatchObject({ code: 'CONNECTION', exitCode: 15, cause: lost });
    expect(error.message).not.toContain('nothing was changed');
    expect(error.hint).toContain('crm history');
    const full = new CrmError('DISK_FULL', 'no space');
    expect(unansweredCommit(full, 'the database')).toBe(full);
  });
});
