/*
 * What the search needs of the machine and Swift has no word for: whole cache lines compared at once, prefetch,
 * compare-and-swap on table entries, memory mapped and given back by the page, threads.
 *
 * All of it is inline: what the importer sees is compiled into the Swift function that calls it. SSE2 belongs to every
 * x86-64; elsewhere plain loops say the same (compilers turn them into the vector instructions there are).
 */
#ifndef LOCKWALK_CMACHINE_H
#define LOCKWALK_CMACHINE_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define CM_INLINE static inline __attribute__((always_inline, unused))

/* ---- table lines --------------------------------------------------------------------------------------------------- */

/* Which entries of a line are equal to one looked for, and which are free (0): bit n for entry n. */
typedef struct {
	uint32_t equal;
	uint32_t empty;
} cm_match;

/* What was loaded is what counts: the compiler may not load it again, as others may have written meanwhile. An entry that
 * comes between two looks would be missed by the first and taken for used by the second, and its key would be put in
 * twice. */
#ifdef __SSE2__
#define CM_SEEN(vector) __asm__ volatile("" : "+x"(vector))
#endif

/* The 16 entries of 32 bits of a 64-byte line. */
CM_INLINE cm_match cm_match32(const void *line, uint32_t entry)
{
	cm_match result;
#ifdef __SSE2__
	const __m128i *parts = (const __m128i *)line;
	__m128i wanted = _mm_set1_epi32((int)entry), zero = _mm_setzero_si128();
	__m128i a = _mm_load_si128(parts), b = _mm_load_si128(parts + 1);
	__m128i c = _mm_load_si128(parts + 2), d = _mm_load_si128(parts + 3);
	CM_SEEN(a);
	CM_SEEN(b);
	CM_SEEN(c);
	CM_SEEN(d);
	__m128i equal = _mm_packs_epi16(
		_mm_packs_epi32(_mm_cmpeq_epi32(a, wanted), _mm_cmpeq_epi32(b, wanted)),
		_mm_packs_epi32(_mm_cmpeq_epi32(c, wanted), _mm_cmpeq_epi32(d, wanted)));
	__m128i empty = _mm_packs_epi16(
		_mm_packs_epi32(_mm_cmpeq_epi32(a, zero), _mm_cmpeq_epi32(b, zero)),
		_mm_packs_epi32(_mm_cmpeq_epi32(c, zero), _mm_cmpeq_epi32(d, zero)));
	result.equal = (uint32_t)_mm_movemask_epi8(equal);
	result.empty = (uint32_t)_mm_movemask_epi8(empty);
#else
	const uint32_t *entries = (const uint32_t *)line;
	result.equal = 0;
	result.empty = 0;
	for (uint32_t i = 0; i < 16; i++) {
		uint32_t seen = __atomic_load_n(entries + i, __ATOMIC_RELAXED);
		result.equal |= (uint32_t)(seen == entry) << i;
		result.empty |= (uint32_t)(seen == 0) << i;
	}
#endif
	return result;
}

/* The 8 entries of 64 bits of a 64-byte line. */
CM_INLINE cm_match cm_match64(const void *line, uint64_t entry)
{
	cm_match result = {0, 0};
	const uint64_t *entries = (const uint64_t *)line;
	for (uint32_t i = 0; i < 8; i++) {
		uint64_t seen = __atomic_load_n(entries + i, __ATOMIC_RELAXED);
		result.equal |= (uint32_t)(seen == entry) << i;
		result.empty |= (uint32_t)(seen == 0) << i;
	}
	return result;
}

