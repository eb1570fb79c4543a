/*
 * What the machine can do at best: LOOKS looks at a table into which KEYS different keys come, as many as a search of that
 * size makes, and nothing else. One thread, 64-bit keys, linear probing, huge pages, lines fetched ahead.
 *
 *   cc -O2 -o limit limit.c && ./limit KEYS LOOKS        prints looks per second
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum { AHEAD = 32 };

static inline uint64_t mix(uint64_t n)
{
	uint64_t z = n * 0x9E3779B97F4A7C15ull;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
	return z ^ (z >> 31);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	uint64_t keys = argc > 2 ? strtoull(argv[1], NULL, 10) : 0, looks = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	uint64_t size = 1024, mask, share = 0, per_look, known = 1, batch[AHEAD];
	uint64_t *table;
	double start;

	if (!keys || looks < keys) {
		fprintf(stderr, "usage: limit KEYS LOOKS\n");
		return 2;
	}
	while (size * 2 < keys * 3)
		size *= 2;
	mask = size - 1;
	table = mmap(NULL, size * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (table == MAP_FAILED) {
		perror("limit");
		return 1;
	}
	madvise(table, size * 8, MADV_HUGEPAGE);
	for (uint64_t i = 0; i < size; i += 512)
		table[i] = 0;
	per_look = UINT64_MAX / looks * keys;
	start = now();
	for (uint64_t done = 0; done < looks; done += AHEAD) {
		for (int i = 0; i < AHEAD; i++) {
			uint64_t number = known, key;

			share += per_look;
			if (share < per_look)
				known++;
			else
				number = mix(done + i) % known;
			key = mix(number) | 1;
			batch[i] = key;
			__builtin_prefetch(table + ((key >> 8) & mask), 1, 3);
		}
		for (int i = 0; i < AHEAD; i++) {
			uint64_t key = batch[i], place = (key >> 8) & mask;

			while (table[place] && table[place] != key)
				place = (place + 1) & mask;
			table[place] = key;
		}
	}
	printf("%.0f\n", looks / (now() - start));
	return 0;
}
