/* A D channel: one libpri instance between a span's HDLC timeslot and a trunk. Frames, time and events go
 * through here; libpri itself does no I/O. libpri cannot free an instance, so each is kept for the
 * D channel that it was made for and found again when a trunk comes back there. Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libpri.h>

#include "pstn/isdn/q931.h"

struct dchannel;
struct tdm_span;
struct trunks_debug;

struct dchannel_user {
	const char *(*name)(void *data); /* for the log */
	/* Something happened. heard is what the frame said besides; NULL when a timer was it. */
	void (*on_event)(void *data, const pri_event *event, const struct q931_heard *heard);
	/* A message of which libpri makes no event. */
	void (*on_message)(void *data, const struct q931_heard *heard);
	/* A message of that call and enum q931_type goes out (again, perhaps): how is it to be changed? */
	void (*on_send)(void *data, uint16_t reference, uint8_t type, struct q931_edit *edit);
	/* Every frame as it is on the line, without FCS. */
	void (*on_trace)(void *data, bool sent, const uint8_t *frame, size_t len);
	/* The same, of those that carry a message of a call. */
	void (*on_call_frame)(void *data, bool sent, uint16_t reference, const uint8_t *frame,
			      size_t len);
};

struct dchannel_place {
	struct tdm_span *span;
	unsigned timeslot;
	int node;        /* PRI_NETWORK or PRI_CPE */
	int switch_type; /* PRI_SWITCH_ */
	bool multipoint; /* of a BRI */
	const char
		*group; /* of D channels that are each other's backup, a name; NULL: it is alone */
};

/* libpri writes at once, so the span must take frames already. NULL: no memory, or the D channel is in use. */
struct dchannel *dchannel_open(const struct dchannel_place *place, const struct dchannel_user *user,
			       void *data);
void dchannel_close(struct dchannel *dchannel);

/* The two of a group: calls of one may go on over the other. */
void dchannel_join(struct dchannel *first, struct dchannel *second);
/* An active call of the group (reference as libpri numbers it) goes on over this D channel. */
void dchannel_adopt(struct dchannel *dchannel, uint16_t reference);

struct pri *dchannel_pri(const struct dchannel *dchannel);
/* A call reference that came by the present frame, as on_send has it. */
uint16_t dchannel_reference(const struct dchannel *dchannel, int reference);
/* Layer 2. On a bus each call brings up its own: that is up always. */
bool dchannel_is_up(const struct dchannel *dchannel);
int dchannel_switch_type(const struct dchannel *dchannel); /* PRI_SWITCH_ */

/* What libpri writes about messages goes into the log, besides what does already; neither layer: nothing more. */
void dchannel_debug(struct dchannel *dchannel, const struct trunks_debug *what);

void dchannel_receive(struct dchannel *dchannel, const uint8_t *frame, size_t len);
/* libpri was called and may have started or stopped timers, here or in the rest of the group. */
void dchannel_kick(struct dchannel *dchannel);
