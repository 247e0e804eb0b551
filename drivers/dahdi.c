/* Spans on cards, by the kernel's DAHDI: the table of what the driver can do, and the life of a span.
 *
 * A span is open whether its card is there or not: while it is not, its alarm is ABSENT, and every second it is
 * looked for. When our descriptors close, in whatever way, the kernel sends flags on D channels and idle on
 * the others: the far end's layer 2 gets no answer and takes the D channel for down (Q.921 5.8.5). */
#include "drivers/dahdi.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <dahdi/user.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ring.h"
#include "base/wake.h"
#include "drivers/dahdi_io.h"

enum {
	LOOK_US = 50000, /* between two looks at the card */
	SEARCH = 20,     /* looks between two searches for a span that is absent: 1 s */
	/* Looks before the first search after the kernel said DAHDI_EVENT_REMOVED. It waits 1 s for programs to close
	 * the channels and takes the span away then; one that has a channel open at that instant spoils its counts of
	 * users for good. */
	REST = 60,
	EVENTS = 256,
};

static struct dahdi_span *all;

/* Control: the card comes and goes. */

static void close_dchannels(struct dahdi_span *span)
{
	for (unsigned i = 1; i <= span->span.timeslots; i++) {
		dahdi_dchannel_free(span->dchannels[i]);
		span->dchannels[i] = NULL;
	}
}

static void go_absent(struct dahdi_span *span)
{
	span->place.span = 0;
	span->looks = span->gone ? 0 : REST;
	span->gone = false;
	alarm_clear(ALARM_CLOCK_FALLBACK, span->span.name);
	dahdi_status_reset(&span->status, TDM_ALARM_ABSENT);
	close_dchannels(span);
	dahdi_bearer_recall(span);
	tdm_report_alarms(&span->span, TDM_ALARM_ABSENT);
}

static void on_frame(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	struct dahdi_span *span = data;
	const struct tdm_listener *listener = span->span.listener;

	tdm_count_one(&span->span.counters.hdlc_rx_frames);
	if (listener && listener->on_frame && !span->span.alarms)
		listener->on_frame(span->span.listener_data, timeslot, frame, len);
}

static void on_spoilt(void *data)
{
	tdm_count_one(&((struct dahdi_span *)data)->span.counters.hdlc_rx_errors);
}

static void look_now(void *data)
{
	osmo_timer_schedule(&((struct dahdi_span *)data)->look, 0, 0);
}

static void on_gone(void *data, unsigned timeslot)
{
	struct dahdi_span *span = data;

	dahdi_dchannel_free(span->dchannels[timeslot]);
	span->dchannels[timeslot] = NULL;
	span->gone = true;
	look_now(span);
}

static int open_dchannel(struct dahdi_span *span, unsigned timeslot)
{
	static const struct dahdi_dchannel_user user = { .on_frame = on_frame,
							 .on_spoilt = on_spoilt,
							 .on_line = look_now,
							 .on_gone = on_gone };
	char who[TDM_NAME_MAX + 8];
	int fd;

	if (span->dchannels[timeslot])
		return 0;
	tdm_channel_name(&span->span, timeslot, who, sizeof(who));
	fd = dahdi_io_channel(span->place.base_channel + (int)timeslot - 1);
	if (fd < 0)
		return dahdi_complain(&span->complaint, who,
				      "the D channel does not open (DAHDI_SPECIFY)", fd);
	span->dchannels[timeslot] = dahdi_dchannel_new(span, fd, timeslot, &user, span);
	return span->dchannels[timeslot]
		       ? 0
		       : dahdi_complain(&span->complaint, who,
					"the D channel cannot be set up (DAHDI_SET_BUFINFO)", -EIO);
}

static int open_dchannels(struct dahdi_span *span)
{
	int rc = 0;

	for (unsigned i = 1; rc == 0 && i <= span->span.timeslots; i++)
		if (dahdi_is_hdlc(span, i))
			rc = open_dchannel(span, i);
	return rc;
}

