/* A context: the terminations that hear each other (H.248.1 clause 6). Made and freed on the control
 * thread, which counts its users; the list of terminations is the media thread's. */
#pragma once

#include <stdint.h>

#include <osmocom/core/linuxlist.h>

struct media;

struct context {
	uint32_t id;
	struct hlist_node node;  /* control's */
	unsigned users;          /* control's: terminations not yet returned */
	struct llist_head entry; /* of the media's list, while it has terminations */
	struct llist_head terms;
};

/* A termination came, went or was modified. */
void context_changed(struct context *context);
/* Soon to be ticked: a call's memory has left the caches since its last tick. The context itself, then what
 * it holds. */
void context_expect(const struct context *context);
void context_expect_terms(const struct context *context);
void context_tick(struct context *context, struct media *media);
