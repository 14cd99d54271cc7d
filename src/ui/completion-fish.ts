import { type CompletionNode, type CompletionOption, type CompletionTree, type CompletionValue, valueFlags } from './completion-node.ts';

/** The completion script for fish 3. */
export function fishCompletion(tree: CompletionTree): string {
  const paths = tree.nodes.filter((node) => node.path.length > 0).map((node) => quoted(node.path.join(' ')));
  return `# fish completion of crm. Now: crm completion fish | source
# For ever: crm completion fish > ~/.config/fish/completions/crm.fish
function __crm_command
  set -l command ''
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
    else if contains -- $word ${valueFlags(tree).join(' ')}
      set skip 1
    else if contains -- (string trim -- "$command $word") ${paths.join(' ')}
      set command (string trim -- "$command $word")
    end
  end
  echo $command
end

function __crm_in
  test (__crm_command) = "$argv"
end

# The last name of a list: name,em gives name,email; -name sorts the other way
function __crm_fields
  set -l list (string match -r -- '^(?:--[a-z-]+=)?(?:.*,)?-?' (commandline -ct))
  for field in ${tree.fields.join(' ')}
    echo "$list$field"
  end
end

# Names that crm looks up
function __crm_names
  set -l words (commandline -opc)
  command $words[1] __complete $argv[1] $words 2>/dev/null
end

complete -c crm -f
${tree.globals.map((option) => optionLine('complete -c crm', option)).join('\n')}
${tree.nodes.flatMap(nodeLines).join('\n')}
`;
}

function nodeLines(node: CompletionNode): string[] {
  const start = `complete -c crm -n ${quoted(`__crm_in ${node.path.join(' ')}`.trim())}`;
  const commands = node.commands.map(({ name, summary }) => `${start} -a ${name} -d ${quoted(summary)}`);
  const argument = node.argument === null || node.argument.kind === 'any' ? [] : [`${start} ${complete(node.argument)}`];
  return [...commands, ...argument, ...node.options.map((option) => optionLine(start, option))];
}

function optionLine(start: string, { flags, description, value }: CompletionOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [start, ...names, ...(value === null ? [] : ['-r', complete(value)]), `-d ${quoted(description)}`].join(' ');
}

function complete(value: CompletionValue): string {
  switch (value.kind) {
    case 'choices':
      return `-f -a ${quoted(value.values.join(' '))}`;
    case 'files':
      return '-F';
    case 'fields':
      return `-f -a '(__crm_fields)'`;
    case 'names':
      return `-f -a '(__crm_names ${value.of})'`;
    case 'any':
      return '-f';
  }
}

/** A text in single quotes, as fish reads it. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
