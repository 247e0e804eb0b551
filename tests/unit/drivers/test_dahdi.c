/* The driver for cards, on a kernel of our own: what is configured, sound and its slips, cards that come and go. */
#include "drivers/dahdi.h"

#include <errno.h>
#include <string.h>

#include <dahdi/user.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "base/log.h"
#include "drivers/tdm.h"
#include "tests/unit/drivers/fake_dahdi.c" /* linked instead of dahdi_io.c */
#include "tests/unit/unit.h"

enum { SECOND_US = 1000000, B = 1, D = 16 };

static const struct tdm_channel speech = { .speech = true };
static const struct tdm_channel data;
static struct tdm_span *spans[FAKE_SPANS];
static struct span_config config;

static void begin(void)
{
	if (!osmo_log_info)
		log_init(&log_categories, NULL);
	clock_use_virtual(SECOND_US);
	fake_reset();
	alarms_reset();
	memset(&config, 0, sizeof(config));
	strcpy(config.driver, "dahdi");
	config.type = SPAN_E1;
	config.law = LAW_ALAW;
	config.dahdi.where = DAHDI_BY_NUMBER;
	config.dahdi.block = DAHDI_BLOCK_DEFAULT;
}

static struct tdm_span *open_span(unsigned number)
{
	snprintf(config.name, sizeof(config.name), "e1-%u", number);
	config.dahdi.number = number;
	spans[number - 1] = tdm_open(NULL, &config);
	ck_assert_ptr_nonnull(spans[number - 1]);
	return spans[number - 1];
}

static void close_all(void)
{
	for (unsigned i = 0; i < FAKE_SPANS; i++) {
		tdm_close(spans[i]);
		spans[i] = NULL;
	}
	ck_assert_uint_eq(fake.opened, 0);
}

static void end(void)
{
	close_all();
	alarms_reset();
}

static void loop(void) /* what the media thread or a D channel left for control */
{
	osmo_select_main(1);
}

static struct fake_channel *channel(unsigned span, unsigned timeslot)
{
	return &fake.spans[span - 1].channels[timeslot - 1];
}

/* Sound: each end says a sequence of its own, and hears the other's. */

static struct sound {
	uint32_t said, heard;
	bool found;
	uint64_t bad;
} sound[FAKE_SPANS];

static uint8_t nth(uint32_t i)
{
	i *= 2654435761u;
	return (uint8_t)(i >> 24 | 1); /* 0xff and idle do not occur often */
}

static bool is_at(const uint8_t *octets, uint32_t from)
{
	for (unsigned i = 0; i < TICK_OCTETS; i++)
		if (octets[i] != nth(from + i))
			return false;
	return true;
}

static void judge(struct sound *to, const struct sound *from, const uint8_t *octets)
{
	for (uint32_t back = 0; !to->found && back < from->said; back++) {
		to->heard = from->said - back;
		to->found = is_at(octets, to->heard);
	}
	if (!to->found)
		return;
	to->bad += !is_at(octets, to->heard);
	to->heard += TICK_OCTETS;
}

static void tick(void)
{
	for (unsigned s = 0; s < FAKE_SPANS; s++)
		spans[s]->driver->tick(spans[s]);
	for (unsigned s = 0; s < FAKE_SPANS; s++) {
		uint8_t *out = spans[s]->driver->tx(spans[s], B);

		judge(&sound[s], &sound[!s], spans[s]->driver->rx(spans[s], B));
		for (unsigned i = 0; i < TICK_OCTETS; i++)
			out[i] = nth(sound[s].said++);
	}
	for (unsigned s = 0; s < FAKE_SPANS; s++)
		spans[s]->driver->flush(spans[s]);
}

static void call(void)
{
	begin();
	memset(sound, 0, sizeof(sound));
	for (unsigned s = 0; s < FAKE_SPANS; s++) {
		open_span(s + 1);
		ck_assert_int_eq(spans[s]->driver->channel_open(spans[s], B, &speech), 0);
	}
}

static uint64_t slips(void)
{
	return spans[0]->counters.slips + spans[1]->counters.slips;
}

