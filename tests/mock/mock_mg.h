/* A media gateway without media: it remembers what it is told and answers, as the real one, by one event a
 * command, when the test says so. Include mock_mg.c in the one file of a test program, in place of mg/. */
#pragma once

#include "mg/mg.h"

enum { MOCK_MG_TERMS = 64, MOCK_MG_EVENTS = 256 };

struct mock_term {
	uint32_t id, context; /* id 0: free */
	struct mg_term what;
	struct mg_signal signal; /* the last */
	char pressed[32];        /* by mg_press */
	bool leaving;            /* mg_subtract was said */
	mg_event_cb on_event;    /* NULL: forgotten */
	void *data;
	struct mg_stats stats; /* in MG_EV_SUBTRACTED, and for mg_each */
};

struct mg {
	struct mock_term terms[MOCK_MG_TERMS];
	struct mg_event events[MOCK_MG_EVENTS];
	unsigned first, n_events;
	uint32_t last_context, last_term;
	int refuse_add, refuse_signal, refuse_subtract; /* -errno of every such command, 0: none */
	int fail_add;                  /* errno of MG_EV_FAILED instead of MG_EV_ADDED */
	struct sockaddr_storage local; /* in MG_EV_ADDED of RTP */
};

struct mg *mock_mg_new(void);
void mock_mg_free(struct mg *mg);
/* Delivers events until there are none. */
void mock_mg_run(struct mg *mg);
/* An event of a termination's own, such as MG_EV_DIGIT, delivered at once. */
void mock_mg_event(struct mg *mg, uint32_t term, enum mg_event_kind kind, char digit);
/* The only termination of a context of that kind, or NULL. */
struct mock_term *mock_mg_find(struct mg *mg, uint32_t context, enum mg_kind kind);
unsigned mock_mg_count(const struct mg *mg); /* terminations that exist */
