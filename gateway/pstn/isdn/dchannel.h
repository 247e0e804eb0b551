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

struct dchannel_user {
	const char *(*name)(void *data); /* for the log */
	/* Something happened. heard is what the frame said besides; NULL when a timer was it. */
	void (*on_event)(void *data, const pri_event *event, const struct q931_heard *heard);
	/* A message of that call goes out (again, perhaps): how is it to be changed? */
	void (*on_send)(void *data, uint16_t reference, struct q931_edit *edit);
	/* Every frame as it is on the line, without FCS. */
	void (*on_trace)(void *data, bool sent, const uint8_t *frame, size_t len);
};

/* node: PRI_NETWORK or PRI_CPE. libpri writes at once, so the span must take frames already. NULL: no
 * memory, or the D channel is in use. */
struct dchannel *dchannel_open(struct tdm_span *span, unsigned timeslot, int node,
			       const struct dchannel_user *user, void *data);
void dchannel_close(struct dchannel *dchannel);

struct pri *dchannel_pri(const struct dchannel *dchannel);
bool dchannel_is_up(const struct dchannel *dchannel); /* layer 2 */
const char *dchannel_variant(const struct dchannel *dchannel);

void dchannel_receive(struct dchannel *dchannel, const uint8_t *frame, size_t len);
/* libpri was called and may have started or stopped timers. */
void dchannel_kick(struct dchannel *dchannel);
