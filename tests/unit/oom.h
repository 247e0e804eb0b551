/* Allocation failure by turn. The test program defines malloc, calloc and realloc; talloc and every
 * library then get theirs here. After oom_allow(n) the calling thread has n allocations left, and every
 * later one fails until oom_off. Include in one file of a program. Under a sanitizer, which needs these
 * functions itself, nothing ever fails and the block of OOM_EACH runs once.
 *
 *	OOM_EACH(done) {                         // 0, 1, 2... allocations, until done is true
 *		struct thing *thing = thing_new(NULL);
 *		oom_off();                       // before any ck_assert
 *		done = thing != NULL;
 *		thing_free(thing);
 *	}
 */
#pragma once

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OOM_WORKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OOM_WORKS 0
#else
#define OOM_WORKS 1
#endif
#else
#define OOM_WORKS 1
#endif

enum { OOM_MOST = 10000 }; /* a block that needs more never ends, we say */

static _Thread_local long oom_left = -1; /* -1: no limit */

static inline void oom_allow(long n)
{
	oom_left = OOM_WORKS ? n : -1;
}

static inline void oom_off(void)
{
	oom_left = -1;
}

/* One step of OOM_EACH: false when the block is done. */
static inline bool oom_step(long n, bool done)
{
	oom_off();
	if (done) {
		ck_assert_msg(n > 1 || !OOM_WORKS, "the block passed without an allocation");
		return false;
	}
	ck_assert_msg(n < OOM_MOST && (OOM_WORKS || n == 0), "the block never passed");
	oom_allow(n);
	return true;
}

#define OOM_EACH(done)                                                                             \
	for (bool done = false, oom_once = true; oom_once; oom_once = false)                       \
		for (long oom_n = 0; oom_step(oom_n, done); oom_n++)

#if OOM_WORKS
/* glibc's own allocator behind its own names: no dlsym, which would allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);

static inline bool oom_fails(void)
{
	if (oom_left < 0)
		return false;
	if (oom_left > 0) {
		oom_left--;
		return false;
	}
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return oom_fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return oom_fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
	return oom_fails() ? NULL : __libc_realloc(old, size);
}
#endif
