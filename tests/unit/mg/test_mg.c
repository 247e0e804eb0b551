/* The gateway's commands and events: numbers, answers, refusals, owners that go away, memory that ends,
 * and the same under the media thread. */
#include "tests/unit/mg/peer.h"

#include "tests/unit/oom.h"

START_TEST(every_command_is_answered_once_and_never_from_inside)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party party;
	struct mg_term term = rig_local(LAW_ALAW, false);

	rig_add(&rig, &party, 5, &term);
	ck_assert_uint_eq(party.told[MG_EV_ADDED], 0);
	ck_assert_int_eq(mg_modify(rig.mg, party.id, &term), 0);
	ck_assert_uint_eq(party.told[MG_EV_ADDED], 0);
	rig_tick(&rig);
	ck_assert_uint_eq(party.told[MG_EV_ADDED], 1);
	ck_assert_uint_eq(party.told[MG_EV_MODIFIED], 1);
	ck_assert_uint_eq(party.last.context, 5);
	ck_assert_int_eq(mg_subtract(rig.mg, party.id), 0);
	rig_ticks(&rig, 3);
	ck_assert_uint_eq(party.told[MG_EV_SUBTRACTED], 1);
	ck_assert_int_eq(mg_subtract(rig.mg, party.id), -ENOENT);
	rig_free(&rig);
}
END_TEST

START_TEST(after_subtract_only_that_is_told)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party party;
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "1" };

	rig_add(&rig, &party, 5, &term);
	mg_modify(rig.mg, party.id, &term);
	mg_signal(rig.mg, party.id, &digits);
	ck_assert_int_eq(mg_subtract(rig.mg, party.id), 0);
	ck_assert_int_eq(mg_modify(rig.mg, party.id, &term), -ENOENT);
	ck_assert_int_eq(mg_signal(rig.mg, party.id, &digits), -ENOENT);
	rig_ticks(&rig, 30);
	ck_assert_uint_eq(party.told[MG_EV_SUBTRACTED], 1);
	ck_assert_uint_eq(party.told[MG_EV_ADDED] + party.told[MG_EV_MODIFIED] +
				  party.told[MG_EV_SIGNAL_DONE],
			  0);
	rig_free(&rig);
}
END_TEST

START_TEST(a_forgotten_owner_hears_nothing)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party party[3];
	struct mg_totals totals;
	struct mg_term term = rig_local(LAW_ALAW, false);

	for (unsigned i = 0; i < 3; i++)
		rig_add(&rig, &party[i], 5, &term);
	mg_forget(rig.mg, party[0].id);
	rig_tick(&rig);
	mg_modify(rig.mg, party[1].id, &term);
	mg_forget(rig.mg, party[1].id);
	mg_subtract(rig.mg, party[2].id);
	mg_forget(rig.mg, party[2].id); /* even after subtract */
	mg_forget(rig.mg, 12345);
	rig_ticks(&rig, 3);
	ck_assert_uint_eq(party[0].told[MG_EV_ADDED], 0);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_uint_eq(party[i].told[MG_EV_SUBTRACTED] + party[i].told[MG_EV_MODIFIED],
				  0);
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.terminations + totals.contexts, 0);
	rig_free(&rig);
}
END_TEST

/* H.248.1 7.2.3: the digits that it says from then on are heard in the other context, and there alone. */
START_TEST(what_moves_is_heard_where_it_went)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party speaker, left, joined;
	struct mg_term term = rig_local(LAW_ALAW, false);
	const struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "12" };
	struct mg_totals totals;

	rig_add(&rig, &speaker, 5, &term);
	rig_add(&rig, &left, 5, &term);
	rig_add(&rig, &joined, 6, &term);
	rig_tick(&rig);
	ck_assert_int_eq(mg_move(rig.mg, speaker.id, 6), 0);
	ck_assert_int_eq(mg_signal(rig.mg, speaker.id, &digits), 0);
	rig_ticks(&rig, 60);
	ck_assert_uint_eq(speaker.told[MG_EV_SIGNAL_DONE], 1);
	ck_assert_uint_eq(speaker.last.context, 6);
	ck_assert_str_eq(joined.digits, "12");
	ck_assert_str_eq(left.digits, "");
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.contexts, 2);
	mg_subtract(rig.mg, left.id);
	rig_ticks(&rig, 2);
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.contexts, 1);
	rig_free(&rig);
}
END_TEST

