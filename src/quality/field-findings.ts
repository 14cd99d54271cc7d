import type { Severity } from './consistency-rules.ts';
import { normalizeCommand, queryCommand } from './finding-commands.ts';
import type { CaseCounter, Cases, Finding } from './finding-list.ts';
import { type Label, MEASURED_FIELDS, type MeasuredField } from './measured-fields.ts';

/** From this weight on, an empty field is a finding. */
const MISSED_FROM_WEIGHT = 2;

/** A kind of finding that every field may have; its id is `kind.field`. */
interface FieldProblem {
  readonly kind: 'empty' | 'invalid' | 'not_canonical';
  readonly severity: Severity;
  readonly label: (field: Label) => Label;
  readonly command: (field: MeasuredField, cases: Cases, scope: string | null) => string;
}

const PROBLEMS: readonly FieldProblem[] = [
  {
    kind: 'invalid',
    severity: 'error',
    label: ({ en, zh }) => ({ en: `${en}: not valid`, zh: `${zh}：无效或无法识别` }),
    command: (_field, { examples }) => queryCommand(`id in (${examples.join(', ')})`, null),
  },
  {
    kind: 'not_canonical',
    severity: 'warning',
    label: ({ en, zh }) => ({ en: `${en}: not in canonical form`, zh: `${zh}：格式不规范` }),
    command: ({ name }, _cases, scope) => normalizeCommand(name, scope),
  },
  {
    kind: 'empty',
    severity: 'info',
    label: ({ en, zh }) => ({ en: `${en}: empty`, zh: `${zh}：空缺` }),
    command: ({ name, ofPersons }, _cases, scope) => queryCommand(`${ofPersons ? 'kind = person and ' : ''}${name} is empty`, scope),
  },
];

/** Doubts about addresses that are valid as they are written. */
const EMAIL_FINDINGS: readonly { readonly id: string; readonly severity: Severity; readonly label: Label }[] = [
  { id: 'email_typo', severity: 'error', label: { en: 'E-mail: domain probably mistyped', zh: '邮箱：域名可能拼写错误' } },
  { id: 'email_disposable', severity: 'warning', label: { en: 'E-mail: disposable address', zh: '邮箱：一次性地址' } },
  { id: 'email_role', severity: 'info', label: { en: 'E-mail: address of a role, not a person', zh: '邮箱：职能邮箱，非个人' } },
];

/** Whether customers without a value of the field are counted as a finding. */
export function isMissed({ weight }: MeasuredField): boolean {
  return weight >= MISSED_FROM_WEIGHT;
}

/** The findings about single fields; a field that is empty everywhere is not used and misses nothing. */
export function fieldFindings(cases: CaseCounter, isUsed: (index: number) => boolean, scope: string | null): Finding[] {
  const findings = MEASURED_FIELDS.flatMap((field, index) =>
    PROBLEMS.flatMap(({ kind, severity, label, command }): Finding[] => {
      const id = `${kind}.${field.name}`;
      const found = cases.get(id);
      if (found === undefined || (kind === 'empty' && !isUsed(index))) return [];
      return [{ id, field: field.name, severity, label: label(field.label), ...found, command: command(field, found, scope) }];
    }),
  );
  const doubts = EMAIL_FINDINGS.flatMap(({ id, severity, label }): Finding[] => {
    const found = cases.get(id);
    if (found === undefined) return [];
    return [{ id, field: 'email', severity, label, ...found, command: queryCommand(`id in (${found.examples.join(', ')})`, null) }];
  });
  return [...findings, ...doubts];
}