/* After what happened, the sound is exact again, but for the delay. */
static void check_recovers(unsigned octets)
{
	uint64_t before;

	for (unsigned t = 0; t < 20; t++) {
		fake_move(octets);
		tick();
	}
	sound[0].found = sound[1].found = false;
	sound[0].bad = sound[1].bad = 0;
	before = slips();
	for (unsigned t = 0; t < 500; t++) {
		fake_move(octets);
		tick();
	}
	ck_assert(sound[0].found && sound[1].found);
	ck_assert_uint_eq(sound[0].bad + sound[1].bad, 0);
	ck_assert_uint_eq(slips(), before);
}

START_TEST(sound_is_exact_and_the_delay_stays_on_one_clock)
{
	uint32_t delay;

	call();
	for (unsigned t = 0; t < 30; t++) {
		tick();
		fake_move(80);
	}
	ck_assert(sound[0].found && sound[1].found);
	delay = sound[0].said - sound[1].heard;
	ck_assert_uint_le(delay,
			  3 * TICK_OCTETS); /* 30 ms through both cards, ticks counted whole */
	for (unsigned t = 0; t < 3000; t++) {
		tick();
		fake_move(t % 2 ? 56 : 104); /* jitter of 3 ms */
	}
	ck_assert_uint_eq(sound[0].bad + sound[1].bad, 0);
	ck_assert_uint_eq(slips(), 0);
	ck_assert_uint_eq(sound[0].said - sound[1].heard, delay);
	end();
}
END_TEST

START_TEST(late_tick_is_a_slip_and_then_more_is_held_ready)
{
	unsigned reserve;

	call();
	for (unsigned t = 0; t < 30; t++) {
		tick();
		fake_move(80);
	}
	reserve = dahdi_of(spans[0])->pace.reserve;
	fake_move(160); /* 20 ms late */
	tick();
	tick();
	tick();
	ck_assert_uint_ge(slips(), 1);
	ck_assert_uint_gt(dahdi_of(spans[0])->pace.reserve, reserve);
	check_recovers(80);
	end();
}
END_TEST

START_TEST(reserve_that_is_not_needed_any_more_shrinks_again)
{
	begin();
	open_span(1);
	dahdi_of(spans[0])->pace.reserve = 160;
	for (unsigned minute = 0; minute < 9; minute++)
		for (unsigned t = 0; t < 6000; t++)
			spans[0]->driver->tick(spans[0]);
	ck_assert_uint_eq(dahdi_of(spans[0])->pace.reserve, 160);
	for (unsigned minute = 0; minute < 40; minute++)
		for (unsigned t = 0; t < 6000; t++)
			spans[0]->driver->tick(spans[0]);
	ck_assert_uint_eq(dahdi_of(spans[0])->pace.reserve, DAHDI_BLOCK_DEFAULT);
	end();
}
END_TEST

START_TEST(ticks_that_are_late_together_and_made_up_for_lose_nothing_with_reserve)
{
	call();
	for (unsigned s = 0; s < FAKE_SPANS; s++)
		dahdi_of(spans[s])->pace.reserve = 240;
	for (unsigned t = 0; t < 30; t++) {
		tick();
		fake_move(80);
	}
	fake_move(160);
	for (unsigned t = 0; t < 100; t++) {
		tick();
		tick();
		tick();
		fake_move(240);
	}
	ck_assert_uint_eq(sound[0].bad + sound[1].bad, 0);
	ck_assert_uint_eq(slips(), 0);
	end();
}
END_TEST

static void run_at(unsigned octets_of_100_ticks)
{
	unsigned moved = 0;

	for (unsigned t = 1; t <= 5000; t++) {
		unsigned to = (unsigned)((uint64_t)t * octets_of_100_ticks / 100);

		tick();
		fake_move(to - moved);
		moved = to;
		ck_assert_int_le(dahdi_of(spans[0])->channels[B].ahead, 8 * TICK_OCTETS);
		ck_assert_uint_le(dahdi_of(spans[0])->channels[B].rx.n, 8 * TICK_OCTETS);
	}
	ck_assert_uint_ge(slips(), 4);
	ck_assert_uint_le(slips(), 400);
}

START_TEST(card_whose_clock_is_faster_slips_and_the_delay_is_bounded)
{
	call();
	run_at(8020);
	end();
}
END_TEST