START_TEST(a_context_that_all_have_left_is_gone)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct party party;
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct mg_totals totals;

	rig_add(&rig, &party, 5, &term);
	ck_assert_int_eq(mg_move(rig.mg, party.id, 6), 0);
	ck_assert_int_eq(mg_move(rig.mg, party.id, 7), 0);
	ck_assert_int_eq(mg_move(rig.mg, party.id, 7), 0);
	ck_assert_int_eq(mg_move(rig.mg, party.id, 5), 0);
	ck_assert_int_eq(mg_move(rig.mg, party.id, 0), -EINVAL);
	rig_tick(&rig);
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.contexts, 1);
	mg_move(rig.mg, party.id, 8);
	mg_subtract(rig.mg, party.id);
	ck_assert_int_eq(mg_move(rig.mg, party.id, 5), -ENOENT);
	rig_ticks(&rig, 2);
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.contexts + totals.terminations, 0);
	rig_free(&rig);
}
END_TEST

START_TEST(numbers_are_not_used_again)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term term = rig_local(LAW_ALAW, false);
	uint32_t before = 0, context;

	for (unsigned i = 0; i < 100; i++) {
		struct party party;
		rig_add(&rig, &party, 5, &term);
		ck_assert_uint_gt(party.id, before);
		before = party.id;
		mg_subtract(rig.mg, party.id);
		rig_tick(&rig);
	}
	context = mg_context(rig.mg);
	ck_assert_uint_ne(context, 0);
	ck_assert_uint_ne(mg_context(rig.mg), context);
	rig_free(&rig);
}
END_TEST

START_TEST(what_cannot_be_is_refused)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct peer peer = peer_new(8);
	struct mg_term good = peer_term(&peer);
	struct mg_term bad[] = { good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 good,
				 rig_tdm(rig.near, 0),
				 rig_tdm(rig.near, 32),
				 rig_tdm(rig.near, 1),
				 rig_local(LAW_ALAW, false),
				 rig_local(LAW_ALAW, false) };
	struct party party;

	bad[0].rtp.codec = CODEC_COUNT;
	bad[1].rtp.pt = 128;
	bad[2].rtp.ptime_ms = 0;
	bad[3].rtp.ptime_ms = 15;
	bad[4].rtp.ptime_ms = 70;
	bad[5].rtp.tevent_pt = bad[5].rtp.pt;
	bad[6].rtp.remote.ss_family = AF_UNIX;
	bad[7].rtp.tevent_pt = 128;
	bad[8].rtp.tevent_rx_pt = 101; /* but none to send */
	bad[9].rtp.tevent_pt = 101;
	bad[9].rtp.tevent_rx_pt = 128;
	bad[10].rtp.n_also = MG_ALSO + 1;
	bad[11].rtp.n_also = 1;
	bad[11].rtp.also[0].codec = CODEC_COUNT;
	bad[12].rtp.n_also = 1;
	bad[12].rtp.also[0].pt = 128;
	bad[15].tdm.span = 77;
	bad[16].local.law = 7;
	bad[17].kind = 9;
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(mg_add(rig.mg, 1, &bad[i], party_hears, &party), -EINVAL);
	ck_assert_int_eq(mg_add(rig.mg, 0, &good, party_hears, &party), -EINVAL);
	peer_add(&rig, &party, 1, &peer, &good);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		ck_assert_int_eq(mg_modify(rig.mg, party.id, &bad[i]), -EINVAL);
	good.rtp.remote.ss_family = AF_INET6;
	ck_assert_int_eq(mg_modify(rig.mg, party.id, &good), -EAFNOSUPPORT);
	ck_assert_int_eq(mg_add(rig.mg, 1, &good, party_hears, &party), -EAFNOSUPPORT);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

START_TEST(a_timeslot_is_in_one_termination_only)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term near = rig_tdm(rig.near, 9), far = rig_tdm(rig.far, 9);
	struct party one, two, other, next;

	rig_add(&rig, &one, 1, &near);
	ck_assert_int_eq(mg_add(rig.mg, 2, &near, party_hears, &two), -EBUSY);
	rig_add(&rig, &other, 2, &far);
	ck_assert_int_eq(mg_subtract(rig.mg, one.id), 0);
	rig_add(&rig, &next, 3, &near); /* commands are obeyed in order: no need to wait */
	rig_ticks(&rig, 2);
	ck_assert_uint_eq(one.told[MG_EV_SUBTRACTED], 1);
	ck_assert_uint_eq(next.told[MG_EV_ADDED], 1);
	rig_free(&rig);
}
END_TEST

