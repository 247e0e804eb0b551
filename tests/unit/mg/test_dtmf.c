/* DTMF across the gateway: telephone-event to tones, tones to telephone-event, events to events. */
#include "tests/unit/mg/peer.h"

#include "codecs/dsp/dtmf.h"

enum { PT_PCMA = 8, PT_EVENT = 101, SLOT = 5 };

/* A peer, our end of the line in its context; the line's far end and a party that reads digits. */
struct call {
	struct rig rig;
	struct peer peer;
	struct party rtp, line, far, reader;
	unsigned loud_ticks; /* that the far end of the line heard */
};

static void call_open(struct call *call, uint8_t tevent_pt)
{
	struct mg_term near, far, rtp, reader = rig_local(LAW_ALAW, false);

	call->loud_ticks = 0;
	call->rig = rig_new(LAW_ALAW);
	call->peer = peer_new(PT_PCMA);
	near = rig_tdm(call->rig.near, SLOT);
	far = rig_tdm(call->rig.far, SLOT);
	rtp = peer_term(&call->peer);
	rtp.rtp.tevent_pt = tevent_pt;
	near.tdm.detect_dtmf = far.tdm.detect_dtmf = MG_DTMF_REPORTED;
	rig_add(&call->rig, &call->line, 1, &near);
	rig_add(&call->rig, &call->far, 2, &far);
	rig_add(&call->rig, &call->reader, 2, &reader);
	peer_add(&call->rig, &call->rtp, 1, &call->peer, &rtp);
}

static void call_free(struct call *call)
{
	peer_free(&call->peer);
	rig_free(&call->rig);
}

static void two_ticks(struct call *call)
{
	for (unsigned i = 0; i < 2; i++) {
		rig_tick(&call->rig);
		call->loud_ticks +=
			frame_peak(LAW_ALAW, rig_line_rx(&call->rig, SLOT), TICK_OCTETS) > 5000;
	}
}

static void send_silence(struct call *call, unsigned packets)
{
	uint8_t octets[PTIME_OCTETS];

	memset(octets, LAW_ALAW_IDLE, sizeof(octets));
	while (packets--) {
		peer_send(&call->peer, octets, sizeof(octets));
		two_ticks(call);
	}
}

/* An event of so many packets, then its ends, one each 20 ms as in RFC 4733 2.5.1.4. */
static void send_digit(struct call *call, char digit, unsigned packets, unsigned ends)
{
	const uint8_t event = tevent_event(digit);
	unsigned duration = 0;

	for (unsigned i = 0; i < packets; i++) {
		duration += PTIME_OCTETS;
		peer_send_event(&call->peer, PT_EVENT, event, duration, false);
		two_ticks(call);
	}
	for (unsigned i = 0; i < ends; i++) {
		peer_send_event(&call->peer, PT_EVENT, event, duration, true);
		two_ticks(call);
	}
	call->peer.timestamp += (packets + ends) * PTIME_OCTETS;
}

START_TEST(events_become_tones_on_the_line)
{
	static const char digits[] = "0123456789*#ABCD";
	struct call call;

	call_open(&call, PT_EVENT);
	send_silence(&call, 10);
	for (const char *digit = digits; *digit; digit++) {
		send_digit(&call, *digit, 5, 3);
		send_silence(&call, 2);
	}
	send_silence(&call, 10);
	ck_assert_str_eq(call.far.digits, digits);    /* heard on the line */
	ck_assert_str_eq(call.reader.digits, digits); /* and said to the party there */
	ck_assert_str_eq(call.rtp.digits, digits);    /* came in by RTP */
	ck_assert_str_eq(call.line.digits, "");       /* but not from the line */
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_lost + stats.rx_bad + stats.rx_late + stats.concealed_ticks, 0);
	call_free(&call);
}
END_TEST

START_TEST(the_shortest_event_is_at_least_40_ms_of_tone)
{
	struct call call;

	call_open(&call, PT_EVENT);
	send_silence(&call, 10);
	send_digit(&call, '7', 0, 3);
	send_silence(&call, 20);
	ck_assert_uint_ge(call.loud_ticks, 4);
	ck_assert_uint_le(call.loud_ticks, 6);
	ck_assert_str_eq(call.far.digits, "7");
	call_free(&call);
}
END_TEST

