/* The media side of a gateway: spans and contexts, ticked. Everything here belongs to the media thread
 * (to the caller of mg_tick in tests) but what is marked; it shares only the rings, the request and the
 * load figures with control. It never allocates, locks, logs or blocks. */
#pragma once

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <osmocom/core/linuxlist.h>

#include "mg/digits.h"
#include "mg/inbox.h"
#include "mg/mg_types.h"
#include "mg/player.h"

struct context;
struct ring;
struct tdm_span;
struct term;
struct wake;

enum { MEDIA_SPANS = 256, MEDIA_RING = 8192, MEDIA_DIGITS = 1024, MEDIA_REPORTS = 2048 };

/* Control to media. Each is answered by exactly one note in the ring of replies. */
enum command_kind {
	COMMAND_ADD,
	COMMAND_MODIFY,
	COMMAND_SIGNAL,
	COMMAND_PRESS,
	COMMAND_MOVE,
	COMMAND_SUBTRACT
};
struct command {
	enum command_kind kind;
	struct term *term;
	struct context *context; /* its own */
	union {
		struct mg_term to;
		struct player player;
		char digit;           /* with COMMAND_PRESS */
		struct context *into; /* with COMMAND_MOVE */
	};
};

/* Media to control. */
enum note_kind {
	NOTE_ADDED,
	NOTE_MODIFIED,
	NOTE_SIGNAL_DONE,
	NOTE_SILENT,
	NOTE_MOVED,
	NOTE_SUBTRACTED
};
struct note {
	enum note_kind kind;
	uint32_t term;
	union {
		struct mg_stats stats; /* with NOTE_SUBTRACTED */
		struct context *left;  /* with NOTE_MOVED: nothing of it is there any more */
	};
};
/* Of these a full ring drops some: digits, and the reports that nobody asked for. */
struct digit_note {
	uint32_t term;
	char digit;
	bool out; /* MG_EV_DIGIT_OUT */
};
struct report {
	uint32_t term;
	enum mg_signal_kind signal;
	enum tone_id tone;
	struct mg_stats stats;
};

/* A span comes or goes: control puts one here and waits for done. */
struct span_request {
	unsigned index;
	struct tdm_span *span; /* NULL: it goes */
	sem_t done;
};

struct media_load { /* written by media, read by control */
	_Atomic uint64_t ticks, late_ticks, digits_dropped;
	_Atomic uint32_t busy_us_max, busy_us_mean;
};

struct media {
	struct ring *commands, *replies, *digits, *reports;
	_Atomic(struct span_request *) request;
	struct media_load load;
	struct wake *wake;
	bool news; /* for control, in this tick */
	struct tdm_span *spans[MEDIA_SPANS];
	unsigned n_spans; /* highest index that was ever in use plus one */
	struct llist_head contexts;
	uint64_t line_us; /* the line's clock: when this tick is played */
	uint64_t ticks;
	uint64_t ntp_at_zero_us; /* microseconds since 1900 when the clock stood at 0 */
	struct digit_tones tones;
	struct inbox inbox;
	char cname[32];                          /* RFC 7022 */
	uint32_t busy_max, busy_sum, busy_ticks; /* of the second that runs, us */
};

/* Control thread, before any tick. The rings' memory belongs to talloc_ctx. 0 or -ENOMEM. */
int media_init(struct media *media, void *talloc_ctx);
void media_fini(struct media *media);

void media_reply(struct media *media, const struct note *note);
void media_digit(struct media *media, uint32_t term, char digit, bool out);
void media_report(struct media *media, const struct report *report);
/* The wall clock for RTCP as 32.32 since 1900: read once, then run by the clock that never steps. */
uint64_t media_ntp(const struct media *media, uint64_t clock_us);