/* Once opened, they stay so for the life of the span. */
static int open_nodes(struct dahdi_span *span)
{
	if (span->setup.ctl < 0)
		span->setup.ctl = dahdi_io_open("ctl");
	if (span->setup.ctl < 0)
		return dahdi_complain(&span->complaint, span->span.name, "/dev/dahdi/ctl",
				      span->setup.ctl);
	if (atomic_load(&span->timer) < 0) {
		int fd = dahdi_io_open("timer");
		int octets = TICK_OCTETS;

		if (fd >= 0)
			dahdi_io_ctl(fd, DAHDI_TIMERCONFIG, &octets);
		atomic_store(&span->timer, fd);
	}
	return 0;
}

static bool read_info(const struct dahdi_span *span, struct dahdi_spaninfo *info)
{
	memset(info, 0, sizeof(*info));
	info->spanno = span->place.span;
	return dahdi_io_ctl(span->setup.ctl, DAHDI_SPANSTAT, info) == 0 && info->numchans;
}

static void come_back(struct dahdi_span *span)
{
	struct dahdi_spaninfo info;

	span->setup.hdlc = span->hdlc;
	if (open_nodes(span) < 0 || dahdi_setup_span(&span->setup, &span->place) < 0)
		return;
	if (open_dchannels(span) < 0 || !read_info(span, &info)) {
		go_absent(span);
		return;
	}
	LOGP(DTDM, LOGL_NOTICE, "%s: is DAHDI span %d, \"%s\"\n", span->span.name, span->place.span,
	     info.name);
	osmo_strlcpy(span->location, info.location, sizeof(span->location));
	dahdi_status_reset(&span->status, dahdi_status_alarms(info.alarms));
	dahdi_bearer_collect(span);
	tdm_report_alarms(&span->span, span->status.alarms);
}

/* The clock of a card: all its spans follow one of them. */

static bool preferred(const struct dahdi_span *a, const struct dahdi_span *b)
{
	return a->config.dahdi.clock_priority && strcmp(a->location, b->location) == 0 &&
	       a->config.dahdi.where != DAHDI_DYNAMIC &&
	       a->config.dahdi.clock_priority < b->config.dahdi.clock_priority;
}

static void check_clock(const struct dahdi_span *span, const struct dahdi_spaninfo *info)
{
	const struct dahdi_config *config = &span->config.dahdi;
	char text[ALARM_TEXT_MAX];

	if (!config->clock_priority || config->where == DAHDI_DYNAMIC)
		return;
	for (const struct dahdi_span *other = all; other; other = other->next)
		if (preferred(other, span)) /* which tells about it */
			return;
	if (info->syncsrc == span->place.span) {
		alarm_clear(ALARM_CLOCK_FALLBACK, span->span.name);
		return;
	}
	if (info->syncsrc)
		snprintf(text, sizeof(text), "the card follows DAHDI span %d", info->syncsrc);
	else
		snprintf(text, sizeof(text), "the card follows no line, but its own clock");
	alarm_raise(ALARM_CLOCK_FALLBACK, span->span.name, "", text);
}

static void look_at_card(struct dahdi_span *span)
{
	struct dahdi_spaninfo info;

	if (span->gone || !read_info(span, &info)) {
		go_absent(span);
		return;
	}
	dahdi_bearer_collect(span);
	check_clock(span, &info);
	tdm_report_alarms(&span->span, dahdi_status_feed(&span->status, &info, clock_now_us()));
}

static void on_look(void *data)
{
	struct dahdi_span *span = data;

	osmo_timer_schedule(&span->look, 0, LOOK_US);
	if (span->place.span)
		look_at_card(span);
	else if (++span->looks > REST && span->looks % SEARCH == 0)
		come_back(span);
}

/* What the media thread has to say. */
static void on_wake(void *data)
{
	struct dahdi_span *span = data;
	const struct tdm_listener *listener = span->span.listener;
	struct dahdi_cas cas;

	while (ring_get(span->events, &cas))
		if (listener && listener->on_cas)
			listener->on_cas(span->span.listener_data, cas.timeslot, cas.abcd);
	dahdi_bearer_collect(span);
	look_now(span);
}

/* Control: the driver's table. */

