/* RTP terminations: transparency, loss, strangers, direction, changes in a call, RTCP. */
#include "tests/unit/mg/peer.h"

enum { PT_PCMU = 0, PT_PCMA = 8 };

/* A stream to the timeslot that the test reads at the far end of the line. */
struct call {
	struct rig rig;
	struct peer peer;
	struct party rtp, line;
	struct mg_term term;
};

enum { SLOT = 5 };

static struct call call_new_with(enum law law, uint8_t pt, const struct mg_config *config)
{
	struct call call = { .rig = rig_new_with(law, config), .peer = peer_new(pt) };
	return call;
}

static void call_open(struct call *call)
{
	struct mg_term tdm = rig_tdm(call->rig.near, SLOT);

	rig_add(&call->rig, &call->line, 1, &tdm);
	peer_add(&call->rig, &call->rtp, 1, &call->peer, &call->term);
}

static struct call call_new(enum law law, uint8_t pt)
{
	struct mg_config config = rig_config();
	struct call call = call_new_with(law, pt, &config);

	call.term = peer_term(&call.peer);
	return call;
}

static void call_free(struct call *call)
{
	peer_free(&call->peer);
	rig_free(&call->rig);
}

/* n packets of octets, two ticks each; what the far end of the line hears is collected. */
static void play(struct call *call, const uint8_t *octets, unsigned n, uint8_t *heard)
{
	for (unsigned i = 0; i < n; i++, octets += PTIME_OCTETS) {
		peer_send(&call->peer, octets, PTIME_OCTETS);
		for (unsigned k = 0; k < 2; k++, heard += TICK_OCTETS) {
			rig_tick(&call->rig);
			memcpy(heard, rig_line_rx(&call->rig, SLOT), TICK_OCTETS);
		}
	}
}

/* Where piece begins in whole, or -1. */
static int position(const uint8_t *whole, size_t whole_len, const uint8_t *piece, size_t len)
{
	const uint8_t *at = memmem(whole, whole_len, piece, len);

	return at ? at - whole : -1;
}

START_TEST(rtp_line_echo_line_rtp_is_bit_exact)
{
	enum { PACKETS = 100, WAY = 10 * PTIME_OCTETS };
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	struct party far, echo;
	struct mg_term slot = rig_tdm(call.rig.far, SLOT), local = rig_local(LAW_ALAW, true);
	uint8_t sent[PACKETS * PTIME_OCTETS], heard[PACKETS * PTIME_OCTETS + 1];
	size_t n = 0;

	call_open(&call);
	rig_add(&call.rig, &far, 2, &slot);
	rig_add(&call.rig, &echo, 2, &local);
	pattern(sent, sizeof(sent), 1);
	for (unsigned i = 0; i < PACKETS; i++) {
		struct rtp_packet packet;
		uint8_t buffer[RTP_MAX_PACKET];
		peer_send(&call.peer, sent + i * PTIME_OCTETS, PTIME_OCTETS);
		rig_ticks(&call.rig, 2);
		while (n < PACKETS * PTIME_OCTETS && peer_receive(&call.peer, &packet, buffer)) {
			memcpy(heard + n, packet.payload, packet.payload_len);
			n += packet.payload_len;
		}
	}
	int at = position(heard, n, sent, sizeof(sent) - WAY);
	ck_assert_int_ge(at, 0);
	ck_assert_int_le(at, WAY); /* and none too many milliseconds */
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_packets, PACKETS);
	ck_assert_uint_eq(stats.rx_octets, PACKETS * PTIME_OCTETS);
	ck_assert_uint_eq(stats.rx_lost + stats.rx_late + stats.rx_bad + stats.concealed_ticks, 0);
	call_free(&call);
}
END_TEST

START_TEST(any_packet_length_is_played_octet_by_octet)
{
	static const unsigned lengths[] = { 80, 160, 240, 480, 640, 40, 100 };
	for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct call call = call_new(LAW_ALAW, PT_PCMA);
		uint8_t sent[6400], heard[12000];
		size_t at = 0, n = 0;
		call_open(&call);
		pattern(sent, sizeof(sent), i);
		for (unsigned tick = 0; n < sizeof(heard); tick++) {
			while (at + lengths[i] <= sizeof(sent) && at <= tick * TICK_OCTETS) {
				peer_send(&call.peer, sent + at, lengths[i]);
				at += lengths[i];
			}
			rig_tick(&call.rig);
			memcpy(heard + n, rig_line_rx(&call.rig, SLOT), TICK_OCTETS);
			n += TICK_OCTETS;
		}
		ck_assert_int_ge(position(heard, n, sent, at), 0);
		call_free(&call);
	}
}
END_TEST