START_TEST(ports_run_out_and_come_back)
{
	struct mg_config config = rig_config();
	struct party party[3];
	struct mg_totals totals;

	const uint16_t pair = ports_free(8) + 2;
	config.port_first = pair - 1; /* odd; the last is even and has no odd one */
	config.port_last = pair + 4;
	struct rig rig = rig_new_with(LAW_ALAW, &config);
	struct peer peer = peer_new(8);
	struct mg_term term = peer_term(&peer);
	for (unsigned i = 0; i < 2; i++) {
		peer_add(&rig, &party[i], 1, &peer, &term);
		ck_assert_uint_eq(port_of(&party[i].last.local), pair + 2 * i);
	}
	ck_assert_int_eq(mg_add(rig.mg, 1, &term, party_hears, &party[2]), -EMFILE);
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.ports_used, 2);
	ck_assert_uint_eq(totals.ports_total, 2);
	mg_subtract(rig.mg, party[0].id);
	rig_tick(&rig);
	peer_add(&rig, &party[2], 1, &peer, &term);
	ck_assert_uint_eq(port_of(&party[2].last.local), pair);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

START_TEST(a_port_that_another_program_has_is_passed_over)
{
	struct mg_config config = rig_config();
	struct sockaddr_storage at;
	struct party party;

	config.port_first = ports_free(4);
	config.port_last = config.port_first + 3;
	int taken = bound_socket(config.port_first + 1, &at); /* the RTCP half of the first pair */
	ck_assert_int_ge(taken, 0);
	struct rig rig = rig_new_with(LAW_ALAW, &config);
	struct peer peer = peer_new(8);
	struct mg_term term = peer_term(&peer);
	peer_add(&rig, &party, 1, &peer, &term);
	ck_assert_uint_eq(port_of(&party.last.local), config.port_first + 2);
	ck_assert_int_eq(mg_add(rig.mg, 1, &term, party_hears, &party), -EMFILE);
	close(taken);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

START_TEST(without_an_address_the_route_to_the_peer_decides)
{
	static const struct {
		const char *peer;
		uint16_t port;
		const char *told;
	} cases[] = { { "127.0.0.1", 5000, "127.0.0.1" },
		      { "127.0.0.1", 0, "127.0.0.1" },
		      { "127.9.9.9", 5000, "127.0.0.1" } };
	struct mg_config config = rig_config();
	struct party party;
	char told[INET6_ADDRSTRLEN];

	config.address[0] = 0;
	struct rig rig = rig_new_with(LAW_ALAW, &config);
	struct peer peer = peer_new(8);
	struct mg_term term = peer_term(&peer);
	for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sockaddr_in *to = (struct sockaddr_in *)&term.rtp.remote;
		ck_assert_int_eq(inet_pton(AF_INET, cases[i].peer, &to->sin_addr), 1);
		to->sin_port = htons(cases[i].port);
		peer_add(&rig, &party, 1, &peer, &term);
		inet_ntop(AF_INET, &((struct sockaddr_in *)&party.last.local)->sin_addr, told,
			  sizeof(told));
		ck_assert_str_eq(told, cases[i].told);
	}
	term.rtp.remote.ss_family = AF_UNSPEC;
	peer_add(&rig, &party, 1, &peer, &term);
	ck_assert_int_eq(party.last.local.ss_family, AF_INET);
	ck_assert_uint_ne(((struct sockaddr_in *)&party.last.local)->sin_addr.s_addr, INADDR_ANY);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

START_TEST(too_much_unanswered_is_refused_but_never_a_subtraction)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct party party[3];
	unsigned given = 0;
	int rc;

	for (unsigned i = 0; i < 3; i++)
		rig_add(&rig, &party[i], 1, &term);
	while (!(rc = mg_modify(rig.mg, party[0].id, &term)))
		given++;
	ck_assert_int_eq(rc, -EAGAIN);
	ck_assert_uint_gt(given, 1000);
	ck_assert_int_eq(mg_add(rig.mg, 1, &term, party_hears, party), -EAGAIN);
	ck_assert_int_eq(mg_modify(rig.mg, party[0].id, &term), -EAGAIN);
	ck_assert_int_eq(mg_subtract(rig.mg, party[1].id), 0);
	mg_forget(rig.mg, party[2].id);
	rig_ticks(&rig, 40);
	ck_assert_uint_eq(party[0].told[MG_EV_MODIFIED], given);
	ck_assert_uint_eq(party[1].told[MG_EV_SUBTRACTED], 1);
	ck_assert_int_eq(mg_modify(rig.mg, party[0].id, &term), 0);
	rig_free(&rig);
}
END_TEST