/* Puts an entry where there is none; false if somebody else was faster. */
CM_INLINE bool cm_claim32(void *line, uint32_t index, uint32_t entry)
{
	uint32_t empty = 0;
	return __atomic_compare_exchange_n((uint32_t *)line + index, &empty, entry, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

CM_INLINE bool cm_claim64(void *line, uint32_t index, uint64_t entry)
{
	uint64_t empty = 0;
	return __atomic_compare_exchange_n((uint64_t *)line + index, &empty, entry, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* Entries of 46 bits, 10 to a line: their low 31 bits in words of 32 with the top bit set, behind those the high 15 bits
 * in words of 16 with the top bit set. The low word is claimed first; until the high one is there, nobody can tell what
 * the entry is, and who must know waits for it. */
#define CM_HALF_BIT 0x80000000u
CM_INLINE uint32_t cm_low48(uint64_t entry) { return (uint32_t)entry | CM_HALF_BIT; }
CM_INLINE uint16_t cm_high48(uint64_t entry) { return (uint16_t)(entry >> 31 | 0x8000); }

#ifdef __SSE2__
/* The 10 low words of a line. */
typedef struct {
	__m128i a, b, c;
} cm_lows;
CM_INLINE cm_lows cm_load_lows(const void *line)
{
	const __m128i *parts = (const __m128i *)line;
	cm_lows lows = {_mm_load_si128(parts), _mm_load_si128(parts + 1), _mm_loadl_epi64(parts + 2)};
	CM_SEEN(lows.a);
	CM_SEEN(lows.b);
	CM_SEEN(lows.c);
	return lows;
}
/* Those that are equal. */
CM_INLINE uint32_t cm_low_mask48(cm_lows lows, uint32_t wanted)
{
	__m128i all = _mm_set1_epi32((int)wanted);
	__m128i a = _mm_cmpeq_epi32(lows.a, all), b = _mm_cmpeq_epi32(lows.b, all), c = _mm_cmpeq_epi32(lows.c, all);
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, c))) & 0x3ff;
}
CM_INLINE uint32_t cm_high_mask48(const void *line, uint16_t wanted)
{
	const char *high = (const char *)line + 40;
	__m128i all = _mm_set1_epi16((short)wanted);
	__m128i a = _mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)high), all);
	__m128i b = _mm_cmpeq_epi16(_mm_loadl_epi64((const __m128i *)(high + 16)), all);
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(a, b)) & 0x3ff;
}
#endif

CM_INLINE cm_match cm_match48(const void *line, uint64_t entry)
{
	cm_match result;
#ifdef __SSE2__
	cm_lows lows = cm_load_lows(line);
	uint32_t low = cm_low_mask48(lows, cm_low48(entry));
	result.empty = cm_low_mask48(lows, 0);
#else
	const uint32_t *words = (const uint32_t *)line;
	uint32_t low = 0;
	result.empty = 0;
	for (uint32_t i = 0; i < 10; i++) {
		uint32_t seen = __atomic_load_n(words + i, __ATOMIC_RELAXED);
		low |= (uint32_t)(seen == cm_low48(entry)) << i;
		result.empty |= (uint32_t)(seen == 0) << i;
	}
#endif
	result.equal = 0;
	while (low) {
		uint32_t index = (uint32_t)__builtin_ctz(low);
		const uint16_t *place = (const uint16_t *)((const char *)line + 40) + index;
		uint16_t high;
		while ((high = __atomic_load_n(place, __ATOMIC_ACQUIRE)) == 0)
			;
		if (high == cm_high48(entry)) {
			result.equal = 1u << index;
			break;
		}
		low &= low - 1;
	}
	return result;
}

CM_INLINE bool cm_claim48(void *line, uint32_t index, uint64_t entry)
{
	uint32_t empty = 0;
	if (!__atomic_compare_exchange_n((uint32_t *)line + index, &empty, cm_low48(entry), false, __ATOMIC_RELEASE,
					 __ATOMIC_RELAXED))
		return false;
	__atomic_store_n((uint16_t *)((char *)line + 40) + index, cm_high48(entry), __ATOMIC_RELEASE);
	return true;
}

/* An entry of a line at which nobody writes; 0 if it is free. */
CM_INLINE uint64_t cm_entry48(const void *line, uint32_t index)
{
	uint32_t low = ((const uint32_t *)line)[index];
	uint16_t high = ((const uint16_t *)((const char *)line + 40))[index];
	return low == 0 ? 0 : (uint64_t)(high & 0x7fff) << 31 | (low & ~CM_HALF_BIT);
}

