/* What a span in memory hears, from the media thread to control. */
#include "drivers/postbox.h"

#include <string.h>

#include <osmocom/core/talloc.h>

#include "base/ring.h"
#include "base/wake.h"
#include "drivers/hdlc.h"
#include "drivers/tdm.h"

enum { EVENTS = 256 };

struct event {
	enum { EVENT_FRAME, EVENT_CAS } kind;
	uint8_t timeslot;
	uint8_t abcd;
	struct hdlc_frame frame;
};

struct postbox {
	struct tdm_span *span;
	struct ring *events; /* of struct event */
	struct wake *wake;
	bool kick; /* media's: something was put in this tick */
};

/* Control */

static void tell(const struct tdm_span *span, const struct event *event)
{
	const struct tdm_listener *listener = span->listener;

	if (!listener)
		return;
	if (event->kind == EVENT_CAS && listener->on_cas)
		listener->on_cas(span->listener_data, event->timeslot, event->abcd);
	/* What was still on its way when the cable was cut is lost with it. */
	if (event->kind == EVENT_FRAME && listener->on_frame && !span->alarms)
		listener->on_frame(span->listener_data, event->timeslot, event->frame.octets,
				   event->frame.len);
}

static void on_events(void *data)
{
	struct postbox *postbox = data;
	struct event event;

	while (ring_get(postbox->events, &event))
		tell(postbox->span, &event);
}

struct postbox *postbox_new(struct tdm_span *span)
{
	struct postbox *postbox = talloc_zero(span, struct postbox);

	if (!postbox)
		return NULL;
	postbox->span = span;
	postbox->events = ring_new(postbox, sizeof(struct event), EVENTS);
	if (postbox->events)
		postbox->wake = wake_new(postbox, on_events, postbox);
	if (postbox->wake)
		return postbox;
	talloc_free(postbox);
	return NULL;
}

void postbox_free(struct postbox *postbox)
{
	wake_free(postbox->wake);
	talloc_free(postbox);
}

/* The media thread */

void postbox_put_frame(struct postbox *postbox, unsigned timeslot, const uint8_t *octets,
		       size_t len)
{
	struct event event = { .kind = EVENT_FRAME, .timeslot = (uint8_t)timeslot };

	event.frame.len = (uint16_t)len;
	memcpy(event.frame.octets, octets, len);
	tdm_count_one(&postbox->span->counters.hdlc_rx_frames);
	if (!ring_put(postbox->events, &event))
		tdm_count_one(&postbox->span->counters.hdlc_dropped);
	postbox->kick = true;
}

bool postbox_put_cas(struct postbox *postbox, unsigned timeslot, uint8_t abcd)
{
	struct event event = { .kind = EVENT_CAS, .timeslot = (uint8_t)timeslot, .abcd = abcd };

	postbox->kick = true;
	return ring_put(postbox->events, &event);
}

void postbox_flush(struct postbox *postbox)
{
	if (postbox->kick)
		wake_kick(postbox->wake);
	postbox->kick = false;
}