START_TEST(answers_are_never_owed_for_ever)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "1" };
	struct mg_signal tone = { .kind = MG_SIGNAL_TONE, .tone = TONE_BUSY };

	for (unsigned i = 0; i < 10000; i++) { /* more than any ring holds */
		int64_t id = mg_add(rig.mg, 1, &term, NULL, NULL);
		ck_assert_int_gt(id, 0);
		ck_assert_int_eq(mg_signal(rig.mg, id, &tone), 0);
		ck_assert_int_eq(mg_signal(rig.mg, id, &digits), 0);
		ck_assert_int_eq(mg_subtract(rig.mg, id), 0);
		rig_tick(&rig);
	}
	rig_free(&rig);
}
END_TEST

struct owner {
	struct mg *mg;
	uint32_t id, other;
	unsigned told;
};

/* On its first event it subtracts the other and forgets itself. */
static void goes_away(void *data, const struct mg_event *event)
{
	struct owner *owner = data;

	owner->told++;
	ck_assert_int_eq(event->kind, MG_EV_ADDED);
	mg_forget(owner->mg, owner->other);
	mg_forget(owner->mg, owner->id);
}

START_TEST(a_callback_may_give_commands)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct owner owner[2] = { { .mg = rig.mg }, { .mg = rig.mg } };
	struct mg_totals totals;

	owner[0].id = owner[1].other = mg_add(rig.mg, 1, &term, goes_away, &owner[0]);
	owner[1].id = owner[0].other = mg_add(rig.mg, 1, &term, goes_away, &owner[1]);
	rig_ticks(&rig, 3);
	ck_assert_uint_eq(owner[0].told, 1);
	ck_assert_uint_eq(owner[1].told, 0);
	mg_totals(rig.mg, &totals);
	ck_assert_uint_eq(totals.terminations, 0);
	rig_free(&rig);
}
END_TEST

START_TEST(free_closes_what_is_left_and_tells_nobody)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct peer peer = peer_new(8);
	struct mg_term rtp = peer_term(&peer), tdm = rig_tdm(rig.near, 3);
	struct party a, b, c;

	peer_add(&rig, &a, 1, &peer, &rtp);
	rig_add(&rig, &b, 1, &tdm);
	rig_tick(&rig);
	mg_subtract(rig.mg, a.id);
	rig_add(&rig, &c, 2, &rtp); /* not even obeyed */
	rig_free(&rig);
	ck_assert_uint_eq(a.told[MG_EV_SUBTRACTED] + b.told[MG_EV_SUBTRACTED] + c.told[MG_EV_ADDED],
			  0);
	peer_free(&peer);
}
END_TEST

