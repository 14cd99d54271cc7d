import {
  type CompletionNode,
  type CompletionOption,
  type CompletionTree,
  type CompletionValue,
  shellQuoted,
  valueFlags,
} from './completion-node.ts';

/** The completion script for zsh: sourced, or saved as `_crm` in a folder of `fpath`. */
export function zshCompletion(tree: CompletionTree): string {
  const paths = tree.nodes
    .filter((node) => node.path.length > 0)
    .map(({ path }) => shellQuoted(`${path.slice(0, -1).join(' ')} ${path.at(-1)}`));
  return `#compdef crm
# zsh completion of crm. Now: source <(crm completion zsh) · for ever: add that line to ~/.zshrc, after compinit
_crm_fields() {
  compset -P '*,'
  compset -P '-'
  compadd -S '' -- ${tree.fields.join(' ')}
}

# Names that crm looks up
_crm_names() {
  local -a names
  names=(\${(f)"$("\${words[1]}" __complete $1 "\${(@)words}" 2>/dev/null)"})
  compadd -- "\${(@)names%%$'\\t'*}"
}

_crm() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" command='' skip='' word
  local -a entries globals=(${tree.globals.flatMap(optionEntries).join(' ')})
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
      (${valueFlags(tree).join('|')}) skip=1; continue ;;
    esac
    case "$command $word" in
      (${paths.join('|')}) command="\${command:+$command }$word" ;;
    esac
  done
  if [[ $cur == --*=* ]]; then
    prev="\${cur%%=*}"
    compset -P '*='
  fi
  case "$command $prev" in
${[...tree.nodes.flatMap((node) => valueCases(node.path.join(' '), node.options)), ...valueCases('*', tree.globals)].join('\n')}
  esac
  case "$command" in
${tree.nodes.map(wordCase).join('\n')}
  esac
}

if [[ "\${funcstack[1]}" == _crm ]]; then _crm "$@"; else compdef _crm crm; fi
`;
}

function valueCases(path: string, options: readonly CompletionOption[]): string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === null) return [];
    const patterns = flags.map((flag) => (path === '*' ? `*${shellQuoted(` ${flag}`)}` : shellQuoted(`${path} ${flag}`)));
    return [`    (${patterns.join('|')}) ${complete(value)}; return ;;`];
  });
}

function wordCase({ path, commands, options, argument }: CompletionNode): string {
  const flags = [...options.flatMap(optionEntries), '$globals'].join(' ');
  const words = commands.length > 0 ? commands.map(({ name, summary }) => entry(name, summary)).join(' ') : flags;
  const rest = argument === null || argument.kind === 'any' ? `entries=(${words}); _describe crm entries` : complete(argument);
  return `    (${shellQuoted(path.join(' '))})
      if [[ $cur == -* ]]; then
        entries=(${flags}); _describe -o option entries
      else
        ${rest}
      fi ;;`;
}

function optionEntries({ flags, description }: CompletionOption): string[] {
  return flags.map((flag) => entry(flag, description));
}

/** `name:what it is`, as `_describe` reads it. */
function entry(name: string, description: string): string {
  return shellQuoted(`${name.replaceAll(':', '\\:')}:${description}`);
}

function complete(value: CompletionValue): string {
  switch (value.kind) {
    case 'choices':
      return `compadd -- ${value.values.map(shellQuoted).join(' ')}`;
    case 'files':
      return '_files';
    case 'fields':
      return '_crm_fields';
    case 'names':
      return `_crm_names ${value.of}`;
    case 'any':
      return ':';
  }
}