START_TEST(laws_are_converted_by_the_recommendations_tables)
{
	struct call call = call_new(LAW_ALAW, PT_PCMU);
	uint8_t sent[20 * PTIME_OCTETS], heard[20 * PTIME_OCTETS], expected[20 * PTIME_OCTETS];
	uint8_t line[TICK_OCTETS], back[2 * TICK_OCTETS], buffer[RTP_MAX_PACKET];
	struct rtp_packet packet = { 0 };

	call_open(&call);
	pattern(sent, sizeof(sent), 1);
	g711_transcode(LAW_MULAW, sent, expected, sizeof(sent));
	play(&call, sent, 20, heard);
	ck_assert_int_ge(position(heard, sizeof(heard), expected, 15 * PTIME_OCTETS), 0);
	pattern(line, sizeof(line), 2);
	for (unsigned i = 0; i < 10; i++) {
		rig_tick(&call.rig);
		rig_line_tx(&call.rig, SLOT, line);
	}
	g711_transcode(LAW_ALAW, line, back, TICK_OCTETS);
	memcpy(back + TICK_OCTETS, back, TICK_OCTETS);
	while (peer_receive(&call.peer, &packet, buffer)) /* the last one counts */
		ck_assert_uint_eq(packet.payload_len, PTIME_OCTETS);
	ck_assert_mem_eq(packet.payload, back, PTIME_OCTETS);
	call_free(&call);
}
END_TEST

START_TEST(the_stream_is_contiguous_with_the_marker_at_its_start)
{
	static const unsigned ptimes[] = { 10, 20, 30, 60 };

	for (unsigned i = 0; i < ARRAY_SIZE(ptimes); i++) {
		struct call call = call_new(LAW_ALAW, PT_PCMA);
		struct rtp_packet packet, first;
		uint8_t buffer[RTP_MAX_PACKET];
		unsigned n = 0;
		call.term.rtp.ptime_ms = ptimes[i];
		call_open(&call);
		for (unsigned tick = 1; tick < 60; tick++) { /* call_open has ticked once */
			rig_tick(&call.rig);
			while (peer_receive(&call.peer, &packet, buffer)) {
				if (!n)
					first = packet;
				ck_assert_uint_eq(packet.payload_len, ptimes[i] * 8);
				ck_assert_uint_eq(packet.marker, n == 0);
				ck_assert_uint_eq(packet.pt, PT_PCMA);
				ck_assert_uint_eq(packet.ssrc, first.ssrc);
				ck_assert_uint_eq(packet.seq, (uint16_t)(first.seq + n));
				ck_assert_uint_eq(packet.timestamp,
						  first.timestamp + n * ptimes[i] * 8);
				n++;
			}
		}
		ck_assert_uint_eq(n, 600 / ptimes[i]);
		struct mg_stats stats = rig_end(&call.rig, &call.rtp);
		ck_assert_uint_eq(stats.tx_packets, n + 10 / ptimes[i]);
		ck_assert_uint_eq(stats.tx_octets, stats.tx_packets * ptimes[i] * 8);
		call_free(&call);
	}
}
END_TEST

/* 300 Hz at about -10 dBm0, phase unbroken. */
static void sine(uint8_t *octets, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		int16_t sample = 7000 * sin(2 * M_PI * 300 * i / SAMPLE_RATE);
		g711_encode(LAW_ALAW, &sample, octets + i, 1);
	}
}

START_TEST(a_lost_packet_is_concealed_and_counted)
{
	enum { PACKETS = 40, LOST = 20 };
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[PACKETS * PTIME_OCTETS], heard[PACKETS * PTIME_OCTETS];

	call_open(&call);
	sine(sent, sizeof(sent));
	play(&call, sent, LOST, heard);
	int start = position(heard, LOST * PTIME_OCTETS, sent, 5 * PTIME_OCTETS);
	ck_assert_int_ge(start, 0);
	call.peer.seq++;
	call.peer.timestamp += PTIME_OCTETS;
	for (unsigned k = 0; k < 2; k++) {
		rig_tick(&call.rig);
		memcpy(heard + LOST * PTIME_OCTETS + k * TICK_OCTETS, rig_line_rx(&call.rig, SLOT),
		       TICK_OCTETS);
	}
	play(&call, sent + (LOST + 1) * PTIME_OCTETS, PACKETS - LOST - 1,
	     heard + (LOST + 1) * PTIME_OCTETS);

	const uint8_t *gap = heard + start + LOST * PTIME_OCTETS;
	ck_assert_mem_eq(heard + start, sent, LOST * PTIME_OCTETS);
	ck_assert_mem_ne(gap, sent + LOST * PTIME_OCTETS, PTIME_OCTETS);
	ck_assert_int_gt(frame_peak(LAW_ALAW, gap, TICK_OCTETS), 3000); /* no hole */
	ck_assert_int_gt(frame_peak(LAW_ALAW, gap + TICK_OCTETS, TICK_OCTETS), 3000);
	/* After the seam everything is as it was sent. */
	ck_assert_mem_eq(gap + 2 * PTIME_OCTETS, sent + (LOST + 2) * PTIME_OCTETS,
			 10 * PTIME_OCTETS);
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_lost, 1);
	ck_assert_uint_eq(stats.concealed_ticks, 2);
	call_free(&call);
}
END_TEST