START_TEST(memory_that_ends_leaves_nothing_behind)
{
	struct mg_config config = rig_config();
	struct peer peer = peer_new(8);

	OOM_EACH(made)
	{
		struct mg *mg = mg_new(NULL, &config);
		oom_off();
		made = mg != NULL;
		mg_free(mg);
	}
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term terms[] = { rig_tdm(rig.near, 3), peer_term(&peer),
				   rig_local(LAW_ALAW, true) };
	struct mg_totals totals;
	for (unsigned i = 0; i < ARRAY_SIZE(terms); i++) {
		OOM_EACH(added)
		{
			int64_t id = mg_add(rig.mg, 1 + i, &terms[i], party_hears, NULL);
			oom_off();
			added = id > 0;
			ck_assert(added || id == -ENOMEM);
			mg_totals(rig.mg, &totals);
			ck_assert_uint_eq(totals.terminations, added);
			ck_assert_uint_eq(totals.contexts, added);
			ck_assert_uint_eq(totals.ports_used, added && i == 1);
			if (added)
				mg_forget(rig.mg, id);
			rig_tick(&rig);
		}
	}
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

START_TEST(every_second_each_reports_and_never_all_at_once)
{
	enum { N = 200 };
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct party party[N];
	uint64_t last[N] = { 0 };
	unsigned reports = 0;

	for (unsigned i = 0; i < N; i++)
		rig_add(&rig, &party[i], 1 + i, &term);
	for (unsigned tick = 0; tick < 300; tick++) {
		unsigned now = 0;
		rig_tick(&rig);
		for (unsigned i = 0; i < N; i++) {
			uint64_t at = rig_status(&rig, &party[i]).reported_us;
			now += at != last[i];
			ck_assert(at != last[i] || at + 1000000 > clock_now_us() || tick < 100);
			last[i] = at;
		}
		ck_assert_uint_le(now, N / 100);
		reports += now;
	}
	ck_assert_uint_ge(reports, 3 * N);
	rig_free(&rig);
}
END_TEST

START_TEST(each_is_told_of_as_it_was_asked_for_last)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct peer peer = peer_new(8);
	struct mg_term rtp = peer_term(&peer), tdm = rig_tdm(rig.near, 3);
	const struct mg_signal busy = { .kind = MG_SIGNAL_TONE, .tone = TONE_BUSY };
	struct party a, b;
	struct mg_status status;

	rig_add(&rig, &b, 2, &tdm);
	peer_add(&rig, &a, 1, &peer, &rtp);
	ck_assert_uint_eq(rig_status(&rig, &a).reported_us, 0);
	rtp.rtp.codec = CODEC_PCMU;
	ck_assert_int_eq(mg_modify(rig.mg, a.id, &rtp), 0);
	ck_assert_int_eq(mg_signal(rig.mg, a.id, &busy), 0);
	rig_ticks(&rig, 200);
	status = rig_status(&rig, &a);
	ck_assert_uint_eq(status.context, 1);
	ck_assert_int_eq(status.term.kind, MG_RTP);
	ck_assert_int_eq(status.term.rtp.codec, CODEC_PCMU);
	ck_assert_mem_eq(&status.local, &peer.gateway, sizeof(status.local));
	ck_assert_int_eq(status.signal, MG_SIGNAL_TONE);
	ck_assert_int_eq(status.tone, TONE_BUSY);
	ck_assert_uint_ge(status.stats.tx_packets, 50);
	ck_assert_int_gt(status.stats.out_peak, 1000);
	status = rig_status(&rig, &b);
	ck_assert_int_eq(status.term.tdm.timeslot, 3);
	ck_assert_int_eq(status.signal, MG_SIGNAL_STOP);
	rig_free(&rig);
}
END_TEST

struct seen {
	unsigned n, most;
	uint32_t last;
};

static bool see(void *data, const struct mg_status *status)
{
	struct seen *seen = data;

	ck_assert_uint_gt(status->id, seen->last);
	seen->last = status->id;
	return ++seen->n < seen->most;
}

static unsigned count(const struct rig *rig, uint32_t context, unsigned most)
{
	struct seen seen = { .most = most };

	mg_each(rig->mg, context, see, &seen);
	return seen.n;
}

START_TEST(those_of_one_context_or_of_all_are_told_in_order)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct party party[30];

	for (unsigned i = 0; i < ARRAY_SIZE(party); i++)
		rig_add(&rig, &party[i], 1 + i % 3, &term);
	ck_assert_uint_eq(count(&rig, 0, 99), 30);
	ck_assert_uint_eq(count(&rig, 0, 7), 7); /* fn said that it is enough */
	ck_assert_uint_eq(count(&rig, 2, 99), 10);
	ck_assert_uint_eq(count(&rig, 4, 99), 0);
	mg_subtract(rig.mg, party[1].id);
	ck_assert_uint_eq(count(&rig, 2, 99), 9);
	rig_free(&rig);
}
END_TEST

