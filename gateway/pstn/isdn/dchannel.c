/* libpri between a timeslot and a trunk. libpri's frames count two octets of FCS that are not there: they
 * are added on the way in and taken off on the way out. Its timers are fed by one of ours. */
#include "pstn/isdn/dchannel.h"

#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/log.h"
#include "drivers/tdm.h"

enum { FCS_LEN = 2, US_PER_S = 1000000 };

struct dchannel {
	struct llist_head entry;
	char span_name[TDM_NAME_MAX];
	unsigned timeslot;
	int node, switch_type;
	bool up;
	struct pri *pri;
	/* Of who has it now; user is NULL when nobody does. */
	const struct dchannel_user *user;
	void *data;
	struct tdm_span *span;
	struct osmo_timer_list timer;
	/* The frame that libpri is about to read. */
	const uint8_t *rx;
	size_t rx_len;
};

/* Every instance ever made, for libpri cannot free one. */
static LLIST_HEAD(pool);

static int on_read(struct pri *pri, void *buf, int size)
{
	struct dchannel *dchannel = pri_get_userdata(pri);
	size_t len = dchannel->rx_len;

	if (!dchannel->rx || len + FCS_LEN > (size_t)size)
		return 0;
	memcpy(buf, dchannel->rx, len);
	memset((uint8_t *)buf + len, 0, FCS_LEN);
	dchannel->rx = NULL;
	return (int)len + FCS_LEN;
}

/* libpri keeps the frame for sending it again: only a copy may be edited. What the span cannot take is as
 * lost as on a broken line, and Q.921 sends it again. */
static int on_write(struct pri *pri, void *buf, int size)
{
	struct dchannel *dchannel = pri_get_userdata(pri);
	uint8_t frame[TDM_MAX_FRAME];
	uint16_t reference;

	if (size <= FCS_LEN || (size_t)size - FCS_LEN > sizeof(frame))
		return size;
	size_t len = (size_t)size - FCS_LEN;
	memcpy(frame, buf, len);
	if (q931_sent_reference(frame, len, &reference)) {
		struct q931_edit edit = { 0 };
		dchannel->user->on_send(dchannel->data, reference, &edit);
		len = q931_edit(frame, len, sizeof(frame), &edit);
	}
	dchannel->user->on_trace(dchannel->data, true, frame, len);
	dchannel->span->driver->hdlc_send(dchannel->span, dchannel->timeslot, frame, len);
	return size;
}

/* The two hooks of libpri are of the whole process; its instance says whose message it is. */
static void log_line(struct pri *pri, int level, const char *text)
{
	const struct dchannel *dchannel = pri_get_userdata(pri);
	int len = (int)strcspn(text, "\n");

	if (len)
		LOGP(DISDN, level, "%s: libpri: %.*s\n",
		     dchannel && dchannel->user ? dchannel->user->name(dchannel->data) : "-", len,
		     text);
}

static void on_pri_message(struct pri *pri, char *text)
{
	log_line(pri, LOGL_DEBUG, text);
}

static void on_pri_error(struct pri *pri, char *text)
{
	log_line(pri, LOGL_NOTICE, text);
}

static void on_event(struct dchannel *dchannel, const pri_event *event,
		     const struct q931_heard *heard)
{
	if (event->e == PRI_EVENT_DCHAN_UP)
		dchannel->up = true;
	else if (event->e == PRI_EVENT_DCHAN_DOWN)
		dchannel->up = false;
	dchannel->user->on_event(dchannel->data, event, heard);
}

static void on_timer(void *data)
{
	struct dchannel *dchannel = data;
	const pri_event *event;

	while ((event = pri_schedule_run(dchannel->pri)))
		on_event(dchannel, event, NULL);
	dchannel_kick(dchannel);
}