START_TEST(after_the_seam_of_a_loss_octets_are_untouched_again)
{
	struct call call = call_new(LAW_MULAW, PT_PCMU);
	uint8_t sent[30 * PTIME_OCTETS], heard[30 * PTIME_OCTETS];

	call_open(&call);
	pattern(sent, sizeof(sent), 6); /* both zeros of mu-law are in it */
	ck_assert_ptr_nonnull(memchr(sent + 15 * PTIME_OCTETS, 0x7f, 10 * PTIME_OCTETS));
	play(&call, sent, 10, heard);
	call.peer.seq++;
	call.peer.timestamp += PTIME_OCTETS;
	rig_ticks(&call.rig, 2);
	play(&call, sent, 30, heard);
	ck_assert_int_ge(position(heard, sizeof(heard), sent + PTIME_OCTETS, 25 * PTIME_OCTETS), 0);
	call_free(&call);
}
END_TEST

START_TEST(a_stream_that_stops_fades_to_silence)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[20 * PTIME_OCTETS], heard[20 * PTIME_OCTETS];

	call_open(&call);
	sine(sent, sizeof(sent));
	play(&call, sent, 20, heard);
	rig_ticks(&call.rig, 20);
	for (unsigned i = 0; i < 200; i++) {
		rig_tick(&call.rig);
		ck_assert_int_lt(frame_peak(LAW_ALAW, rig_line_rx(&call.rig, SLOT), TICK_OCTETS),
				 20);
	}
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_le(stats.concealed_ticks, 10); /* silence is not concealment */
	ck_assert_uint_eq(stats.rx_lost, 0);
	call_free(&call);
}
END_TEST

START_TEST(strangers_and_nonsense_are_counted_and_not_heard)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	struct peer stranger = peer_new(PT_PCMA);
	uint8_t loud[PTIME_OCTETS], long_one[1400];
	struct rtp_packet packet;

	memset(loud, 0xaa, sizeof(loud));
	memset(long_one, 0x80, sizeof(long_one));
	call_open(&call);
	stranger.gateway = call.peer.gateway;
	packet = peer_packet(&stranger, loud, sizeof(loud));
	peer_send_from(stranger.fd, &stranger, &packet); /* 1: another source */
	packet = peer_packet(&call.peer, loud, sizeof(loud));
	packet.pt = 3;
	peer_send_from(call.peer.fd, &call.peer, &packet); /* 2: another payload type */
	packet.pt = 101;
	peer_send_from(call.peer.fd, &call.peer,
		       &packet); /* 3: no telephone-event was negotiated */
	packet = peer_packet(&call.peer, loud, 0);
	peer_send_from(call.peer.fd, &call.peer, &packet); /* 4: nothing in it */
	packet = peer_packet(&call.peer, long_one, sizeof(long_one));
	peer_send_from(call.peer.fd, &call.peer, &packet); /* 5: 175 ms of sound */
	ck_assert_int_eq(sendto(call.peer.fd, "GET / HTTP", 10, 0,
				(struct sockaddr *)&call.peer.gateway, sizeof(struct sockaddr_in)),
			 10); /* 6: not RTP */
	ck_assert_int_eq(sendto(call.peer.fd, "", 0, 0, (struct sockaddr *)&call.peer.gateway,
				sizeof(struct sockaddr_in)),
			 0); /* 7: nothing at all */
	for (unsigned i = 0; i < 20; i++) {
		rig_tick(&call.rig);
		ck_assert_int_lt(frame_peak(LAW_ALAW, rig_line_rx(&call.rig, SLOT), TICK_OCTETS),
				 20);
	}
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_bad, 7);
	ck_assert_uint_eq(stats.rx_packets, 0);
	peer_free(&stranger);
	call_free(&call);
}
END_TEST

