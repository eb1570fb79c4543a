#!/usr/bin/env bash
# Runs lockwalk, SPIN and Rumur side by side on models that have the same steps in each language, checks that all of
# them find the same number of states, and prints a row per run.
#
#   Benchmarks/peers.sh LOCKWALK PEER_MODELS [MODEL:NAME=VALUE,... ...]
#
# LOCKWALK     the release binary
# PEER_MODELS  the folder with the .pml and .m models
# lockwalk runs with one thread and, on a machine with more processors, with one for each; a row "limit" tells how many
# looks at a table a C program (limit.c) makes per second that does nothing else, as many and with as many hits.
# Needs gcc and GNU time; spin and rumur (Debian packages of these names) are left out where they are not installed.
# RUNS=5 is the number of runs of which the median is shown; PEERS="limit spin" leaves Rumur out.
# The peers search without reduction, SPIN with -O2 -DSAFETY -DNOREDUCE. Times are those of the search alone.
set -euo pipefail

lockwalk=$(realpath "$1")
peers=$(realpath "$2")
shift 2
runs=${RUNS:-3}
[ $# -gt 0 ] || set -- ptefree:W=4,F=3 tables:W=3,F=1,P=2 rwsem:R=3,W=3 peterson:N=5

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
here=$(dirname "$(realpath "$0")")

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# -m: deeper than the deepest run; -w: log2 of the table, about the number of states.
spin_depth() {
	case $1 in
	peterson:N=5) echo 2000000 23 ;;
	ptefree:W=4,F=3) echo 15000 21 ;;
	ptefree:W=5,F=4) echo 600000 26 ;;
	rwsem:R=3,W=3) echo 400000 20 ;;
	rwsem:R=4,W=3) echo 5000000 23 ;;
	phil:N=13*) echo 1500000 21 ;;
	*) echo 10000000 24 ;;
	esac
}

row() { printf '%-22s %-14s %14s %10s %14s %10s\n' "$@"; }

rate() { awk -v s="$1" -v t="$2" 'BEGIN { if (t > 0) printf "%d", s / t; else print "-" }'; }

run_lockwalk() { # spec threads
	local out
	out=$("$lockwalk" bench "$1" --threads "$2" --runs "$runs" --no-limit --format json)
	states=$(sed -n 's/.*"states": \([0-9]*\),.*/\1/p' <<<"$out")
	looks=$(sed -n 's/.*"transitions": \([0-9]*\),.*/\1/p' <<<"$out")
	seconds=$(sed -n 's/.*"seconds_median": \([0-9.e-]*\),.*/\1/p' <<<"$out")
	bytes=$(sed -n 's/.*"peak_rss_bytes": \([0-9]*\),.*/\1/p' <<<"$out" | awk -v n="$states" '{ printf "%.1f", $1 / n }')
}

run_limit() { # states looks
	[ -x "$work/limit" ] || gcc -O2 -o "$work/limit" "$here/limit.c"
	awk -v looks="$2" -v rate="$("$work/limit" "$1" "$2")" 'BEGIN { printf "%.3f", looks / rate }'
}

run_spin() { # spec
	local name=${1%%:*} parameters=${1#*:} depth width defines="" times=""
	read -r depth width < <(spin_depth "$1")
	for parameter in ${parameters//,/ }; do defines="$defines -D$parameter"; done
	[ "$name" != phil ] || defines="$defines -DORDERED=1"
	(cd "$work" && cp "$peers/$name.pml" . && spin $defines -a "$name.pml" >/dev/null &&
		gcc -O2 -DSAFETY -DNOREDUCE -DMEMLIM=20000 -w -o pan pan.c)
	for _ in $(seq "$runs"); do
		(cd "$work" && command time -o time.log -f '%e %M' ./pan "-m$depth" "-w$width" >out.log)
		times="$times$(cut -d' ' -f1 "$work/time.log")"$'\n'
	done
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' "$work/out.log" | tail -1 | awk '{ printf "%d", $1 }')
	seconds=$(printf '%s' "$times" | median)
	bytes=$(awk -v n="$states" '{ if (n > 0) printf "%.1f", ($2 - 2048) * 1024 / n }' "$work/time.log")
}

run_rumur() { # spec
	local name=${1%%:*} parameters=${1#*:} edit="" times=""
	for parameter in ${parameters//,/ }; do edit="$edit;s/^\(  ${parameter%%=*}:\) [0-9]*;/\1 ${parameter##*=};/"; done
	[ "$name" != phil ] || edit="$edit;s/^\(  ORDERED:\) [0-9]*;/\1 1;/"
	sed "${edit#;}" "$peers/${name}sw.m" >"$work/x.m"
	(cd "$work" && rumur --threads 1 --symmetry-reduction off -o v.c x.m >/dev/null &&
		gcc -std=c11 -O3 -march=native -mcx16 -w -o v v.c -lpthread)
	for _ in $(seq "$runs"); do
		(cd "$work" && command time -o time.log -f '%e %M' ./v >out.log)
		times="$times$(cut -d' ' -f1 "$work/time.log")"$'\n'
	done
	states=$(sed -n 's/^[^0-9]*\([0-9]*\) states, .*/\1/p' "$work/out.log" | tail -1)
	seconds=$(printf '%s' "$times" | median)
	bytes=$(awk -v n="$states" '{ if (n > 0) printf "%.1f", ($2 - 2048) * 1024 / n }' "$work/time.log")
}

row model checker states seconds states/s B/state
for spec in "$@"; do
	expected=""
	checkers="lockwalk-1"
	[ "$(nproc)" -lt 2 ] || checkers="$checkers lockwalk-$(nproc)"
	for checker in $checkers ${PEERS-limit spin rumur}; do
		case $checker in
		lockwalk-*) run_lockwalk "$spec" "${checker#lockwalk-}" ;;
		limit)
			seconds=$(run_limit "$states" "$looks")
			bytes=-
			;;
		spin) command -v spin >/dev/null || continue; run_spin "$spec" ;;
		rumur)
			command -v rumur >/dev/null || continue
			[ -f "$peers/${spec%%:*}sw.m" ] || continue
			run_rumur "$spec"
			;;
		esac
		row "$spec" "$checker" "$states" "$seconds" "$(rate "$states" "$seconds")" "$bytes"
		: "${expected:=$states}"
		if [ "$states" != "$expected" ]; then
			echo "$spec: $checker finds $states states, not $expected" >&2
			status=1
		fi
	done
done
exit $status
