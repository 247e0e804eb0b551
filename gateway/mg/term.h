/* A termination's media side: the head of each kind's object, and what a kind can do. Made and freed on
 * the control thread; the media thread's alone between the command to add and the reply to subtract. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <osmocom/core/linuxlist.h>

#include "mg/frame.h"
#include "mg/media.h"
#include "mg/mg_types.h"
#include "mg/player.h"

struct mg_config;
struct port_pair;
struct term;

/* One const table per kind. All on the media thread, but for free. */
struct term_ops {
	enum law (*law)(const struct term *term, const struct media *media);
	/* Gives term->said for this tick. False: it says what it hears, and the context gives that. */
	bool (*say)(struct term *term, struct media *media);
	void (*hear)(struct term *term, struct media *media, struct frame heard);
	void (*modify)(struct term *term, const struct mg_term *to);
	void (*press)(struct term *term, char digit); /* NULL: nobody presses one there */
	void (*stats)(const struct term *term, struct mg_stats *out);
	void (*stop)(struct term *term,
		     const struct media *media); /* last words to the peer; NULL: none */
	void (*free)(struct term *term);
};

struct term {
	const struct term_ops *ops;
	uint32_t id;
	struct llist_head entry; /* of its context */
	struct frame said;       /* in this tick */
	bool echoes;             /* in this tick: it says what it hears */
	bool takes_digits;       /* its kind's word: digits that are said to it go somewhere */
	bool digits_wanted;      /* the context's: another one takes them */
	char digit;              /* that is down, to tell when it ends */
	struct peak in, out;     /* into the context, out of it */
	struct player player;
	uint8_t mixed[TICK_OCTETS]; /* room for what it hears, when that is a sum */
};

struct term *term_tdm_new(void *talloc_ctx, const struct mg_tdm *tdm);
struct term *term_rtp_new(void *talloc_ctx, const struct mg_rtp *rtp, const struct port_pair *ports,
			  const struct mg_config *config);
struct term *term_local_new(void *talloc_ctx, const struct mg_local *local);

/* For the kinds. The signal that plays, in place of *frame; false when none does. */
bool term_play(struct term *term, struct media *media, enum law law, struct frame *frame);
/* The digit that is down in this tick; its end becomes an event. */
void term_digit(struct term *term, struct media *media, char digit);
/* A new signal, or MG_SIGNAL_STOP; digits that it replaces are reported done. */
void term_signal(struct term *term, struct media *media, const struct player *player);
/* At the end of its tick: its report, when it is its turn. */
void term_report(const struct term *term, struct media *media);
/* The answer to a command. */
void term_reply(const struct term *term, struct media *media, enum note_kind kind);
