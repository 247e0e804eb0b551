/* 64 kbit/s clear data: octets go through as they are, whatever the laws of the spans, and nothing is made up
 * for what is lost; bit error tests of a channel. */
#include "tests/unit/mg/peer.h"

#include "tests/unit/mg/stats.h"

static struct mg_term data_tdm(const struct tdm_span *span, unsigned timeslot)
{
	struct mg_term term = rig_tdm(span, timeslot);

	term.tdm.data = true;
	term.tdm.detect_dtmf = MG_DTMF_REPORTED; /* no effect */
	term.tdm.echo_tail_ms = 64;              /* likewise */
	return term;
}

START_TEST(data_passes_between_laws_untouched)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct tdm_span *t1 = rig_span(rig.talloc_ctx, "t1", "t1-far", LAW_MULAW);
	struct tdm_span *far = rig_span(rig.talloc_ctx, "t1-far", "t1", LAW_MULAW);
	struct mg_term a = data_tdm(rig.near, 3), b = data_tdm(t1, 4);
	struct party one, two;
	uint8_t sent[60][TICK_OCTETS];

	ck_assert_int_eq(mg_attach(rig.mg, t1), 0);
	ck_assert_int_eq(mg_attach(rig.mg, far), 0);
	rig_add(&rig, &one, 7, &a);
	rig_add(&rig, &two, 7, &b);
	for (unsigned i = 0; i < 60; i++) {
		rig_tick(&rig);
		pattern(sent[i], TICK_OCTETS, i);
		rig_line_tx(&rig, 3, sent[i]);
		if (i >= 2)
			ck_assert_mem_eq(far->driver->rx(far, 4), sent[i - 2], TICK_OCTETS);
	}
	mg_detach(rig.mg, t1);
	mg_detach(rig.mg, far);
	tdm_close(t1);
	tdm_close(far);
	rig_free(&rig);
}
END_TEST

START_TEST(an_idle_data_channel_carries_ones)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term a = data_tdm(rig.near, 3);
	struct party one;
	uint8_t ones[TICK_OCTETS];

	memset(ones, 0xff, sizeof(ones));
	rig_add(&rig, &one, 7, &a);
	rig_ticks(&rig, 4);
	ck_assert_mem_eq(rig_line_rx(&rig, 3), ones, TICK_OCTETS);
	rig_free(&rig);
}
END_TEST

/* RFC 4040: two ends of a clear channel over RTP, and a packet that is lost on the way. */
START_TEST(rtp_carries_data_and_makes_nothing_up)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct peer peer = peer_new(97);
	struct mg_term tdm = data_tdm(rig.near, 3), rtp = peer_term(&peer);
	struct party line, net;
	uint8_t heard[100 * TICK_OCTETS], sent[45][PTIME_OCTETS], ones[PTIME_OCTETS];
	unsigned found = 0, missing = 0;

	memset(ones, 0xff, sizeof(ones));
	rtp.rtp.codec = CODEC_CLEARMODE;
	rtp.rtp.tevent_pt = 0;
	rig_add(&rig, &line, 7, &tdm);
	peer_add(&rig, &net, 7, &peer, &rtp);
	for (unsigned i = 0; i < 100; i++) {
		if (i % 2 == 0 && i / 2 < 45) {
			pattern(sent[i / 2], PTIME_OCTETS, i);
			if (i / 2 == 20)
				peer_packet(&peer, sent[20], PTIME_OCTETS);
			else
				peer_send(&peer, sent[i / 2], PTIME_OCTETS);
		}
		rig_tick(&rig);
		memcpy(heard + i * TICK_OCTETS, rig_line_rx(&rig, 3), TICK_OCTETS);
	}
	for (unsigned i = 0; i < sizeof(heard) - PTIME_OCTETS && found < 45; i++) {
		bool lost = found == 20;
		if (memcmp(heard + i, lost ? ones : sent[found], PTIME_OCTETS))
			continue;
		missing += lost;
		found++;
		i += PTIME_OCTETS - 1;
	}
	ck_assert_uint_eq(found, 45);
	ck_assert_uint_eq(missing, 1);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

START_TEST(data_from_the_line_goes_into_packets_as_it_is)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct peer peer = peer_new(97);
	struct mg_term tdm = data_tdm(rig.near, 3), rtp = peer_term(&peer);
	struct party line, net;
	uint8_t sent[TICK_OCTETS];

	rtp.rtp.codec = CODEC_CLEARMODE;
	rtp.rtp.tevent_pt = 0;
	pattern(sent, TICK_OCTETS, 5);
	rig_add(&rig, &line, 7, &tdm);
	rig_add(&rig, &net, 7, &rtp);
	for (unsigned i = 0; i < 10; i++) {
		rig_tick(&rig);
		rig_line_tx(&rig, 3, sent);
	}
	struct rtp_packet packet, next;
	uint8_t buffer[2][RTP_MAX_PACKET];
	ck_assert(peer_receive(&peer, &packet, buffer[0]));
	for (unsigned k = 1; peer_receive(&peer, &next, buffer[k % 2]); k++)
		packet = next;
	ck_assert_uint_eq(packet.pt, 97);
	ck_assert_uint_eq(packet.payload_len, PTIME_OCTETS);
	ck_assert_mem_eq(packet.payload, sent, TICK_OCTETS);
	ck_assert_mem_eq(packet.payload + TICK_OCTETS, sent, TICK_OCTETS);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