START_TEST(duplicates_late_and_swapped_packets)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[20 * PTIME_OCTETS], heard[24 * PTIME_OCTETS];
	struct rtp_packet first, second;

	call_open(&call);
	pattern(sent, sizeof(sent), 5);
	play(&call, sent, 10, heard);
	/* Two come in the wrong order, at once, one of them twice: 20 ms of buffer hide it. */
	first = peer_packet(&call.peer, sent + 10 * PTIME_OCTETS, PTIME_OCTETS);
	second = peer_packet(&call.peer, sent + 11 * PTIME_OCTETS, PTIME_OCTETS);
	peer_send_from(call.peer.fd, &call.peer, &second);
	peer_send_from(call.peer.fd, &call.peer, &first);
	peer_send_from(call.peer.fd, &call.peer, &first);
	for (unsigned k = 0; k < 4; k++) {
		rig_tick(&call.rig);
		memcpy(heard + 10 * PTIME_OCTETS + k * TICK_OCTETS, rig_line_rx(&call.rig, SLOT),
		       TICK_OCTETS);
	}
	play(&call, sent + 12 * PTIME_OCTETS, 8, heard + 12 * PTIME_OCTETS);
	ck_assert_int_ge(position(heard, 20 * PTIME_OCTETS, sent, 16 * PTIME_OCTETS), 0);
	peer_send_from(call.peer.fd, &call.peer, &second); /* long past */
	first.seq -= 40;                                   /* never came in time */
	first.timestamp -= 40 * PTIME_OCTETS;
	peer_send_from(call.peer.fd, &call.peer, &first);
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_late, 1);
	ck_assert_uint_eq(stats.concealed_ticks, 0);
	call_free(&call);
}
END_TEST

START_TEST(direction_is_obeyed_and_time_goes_on)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[10 * PTIME_OCTETS], heard[10 * PTIME_OCTETS], buffer[RTP_MAX_PACKET];
	struct rtp_packet before = { 0 }, packet;

	call_open(&call);
	sine(sent, sizeof(sent));
	play(&call, sent, 10, heard);
	while (peer_receive(&call.peer, &packet, buffer))
		before = packet;
	call.term.rtp.send = call.term.rtp.receive = false;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	rig_tick(&call.rig);
	ck_assert_uint_eq(call.rtp.told[MG_EV_MODIFIED], 1);
	while (peer_receive(&call.peer, &packet, buffer))
		before = packet;
	play(&call, sent, 10, heard);
	ck_assert(!peer_receive(&call.peer, &packet, buffer));
	ck_assert_int_lt(frame_peak(LAW_ALAW, heard + 2 * TICK_OCTETS, 18 * TICK_OCTETS), 20);
	call.term.rtp.send = call.term.rtp.receive = true;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	play(&call, sent, 10, heard);
	ck_assert_int_gt(frame_peak(LAW_ALAW, heard, sizeof(heard)), 5000);
	ck_assert(peer_receive(&call.peer, &packet, buffer));
	ck_assert(packet.marker);
	ck_assert_uint_eq(packet.ssrc, before.ssrc);
	ck_assert_uint_eq(packet.seq, (uint16_t)(before.seq + 1));
	uint32_t ahead = packet.timestamp - before.timestamp;
	ck_assert_uint_ge(ahead, 11 * PTIME_OCTETS);
	ck_assert_uint_le(ahead, 12 * PTIME_OCTETS);
	call_free(&call);
}
END_TEST

START_TEST(nothing_is_sent_before_the_peer_is_known)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	struct sockaddr_storage remote = call.term.rtp.remote;
	struct rtp_packet packet;
	uint8_t buffer[RTP_MAX_PACKET], sent[PTIME_OCTETS] = { 0 };

	call.term.rtp.remote = (struct sockaddr_storage){ 0 };
	call_open(&call);
	rig_ticks(&call.rig, 10);
	peer_send(&call.peer, sent, sizeof(sent));
	ck_assert_uint_eq(rig_stats(&call.rig, &call.rtp).rx_bad, 1);
	ck_assert(!peer_receive(&call.peer, &packet, buffer));
	call.term.rtp.remote = remote;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	rig_ticks(&call.rig, 2);
	ck_assert(peer_receive(&call.peer, &packet, buffer));
	ck_assert(packet.marker);
	call_free(&call);
}
END_TEST