START_TEST(card_whose_clock_is_slower_slips_and_the_delay_is_bounded)
{
	call();
	run_at(7980);
	end();
}
END_TEST

START_TEST(card_without_a_clock_slips_once_and_goes_on_when_it_has_it_again)
{
	uint64_t before;

	call();
	for (unsigned t = 0; t < 30; t++) {
		tick();
		fake_move(80);
	}
	for (unsigned t = 0; t < 100; t++)
		tick();
	before = slips();
	for (unsigned t = 0; t < 1000; t++)
		tick();
	ck_assert_uint_eq(slips(), before);
	check_recovers(80);
	end();
}
END_TEST

/* Configuration. */

START_TEST(bare_span_is_configured_whole)
{
	begin();
	config.dahdi.crc4 = true;
	config.dahdi.clock_priority = 1;
	open_span(1);
	ck_assert_uint_eq(fake.line_requests, 1);
	ck_assert_int_eq(fake.spans[0].line,
			 DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CRC4);
	ck_assert_int_eq(fake.spans[0].sync, 1);
	ck_assert(fake.spans[0].started);
	ck_assert_int_eq(spans[0]->driver->hdlc_enable(spans[0], D, true), 0);
	for (unsigned c = 1; c <= FAKE_CHANNELS; c++)
		ck_assert_int_eq(channel(1, c)->signalling,
				 c == D ? DAHDI_SIG_HDLCFCS : DAHDI_SIG_CLEAR);
	end();
}
END_TEST

START_TEST(span_that_another_set_up_is_left_as_it_is)
{
	begin();
	for (unsigned c = 1; c <= FAKE_CHANNELS; c++)
		channel(1, c)->signalling = c == D ? DAHDI_SIG_HDLCFCS : DAHDI_SIG_CLEAR;
	open_span(1);
	ck_assert_int_eq(spans[0]->driver->hdlc_enable(spans[0], D, true), 0);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], B, &speech), 0);
	ck_assert_uint_eq(fake.line_requests + fake.channel_requests, 0);
	ck_assert_int_ge(channel(1, D)->fd, 0);
	end();
}
END_TEST

START_TEST(d_channel_of_another_set_up_becomes_a_b_channel_when_it_is_used_as_one)
{
	begin();
	for (unsigned c = 1; c <= FAKE_CHANNELS; c++)
		channel(1, c)->signalling = c == 5 ? DAHDI_SIG_HDLCFCS : DAHDI_SIG_CLEAR;
	open_span(1);
	ck_assert_int_eq(channel(1, 5)->signalling, DAHDI_SIG_HDLCFCS);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 5, &speech), 0);
	ck_assert_int_eq(channel(1, 5)->signalling, DAHDI_SIG_CLEAR);
	end();
}
END_TEST

START_TEST(card_does_hdlc_where_that_is_configured)
{
	begin();
	config.dahdi.hardhdlc = true;
	open_span(1);
	spans[0]->driver->hdlc_enable(spans[0], D, true);
	ck_assert_int_eq(channel(1, D)->signalling, DAHDI_SIG_HARDHDLC);
	end();
}
END_TEST

START_TEST(port_is_found_by_its_card)
{
	begin();
	config.dahdi.where = DAHDI_BY_PORT;
	strcpy(config.dahdi.location, "PCI Bus 03 Slot 05");
	open_span(2);
	ck_assert_int_eq(dahdi_of(spans[1])->place.span, 2);
	ck_assert_int_eq(dahdi_of(spans[1])->place.base_channel, FAKE_CHANNELS + 1);
	end();
}
END_TEST

START_TEST(gain_and_canceller_are_for_speech_alone)
{
	const struct tdm_channel echo = { .speech = true, .echo_tail_ms = 64 };

	begin();
	config.dahdi.rx_gain = -3;
	strcpy(config.dahdi.echo_canceller, "mg2");
	open_span(1);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 1, &data), 0);
	ck_assert_int_eq(channel(1, 1)->audio, 0);
	ck_assert(!fake.gains);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 2, &speech), 0);
	ck_assert(channel(1, 2)->audio && fake.gains && !channel(1, 2)->taps);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 3, &echo), 1);
	ck_assert_int_eq(channel(1, 3)->taps, 512);
	/* Speech becomes data while it is open. */
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 3, &data), 0);
	ck_assert_int_eq(channel(1, 3)->audio, 0);
	end();
}
END_TEST