/* A tester at the near end; at the far end the channel is looped back. */
static void join(struct rig *rig, struct party party[4], enum mg_bert bert)
{
	struct mg_term near = data_tdm(rig->near, 3), far = data_tdm(rig->far, 3);
	struct mg_term tester = { .kind = MG_LOCAL, .local = { .bert = bert } };
	struct mg_term loop = rig_local(LAW_ALAW, true);

	rig_add(rig, &party[0], 7, &near);
	rig_add(rig, &party[1], 7, &tester);
	rig_add(rig, &party[2], 8, &far);
	rig_add(rig, &party[3], 8, &loop);
}

START_TEST(a_looped_channel_shows_no_errors_and_a_cut_one_no_lock)
{
	for (enum mg_bert bert = MG_BERT_PRBS_9; bert <= MG_BERT_PRBS_15; bert++) {
		struct rig rig = rig_new(LAW_ALAW);
		struct party party[4];
		struct mg_stats stats;

		join(&rig, party, bert);
		rig_ticks(&rig, 300);
		stats = rig_stats(&rig, &party[1]);
		ck_assert(stats.bert_locked);
		ck_assert_uint_ge(stats.bert_bits, 290 * TICK_OCTETS * 8);
		ck_assert_uint_eq(stats.bert_errors + stats.bert_losses, 0);
		rig.near->driver->inject(rig.near, TDM_FAULT_CUT);
		rig_ticks(&rig, 100);
		stats = rig_stats(&rig, &party[1]);
		ck_assert(!stats.bert_locked);
		ck_assert_uint_eq(stats.bert_losses, 1);
		rig.near->driver->inject(rig.near, TDM_FAULT_NONE);
		rig_ticks(&rig, 100);
		stats = rig_end(&rig, &party[1]);
		ck_assert(stats.bert_locked);
		ck_assert_uint_eq(stats.bert_losses, 1);
		rig_free(&rig);
	}
}
END_TEST

/* A tester on the line; its channel goes over RTP to another one, which is looped, and all the way back. */
START_TEST(over_rtp_and_back_there_are_no_bit_errors)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term tester = { .kind = MG_LOCAL, .local = { .bert = MG_BERT_PRBS_15 } };
	struct mg_term loop = rig_local(LAW_MULAW, true), rtp = { .kind = MG_RTP };
	struct party line[4], party[2], net[2];
	struct mg_stats stats;

	rtp.rtp = (struct mg_rtp){
		.codec = CODEC_CLEARMODE, .pt = 97, .ptime_ms = 20, .send = true, .receive = true
	};
	for (unsigned i = 0; i < 4; i++) { /* near 3, far 3, near 4, far 4 */
		struct mg_term tdm = data_tdm(i % 2 ? rig.far : rig.near, 3 + i / 2);
		rig_add(&rig, &line[i], 10 + i, &tdm);
	}
	rig_add(&rig, &party[0], 11, &tester);
	rig_add(&rig, &party[1], 13, &loop);
	rig_add(&rig, &net[0], 10, &rtp);
	rig_add(&rig, &net[1], 12, &rtp);
	rig_tick(&rig);
	struct sockaddr_storage local[2] = { net[0].last.local, net[1].last.local };
	for (unsigned i = 0; i < 2; i++) {
		rtp.rtp.remote = local[1 - i];
		ck_assert_int_eq(mg_modify(rig.mg, net[i].id, &rtp), 0);
	}
	rig_ticks(&rig, 500);
	stats = rig_end(&rig, &party[0]);
	ck_assert(stats.bert_locked);
	ck_assert_uint_ge(stats.bert_bits, 480 * TICK_OCTETS * 8);
	ck_assert_uint_eq(stats.bert_errors + stats.bert_losses, 0);
	rig_free(&rig);
}
END_TEST

START_TEST(speech_terminals_spoil_a_bit_error_test)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party party[4];
	struct mg_term near = rig_tdm(rig.near, 3), loop = rig_local(LAW_ALAW, true);
	struct mg_term tester = { .kind = MG_LOCAL, .local = { .bert = MG_BERT_PRBS_11 } };

	rig_add(&rig, &party[0], 7, &near);
	rig_add(&rig, &party[1], 7, &tester);
	near = rig_tdm(rig.far, 3);
	rig_add(&rig, &party[2], 8, &near);
	rig_add(&rig, &party[3], 8, &loop);
	rig_ticks(&rig, 200);
	ck_assert(!rig_end(&rig, &party[1]).bert_locked); /* converted from law to law */
	rig_free(&rig);
}
END_TEST

START_TEST(an_unknown_sequence_is_refused)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term wrong = { .kind = MG_LOCAL, .local = { .bert = MG_BERT_PRBS_15 + 1 } };

	ck_assert_int_eq(mg_add(rig.mg, 7, &wrong, NULL, NULL), -EINVAL);
	wrong.local = (struct mg_local){ .bert = MG_BERT_PRBS_9, .echo = true };
	ck_assert_int_eq(mg_add(rig.mg, 7, &wrong, NULL, NULL), -EINVAL);
	wrong = rig_tdm(rig.near, 3);
	wrong.tdm.echo_tail_ms = 1000;
	ck_assert_int_eq(mg_add(rig.mg, 7, &wrong, NULL, NULL), -EINVAL);
	rig_free(&rig);
}
END_TEST

UNIT_MAIN("data", data_passes_between_laws_untouched, an_idle_data_channel_carries_ones,
	  rtp_carries_data_and_makes_nothing_up, data_from_the_line_goes_into_packets_as_it_is,
	  a_looped_channel_shows_no_errors_and_a_cut_one_no_lock,
	  over_rtp_and_back_there_are_no_bit_errors, speech_terminals_spoil_a_bit_error_test,
	  an_unknown_sequence_is_refused)