START_TEST(a_changed_peer_or_codec_keeps_the_stream_unbroken)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	struct peer other = peer_new(PT_PCMU);
	struct rtp_packet before = { 0 }, packet;
	uint8_t buffer[RTP_MAX_PACKET], line[TICK_OCTETS], expected[TICK_OCTETS];

	call_open(&call);
	pattern(line, sizeof(line), 9);
	g711_transcode(LAW_ALAW, line, expected, TICK_OCTETS);
	for (unsigned i = 0; i < 9; i++) {
		rig_tick(&call.rig);
		rig_line_tx(&call.rig, SLOT, line);
	}
	while (peer_receive(&call.peer, &packet, buffer))
		before = packet;
	/* In the middle of a packet: its first half is converted, none is dropped. */
	rig_tick(&call.rig);
	rig_line_tx(&call.rig, SLOT, line);
	while (peer_receive(&call.peer, &packet, buffer))
		before = packet;
	call.term = peer_term(&other);
	call.term.rtp.ptime_ms = 10;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	for (unsigned i = 0; i < 10; i++) {
		rig_tick(&call.rig);
		rig_line_tx(&call.rig, SLOT, line);
	}
	ck_assert(!peer_receive(&call.peer, &packet, buffer));
	uint32_t timestamp = before.timestamp + PTIME_OCTETS;
	unsigned n = 0;
	for (; peer_receive(&other, &packet, buffer); n++, timestamp += TICK_OCTETS) {
		ck_assert_uint_eq(packet.ssrc, before.ssrc);
		ck_assert_uint_eq(packet.seq, (uint16_t)(before.seq + 1 + n));
		ck_assert_uint_eq(packet.timestamp, timestamp);
		ck_assert_uint_eq(packet.pt, PT_PCMU);
		ck_assert(!packet.marker);
		ck_assert_uint_eq(packet.payload_len, TICK_OCTETS);
		ck_assert_mem_eq(packet.payload, expected, TICK_OCTETS);
	}
	ck_assert_uint_ge(n, 10);
	peer_free(&other);
	call_free(&call);
}
END_TEST

START_TEST(what_waits_in_the_buffer_keeps_its_codec)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t alaw[10 * PTIME_OCTETS], mulaw[10 * PTIME_OCTETS], heard[20 * PTIME_OCTETS];

	call_open(&call);
	pattern(alaw, sizeof(alaw), 1);
	pattern(mulaw, sizeof(mulaw), 2);
	play(&call, alaw, 10, heard);
	call.peer.pt = call.term.rtp.pt = PT_PCMU;
	call.term.rtp.codec = CODEC_PCMU;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	play(&call, mulaw, 10, heard + 10 * PTIME_OCTETS);
	g711_transcode(LAW_MULAW, mulaw, mulaw, sizeof(mulaw));
	int at = position(heard, sizeof(heard), alaw, 9 * PTIME_OCTETS);
	ck_assert_int_ge(at, 0);
	/* The octets that waited went to mu-law and back: the same but for one step. */
	for (unsigned i = 0; i < PTIME_OCTETS; i++) {
		int16_t was, is;
		g711_decode(LAW_ALAW, alaw + 9 * PTIME_OCTETS + i, &was, 1);
		g711_decode(LAW_ALAW, heard + at + 9 * PTIME_OCTETS + i, &is, 1);
		ck_assert_int_le(abs(was - is), 8 + abs(was) / 16);
	}
	ck_assert_mem_eq(heard + at + 10 * PTIME_OCTETS, mulaw, 8 * PTIME_OCTETS);
	ck_assert_uint_eq(rig_end(&call.rig, &call.rtp).rx_bad, 0);
	call_free(&call);
}
END_TEST

/* RFC 3264 6.1: an answer of several codecs lets its giver send any of them, changing as it likes */
START_TEST(every_agreed_payload_type_is_heard_in_its_law)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t octets[40 * PTIME_OCTETS], heard[40 * PTIME_OCTETS], buffer[RTP_MAX_PACKET];
	struct rtp_packet packet;

	call.term.rtp.n_also = 1;
	call.term.rtp.also[0] = (struct mg_format){ .codec = CODEC_PCMU, .pt = PT_PCMU };
	call_open(&call);
	pattern(octets, sizeof(octets), 1);
	for (unsigned i = 0; i < 40; i++) {
		call.peer.pt = i % 3 ? PT_PCMA : PT_PCMU;
		play(&call, octets + i * PTIME_OCTETS, 1, heard + i * PTIME_OCTETS);
		if (!(i % 3))
			g711_transcode(LAW_MULAW, octets + i * PTIME_OCTETS,
				       octets + i * PTIME_OCTETS, PTIME_OCTETS);
	}
	ck_assert_int_ge(position(heard, sizeof(heard), octets, 30 * PTIME_OCTETS), 0);
	ck_assert_uint_eq(rig_stats(&call.rig, &call.rtp).rx_bad, 0);
	while (peer_receive(&call.peer, &packet, buffer))
		ck_assert_uint_eq(packet.pt, PT_PCMA);
	call.term.rtp.n_also = 0; /* and no longer, once that is said */
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	for (unsigned i = 0; i < 4; i++) {
		call.peer.pt = i % 2 ? PT_PCMU : PT_PCMA;
		play(&call, octets, 1, heard);
	}
	ck_assert_uint_eq(rig_end(&call.rig, &call.rtp).rx_bad, 2);
	call_free(&call);
}
END_TEST