START_TEST(canceller_that_is_refused_is_left_to_others)
{
	const struct tdm_channel echo = { .speech = true, .echo_tail_ms = 16 };

	begin();
	strcpy(config.dahdi.echo_canceller, "hardware");
	open_span(1);
	fake.refused = DAHDI_ECHOCANCEL;
	fake.refused_error = EINVAL;
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 1, &echo), 0);
	end();
}
END_TEST

/* The kernel switches on without a word what is not there. */
START_TEST(canceller_that_does_not_exist_is_left_to_others)
{
	const struct tdm_channel echo = { .speech = true, .echo_tail_ms = 16 };

	begin();
	strcpy(config.dahdi.echo_canceller, "mg9");
	fake.refused = DAHDI_ATTACH_ECHOCAN;
	fake.refused_error = EINVAL;
	open_span(1);
	ck_assert_uint_eq(spans[0]->alarms, 0);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 1, &echo), 0);
	end();
}
END_TEST

START_TEST(channel_of_another_program_is_refused)
{
	begin();
	open_span(1);
	channel(1, 5)->held = true;
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 5, &speech), -EBUSY);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 0, &speech), -EINVAL);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 32, &speech), -EINVAL);
	end();
}
END_TEST

/* Cards that come and go. */

START_TEST(no_dahdi_is_an_alarm_and_no_failure)
{
	begin();
	fake.node_error = ENOENT;
	open_span(1);
	ck_assert_uint_eq(spans[0]->alarms, TDM_ALARM_ABSENT);
	ck_assert_int_eq(spans[0]->driver->hdlc_enable(spans[0], D, true), 0);
	ck_assert(!spans[0]->driver->wait_tick(spans[0], 0));
	fake.node_error = 0;
	clock_advance(SECOND_US + 100000);
	ck_assert_uint_eq(spans[0]->alarms, 0);
	ck_assert_int_eq(channel(1, D)->signalling, DAHDI_SIG_HDLCFCS);
	ck_assert_int_ge(channel(1, D)->fd, 0);
	end();
}
END_TEST

START_TEST(card_that_is_taken_out_in_a_call_disturbs_nothing_else_and_comes_back)
{
	call();
	for (unsigned t = 0; t < 30; t++) {
		tick();
		fake_move(80);
	}
	fake_remove();
	tick(); /* media lets go of what is gone */
	loop();
	clock_advance(100000);
	ck_assert_uint_eq(spans[0]->alarms, TDM_ALARM_ABSENT);
	ck_assert_uint_eq(spans[1]->alarms, 0);
	ck_assert_uint_eq(fake.opened, 1); /* the other's */
	clock_advance(2 * SECOND_US);      /* the kernel wants to be left alone */
	ck_assert_uint_eq(fake.opened, 1);
	tick();
	memset(fake.spans[0].channels, 0, sizeof(fake.spans[0].channels));
	for (unsigned c = 0; c < FAKE_CHANNELS; c++)
		fake.spans[0].channels[c].fd = -1;
	fake.spans[0].there = true;
	clock_advance(3 * SECOND_US);
	ck_assert_uint_eq(spans[0]->alarms, 0);
	ck_assert_uint_eq(fake.opened, 2);
	check_recovers(80);
	end();
}
END_TEST

START_TEST(media_thread_lets_go_before_control_closes)
{
	call();
	tick();
	spans[0]->driver->channel_close(spans[0], B);
	ck_assert_int_ge(channel(1, B)->fd, 0); /* still the media thread's */
	tick();
	loop();
	ck_assert_int_eq(channel(1, B)->fd, -1);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], B, &speech), 0);
	check_recovers(80);
	end();
}
END_TEST

START_TEST(channel_closed_and_opened_within_a_tick_is_open)
{
	call();
	tick();
	spans[0]->driver->channel_close(spans[0], B);
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], B, &speech), 0);
	tick();
	loop();
	check_recovers(80);
	end();
}
END_TEST

/* D channels and signalling bits. */

static struct {
	unsigned frames, changes, timeslot;
	size_t len;
	uint8_t first, abcd;
} told;

