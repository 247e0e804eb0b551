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
#include "pstn/isdn/trace.h"
#include "pstn/trunk.h"

enum { FCS_LEN = 2, US_PER_S = 1000000 };

struct dchannel {
	struct llist_head entry;
	char span_name[TDM_NAME_MAX];
	char group[2 * TDM_NAME_MAX + 2]; /* "": it is alone */
	unsigned timeslot;
	int node, switch_type;
	bool basic, multipoint;
	bool up;
	struct trace trace;
	struct pri *pri;
	struct dchannel *partner; /* once joined; NULL: none */
	/* Of who has it now; user is NULL when nobody does. */
	const struct dchannel_user *user;
	void *data;
	struct tdm_span *span;
	struct osmo_timer_list timer;
	/* The frame that libpri is about to read. */
	const uint8_t *rx;
	size_t rx_len;
	uint8_t tei; /* of the frame that was read last */
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
	q931_disarm(buf, len);
	memset((uint8_t *)buf + len, 0, FCS_LEN);
	dchannel->rx = NULL;
	return (int)len + FCS_LEN;
}

static uint8_t tei_of(const uint8_t *frame)
{
	return frame[1] >> 1;
}

/* On a bus each terminal numbers its own calls: at the NT the TEI is a part of such a reference, which has 7
 * bits and the flag else (Q.931 4.3). */
static uint16_t with_tei(const struct dchannel *dchannel, uint16_t reference, uint8_t tei)
{
	bool theirs = !(reference & 0x8000) && dchannel->node == PRI_NETWORK;

	return dchannel->multipoint && theirs ? (uint16_t)(reference | tei << 8) : reference;
}

/* libpri keeps the frame for sending it again: only a copy may be edited. What the span cannot take is as
 * lost as on a broken line, and Q.921 sends it again. */
static int on_write(struct pri *pri, void *buf, int size)
{
	struct dchannel *dchannel = pri_get_userdata(pri);
	uint8_t frame[TDM_MAX_FRAME];
	uint16_t reference;
	uint8_t type;

	if (!dchannel->user || size <= FCS_LEN || (size_t)size - FCS_LEN > sizeof(frame))
		return size;
	size_t len = (size_t)size - FCS_LEN;
	memcpy(frame, buf, len);
	const bool message = q931_sent(frame, len, &reference, &type);
	if (message) {
		struct q931_edit edit = { 0 };
		reference = with_tei(dchannel, reference, tei_of(frame));
		dchannel->user->on_send(dchannel->data, reference, type, &edit);
		len = q931_edit(frame, len, sizeof(frame), &edit);
	}
	dchannel->user->on_trace(dchannel->data, true, frame, len);
	if (message)
		dchannel->user->on_call_frame(dchannel->data, true, reference, frame, len);
	dchannel->span->driver->hdlc_send(dchannel->span, dchannel->timeslot, frame, len);
	return size;
}

/* The two hooks of libpri are of the whole process; its instance says whose message it is. */
static void log_line(struct pri *pri, int level, char *text)
{
	struct dchannel *dchannel = pri_get_userdata(pri);
	size_t len = strcspn(text, "\n");
	const char *name;

	if (!len)
		return;
	text[len] = '\0';
	if (dchannel)
		trace_line(&dchannel->trace, text);
	name = dchannel && dchannel->user ? dchannel->user->name(dchannel->data) : "-";
	LOGABOUT(DISDN, level, LOG_ABOUT(.trunk = { name }), "%s: libpri: %s\n", name, text);
}

static void on_pri_message(struct pri *pri, char *text)
{
	const struct dchannel *dchannel = pri_get_userdata(pri);

	log_line(pri, dchannel && dchannel->trace.on ? LOGL_NOTICE : LOGL_DEBUG, text);
}

static void on_pri_error(struct pri *pri, char *text)
{
	log_line(pri, LOGL_NOTICE, text);
}

