/**
 * crm as a library: `import { openRepository, importFiles } from 'crm-toolkit'`. The commands are made of what is
 * exported here and of nothing else. Names that are not exported here may change at any time.
 *
 * @example
 * const repository = await openRepository('./crm.db', { create: true });
 * try {
 *   const { result } = await importFiles(repository, { paths: ['contacts.csv'], region: 'CN' });
 *   const { rows } = await repository.query({ filter: 'city = 上海', select: ['name', 'email'] });
 *   for await (const batch of rows) for (const [name, email] of batch) console.log(name, email);
 * } finally {
 *   await repository.close();
 * }
 */
export { CrmError, EXIT_CODES } from './errors.ts';
export type { CrmErrorOptions, ErrorCode } from './errors.ts';
export { FIELDS } from './model/fields.ts';
export type { Field, FieldType } from './model/fields.ts';
export type { Customer, FieldValue, FieldValues } from './model/customer.ts';
export type { Change } from './model/changeset.ts';
export { openSchema } from './repository/database-schema.ts';
export type { ChangeOptions, DatabaseSchema, SchemaChange, SchemaDowngrade, SchemaStep } from './repository/database-schema.ts';
export type { AppliedMigration, SchemaStatus } from './engines/migrator.ts';
export { openRepository } from './repository/repository.ts';
export type { OpenOptions, Repository, WriteResult } from './repository/repository.ts';
export type { CustomerDetails } from './repository/customer-details.ts';
export type { Edit, NewChild } from './repository/editing.ts';
export type { MatchKey } from './repository/import-batch.ts';
export type { QueryColumn, QueryOptions, QueryResult } from './repository/query-options.ts';
export type { RecordedChange, Run } from './repository/run-log.ts';
export type { Segment } from './repository/segments.ts';
export type { Kept, UndoOutcome } from './repository/undo.ts';
export { type EditReport, type EditRequest, addCustomer, editCustomer } from './import/edit-customer.ts';
export { type Assignments, readAssignments, readTags } from './import/assignments.ts';
export { importFiles } from './import/import-files.ts';
export type { ImportFilesOptions, ImportReport, ImportResult, MappingEntry } from './import/import-files.ts';
export type { RejectLimit } from './import/file-feed.ts';
export { type InspectedColumn, type InspectOptions, type InspectResult, type Inspection, inspectFile } from './import/inspect-file.ts';
export type { FileFinding } from './import/understand-file.ts';
export type { ReadingOptions } from './import/reading-options.ts';
export { checkPresetName } from './import/preset-library.ts';
export { presetOfColumns } from './import/preset-saving.ts';
export { type ApplyOptions, type ApplyResult, applyPlan } from './import/apply-plan.ts';
export { type PlanFile, openPlan } from './import/plan-file.ts';
export type { PlanTarget } from './formats/plan-writer.ts';
export type { PlanEnd, PlanHeader, PlanLine, PlannedRow } from './model/plan.ts';
export { type InputFile, inputFile } from './import/input-file.ts';
export type { DateOrderFinding } from './import/column-facts.ts';
export type { DoubtOptions } from './import/doubtful-values.ts';
export type { Detected } from './import/file-rows.ts';
export type { Warning } from './import/warnings.ts';
export { type ChangeLimit, type NormalizeOptions, normalizeCustomers } from './cleansing/normalize-customers.ts';
export type { FieldReport, FlagSample, NormalizeResult, NormalizeSample } from './cleansing/normalize-report.ts';
export { rebuildKeys } from './cleansing/rebuild-keys.ts';
export { customRules } from './cleansing/rules-config.ts';
export type { CustomRule } from './normalize/custom-rules.ts';
export type { RebuiltKeys } from './repository/match-key-rebuild.ts';
export { type MergeLimit, type MergeOptions, type MergeResult, type SkipReason, mergeClusters } from './dedupe/merge-clusters.ts';
export { type SplitOptions, splitCustomer } from './dedupe/split-customer.ts';
export type { SplitOutcome } from './repository/customer-split.ts';
export { type CreateBackupOptions, type CreateBackupReport, type CreateBackupResult, createBackup } from './backup/create-backup.ts';
export { type BackupList, type ListedSnapshot, listBackups } from './backup/list-backups.ts';
export { type VerifyBackupsOptions, type VerifyBackupsResult, verifyBackups } from './backup/verify-backups.ts';
export { type DrillOptions, type DrillResult, drillBackup } from './backup/drill-backup.ts';
export { type PruneOptions, type PruneResult, pruneBackups } from './backup/prune-backups.ts';
export type { RetentionPolicy, RetentionReason } from './backup/retention.ts';
export { type RestoreOptions, type RestoreResult, isTaken, restoreBackup } from './backup/restore-backup.ts';
export type { Landing } from './backup/point-in-time.ts';
export { type RestoreCustomersOptions, type RestoreCustomersResult, restoreCustomers } from './backup/restore-customers.ts';
export { type DiffBackupsOptions, type DiffBackupsResult, diffBackups } from './backup/diff-backups.ts';
export { STATE_TABLES } from './repository/customer-states.ts';
export type { StateConflict, StatePart } from './repository/state-restore.ts';
export type { StateDifference } from './repository/compare-states.ts';
export { DEFAULT_SURVIVORSHIP } from './dedupe/survivorship.ts';
export type { FieldSurvivorship, SurvivorRule, Survivorship } from './dedupe/survivorship.ts';
export type { SurvivorshipRule } from './dedupe/survivorship-rules.ts';
export { survivorshipOf } from './dedupe/survivorship-config.ts';
export { queryOptions } from './query/selected-customers.ts';
export { type MeasureOptions, measureQuality } from './quality/measure-quality.ts';
export type { FieldQuality, GroupQuality, Measured, QualityPoint, QualityReport } from './quality/quality-report.ts';
export { keepMeasured, trendOf } from './quality/quality-trend.ts';
export type { QualityStore } from './repository/quality-store.ts';
export type { JobStore } from './repository/job-store.ts';
export type { JobCounts, JobRun, JobStatus, JobStep, StepStatus } from './repository/job-records.ts';
export { EXPORT_FORMATS, exportFormatOf } from './formats/export-format.ts';
export { type ExportOptions, type ExportResult, exportCustomers } from './query/export-customers.ts';
export { findCustomer, findCustomers } from './query/find-customer.ts';
export { type QueryAnswer, type QueryRunOptions, countCustomers, queryCustomers, querySql } from './query/query-customers.ts';
export { type RunDetails, runDetails, runNumber } from './query/run-details.ts';
export { type Selection, saveSegment } from './query/selected-customers.ts';
export type { ImportType, RelatedImportOptions } from './import/related-request.ts';
export { readTableFile } from './import/table-file.ts';
export type { DuplicateCluster, DuplicateDecision, DuplicatePair, FieldEvidence, PairExplanation } from './model/duplicates.ts';
export type { DuplicateStore } from './repository/duplicate-store.ts';
export { type FindOptions, type Found, checkColumns, findDuplicates, keptModels } from './dedupe/find-duplicates.ts';
export type { FindSummary } from './dedupe/find-summary.ts';
export { type FoundNew, findNew } from './dedupe/find-new.ts';
export { writeClusters, writeClustersFile, writePairs, writePairsFile } from './dedupe/find-files.ts';
export { type Trained, trainModels } from './dedupe/train-model.ts';
export { type ComparedField, comparedFields } from './dedupe/compared-fields.ts';
export { type DecisionLine, type DecisionReject, DecisionLines } from './dedupe/decision-file.ts';
export { type TakenDecisions, takeDecisions } from './dedupe/take-decisions.ts';
export { type PairExportOptions, exportPairs, exportPairsToFile } from './dedupe/export-pairs.ts';
export { type ReviewOptions, ReviewSession } from './dedupe/review-session.ts';
export { type ExplainPairs, explainPairs } from './dedupe/explain-pair.ts';
export { type ModelSummary, loadModelSummary } from './dedupe/model-summary.ts';
export { type Truth, TruthLines } from './dedupe/eval-truth.ts';
export { type EvaluateOptions, type Evaluation, evaluateDuplicates } from './dedupe/evaluate.ts';
export { type SampleOptions, type SampleResult, drawSample, drawSampleToFile } from './dedupe/eval-sample.ts';
export { type PrecisionEstimate, SampleDecisions, estimateByStoredDecisions } from './dedupe/eval-decisions.ts';
export { type DuplicateReport, duplicateReport } from './dedupe/report-data.ts';
export { type ArchiveLimit, type ArchiveOptions, type ArchiveResult, archiveCustomers } from './archive/archive-customers.ts';
export {
  type ArchivedWhich,
  type RestoreArchivedOptions,
  type RestoreArchivedResult,
  restoreArchived,
} from './archive/restore-archived.ts';
export { type OpenedArchive, openedArchive, queryArchived } from './archive/archived-query.ts';
export { type ApplyArchiveOptions, type ArchivePlan, applyArchivePlan } from './archive/apply-archive-plan.ts';
export { type ArchiveSettings, type NamedPolicy, archiveSettings, policiesNamed } from './archive/archive-settings.ts';
export { archiveTarget } from './archive/archive-target.ts';
export type { ArchivePolicy } from './repository/archive-choice.ts';
export { type CheckOptions, type CheckReport, type Finding, checkDatabase } from './maintain/check-database.ts';
export { type MaintainOptions, type MaintainReport, maintainDatabase } from './maintain/maintain-database.ts';
export { type SlowReport, type SlowStatement, slowQueries } from './maintain/slow-queries.ts';
export { type SalvageReport, salvageFile } from './maintain/salvage-file.ts';
export type { MaintenanceStore, RepairOutcome } from './repository/maintenance-store.ts';
export { openStore } from './connectors/index.ts';
export type { StoreOptions, TableStore } from './connectors/connector.ts';
export {
  type ConversionCount,
  type Difference,
  type VerifiedTable,
  type VerifyOptions,
  type VerifyResult,
  verifyTables,
} from './migrate/verify-tables.ts';
export { rekeyDatabase } from './engines/index.ts';
export type { Rekeyed, RekeyOptions } from './engines/sqlite-rekey.ts';
export { importMapped } from './migrate/mapped-import.ts';
export type { MappedImport, MappedImportOptions, MappedImportResult } from './migrate/mapped-import.ts';
export { draftMapping } from './migrate/mapping-draft.ts';
export type { Draft, DraftField, DraftJoin, DraftTable } from './migrate/draft-form.ts';
export type { DraftOptions } from './migrate/mapping-draft.ts';
export { draftAsYaml } from './migrate/mapping-yaml.ts';
export { copyTables } from './migrate/copy-tables.ts';
export { diffTables } from './migrate/diff-tables.ts';
export type { DiffedTable, DiffOptions, DiffResult } from './migrate/diff-tables.ts';
export type { DiffLine, PlainRow } from './migrate/diff-line.ts';
export { syncTables } from './migrate/sync-tables.ts';
export type { MaxChanges, SyncedTable, SyncOptions, SyncResult } from './migrate/sync-options.ts';
export type { CopiedTable, CopyMode, CopyOptions, CopyProgress, CopyResult, CountedConversion } from './migrate/copy-options.ts';