static void on_frame(void *listener, unsigned timeslot, const uint8_t *frame, size_t len)
{
	(void)listener;
	told.frames++;
	told.timeslot = timeslot;
	told.first = frame[0];
	told.len = len;
}

static void on_cas(void *listener, unsigned timeslot, uint8_t abcd)
{
	(void)listener;
	told.changes++;
	told.timeslot = timeslot;
	told.abcd = abcd;
}

static const struct tdm_listener listener = { .on_frame = on_frame, .on_cas = on_cas };

static void make_readable(struct fake_channel *it)
{
	const uint64_t one = 1;

	ck_assert_int_eq(write(it->fd, &one, sizeof(one)), sizeof(one));
}

START_TEST(frames_go_without_the_fcs_that_the_kernel_counts)
{
	const uint8_t frame[] = { 1, 2, 3, 4, 5 };
	struct fake_channel *it = channel(1, D);

	begin();
	memset(&told, 0, sizeof(told));
	open_span(1);
	spans[0]->driver->hdlc_enable(spans[0], D, true);
	tdm_listen(spans[0], &listener, NULL);
	ck_assert_int_eq(spans[0]->driver->hdlc_send(spans[0], D, frame, sizeof(frame)), 0);
	ck_assert_uint_eq(it->frame_len, sizeof(frame) + 2);
	make_readable(it); /* it comes back */
	loop();
	ck_assert_uint_eq(told.frames, 1);
	ck_assert_uint_eq(told.len, sizeof(frame));
	ck_assert_uint_eq(told.timeslot, D);
	ck_assert_int_eq(spans[0]->driver->hdlc_send(spans[0], 1, frame, 1), -ENODEV);
	ck_assert_int_eq(spans[0]->driver->hdlc_send(spans[0], D, frame, 0), -EMSGSIZE);
	ck_assert_int_eq(spans[0]->driver->hdlc_send(spans[0], D, frame, TDM_MAX_FRAME + 1),
			 -EMSGSIZE);
	end();
}
END_TEST

START_TEST(spoilt_frames_are_counted_and_pass_by)
{
	const uint8_t frame[] = { 9, 9 };
	struct fake_channel *it = channel(1, D);

	begin();
	memset(&told, 0, sizeof(told));
	open_span(1);
	spans[0]->driver->hdlc_enable(spans[0], D, true);
	tdm_listen(spans[0], &listener, NULL);
	fake_event(it, DAHDI_EVENT_ABORT);
	fake_event(it, DAHDI_EVENT_BADFCS);
	fake_event(it, DAHDI_EVENT_OVERRUN);
	ck_assert_int_eq(spans[0]->driver->hdlc_send(spans[0], D, frame, 2), 0); /* past ELAST */
	fake_event(it, DAHDI_EVENT_BADFCS);
	make_readable(it);
	loop();
	ck_assert_uint_eq(spans[0]->counters.hdlc_rx_errors, 4);
	ck_assert_uint_eq(told.frames, 1);
	it->frame_len = 2; /* nothing but FCS */
	loop();
	ck_assert_uint_eq(told.frames, 1);
	ck_assert_uint_eq(spans[0]->counters.hdlc_rx_errors, 5);
	end();
}
END_TEST

START_TEST(neighbours_bits_and_bits_that_did_not_change_are_not_told)
{
	begin();
	memset(&told, 0, sizeof(told));
	config.dahdi.framing = DAHDI_FRAMING_CAS;
	open_span(1);
	tdm_listen(spans[0], &listener, NULL);
	channel(1, 3)->bits = 0xa0;
	ck_assert_int_eq(spans[0]->driver->channel_open(spans[0], 3, &speech), 0);
	ck_assert_int_eq(channel(1, 3)->signalling, DAHDI_SIG_CAS);
	spans[0]->driver->tick(spans[0]);
	fake_event(channel(1, 3), DAHDI_EVENT_BITSCHANGED);
	spans[0]->driver->tick(spans[0]);
	loop();
	ck_assert_uint_eq(told.changes, 0);
	channel(1, 3)->bits = 0xa5;
	fake_event(channel(1, 3), DAHDI_EVENT_BITSCHANGED);
	spans[0]->driver->tick(spans[0]);
	loop();
	ck_assert_uint_eq(told.changes, 1);
	ck_assert_uint_eq(told.abcd, 5);
	ck_assert_uint_eq(told.timeslot, 3);
	spans[0]->driver->cas_send(spans[0], 3, 0xd);
	ck_assert_int_eq(channel(1, 3)->bits, 0xd);
	end();
}
END_TEST

