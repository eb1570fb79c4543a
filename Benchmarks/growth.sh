#!/usr/bin/env bash
# How the states of ptefree grow with the number of walkers, plain and reduced, beside SPIN's partial order reduction and
# Rumur's symmetry reduction. Prints a row of a table in Markdown per number of walkers: states and seconds of each.
#
#   Benchmarks/growth.sh LOCKWALK PEER_MODELS [FREERS [WALKERS...]]
#
# LOCKWALK     the release binary
# PEER_MODELS  the folder with ptefree.pml and ptefree.m
# FREERS       2 if left out; WALKERS 1 to 8
# A run is ended after LIMIT seconds (60) and then shows "-"; with more walkers that checker is not asked again.
# Times are those of the search alone; lockwalk runs with as many threads as there are processors, as by default, SPIN and
# Rumur with one. Needs gcc; spin and rumur (Debian packages of these names) are left out where they are not installed.
set -euo pipefail

lockwalk=$(realpath "$1")
peers=$(realpath "$2")
freers=${3:-2}
shift $(($# < 3 ? $# : 3))
[ $# -gt 0 ] || set -- 1 2 3 4 5 6 7 8
limit=${LIMIT:-60}
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grouped() { sed ':again; s/\B[0-9]\{3\}\>/,&/; t again'; }

# Each prints "states, seconds", or nothing if it did not come to an end.
run_lockwalk() { # reduction walkers
	timeout "$limit" "$lockwalk" check --reduction "$1" "-DW=$2" "-DF=$freers" "$here/models/ptefree.c" |
		sed -n 's/^\([0-9,]*\) states, .*; \([0-9.]* m\{0,1\}s\)$/\1, \2/p'
}

run_spin() { # walkers
	(
		cd "$work" && cp "$peers/ptefree.pml" . && spin "-DW=$1" "-DF=$freers" -a ptefree.pml >/dev/null &&
			gcc -O2 -DSAFETY -DMEMLIM=16000 -w -o pan pan.c && timeout "$limit" ./pan -m4000000 -w26 >spin.log
		states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' spin.log | awk '{ printf "%d", $1 }')
		seconds=$(sed -n 's/^pan: elapsed time \([0-9.e+-]*\) seconds.*/\1/p' spin.log)
		[ -z "$states" ] || grep -q "max search depth too small" spin.log || echo "$(grouped <<<"$states"), ${seconds:-0} s"
	)
}

run_rumur() { # walkers
	(
		cd "$work" && sed "s/^\(  W:\) [0-9]*;/\1 $1;/;s/^\(  F:\) [0-9]*;/\1 $freers;/" "$peers/ptefree.m" >x.m &&
			rumur --threads 1 --symmetry-reduction heuristic -o v.c x.m >/dev/null &&
			gcc -std=c11 -O3 -march=native -mcx16 -w -o v v.c -lpthread
		begin=$EPOCHREALTIME
		timeout "$limit" ./v >rumur.log
		seconds=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')
		states=$(sed -n 's/^[^0-9]*\([0-9]*\) states, .*/\1/p' rumur.log | tail -1)
		[ -z "$states" ] || echo "$(grouped <<<"$states"), $seconds s"
	)
}

checkers="none por symmetry all"
for peer in spin rumur; do ! command -v "$peer" >/dev/null || checkers="$checkers $peer"; done
tired=""
echo "| W | ${checkers// / | } |"
echo "|---|${checkers//[! ]/}" | sed 's/ /---|/g; s/$/---|/'
for walkers in "$@"; do
	row="| $walkers |"
	for checker in $checkers; do
		result=""
		if [[ " $tired " != *" $checker "* ]]; then
			case $checker in
			spin) result=$(run_spin "$walkers" || true) ;;
			rumur) result=$(run_rumur "$walkers" || true) ;;
			*) result=$(run_lockwalk "$checker" "$walkers" || true) ;;
			esac
			[ -n "$result" ] || tired="$tired $checker"
		fi
		row="$row ${result:--} |"
	done
	echo "$row"
done