/* Whether an entry is in a line, at a glance: one that is being written may not be seen yet. */
CM_INLINE bool cm_has32(const void *line, uint32_t entry)
{
#ifdef __SSE2__
	const __m128i *parts = (const __m128i *)line;
	__m128i wanted = _mm_set1_epi32((int)entry);
	__m128i a = _mm_cmpeq_epi32(_mm_load_si128(parts), wanted);
	__m128i b = _mm_cmpeq_epi32(_mm_load_si128(parts + 1), wanted);
	__m128i c = _mm_cmpeq_epi32(_mm_load_si128(parts + 2), wanted);
	__m128i d = _mm_cmpeq_epi32(_mm_load_si128(parts + 3), wanted);
	return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) != 0;
#else
	return cm_match32(line, entry).equal != 0;
#endif
}

CM_INLINE bool cm_has48(const void *line, uint64_t entry)
{
#ifdef __SSE2__
	return (cm_low_mask48(cm_load_lows(line), cm_low48(entry)) & cm_high_mask48(line, cm_high48(entry))) != 0;
#else
	return cm_match48(line, entry).equal != 0;
#endif
}

CM_INLINE bool cm_has64(const void *line, uint64_t entry)
{
	const uint64_t *entries = (const uint64_t *)line;
	uint32_t equal = 0;
	for (uint32_t i = 0; i < 8; i++)
		equal |= (uint32_t)(entries[i] == entry);
	return equal != 0;
}

CM_INLINE void cm_prefetch(const void *line) { __builtin_prefetch(line, 1, 3); }

/* ---- counters and flags shared by threads ---------------------------------------------------------------------------- */

CM_INLINE uint64_t cm_add(uint64_t *counter, uint64_t amount)
{
	return __atomic_fetch_add(counter, amount, __ATOMIC_RELAXED);
}
CM_INLINE uint64_t cm_load(const uint64_t *counter) { return __atomic_load_n(counter, __ATOMIC_RELAXED); }
CM_INLINE void cm_store(uint64_t *counter, uint64_t value) { __atomic_store_n(counter, value, __ATOMIC_RELAXED); }
/* For what was written before: whoever sees the value sees that too. */
CM_INLINE uint64_t cm_load_acquire(const uint64_t *flag) { return __atomic_load_n(flag, __ATOMIC_ACQUIRE); }
CM_INLINE void cm_store_release(uint64_t *flag, uint64_t value) { __atomic_store_n(flag, value, __ATOMIC_RELEASE); }
CM_INLINE uint32_t cm_load32(const uint32_t *entry) { return __atomic_load_n(entry, __ATOMIC_ACQUIRE); }
CM_INLINE uint16_t cm_load16(const uint16_t *entry) { return __atomic_load_n(entry, __ATOMIC_RELAXED); }
CM_INLINE void cm_store16(uint16_t *entry, uint16_t value) { __atomic_store_n(entry, value, __ATOMIC_RELEASE); }

/* Keys of 1 to 8 bytes at any address; up to 8 bytes are read and written. */
CM_INLINE uint64_t cm_load_any(const void *bytes)
{
	uint64_t value;
	memcpy(&value, bytes, 8);
	return value;
}
CM_INLINE void cm_store_any(void *bytes, uint64_t value) { memcpy(bytes, &value, 8); }

/* ---- memory ----------------------------------------------------------------------------------------------------------- */

#define CM_HUGE_PAGE ((size_t)2 << 20)

/* Zeroed memory, on huge pages where the kernel has some to give; NULL if there is none. What is never touched takes no
 * room. Large areas begin at a huge page. */
CM_INLINE void *cm_map(size_t bytes)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
#ifdef MAP_NORESERVE
	flags |= MAP_NORESERVE;
#endif
	bool is_large = bytes >= 2 * CM_HUGE_PAGE;
	size_t whole = is_large ? bytes + CM_HUGE_PAGE : bytes;
	char *area = (char *)mmap(NULL, whole, PROT_READ | PROT_WRITE, flags, -1, 0);
	if (area == (char *)MAP_FAILED)
		return NULL;
	if (!is_large)
		return area;
	char *start = (char *)(((uintptr_t)area + CM_HUGE_PAGE - 1) & ~(uintptr_t)(CM_HUGE_PAGE - 1));
	if (start > area)
		munmap(area, (size_t)(start - area));
	if (area + whole > start + bytes)
		munmap(start + bytes, (size_t)(area + whole - (start + bytes)));