START_TEST(the_old_payload_type_is_taken_until_the_new_one_comes)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[PTIME_OCTETS], heard[PTIME_OCTETS];
	static const struct {
		uint8_t pt, bad;
	} steps[] = { { PT_PCMA, 0 }, { PT_PCMU, 0 }, { PT_PCMA, 1 }, { PT_PCMU, 1 } };

	call_open(&call);
	sine(sent, sizeof(sent));
	call.term.rtp.pt = PT_PCMU;
	call.term.rtp.codec = CODEC_PCMU;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(steps); i++) {
		call.peer.pt = steps[i].pt;
		play(&call, sent, 1, heard);
		ck_assert_uint_eq(rig_stats(&call.rig, &call.rtp).rx_bad, steps[i].bad);
	}
	call_free(&call);
}
END_TEST

/* The RTCP packet that came to the peer, parsed as told about ssrc. */
static bool rtcp_receive(const struct peer *peer, uint32_t ssrc, struct rtcp_news *news)
{
	uint8_t octets[RTP_MAX_PACKET];
	ssize_t len = recv(peer->rtcp_fd, octets, sizeof(octets), 0);

	if (len < 0)
		return false;
	ck_assert_int_eq(rtcp_parse(octets, len, ssrc, news), 0);
	return true;
}

START_TEST(rtcp_reports_come_every_few_seconds_and_a_bye_at_the_end)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[PTIME_OCTETS], heard[PTIME_OCTETS];
	struct rtcp_news news;
	unsigned reports = 0;

	call_open(&call);
	sine(sent, sizeof(sent));
	for (unsigned i = 0; i < 3000; i++) { /* a minute */
		if (i % 100 == 50)
			call.peer.seq++; /* 1 % lost */
		play(&call, sent, 1, heard);
		while (rtcp_receive(&call.peer, call.peer.ssrc, &news)) {
			ck_assert(news.sr);
			ck_assert(news.report);
			ck_assert_uint_gt(news.sr_ntp, 0);
			reports++;
		}
	}
	ck_assert_uint_ge(reports, 8);
	ck_assert_uint_le(reports, 25);
	ck_assert_int_ge(news.cumulative_lost, 20);
	ck_assert_int_le(news.cumulative_lost, 30);
	ck_assert_uint_ge(news.fraction_lost, 1);
	ck_assert_int_eq(mg_subtract(call.rig.mg, call.rtp.id), 0);
	rig_tick(&call.rig);
	ck_assert(rtcp_receive(&call.peer, call.peer.ssrc, &news));
	ck_assert(news.bye);
	ck_assert_uint_eq(call.rtp.last.stats.rx_lost, 30);
	call_free(&call);
}
END_TEST

START_TEST(the_round_trip_comes_from_the_peers_report)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	struct rtcp_source source = { 0 };
	struct rtcp_sender sender = { .ssrc = 0x1234, .packets = 1, .cname = "x" };
	struct rtp_packet packet, heard;
	struct rtcp_news news;
	uint8_t buffer[RTP_MAX_PACKET], octets[512];

	sender.ntp = 0x1111222233334444;
	call_open(&call);
	memset(octets, LAW_ALAW_IDLE, PTIME_OCTETS);
	play(&call, octets, 1, buffer);
	while (!rtcp_receive(&call.peer, 0, &news)) {
		rig_tick(&call.rig);
		while (peer_receive(&call.peer, &heard, buffer)) {
			rtcp_source_packet(&source, &heard, clock_now_us(), SAMPLE_RATE);
			packet = heard;
		}
	}
	ck_assert(news.sr);
	source.lsr = news.sr_ntp >> 16;
	source.lsr_arrival_us = clock_now_us();
	rig_ticks(&call.rig, 100); /* the peer holds it for a second: that is not the network's */
	source.received_prior = 0;
	int len = rtcp_write(&sender, &source, clock_now_us(), false, octets, sizeof(octets));
	ck_assert_int_gt(len, 0);
	struct sockaddr_in to = *(struct sockaddr_in *)&call.peer.gateway;
	to.sin_port = htons(ntohs(to.sin_port) + 1);
	rig_ticks(&call.rig, 5); /* 50 ms of network */
	sendto(call.peer.rtcp_fd, octets, len, 0, (struct sockaddr *)&to, sizeof(to));
	rig_ticks(&call.rig, 10);
	ck_assert_uint_eq(packet.ssrc, news.ssrc);
	uint64_t since = clock_now_us();
	uint32_t trip = rig_stats(&call.rig, &call.rtp).round_trip_us;
	ck_assert_uint_ge(trip, 50000);
	ck_assert_uint_le(
		trip, 160000); /* the socket is looked at every 100 ms, and no kernel times here */
	/* And it is told likewise when its own report came, RFC 3550 6.4.1 */
	do {
		play(&call, octets, 1, buffer);
	} while (!rtcp_receive(&call.peer, 0x1234, &news));
	ck_assert(news.report);
	ck_assert_uint_eq(news.lsr, 0x22223333);
	double held = news.dlsr / 65536.0, real = (clock_now_us() - since) / 1e6;
	ck_assert_double_ge(held, real - 0.05);
	ck_assert_double_le(held, real + 0.2);
	call_free(&call);
}
END_TEST