static void on_event(struct dchannel *dchannel, const pri_event *event,
		     const struct q931_heard *heard)
{
	bool link = event->e == PRI_EVENT_DCHAN_UP || event->e == PRI_EVENT_DCHAN_DOWN;

	if (link && dchannel->multipoint) /* a TEI, or nothing, but no link to speak of */
		return;
	if (link)
		dchannel->up = event->e == PRI_EVENT_DCHAN_UP;
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

static void kick(struct dchannel *dchannel)
{
	const struct timeval *next = pri_schedule_next(dchannel->pri);

	if (!next || !dchannel->user) {
		osmo_timer_del(&dchannel->timer);
		return;
	}
	int64_t us = (int64_t)next->tv_sec * US_PER_S + next->tv_usec - (int64_t)clock_now_us();
	if (us < 0)
		us = 0;
	osmo_timer_schedule(&dchannel->timer, (int)(us / US_PER_S), (int)(us % US_PER_S));
}

void dchannel_kick(struct dchannel *dchannel)
{
	kick(dchannel);
	if (dchannel->partner)
		kick(dchannel->partner);
}

/* Shorter ones would make libpri read what is not there (Q.921 2.3: an S or I frame has four octets, a
 * U frame three). */
static bool is_whole(const uint8_t *frame, size_t len)
{
	return len >= 4 || (len == 3 && (frame[2] & 3) == 3);
}

void dchannel_debug(struct dchannel *dchannel, const struct trunks_debug *what)
{
	int levels = pri_get_debug(dchannel->pri);

	if (!what->layer2 && !what->layer3)
		levels = 0;
	if (what->layer2)
		levels |= PRI_DEBUG_Q921_DUMP | PRI_DEBUG_Q921_STATE;
	if (what->layer3)
		levels |= PRI_DEBUG_Q931_DUMP | PRI_DEBUG_Q931_STATE;
	pri_set_debug(dchannel->pri, levels);
	dchannel->trace.on = levels != 0;
	dchannel->trace.digits = what->digits;
}

void dchannel_receive(struct dchannel *dchannel, const uint8_t *frame, size_t len)
{
	struct q931_heard heard = { 0 };

	if (!is_whole(frame, len))
		return;
	dchannel->user->on_trace(dchannel->data, false, frame, len);
	bool message = q931_hear(frame, len, &heard);
	dchannel->tei = tei_of(frame);
	dchannel->rx = frame;
	dchannel->rx_len = len;
	heard.reference = with_tei(dchannel, heard.reference, dchannel->tei);
	if (message)
		dchannel->user->on_call_frame(dchannel->data, false, heard.reference, frame, len);
	const pri_event *event = pri_check_event(dchannel->pri);
	if (event)
		on_event(dchannel, event, message ? &heard : NULL);
	else if (message)
		dchannel->user->on_message(dchannel->data, &heard);
	dchannel_kick(dchannel);
}

void dchannel_join(struct dchannel *first, struct dchannel *second)
{
	if (first->partner)
		return;
	first->partner = second;
	second->partner = first;
	pri_enslave(first->pri, second->pri);
}

/* libpri attaches a call of a group to the D channel that its last message came by, and has no other way to tell
 * it: so a NOTIFY (Q.931 3.1.7) that nobody sent comes by this one. It comes unnumbered, so that layer 2 takes
 * no note of it. */
void dchannel_adopt(struct dchannel *dchannel, uint16_t reference)
{
	const uint8_t frame[] = {
		0x02,                                   /* SAPI 0 */
		0x01,                                   /* TEI 0 */
		0x03,                                   /* UI */
		0x08,                                   /* Q.931 */
		0x02, reference >> 8, reference & 0xff, /* the flag is set if we chose it */
		0x6e, 0x27,           0x01,
		0x82, /* NOTIFY, bearer service change */
	};

	dchannel->rx = frame;
	dchannel->rx_len = sizeof(frame);
	pri_check_event(dchannel->pri);
	dchannel_kick(dchannel);
}

static bool is_at(const struct dchannel *dchannel, const struct dchannel_place *place)
{
	return !strcmp(dchannel->span_name, place->span->name) &&
	       !strcmp(dchannel->group, place->group ? place->group : "") &&
	       dchannel->timeslot == place->timeslot && dchannel->node == place->node &&
	       dchannel->switch_type == place->switch_type &&
	       dchannel->basic == (place->span->type == SPAN_BRI) &&
	       dchannel->multipoint == place->multipoint;
}

static struct dchannel *find(const struct dchannel_place *place)
{
	struct dchannel *dchannel;

	llist_for_each_entry (dchannel, &pool, entry) {
		if (is_at(dchannel, place))
			return dchannel;
	}
	return NULL;
}

static struct dchannel *new_dchannel(const struct dchannel_place *place)
{
	struct dchannel *dchannel = talloc_zero(NULL, struct dchannel);

	if (!dchannel)
		return NULL;
	osmo_strlcpy(dchannel->span_name, place->span->name, sizeof(dchannel->span_name));
	osmo_strlcpy(dchannel->group, place->group ? place->group : "", sizeof(dchannel->group));
	dchannel->timeslot = place->timeslot;
	dchannel->node = place->node;
	dchannel->switch_type = place->switch_type;
	dchannel->basic = place->span->type == SPAN_BRI;
	dchannel->multipoint = place->multipoint;
	dchannel->up = place->multipoint;
	osmo_timer_setup(&dchannel->timer, on_timer, dchannel);
	return dchannel;
}

/* libpri sends its first SABME, or asks for its TEI, from inside the constructor. */
static bool make_instance(struct dchannel *dchannel)
{
	pri_set_message(on_pri_message);
	pri_set_error(on_pri_error);
	if (dchannel->basic)
		dchannel->pri = pri_new_bri_cb(-1, !dchannel->multipoint, dchannel->node,
					       dchannel->switch_type, on_read, on_write, dchannel);
	else
		dchannel->pri = pri_new_cb(-1, dchannel->node, dchannel->switch_type, on_read,
					   on_write, dchannel);
	if (!dchannel->pri)
		return false;
	pri_hangup_fix_enable(dchannel->pri,
			      1); /* Q.931 5.3.2 a): RELEASE COMPLETE only at first */
	llist_add_tail(&dchannel->entry, &pool);
	return true;
}

/* libpri cannot be told to let go of a data link, so a DISC (Q.921 3.6.4) that nobody sent comes in: who opens a
 * D channel that was up sets the link up anew, and hears when it is up. */
static void take_down(struct dchannel *dchannel)
{
	const uint8_t frame[] = {
		dchannel->node == PRI_NETWORK ? 0x00 : 0x02, /* SAPI 0, a command to us */
		0x01,                                        /* TEI 0 */
		0x53,                                        /* DISC, P */
	};

	dchannel->rx = frame;
	dchannel->rx_len = sizeof(frame);
	pri_check_event(dchannel->pri);
	dchannel->up = false;
}

struct dchannel *dchannel_open(const struct dchannel_place *place, const struct dchannel_user *user,
			       void *data)
{
	struct dchannel *dchannel = find(place);

	if (!dchannel)
		dchannel = new_dchannel(place);
	if (!dchannel || dchannel->user)
		return NULL;
	if (dchannel->pri && dchannel->up && !dchannel->multipoint)
		take_down(dchannel);
	dchannel->user = user;
	dchannel->data = data;
	dchannel->span = place->span;
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

uint16_t dchannel_reference(const struct dchannel *dchannel, int reference)
{
	return with_tei(dchannel, (uint16_t)reference, dchannel->tei);
}

struct pri *dchannel_pri(const struct dchannel *dchannel)
{
	return dchannel->pri;
}

bool dchannel_is_up(const struct dchannel *dchannel)
{
	return dchannel->up;
}

int dchannel_switch_type(const struct dchannel *dchannel)
{
	return dchannel->switch_type;
}
