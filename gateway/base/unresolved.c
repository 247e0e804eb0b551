#include "base/unresolved.h"

#include <stdint.h>
#include <strings.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>

#include "base/clock.h"
#include "base/log.h"

enum { US_PER_S = 1000000 };

/* One that was left. */
struct left {
	struct llist_head entry;
	uint64_t until_us;
	char *host;
};

static LLIST_HEAD(all); /* the oldest first */

static void forget(struct left *left)
{
	llist_del(&left->entry);
	talloc_free(left);
}

static void forget_old(void)
{
	struct left *left, *next;

	llist_for_each_entry_safe (left, next, &all, entry) {
		if (left->until_us > clock_now_us())
			return;
		forget(left);
	}
}

static unsigned count(const char *host)
{
	const struct left *left;
	unsigned n = 0;

	llist_for_each_entry (left, &all, entry)
		n += strcasecmp(left->host, host) == 0;
	return n;
}

bool unresolved_may_ask(const char *host)
{
	forget_old();
	return count(host) < UNRESOLVED_MAX;
}

void unresolved_leave(const char *host)
{
	struct left *left = talloc_zero(NULL, struct left);

	if (left)
		left->host = talloc_strdup(left, host);
	if (!left || !left->host) {
		talloc_free(left);
		return;
	}
	left->until_us = clock_now_us() + (uint64_t)UNRESOLVED_S * US_PER_S;
	llist_add_tail(&left->entry, &all);
	forget_old();
	if (count(host) == UNRESOLVED_MAX)
		LOGP(DMANAGE, LOGL_NOTICE,
		     "the name servers say nothing of %s: it is asked for again in %d s\n", host,
		     UNRESOLVED_S);
}

void unresolved_stop(void)
{
	while (!llist_empty(&all))
		forget(llist_first_entry(&all, struct left, entry));
}