START_TEST(a_held_digit_sounds_as_long_as_it_is_held)
{
	struct call call;

	call_open(&call, PT_EVENT);
	send_silence(&call, 10);
	send_digit(&call, '7', 50, 3);
	send_silence(&call, 20);
	ck_assert_uint_ge(call.loud_ticks, 99);
	ck_assert_uint_le(call.loud_ticks, 103);
	ck_assert_str_eq(call.far.digits, "7");
	call_free(&call);
}
END_TEST

START_TEST(digits_that_come_too_fast_all_arrive)
{
	struct call call;

	call_open(&call, PT_EVENT);
	send_silence(&call, 10);
	for (const char *digit = "11233455"; *digit; digit++)
		send_digit(&call, *digit, 0, 2);
	send_silence(&call, 60);
	ck_assert_str_eq(call.far.digits, "11233455");
	ck_assert_str_eq(call.rtp.digits, "11233455");
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_lost + stats.concealed_ticks, 0);
	call_free(&call);
}
END_TEST

START_TEST(an_event_whose_end_is_lost_ends_by_itself)
{
	struct call call;

	call_open(&call, PT_EVENT);
	send_silence(&call, 10);
	send_digit(&call, '3', 3, 0);
	send_silence(&call, 40);
	ck_assert_str_eq(call.rtp.digits, "3");
	ck_assert_str_eq(call.far.digits, "3");
	ck_assert_uint_le(call.loud_ticks, 30);
	call_free(&call);
}
END_TEST

START_TEST(sound_after_an_event_is_untouched)
{
	struct call call;
	uint8_t sent[20 * PTIME_OCTETS], heard[24 * PTIME_OCTETS];

	call_open(&call, PT_EVENT);
	pattern(sent, sizeof(sent), 4);
	send_silence(&call, 10);
	send_digit(&call, '3', 5, 3);
	for (unsigned i = 0; i < 24; i++) {
		if (i < 20)
			peer_send(&call.peer, sent + i * PTIME_OCTETS, PTIME_OCTETS);
		for (unsigned k = 0; k < 2; k++) {
			rig_tick(&call.rig);
			memcpy(heard + i * PTIME_OCTETS + k * TICK_OCTETS,
			       rig_line_rx(&call.rig, SLOT), TICK_OCTETS);
		}
	}
	/* The first packet may meet the seam of a concealed moment. */
	ck_assert_ptr_nonnull(memmem(heard, sizeof(heard), sent + PTIME_OCTETS, 19 * PTIME_OCTETS));
	call_free(&call);
}
END_TEST

/* What the peer received, event by event. */
struct events {
	char digits[33];
	unsigned packets, audio, ends;
	unsigned step; /* timestamp units of a packet */
};

static void check_event(struct events *events, const struct rtp_packet *packet, bool begins,
			struct rtp_packet *start, uint16_t *duration)
{
	struct tevent_payload payload;

	ck_assert_int_eq(tevent_parse(packet->payload, packet->payload_len, &payload), 0);
	ck_assert_uint_eq(packet->marker, begins);
	if (begins) {
		events->digits[strlen(events->digits)] = tevent_digit(payload.event);
		events->ends = 0;
		*duration = 0;
		*start = *packet;
	}
	ck_assert_uint_eq(packet->timestamp, start->timestamp);
	if (!payload.end)
		ck_assert_uint_eq(payload.duration, *duration + events->step);
	ck_assert_uint_ge(payload.duration, *duration);
	*duration = payload.duration;
	events->ends += payload.end;
	ck_assert_uint_le(events->ends, TEVENT_END_PACKETS);
	events->packets++;
}

/* Runs for so many ticks; every packet at the peer is checked against the one before. */
static struct events collect(struct rig *rig, const struct peer *peer, unsigned ticks,
			     unsigned step)
{
	struct events events = { .step = step };
	struct rtp_packet packet, before = { 0 }, start = { 0 };
	uint8_t buffer[RTP_MAX_PACKET];
	uint16_t duration = 0;
	bool any = false, in_event = false;

	while (ticks--) {
		rig_tick(rig);
		while (peer_receive(peer, &packet, buffer)) {
			bool event = packet.pt == PT_EVENT;
			if (any)
				ck_assert_uint_eq(packet.seq, (uint16_t)(before.seq + 1));
			if (event)
				check_event(&events, &packet,
					    !in_event || events.ends == TEVENT_END_PACKETS, &start,
					    &duration);
			else
				events.audio++;
			if (!event && in_event)
				ck_assert_uint_eq(events.ends, TEVENT_END_PACKETS);
			any = true;
			in_event = event;
			before = packet;
		}
	}
	return events;
}