void dchannel_kick(struct dchannel *dchannel)
{
	const struct timeval *next = pri_schedule_next(dchannel->pri);

	if (!next) {
		osmo_timer_del(&dchannel->timer);
		return;
	}
	int64_t us = (int64_t)next->tv_sec * US_PER_S + next->tv_usec - (int64_t)clock_now_us();
	if (us < 0)
		us = 0;
	osmo_timer_schedule(&dchannel->timer, (int)(us / US_PER_S), (int)(us % US_PER_S));
}

/* Shorter ones would make libpri read what is not there (Q.921 2.3: an S or I frame has four octets, a
 * U frame three). */
static bool is_whole(const uint8_t *frame, size_t len)
{
	return len >= 4 || (len == 3 && (frame[2] & 3) == 3);
}

void dchannel_receive(struct dchannel *dchannel, const uint8_t *frame, size_t len)
{
	struct q931_heard heard;

	if (!is_whole(frame, len))
		return;
	dchannel->user->on_trace(dchannel->data, false, frame, len);
	bool message = q931_hear(frame, len, &heard);
	dchannel->rx = frame;
	dchannel->rx_len = len;
	const pri_event *event = pri_check_event(dchannel->pri);
	if (event)
		on_event(dchannel, event, message ? &heard : NULL);
	dchannel_kick(dchannel);
}

static struct dchannel *find(const char *span, unsigned timeslot, int node, int switch_type)
{
	struct dchannel *dchannel;

	llist_for_each_entry (dchannel, &pool, entry) {
		if (!strcmp(dchannel->span_name, span) && dchannel->timeslot == timeslot &&
		    dchannel->node == node && dchannel->switch_type == switch_type)
			return dchannel;
	}
	return NULL;
}

static int switch_type(const struct tdm_span *span)
{
	return span->timeslots > 24 ? PRI_SWITCH_EUROISDN_E1 : PRI_SWITCH_NI2;
}

static struct dchannel *new_dchannel(const struct tdm_span *span, unsigned timeslot, int node)
{
	struct dchannel *dchannel = talloc_zero(NULL, struct dchannel);

	if (!dchannel)
		return NULL;
	osmo_strlcpy(dchannel->span_name, span->name, sizeof(dchannel->span_name));
	dchannel->timeslot = timeslot;
	dchannel->node = node;
	dchannel->switch_type = switch_type(span);
	osmo_timer_setup(&dchannel->timer, on_timer, dchannel);
	return dchannel;
}

/* libpri sends its first SABME from inside the constructor. */
static bool make_instance(struct dchannel *dchannel)
{
	pri_set_message(on_pri_message);
	pri_set_error(on_pri_error);
	dchannel->pri =
		pri_new_cb(-1, dchannel->node, dchannel->switch_type, on_read, on_write, dchannel);
	if (!dchannel->pri)
		return false;
	pri_hangup_fix_enable(dchannel->pri,
			      1); /* Q.931 5.3.2 a): RELEASE COMPLETE only at first */
	llist_add_tail(&dchannel->entry, &pool);
	return true;
}

struct dchannel *dchannel_open(struct tdm_span *span, unsigned timeslot, int node,
			       const struct dchannel_user *user, void *data)
{
	struct dchannel *dchannel = find(span->name, timeslot, node, switch_type(span));

	if (!dchannel)
		dchannel = new_dchannel(span, timeslot, node);
	if (!dchannel || dchannel->user)
		return NULL;
	dchannel->user = user;
	dchannel->data = data;
	dchannel->span = span;
	if (!dchannel->pri && !make_instance(dchannel)) {
		talloc_free(dchannel);
		return NULL;
	}
	dchannel_kick(dchannel);
	return dchannel;
}

void dchannel_close(struct dchannel *dchannel)
{
	osmo_timer_del(&dchannel->timer);
	dchannel->user = NULL;
}

struct pri *dchannel_pri(const struct dchannel *dchannel)
{
	return dchannel->pri;
}

bool dchannel_is_up(const struct dchannel *dchannel)
{
	return dchannel->up;
}

const char *dchannel_variant(const struct dchannel *dchannel)
{
	return dchannel->switch_type == PRI_SWITCH_EUROISDN_E1 ? "euroisdn" : "ni2";
}