/* Alarms and clock. */

START_TEST(red_is_raised_within_a_quarter_second_and_cleared_within_one)
{
	begin();
	open_span(1);
	fake.spans[0].alarms = DAHDI_ALARM_RED;
	clock_advance(250000);
	ck_assert_uint_eq(spans[0]->alarms, TDM_ALARM_RED);
	fake.spans[0].alarms = 0;
	clock_advance(250000);
	ck_assert_uint_eq(spans[0]->alarms, TDM_ALARM_RED);
	clock_advance(750000);
	ck_assert_uint_eq(spans[0]->alarms, 0);
	end();
}
END_TEST

static bool count_fallbacks(void *n, const struct alarm_status *status)
{
	if (status->kind == ALARM_CLOCK_FALLBACK) {
		ck_assert_str_eq(status->object, "e1-1");
		(*(unsigned *)n)++;
	}
	return true;
}

static unsigned fallbacks(void)
{
	unsigned n = 0;

	alarms_each(true, count_fallbacks, &n);
	return n;
}

START_TEST(card_that_follows_another_line_than_the_first_choice_is_an_alarm)
{
	begin();
	fake.spans[0].sync_source = fake.spans[1].sync_source = 1;
	config.dahdi.clock_priority = 1;
	open_span(1);
	config.dahdi.clock_priority = 2;
	open_span(2);
	clock_advance(SECOND_US);
	ck_assert_uint_eq(fallbacks(), 0);
	fake.spans[0].sync_source = fake.spans[1].sync_source = 2;
	clock_advance(SECOND_US);
	ck_assert_uint_eq(fallbacks(), 1);
	close_all();
	ck_assert_uint_eq(fallbacks(), 0);
	alarms_reset();
}
END_TEST

START_TEST(each_tick_of_the_card_is_waited_for_once)
{
	begin();
	open_span(1);
	fake.ticks = 2;
	ck_assert(spans[0]->driver->wait_tick(spans[0], 0));
	ck_assert(spans[0]->driver->wait_tick(spans[0], 0));
	ck_assert(!spans[0]->driver->wait_tick(spans[0], 0));
	end();
}
END_TEST

UNIT_MAIN("dahdi", sound_is_exact_and_the_delay_stays_on_one_clock,
	  late_tick_is_a_slip_and_then_more_is_held_ready,
	  reserve_that_is_not_needed_any_more_shrinks_again,
	  ticks_that_are_late_together_and_made_up_for_lose_nothing_with_reserve,
	  card_whose_clock_is_faster_slips_and_the_delay_is_bounded,
	  card_whose_clock_is_slower_slips_and_the_delay_is_bounded,
	  card_without_a_clock_slips_once_and_goes_on_when_it_has_it_again,
	  bare_span_is_configured_whole, span_that_another_set_up_is_left_as_it_is,
	  d_channel_of_another_set_up_becomes_a_b_channel_when_it_is_used_as_one,
	  card_does_hdlc_where_that_is_configured, port_is_found_by_its_card,
	  gain_and_canceller_are_for_speech_alone, canceller_that_is_refused_is_left_to_others,
	  canceller_that_does_not_exist_is_left_to_others, channel_of_another_program_is_refused,
	  no_dahdi_is_an_alarm_and_no_failure,
	  card_that_is_taken_out_in_a_call_disturbs_nothing_else_and_comes_back,
	  media_thread_lets_go_before_control_closes,
	  channel_closed_and_opened_within_a_tick_is_open,
	  frames_go_without_the_fcs_that_the_kernel_counts, spoilt_frames_are_counted_and_pass_by,
	  neighbours_bits_and_bits_that_did_not_change_are_not_told,
	  red_is_raised_within_a_quarter_second_and_cleared_within_one,
	  card_that_follows_another_line_than_the_first_choice_is_an_alarm,
	  each_tick_of_the_card_is_waited_for_once)