START_TEST(an_adaptive_buffer_comes_down_in_quiet_and_leaves_speech_alone)
{
	for (unsigned quiet = 0; quiet < 2; quiet++) {
		struct mg_config config = rig_config();
		config.jitter = (struct jitter_config){
			.adaptive = true, .min_ms = 20, .max_ms = 200, .initial_ms = 100
		};
		struct call call = call_new_with(LAW_ALAW, PT_PCMA, &config);
		uint8_t sent[PTIME_OCTETS], heard[2 * PTIME_OCTETS];
		call.term = peer_term(&call.peer);
		call_open(&call);
		memset(sent, LAW_ALAW_IDLE, sizeof(sent));
		if (!quiet)
			sine(sent, sizeof(sent));
		for (unsigned i = 0; i < 1500; i++)
			play(&call, sent, 1, heard);
		struct mg_stats stats = rig_end(&call.rig, &call.rtp);
		ck_assert_uint_le(stats.jb_target_ms, 40);
		if (quiet)
			ck_assert_uint_le(stats.jb_delay_ms, stats.jb_target_ms + 10);
		else
			ck_assert_uint_ge(stats.jb_delay_ms, 90);
		ck_assert_uint_eq(stats.concealed_ticks + stats.rx_late, 0);
		call_free(&call);
	}
}
END_TEST

START_TEST(an_adaptive_buffer_grows_in_quiet)
{
	struct mg_config config = rig_config();
	config.jitter = (struct jitter_config){
		.adaptive = true, .min_ms = 20, .max_ms = 200, .initial_ms = 20
	};
	struct call call = call_new_with(LAW_ALAW, PT_PCMA, &config);
	uint8_t sent[PTIME_OCTETS];

	call.term = peer_term(&call.peer);
	call_open(&call);
	memset(sent, LAW_ALAW_IDLE, sizeof(sent));
	for (unsigned i = 0; i < 300; i++) { /* packets come in threes: 40 ms of jitter */
		for (unsigned k = 0; k < 3; k++)
			peer_send(&call.peer, sent, sizeof(sent));
		rig_ticks(&call.rig, 6);
	}
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_ge(stats.jb_target_ms, 35);
	ck_assert_uint_ge(stats.jb_delay_ms + 10, stats.jb_target_ms);
	ck_assert_uint_le(stats.jb_delay_ms, stats.jb_target_ms + 10);
	ck_assert_uint_le(stats.concealed_ticks, 6); /* of the first threes */
	call_free(&call);
}
END_TEST

/* The packets of a flood that some ticks took. */
static uint64_t taken_of_flood(unsigned flood, unsigned ticks)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[PTIME_OCTETS] = { 0 };
	uint64_t taken;

	call_open(&call);
	for (unsigned i = 0; i < flood; i++)
		peer_send(&call.peer, sent, 4);
	rig_ticks(&call.rig, ticks - 1);
	taken = rig_end(&call.rig, &call.rtp).rx_packets;
	call_free(&call);
	return taken;
}

START_TEST(a_flood_is_read_in_bounded_pieces)
{
	uint64_t first = taken_of_flood(200, 1);

	ck_assert_uint_gt(first, 0);
	ck_assert_uint_le(first, 64);
	ck_assert_uint_gt(taken_of_flood(200, 20), first);
}
END_TEST