START_TEST(tones_on_the_line_become_events)
{
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "159D*#" };
	struct call call;

	call_open(&call, PT_EVENT);
	ck_assert_int_eq(mg_signal(call.rig.mg, call.reader.id, &digits), 0);
	struct events events = collect(&call.rig, &call.peer, 150, PTIME_OCTETS);
	ck_assert_str_eq(events.digits, digits.digits);
	ck_assert_uint_ge(events.packets, 6 * (3 + TEVENT_END_PACKETS));
	ck_assert_uint_ge(events.audio, 6);
	ck_assert_uint_eq(events.audio + events.packets, 75); /* one each 20 ms, whichever */
	ck_assert_str_eq(call.line.digits, digits.digits);
	ck_assert_uint_eq(call.reader.told[MG_EV_SIGNAL_DONE], 1);
	call_free(&call);
}
END_TEST

START_TEST(a_signal_of_digits_goes_as_events_where_they_were_negotiated)
{
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "42" };
	struct call call;

	call_open(&call, PT_EVENT);
	ck_assert_int_eq(mg_signal(call.rig.mg, call.rtp.id, &digits), 0);
	struct events events = collect(&call.rig, &call.peer, 60, PTIME_OCTETS);
	ck_assert_str_eq(events.digits, "42");
	ck_assert_uint_eq(call.rtp.told[MG_EV_SIGNAL_DONE], 1);
	call_free(&call);
}
END_TEST

/* The digits in the sound that comes to the peer in so many ticks. */
static void listen_to(struct rig *rig, const struct peer *peer, unsigned ticks, char *digits)
{
	struct dtmf_rx *rx = dtmf_rx_new(rig->talloc_ctx);
	struct rtp_packet packet;
	uint8_t buffer[RTP_MAX_PACKET];
	int16_t samples[PTIME_OCTETS];
	char before = 0;

	while (ticks--) {
		rig_tick(rig);
		while (peer_receive(peer, &packet, buffer)) {
			ck_assert_uint_eq(packet.pt, PT_PCMA);
			g711_decode(LAW_ALAW, packet.payload, samples, packet.payload_len);
			char digit = dtmf_rx_feed(rx, samples, packet.payload_len);
			if (digit && digit != before)
				*digits++ = digit;
			before = digit;
		}
	}
	*digits = 0;
	dtmf_rx_free(rx);
}

START_TEST(without_events_tones_pass_and_signals_are_tones)
{
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "159D" };
	struct call call;
	char heard[32];

	call_open(&call, 0);
	ck_assert_int_eq(mg_signal(call.rig.mg, call.reader.id, &digits), 0);
	listen_to(&call.rig, &call.peer, 100, heard);
	ck_assert_str_eq(heard, "159D");
	ck_assert_str_eq(call.line.digits, "159D");
	ck_assert_int_eq(mg_signal(call.rig.mg, call.rtp.id, &digits), 0);
	listen_to(&call.rig, &call.peer, 100, heard);
	ck_assert_str_eq(heard, "159D");
	call_free(&call);
}
END_TEST

/* What signalling says of digits, instead of packets: from the peer, as fast as it likes, and to it. */
START_TEST(digits_that_are_pressed_are_heard_on_the_line)
{
	struct call call;

	call_open(&call, 0);
	rig_ticks(&call.rig, 2);
	for (const char *digit = "12#D"; *digit; digit++)
		ck_assert_int_eq(mg_press(call.rig.mg, call.rtp.id, *digit), 0);
	send_silence(&call, 60);
	ck_assert_str_eq(call.reader.digits, "12#D");
	ck_assert_int_eq(mg_press(call.rig.mg, call.rtp.id, 'x'), -EINVAL);
	ck_assert_int_eq(mg_press(call.rig.mg, call.line.id, '1'), -EINVAL);
	ck_assert_int_eq(mg_press(call.rig.mg, 12345, '1'), -ENOENT);
	call_free(&call);
}
END_TEST

