# SPDX-License-Identifier: Apache-2.0
# bash completion for noroshi: verbs from --help, options from VERB --help.
_noroshi() {
    local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}
    if [ "$COMP_CWORD" = 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$(noroshi --help 2>/dev/null | awk '/^  [a-z]+ / { print $1 }')" -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(noroshi "$verb" --help 2>/dev/null | grep -o -- '--[a-z-]*' | sort -u)" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -o filenames -F _noroshi noroshi
