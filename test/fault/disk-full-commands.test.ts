import { describeFullDisk } from '../support/fault/full-disk.ts';
import { ARCHIVE_SCENARIOS } from './scenarios/archive.ts';
import { BACKUP_SCENARIOS } from './scenarios/backup.ts';
import { CHANGES_SCENARIOS } from './scenarios/changes.ts';
import { IMPORT_SCENARIOS } from './scenarios/import.ts';
import { MAINTAIN_SCENARIOS } from './scenarios/maintain.ts';
import { MIGRATE_SCENARIOS } from './scenarios/migrate.ts';

describeFullDisk([
  ...IMPORT_SCENARIOS,
  ...CHANGES_SCENARIOS,
  ...ARCHIVE_SCENARIOS,
  ...BACKUP_SCENARIOS,
  ...MAINTAIN_SCENARIOS,
  ...MIGRATE_SCENARIOS,
]);
