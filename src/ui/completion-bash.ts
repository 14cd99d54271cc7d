import {
  type CompletionNode,
  type CompletionOption,
  type CompletionTree,
  type CompletionValue,
  flagsOf,
  shellQuoted,
  valueFlags,
} from './completion-node.ts';

const HELPERS = `_crm_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}

# Names that crm looks up; they are never expanded by the shell, whatever is in them
_crm_names() {
  local name
  COMPREPLY=()
  while IFS=$'\\t' read -r name _; do
    [[ $name == "$2"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
  done < <("\${COMP_WORDS[0]}" __complete "$1" "\${COMP_WORDS[@]}" 2>/dev/null)
}

_crm_words() {
  COMPREPLY=($(compgen -W "$2" -- "$1"))
}
`;

/** The completion script for bash 3.2 and later. */
export function bashCompletion(tree: CompletionTree): string {
  const paths = tree.nodes
    .filter((node) => node.path.length > 0)
    .map(({ path }) => shellQuoted(`${path.slice(0, -1).join(' ')} ${path.at(-1)}`));
  return `# bash completion of crm. Now: source <(crm completion bash) · for ever: add that line to ~/.bashrc
${HELPERS}
# The last name of a list: name,em gives name,email; -name sorts the other way
_crm_fields() {
  local last="\${1##*,}"
  local list="\${1%"$last"}"
  [[ $last == -* ]] && list="$list-" last="\${last#-}"
  compopt -o nospace 2>/dev/null
  COMPREPLY=($(compgen -P "$list" -W ${shellQuoted(tree.fields.join(' '))} -- "$last"))
}

_crm() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command='' skip='' word i
  local globals=${shellQuoted(flagsOf(tree.globals).join(' '))}
  # bash cuts words at =, so that --blank=keep are three
  [[ $cur == '=' ]] && cur=''
  [[ $prev == '=' ]] && prev="\${COMP_WORDS[COMP_CWORD-2]}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $skip ]]; then
      [[ $word == '=' ]] || skip=''
      continue
    fi
    case "$word" in
      ${valueFlags(tree).join('|')}) skip=1; continue ;;
    esac
    case "$command $word" in
      ${paths.join('|')}) command="\${command:+$command }$word" ;;
    esac
  done
  case "$command $prev" in
${[...tree.nodes.flatMap((node) => valueCases(node.path.join(' '), node.options)), ...valueCases('*', tree.globals)].join('\n')}
  esac
  case "$command" in
${tree.nodes.map(wordCase).join('\n')}
  esac
}

complete -F _crm crm
`;
}

function valueCases(path: string, options: readonly CompletionOption[]): string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === null) return [];
    const patterns = flags.map((flag) => (path === '*' ? `*${shellQuoted(` ${flag}`)}` : shellQuoted(`${path} ${flag}`)));
    return [`    ${patterns.join('|')}) ${complete(value)}; return ;;`];
  });
}

function wordCase({ path, commands, options, argument }: CompletionNode): string {
  const flags = flagsOf(options).join(' ');
  const words = commands.length > 0 ? shellQuoted(commands.map(({ name }) => name).join(' ')) : `"${flags} $globals"`;
  const rest = argument === null || argument.kind === 'any' ? `_crm_words "$cur" ${words}` : complete(argument);
  return `    ${shellQuoted(path.join(' '))})
      if [[ $cur == -* ]]; then _crm_words "$cur" "${flags} $globals"; else ${rest}; fi ;;`;
}

function complete(value: CompletionValue): string {
  switch (value.kind) {
    case 'choices':
      return `_crm_words "$cur" ${shellQuoted(value.values.join(' '))}`;
    case 'files':
      return '_crm_files "$cur"';
    case 'fields':
      return '_crm_fields "$cur"';
    case 'names':
      return `_crm_names ${value.of} "$cur"`;
    case 'any':
      return 'COMPREPLY=()';
  }
}
