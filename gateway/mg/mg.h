/* The media gateway: contexts and terminations in H.248.1's sense (clause 6), asynchronous.
 *
 * Control thread. Every command returns at once (0 or -errno: refused, nothing changed) and is answered by
 * exactly one event through the termination's callback, never from inside the call; of the signals, digits
 * alone are answered, and mg_move and mg_press are not. -EAGAIN: too much is unanswered; mg_subtract and mg_forget are never refused so.
 * The callback may give commands, but not mg_tick or mg_free. All values are plain,
 * so a remote media gateway fits behind the same interface. A context exists from its first termination
 * to its last; terminations of one context hear each other. Whoever adds a termination subtracts it. */
#pragma once

#include <stdint.h>

#include "mg/mg_types.h"

struct mg;
struct mg_config;
struct tdm_span;

typedef void (*mg_event_cb)(void *data, const struct mg_event *event);

/* One media gateway with its own media state, ticked by mg_tick until mg_start gives it a thread. */
struct mg *mg_new(void *talloc_ctx, const struct mg_config *config);
int mg_start(struct mg *mg); /* the media thread, blocking on its tick alone; 0 or -errno */
void mg_free(struct mg *mg); /* stops and joins the thread; terminations left over are closed */
void mg_tick(struct mg *mg); /* tests and benches, before mg_start: one tick of everything */
void mg_apply(struct mg *mg,
	      const struct mg_config *config); /* for terminations added from now on */

/* The span is ticked by the media thread between attach and detach; both wait for the thread's word
 * (at most two ticks), as they happen at start, stop and configuration only. */
int mg_attach(struct mg *mg, struct tdm_span *span);
int mg_detach(struct mg *mg, struct tdm_span *span);

uint32_t mg_context(struct mg *mg); /* a context number not in use, never 0 */

/* The termination's number, above 0, or -errno: -EMFILE no port, -EBUSY timeslot in use, -EINVAL. */
int64_t mg_add(struct mg *mg, uint32_t context, const struct mg_term *term, mg_event_cb on_event,
	       void *data);
int mg_modify(struct mg *mg, uint32_t term, const struct mg_term *to);
/* Into another context, which is made if there is none of that number: the one command that is not answered, as
 * it is rarely its owner who gives it. Later events name the new context. 0 or -errno: -ENOENT, -EINVAL. */
int mg_move(struct mg *mg, uint32_t term, uint32_t context);
/* A digit that the peer of an RTP termination says by other means: as if heard from there. */
int mg_press(struct mg *mg, uint32_t term, char digit);
int mg_signal(struct mg *mg, uint32_t term, const struct mg_signal *signal);
/* After this only MG_EV_SUBTRACTED comes; with mg_forget not even that (its owner is going away). */
int mg_subtract(struct mg *mg, uint32_t term);
void mg_forget(struct mg *mg, uint32_t term);

/* A termination as control knows it. Its statistics are those of its last report: every termination sends
 * one about once a second unasked, so that a remote media gateway can do the same, and some may be lost.
 * The last ones of all come with MG_EV_SUBTRACTED. */
struct mg_status {
	uint32_t id, context;
	struct mg_term term;           /* as added, or modified since */
	struct sockaddr_storage local; /* of RTP: the address that the peer was told */
	bool card_cancels;             /* of TDM: the line's echo, in place of our canceller */
	uint64_t reported_us;          /* clock_now_us; 0: not yet, and nothing of what follows */
	enum mg_signal_kind signal;    /* that plays */
	enum tone_id tone;             /* with MG_SIGNAL_TONE */
	struct mg_stats stats;
};
/* fn is called for each of the context (0: of all) until it returns false; oldest first, and not for those
 * that were subtracted. It gives no commands. */
void mg_each(const struct mg *mg, uint32_t context,
	     bool (*fn)(void *data, const struct mg_status *status), void *data);

struct mg_totals {
	unsigned contexts, terminations, ports_used, ports_total;
	uint64_t ticks, late_ticks;         /* late: began over 5 ms after its time */
	uint32_t busy_us_max, busy_us_mean; /* of a tick's work, last second */
	uint64_t digits_dropped; /* MG_EV_DIGIT that found no room on the way to control */
};
void mg_totals(const struct mg *mg, struct mg_totals *out);