START_TEST(digits_that_signalling_carries_are_told)
{
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "159D" };
	struct call call;

	call_open(&call, 0);
	struct mg_term term = peer_term(&call.peer);
	term.rtp.tells_digits = true;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &term), 0);
	ck_assert_int_eq(mg_signal(call.rig.mg, call.reader.id, &digits), 0);
	rig_ticks(&call.rig, 120);
	ck_assert_str_eq(call.rtp.digits, "159D");
	ck_assert_uint_eq(call.rtp.told[MG_EV_DIGIT_OUT], 4);
	term.rtp.tevent_pt = PT_EVENT; /* twice would be too often */
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &term), -EINVAL);
	call_free(&call);
}
END_TEST

/* RFC 3264 5.1: each side says by which number it wants to hear events */
START_TEST(events_come_by_our_payload_type_and_go_by_theirs)
{
	enum { PT_THEIRS = 97 };
	const struct mg_signal digit = { .kind = MG_SIGNAL_DIGITS, .digits = "7" };
	uint8_t buffer[RTP_MAX_PACKET];
	struct rtp_packet packet;
	unsigned theirs = 0;
	struct call call;

	call_open(&call, 0);
	struct mg_term term = peer_term(&call.peer);
	term.rtp.tevent_pt = PT_THEIRS;
	term.rtp.tevent_rx_pt = PT_EVENT;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &term), 0);
	send_silence(&call, 10);
	send_digit(&call, '5', 5, 3);
	send_silence(&call, 10);
	ck_assert_str_eq(call.rtp.digits, "5");
	peer_send_event(&call.peer, PT_THEIRS, 5, 160, false);
	ck_assert_uint_eq(rig_stats(&call.rig, &call.rtp).rx_bad, 1);
	ck_assert_int_eq(mg_signal(call.rig.mg, call.rtp.id, &digit), 0);
	rig_ticks(&call.rig, 40);
	while (peer_receive(&call.peer, &packet, buffer)) {
		ck_assert_uint_ne(packet.pt, PT_EVENT);
		theirs += packet.pt == PT_THEIRS;
	}
	ck_assert_uint_ge(theirs, 5);
	call_free(&call);
}
END_TEST

START_TEST(events_go_on_as_events_or_as_tones)
{
	for (unsigned i = 0; i < 2; i++) {
		struct rig rig = rig_new(LAW_ALAW);
		struct peer from = peer_new(PT_PCMA), to = peer_new(PT_PCMA);
		struct mg_term a = peer_term(&from), b = peer_term(&to);
		struct party one, two;
		char heard[33];
		a.rtp.tevent_pt = PT_EVENT;
		b.rtp.tevent_pt = i ? PT_EVENT : 0;
		b.rtp.ptime_ms = i ? 60 : 20; /* longer than the event */
		peer_add(&rig, &one, 1, &from, &a);
		peer_add(&rig, &two, 1, &to, &b);
		for (unsigned k = 0; k < 3; k++) /* one burst: the ends alone */
			peer_send_event(&from, PT_EVENT, 9, 400, true);
		if (i)
			strcpy(heard, collect(&rig, &to, 60, 480).digits);
		else
			listen_to(&rig, &to, 40, heard);
		ck_assert_str_eq(heard, "9");
		ck_assert_str_eq(one.digits, "9");
		ck_assert_str_eq(two.digits, "");
		peer_free(&from);
		peer_free(&to);
		rig_free(&rig);
	}
}
END_TEST

UNIT_MAIN("dtmf", events_become_tones_on_the_line, the_shortest_event_is_at_least_40_ms_of_tone,
	  a_held_digit_sounds_as_long_as_it_is_held, digits_that_come_too_fast_all_arrive,
	  an_event_whose_end_is_lost_ends_by_itself, sound_after_an_event_is_untouched,
	  tones_on_the_line_become_events,
	  a_signal_of_digits_goes_as_events_where_they_were_negotiated,
	  without_events_tones_pass_and_signals_are_tones,
	  digits_that_are_pressed_are_heard_on_the_line, digits_that_signalling_carries_are_told,
	  events_come_by_our_payload_type_and_go_by_theirs, events_go_on_as_events_or_as_tones)