#ifdef MADV_HUGEPAGE
	madvise(start, bytes, MADV_HUGEPAGE);
#endif
	return start;
}

CM_INLINE void cm_unmap(void *area, size_t bytes) { munmap(area, bytes); }

/* Gives pages back for good; what is read there afterwards is 0. */
CM_INLINE void cm_give_back(void *area, size_t bytes) { madvise(area, bytes, MADV_DONTNEED); }

/* ---- threads ----------------------------------------------------------------------------------------------------------- */

CM_INLINE unsigned cm_processor_count(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	return count < 1 ? 1 : (unsigned)count;
}

typedef struct {
	void (*run)(void *);
	void *context;
} cm_thread_start;

__attribute__((unused)) static void *cm_thread_main(void *start)
{
	cm_thread_start copy = *(cm_thread_start *)start;
	free(start);
	copy.run(copy.context);
	return NULL;
}

/* Runs a function in a thread of its own, to be waited for with cm_join; false if there can be no more threads. */
CM_INLINE bool cm_spawn(pthread_t *thread, void (*run)(void *), void *context)
{
	cm_thread_start *start = (cm_thread_start *)malloc(sizeof *start);
	if (!start)
		return false;
	start->run = run;
	start->context = context;
	if (pthread_create(thread, NULL, cm_thread_main, start) == 0)
		return true;
	free(start);
	return false;
}

CM_INLINE void cm_join(pthread_t thread) { pthread_join(thread, NULL); }

typedef struct {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
} cm_monitor;

CM_INLINE void cm_monitor_init(cm_monitor *m)
{
	pthread_mutex_init(&m->mutex, NULL);
	pthread_cond_init(&m->changed, NULL);
}
CM_INLINE void cm_monitor_destroy(cm_monitor *m)
{
	pthread_cond_destroy(&m->changed);
	pthread_mutex_destroy(&m->mutex);
}
CM_INLINE void cm_lock(cm_monitor *m) { pthread_mutex_lock(&m->mutex); }
CM_INLINE void cm_unlock(cm_monitor *m) { pthread_mutex_unlock(&m->mutex); }
CM_INLINE void cm_wait(cm_monitor *m) { pthread_cond_wait(&m->changed, &m->mutex); }
CM_INLINE void cm_wake_all(cm_monitor *m) { pthread_cond_broadcast(&m->changed); }

/* ---- files that nobody else sees -------------------------------------------------------------------------------------- */

/* A file for what does not fit into memory, in a folder of the user's choice, without a name: it is gone when it is
 * closed, however the program ends. -1 if there can be none. */
CM_INLINE int cm_nameless_file(void)
{
	const char *folder = getenv("TMPDIR");
	if (!folder || !*folder)
		folder = "/var/tmp";
	char path[4096];
	if (snprintf(path, sizeof path, "%s/lockwalk.XXXXXX", folder) >= (int)sizeof path)
		return -1;
	int file = mkstemp(path);
	if (file < 0)
		return -1;
	unlink(path);
	fcntl(file, F_SETFD, FD_CLOEXEC);
	return file;
}

/* Whether a file lies in memory after all. */
CM_INLINE bool cm_is_in_memory(int file)
{
#ifdef __linux__
	struct statfs info;
	if (fstatfs(file, &info) != 0)
		return false;
	return info.f_type == 0x01021994 || info.f_type == 0x858458f6; /* tmpfs, ramfs */
#else
	(void)file;
	return false;
#endif
}

/* All of it or false. */
CM_INLINE bool cm_write_at(int file, const void *bytes, size_t count, uint64_t offset)
{
	const char *from = (const char *)bytes;
	while (count > 0) {
		ssize_t done = pwrite(file, from, count, (off_t)offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		from += done;
		offset += (uint64_t)done;
		count -= (size_t)done;
	}
	return true;
}

CM_INLINE bool cm_read_at(int file, void *bytes, size_t count, uint64_t offset)
{
	char *to = (char *)bytes;
	while (count > 0) {
		ssize_t done = pread(file, to, count, (off_t)offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		to += done;
		offset += (uint64_t)done;
		count -= (size_t)done;
	}
	return true;
}

CM_INLINE void cm_close(int file) { close(file); }

#endif