static void fill(struct dahdi_span *span, const struct span_config *config)
{
	span->config = *config;
	osmo_strlcpy(span->span.name, config->name, sizeof(span->span.name));
	span->span.law = config->law;
	span->span.type = config->type;
	span->span.timeslots = span_timeslots(config->type);
	span->status.alarms = TDM_ALARM_ABSENT;
	span->looks = REST;
	span->setup.ctl = -1;
	span->setup.config = &span->config;
	span->setup.complaint = &span->complaint;
	atomic_init(&span->timer, -1);
	for (unsigned i = 0; i < TDM_MAX_TIMESLOTS; i++) {
		atomic_init(&span->channels[i].owner, DAHDI_CONTROLS);
		span->channels[i].fd = -1;
		span->channels[i].cas = config->dahdi.framing == DAHDI_FRAMING_CAS;
	}
	dahdi_channel_pace(&span->pace, config->dahdi.block);
	memset(span->nowhere, law_idle(config->law), sizeof(span->nowhere));
	osmo_timer_setup(&span->look, on_look, span);
}

static struct tdm_span *dahdi_open(void *talloc_ctx, const struct span_config *config)
{
	struct dahdi_span *span = talloc_zero(talloc_ctx, struct dahdi_span);

	if (!span)
		goto out;
	fill(span, config);
	span->events = ring_new(span, sizeof(struct dahdi_cas), EVENTS);
	if (!span->events)
		goto out;
	span->wake = wake_new(span, on_wake, span);
	if (!span->wake)
		goto out;
	span->next = all;
	all = span;
	come_back(span);
	if (!span->place.span)
		tdm_report_alarms(&span->span, TDM_ALARM_ABSENT);
	osmo_timer_schedule(&span->look, 0, LOOK_US);
	return &span->span;
out:
	LOGP(DTDM, LOGL_ERROR, "%s: no memory or descriptor for the span\n", config->name);
	talloc_free(span);
	return NULL;
}

static void dahdi_close(struct tdm_span *base)
{
	struct dahdi_span *span = dahdi_of(base);
	struct dahdi_span **link = &all;

	while (*link != span)
		link = &(*link)->next;
	*link = span->next;
	osmo_timer_del(&span->look);
	alarm_clear(ALARM_CLOCK_FALLBACK, base->name);
	close_dchannels(span);
	dahdi_bearer_fini(span);
	dahdi_setup_undo(&span->setup, &span->place);
	dahdi_io_close(atomic_load(&span->timer));
	dahdi_io_close(span->setup.ctl);
	wake_free(span->wake);
	talloc_free(span);
}

static int dahdi_hdlc_enable(struct tdm_span *base, unsigned timeslot, bool on)
{
	struct dahdi_span *span = dahdi_of(base);
	const uint32_t bit = 1U << timeslot;

	if (timeslot < 1 || timeslot > base->timeslots)
		return -EINVAL;
	if (dahdi_is_hdlc(span, timeslot) == on)
		return 0;
	span->hdlc = on ? span->hdlc | bit : span->hdlc & ~bit;
	span->setup.hdlc = span->hdlc;
	if (!on) {
		dahdi_dchannel_free(span->dchannels[timeslot]);
		span->dchannels[timeslot] = NULL;
	}
	if (!span->place.span)
		return 0;
	if (dahdi_setup_channel(&span->setup, &span->place, timeslot) < 0 ||
	    open_dchannels(span) < 0)
		go_absent(span); /* and tried again */
	return 0;
}

static int dahdi_hdlc_send(struct tdm_span *base, unsigned timeslot, const uint8_t *frame,
			   size_t len)
{
	struct dahdi_span *span = dahdi_of(base);
	int rc;

	if (timeslot < 1 || timeslot > base->timeslots || !dahdi_is_hdlc(span, timeslot))
		return -ENODEV;
	if (base->alarms || !span->dchannels[timeslot])
		return -ENETDOWN;
	rc = dahdi_dchannel_send(span->dchannels[timeslot], frame, len);
	if (rc == 0)
		tdm_count_one(&base->counters.hdlc_tx_frames);
	if (rc == 0 || rc == -EAGAIN || rc == -EMSGSIZE)
		return rc;
	look_now(span);
	return -ENETDOWN;
}

static int dahdi_loopback(struct tdm_span *base, enum tdm_loopback loop)
{
	static const int commands[] = { [TDM_LOOP_NONE] = DAHDI_MAINT_NONE,
					[TDM_LOOP_LOCAL] = DAHDI_MAINT_LOCALLOOP,
					[TDM_LOOP_REMOTE] = DAHDI_MAINT_NETWORKLINELOOP };
	struct dahdi_span *span = dahdi_of(base);
	struct dahdi_maintinfo maint = { .spanno = span->place.span, .command = commands[loop] };
	int rc = span->place.span ? dahdi_io_ctl(span->setup.ctl, DAHDI_MAINT, &maint) : -ENODEV;

	if (rc < 0)
		LOGP(DTDM, LOGL_ERROR, "%s: loopback (DAHDI_MAINT): %s; %s\n", base->name,
		     strerror(-rc), dahdi_io_advice(-rc));
	return rc;
}