START_TEST(reports_that_nobody_takes_displace_nothing)
{
	enum { N = 300 };
	struct rig rig = rig_new(LAW_ALAW);
	struct mg_term term = rig_local(LAW_ALAW, false);
	struct party party[N], next;
	uint64_t before;

	for (unsigned i = 0; i < N; i++)
		rig_add(&rig, &party[i], 1 + i, &term);
	rig_tick(&rig);
	for (unsigned i = 0; i < 1000; i++) { /* control is busy for ten seconds */
		clock_advance(TICK_US);
		mg_tick(rig.mg);
	}
	for (unsigned i = 0; i < N; i++)
		ck_assert_int_eq(mg_subtract(rig.mg, party[i].id), 0);
	before = clock_now_us();
	mg_tick(rig.mg);
	rig_add(&rig, &next, 1, &term);
	rig_ticks(&rig, 2);
	for (unsigned i = 0; i < N; i++)
		ck_assert_uint_eq(party[i].told[MG_EV_SUBTRACTED], 1);
	rig_ticks(&rig, 100);
	ck_assert_uint_gt(rig_status(&rig, &next).reported_us, before);
	rig_free(&rig);
}
END_TEST

/* Runs the control loop until told. */
static void wait_for(const unsigned *told, unsigned n)
{
	while (*told < n)
		osmo_select_main_ctx(0);
}

START_TEST(the_thread_ticks_obeys_and_stops)
{
	struct rig rig = rig_new(LAW_ALAW);
	struct peer peer = peer_new(8);
	struct mg_term rtp = peer_term(&peer), echo = rig_local(LAW_ALAW, true);
	struct mg_signal digits = { .kind = MG_SIGNAL_DIGITS, .digits = "1" };
	struct mg_totals totals;

	ck_assert_int_eq(mg_start(rig.mg), 0);
	ck_assert_int_eq(mg_start(rig.mg), -EALREADY);
	for (unsigned round = 0; round < 3; round++) {
		struct party party[20];
		for (unsigned i = 0; i < ARRAY_SIZE(party); i++) {
			struct mg_term tdm = rig_tdm(rig.near, 1 + i);
			rig_add(&rig, &party[i], 1 + i / 2, i % 2 ? &tdm : i % 4 ? &rtp : &echo);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(party); i++) {
			wait_for(&party[i].told[MG_EV_ADDED], 1);
			ck_assert_int_eq(mg_signal(rig.mg, party[i].id, &digits), 0);
		}
		ck_assert_int_eq(mg_detach(rig.mg, rig.near), 0);
		ck_assert_int_eq(mg_attach(rig.mg, rig.near), 0);
		for (unsigned i = 0; i < ARRAY_SIZE(party); i++) {
			wait_for(&party[i].told[MG_EV_SIGNAL_DONE], 1);
			ck_assert_int_eq(mg_subtract(rig.mg, party[i].id), 0);
		}
		for (unsigned i = 0; i < ARRAY_SIZE(party); i++)
			wait_for(&party[i].told[MG_EV_SUBTRACTED], 1);
	}
	mg_totals(rig.mg, &totals);
	ck_assert_uint_gt(totals.ticks, 5);
	ck_assert_uint_eq(totals.terminations, 0);
	struct party left;
	rig_add(&rig, &left, 1, &rtp);
	peer_free(&peer);
	rig_free(&rig);
}
END_TEST

UNIT_MAIN("mg", every_command_is_answered_once_and_never_from_inside,
	  after_subtract_only_that_is_told, a_forgotten_owner_hears_nothing,
	  what_moves_is_heard_where_it_went, what_cannot_be_is_refused,
	  a_context_that_all_have_left_is_gone, what_cannot_be_is_refused,
	  numbers_are_not_used_again, what_cannot_be_is_refused,
	  a_timeslot_is_in_one_termination_only, ports_run_out_and_come_back,
	  a_port_that_another_program_has_is_passed_over,
	  without_an_address_the_route_to_the_peer_decides,
	  too_much_unanswered_is_refused_but_never_a_subtraction, answers_are_never_owed_for_ever,
	  a_callback_may_give_commands, free_closes_what_is_left_and_tells_nobody,
	  memory_that_ends_leaves_nothing_behind, every_second_each_reports_and_never_all_at_once,
	  each_is_told_of_as_it_was_asked_for_last,
	  those_of_one_context_or_of_all_are_told_in_order,
	  reports_that_nobody_takes_displace_nothing, the_thread_ticks_obeys_and_stops)
