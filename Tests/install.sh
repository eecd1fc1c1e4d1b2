#!/usr/bin/env bash
# Installs below a temporary PREFIX, then reads the manual and completes words as people do in bash, zsh and fish.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"${MAKE:-make}" --no-print-directory install PREFIX="$place" >"$place/log" 2>&1 || { cat "$place/log" >&2; exit 1; }
export PATH=$place/bin:$PATH

fail() { echo "wrong: $*" >&2; exit 1; }
[ "$(command -v balloonsim)" = "$place/bin/balloonsim" ] || fail "the program is elsewhere"

# It runs with the libraries of packages that the README names, with no header of theirs; the rest is the toolchain's or everybody's.
libraries() { ldd "$place/bin/balloonsim" | grep -oE ' /(usr/)?lib/[^ ]+' | xargs readlink -f | xargs -n 1 basename; }
for package in $(libraries | while read -r library; do dpkg -S "*/$library" | cut -d: -f1; done | sort -u); do
  case $package in
    libc6 | libgcc-s1 | libstdc++6 | libgpg-error0) ;;
    *-dev) fail "the program needs $package, which is for building" ;;
    *) grep -qw "$package" README.md || fail "README does not say that the program needs $package" ;;
  esac
done

# A page for the program and for every command that it names, each readable, with every option of --help.
pages=0
page() {
  local name=$1 text
  shift
  text=$(MANPATH=$place/share/man MANWIDTH=80 man -P cat "$name" | col -bx) || fail "no page $name"
  grep -q "^NAME" <<<"$text" || fail "$name has no NAME"
  ! grep -qi "warning" < <(mandoc_warnings "$name") || fail "$name: $(mandoc_warnings "$name")"
  pages=$((pages + 1))
  balloonsim "$@" --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+' | while read -r option; do
    grep -qe "$option" <<<"$text" || fail "$name does not have $option"
  done
}
mandoc_warnings() { groff -mandoc -ww -Tutf8 "$place/share/man/man1/$1.1" 2>&1 >/dev/null | head -3; }
commands() { balloonsim "$@" --help | sed -n '/^SUBCOMMANDS:/,/^$/s/^  \([a-z-]*\) .*/\1/p'; }
page balloonsim
for command in $(commands); do
  page "balloonsim-$command" "$command"
  for sub in $(commands "$command"); do page "balloonsim-$command-$sub" "$command" "$sub"; done
done
[ $pages -ge 30 ] || fail "$pages pages"
MANPATH=$place/share/man man -w balloonsim export >/dev/null || fail "man balloonsim export"

# bash: the words that follow, a value of an option, files.
in_bash() {
  bash -c '
    . /usr/share/bash-completion/bash_completion
    . "$1/share/bash-completion/completions/balloonsim"
    complete -p balloonsim >/dev/null
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
    $(complete -p balloonsim | sed "s/.*-F \([^ ]*\).*/\1/") balloonsim "${!#}" "${COMP_WORDS[COMP_CWORD-1]}"
    printf "%s\n" "${COMPREPLY[@]}"' bash "$place" "$@"
}
in_bash balloonsim wa | grep -qx watch || fail "bash does not complete wa"
in_bash balloonsim export --table ho | grep -qx host_ticks || fail "bash does not complete a table"
in_bash balloonsim export --forma | grep -qx -- --format || fail "bash does not complete an option"
in_bash balloonsim run Scenarios/comp | grep -qx Scenarios/compile.yaml || fail "bash does not complete a file"

fish_complete() { fish -N -c "source $place/share/fish/vendor_completions.d/balloonsim.fish; complete -C '$1'" | cut -f1; }
fish_complete "balloonsim wa" | grep -qx watch || fail "fish does not complete wa"
fish_complete "balloonsim export --table ho" | grep -qx host_ticks || fail "fish does not complete a table"

# zsh completes only at a prompt, so one is made in a pseudo terminal.
zsh -fc "zmodload zsh/zpty
  zpty shell zsh -f
  zpty -w shell 'PS1=; fpath=($place/share/zsh/site-functions \$fpath); autoload -Uz compinit; compinit -u -d $place/dump; echo re\"\"ady'
  while zpty -r shell line; do [[ \$line == ready* ]] && break; done
  zpty -wn shell 'balloonsim export --table ho'\$'\t'
  sleep 1
  zpty -r -t shell line '*host_ticks*'; print -r -- \$line; zpty -d shell" | grep -q host_ticks ||
  fail "zsh does not complete a table"
echo "$pages pages of the manual; bash, zsh and fish complete"