static void dahdi_errors(const struct tdm_span *base, struct tdm_errors *out)
{
	*out = ((const struct dahdi_span *)base)->status.errors;
}

/* The media thread. */

static bool dahdi_wait_tick(struct tdm_span *base, unsigned timeout_ms)
{
	int fd = atomic_load_explicit(&dahdi_of(base)->timer, memory_order_relaxed);
	int one = 1;

	return fd >= 0 && dahdi_io_wait(fd, timeout_ms) &&
	       dahdi_io_ctl(fd, DAHDI_TIMERACK, &one) == 0;
}

/* A change of ABCD that finds no room is told with the next one. */
static void tell(struct dahdi_span *span, unsigned timeslot, unsigned news)
{
	struct dahdi_cas cas = { (uint8_t)timeslot, span->channels[timeslot].abcd };

	if (news & DAHDI_NEWS_SLIP)
		tdm_count_one(&span->span.counters.slips);
	if (news & DAHDI_NEWS_CAS)
		ring_put(span->events, &cas);
	if (news & ~(unsigned)DAHDI_NEWS_SLIP)
		wake_kick(span->wake);
}

static void dahdi_tick(struct tdm_span *base)
{
	struct dahdi_span *span = dahdi_of(base);

	for (unsigned i = 1; i <= base->timeslots; i++)
		if (dahdi_channel_owner(&span->channels[i]) != DAHDI_CONTROLS)
			tell(span, i, dahdi_channel_hear(&span->channels[i], &span->pace));
	dahdi_channel_pace_tick(&span->pace);
	tdm_count_one(&base->counters.ticks);
}

static void dahdi_flush(struct tdm_span *base)
{
	struct dahdi_span *span = dahdi_of(base);

	for (unsigned i = 1; i <= base->timeslots; i++)
		if (dahdi_channel_owner(&span->channels[i]) == DAHDI_MEDIAS)
			tell(span, i, dahdi_channel_say(&span->channels[i], &span->pace));
}

static struct dahdi_channel *usable(struct tdm_span *base, unsigned timeslot)
{
	struct dahdi_channel *channel;

	if (timeslot >= TDM_MAX_TIMESLOTS || timeslot > base->timeslots)
		return NULL;
	channel = &dahdi_of(base)->channels[timeslot];
	return dahdi_channel_owner(channel) == DAHDI_CONTROLS ? NULL : channel;
}

static const uint8_t *dahdi_rx(struct tdm_span *base, unsigned timeslot)
{
	struct dahdi_channel *channel = usable(base, timeslot);

	if (channel)
		return channel->heard;
	memset(dahdi_of(base)->nowhere, law_idle(base->law), TICK_OCTETS);
	return dahdi_of(base)->nowhere;
}

static uint8_t *dahdi_tx(struct tdm_span *base, unsigned timeslot)
{
	struct dahdi_channel *channel = usable(base, timeslot);

	return channel ? channel->said : dahdi_of(base)->nowhere;
}

static void dahdi_cas_send(struct tdm_span *base, unsigned timeslot, uint8_t abcd)
{
	struct dahdi_channel *channel = usable(base, timeslot);

	if (channel)
		dahdi_channel_cas(channel, abcd);
}

const struct tdm_driver dahdi_driver = {
	.name = "dahdi",
	.open = dahdi_open,
	.close = dahdi_close,
	.hdlc_enable = dahdi_hdlc_enable,
	.hdlc_send = dahdi_hdlc_send,
	.channel_open = dahdi_bearer_open,
	.channel_close = dahdi_bearer_close,
	.channel_is_open = dahdi_bearer_is_open,
	.loopback = dahdi_loopback,
	.errors = dahdi_errors,
	.wait_tick = dahdi_wait_tick,
	.tick = dahdi_tick,
	.rx = dahdi_rx,
	.tx = dahdi_tx,
	.cas_send = dahdi_cas_send,
	.flush = dahdi_flush,
};