/* The stream is heard with none missing while somebody else sends thousands of packets a tick. */
static void check_flooded(struct call *call, const struct peer *stranger, unsigned packets)
{
	uint8_t sent[30 * PTIME_OCTETS], heard[30 * PTIME_OCTETS], loud[PTIME_OCTETS];

	ck_assert_uint_le(packets, 30);
	memset(loud, 0xaa, sizeof(loud));
	pattern(sent, sizeof(sent), packets);
	for (unsigned i = 0; i < packets; i++) {
		struct peer copy = *stranger;
		for (unsigned k = 0; k < 10000; k++)
			peer_send(&copy, loud, sizeof(loud));
		play(call, sent + i * PTIME_OCTETS, 1, heard + i * PTIME_OCTETS);
	}
	ck_assert_int_ge(
		position(heard, packets * PTIME_OCTETS, sent, (packets - 4) * PTIME_OCTETS), 0);
}

START_TEST(a_strangers_flood_loses_no_packet_of_the_call)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	struct peer stranger = peer_new(PT_PCMA), other = peer_new(PT_PCMA);
	uint8_t sent[2 * PTIME_OCTETS], heard[2 * PTIME_OCTETS];

	call_open(&call);
	memset(sent, LAW_ALAW_IDLE, sizeof(sent));
	play(&call, sent, 2, heard);
	stranger.gateway = other.gateway = call.peer.gateway;
	check_flooded(&call, &stranger, 20);
	/* Likewise for the next peer that signalling names, and the former one is a stranger then. */
	call.term.rtp.remote = other.address;
	ck_assert_int_eq(mg_modify(call.rig.mg, call.rtp.id, &call.term), 0);
	rig_tick(&call.rig);
	stranger = call.peer;
	other.seq = stranger.seq;
	other.timestamp = stranger.timestamp;
	call.peer = other;
	play(&call, sent, 2, heard);
	check_flooded(&call, &stranger, 20);
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_packets, 2 * (2 + 20));
	ck_assert_uint_eq(stats.rx_lost + stats.rx_late + stats.concealed_ticks, 0);
	peer_free(&stranger);
	call_free(&call);
}
END_TEST

/* The kernel tells of ICMP in place of sending or receiving. */
START_TEST(a_peer_that_was_away_loses_nothing_from_its_return_on)
{
	struct call call = call_new(LAW_ALAW, PT_PCMA);
	uint8_t sent[20 * PTIME_OCTETS], heard[20 * PTIME_OCTETS], buffer[RTP_MAX_PACKET];
	struct sockaddr_storage at = call.peer.address;
	struct rtp_packet packet;
	unsigned n = 0;

	call_open(&call);
	pattern(sent, sizeof(sent), 4);
	play(&call, sent, 20, heard);
	close(call.peer.fd);
	rig_ticks(&call.rig, 20);
	call.peer.fd = bound_socket(port_of(&at), &at);
	ck_assert_int_ge(call.peer.fd, 0);
	play(&call, sent, 20, heard);
	while (peer_receive(&call.peer, &packet, buffer))
		n++;
	ck_assert_uint_eq(n, 20);
	ck_assert_int_ge(position(heard, sizeof(heard), sent + PTIME_OCTETS, 15 * PTIME_OCTETS), 0);
	struct mg_stats stats = rig_end(&call.rig, &call.rtp);
	ck_assert_uint_eq(stats.rx_packets, 40);
	ck_assert_uint_eq(stats.rx_lost + stats.rx_late + stats.rx_bad, 0);
	call_free(&call);
}
END_TEST

UNIT_MAIN("rtp", rtp_line_echo_line_rtp_is_bit_exact, any_packet_length_is_played_octet_by_octet,
	  laws_are_converted_by_the_recommendations_tables,
	  the_stream_is_contiguous_with_the_marker_at_its_start,
	  a_lost_packet_is_concealed_and_counted,
	  after_the_seam_of_a_loss_octets_are_untouched_again, a_stream_that_stops_fades_to_silence,
	  strangers_and_nonsense_are_counted_and_not_heard, duplicates_late_and_swapped_packets,
	  direction_is_obeyed_and_time_goes_on, nothing_is_sent_before_the_peer_is_known,
	  a_changed_peer_or_codec_keeps_the_stream_unbroken,
	  what_waits_in_the_buffer_keeps_its_codec, every_agreed_payload_type_is_heard_in_its_law,
	  the_old_payload_type_is_taken_until_the_new_one_comes,
	  rtcp_reports_come_every_few_seconds_and_a_bye_at_the_end,
	  the_round_trip_comes_from_the_peers_report,
	  an_adaptive_buffer_comes_down_in_quiet_and_leaves_speech_alone,
	  an_adaptive_buffer_grows_in_quiet, a_flood_is_read_in_bounded_pieces,
	  a_strangers_flood_loses_no_packet_of_the_call,
	  a_peer_that_was_away_loses_nothing_from_its_return_on)
