/* Who takes part in a call, from trunk to trunk and from a switch: numbers, names, diversions, subaddresses. */
#include "tests/unit/unit.h"

#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"
#include "tests/unit/pstn/isdn/peer.c"

static const struct leg_msg setup = {
	.verb = LEG_SETUP,
	.setup = {
		.called = { "200123", LEG_TON_INTERNATIONAL, 1, 0, 0 },
		.calling = { "4711", LEG_TON_NATIONAL, 1, LEG_PRES_ALLOWED, 1 },
		.calling_name = "Jürgen Ł",
		.called_subaddress = { 0, false, 3, { 0x50, 'a', 0 } },
		.calling_subaddress = { 2, true, 2, { 0x12, 0x30 } },
		.redirecting = {
			.from = { { "5555", LEG_TON_NATIONAL, 1, LEG_PRES_RESTRICTED, 0 }, "Zoë", { 0 } },
			.original = { "6666", LEG_TON_NATIONAL, 1, LEG_PRES_ALLOWED, 0 },
			.reason = LEG_DIVERTED_DEFLECTED,
			.original_reason = LEG_DIVERTED_BUSY,
			.count = 3,
		},
		.keypad = "*21#",
	},
};

static const struct leg_msg answered = {
	.verb = LEG_CONNECT,
	.party = { { "777", LEG_TON_SUBSCRIBER, 1, LEG_PRES_RESTRICTED, 1 },
		   "",
		   { 0, false, 2, { 0x50, 'b' } } },
};

static void check_number(const struct leg_number *is, const struct leg_number *expected)
{
	ck_assert_str_eq(is->digits, expected->digits);
	ck_assert_uint_eq(is->type, expected->type);
	ck_assert_uint_eq(is->plan, expected->plan);
	ck_assert_uint_eq(is->presentation, expected->presentation);
	ck_assert_uint_eq(is->screening, expected->screening);
}

static void check_subaddress(const struct leg_subaddress *is, const struct leg_subaddress *expected)
{
	ck_assert_uint_eq(is->type, expected->type);
	ck_assert_uint_eq(is->odd, expected->odd);
	ck_assert_uint_eq(is->len, expected->len);
	ck_assert_mem_eq(is->octets, expected->octets, expected->len);
}

/* What a variant does not carry: a name from a EuroISDN user (Q.931 4.5.16), a presentation of a number that is
 * not the network's (DMS-100, 4ESS: libpri says network provided), keys but from the user. */
static const struct {
	enum trunk_variant variant;
	const char *name_to_network, *name_to_user, *diverter;
	uint8_t screening, reason, count;
	bool original;
} variants[] = {
	{ VARIANT_EUROISDN, "", "Jurgen L", "", 1, LEG_DIVERTED_DEFLECTED, 3, true },
	{ VARIANT_QSIG, "Jürgen Ł", "Jürgen Ł", "Zoë", 1, LEG_DIVERTED_UNKNOWN, 3, true },
	{ VARIANT_NI2, "Jurgen L", "Jurgen L", "", 1, LEG_DIVERTED_DEFLECTED, 1, false },
	{ VARIANT_NI1, "Jurgen L", "Jurgen L", "", 1, LEG_DIVERTED_DEFLECTED, 1, false },
	{ VARIANT_DMS100, "Jurgen L", "Jurgen L", "", 3, LEG_DIVERTED_DEFLECTED, 1, false },
	{ VARIANT_4ESS, "Jurgen L", "Jurgen L", "", 3, LEG_DIVERTED_DEFLECTED, 1, false },
	{ VARIANT_5ESS, "Jurgen L", "Jurgen L", "", 1, LEG_DIVERTED_DEFLECTED, 1, false },
};

static void check_setup(const struct leg_setup *is, size_t row, bool to_network)
{
	const struct leg_redirecting *redirecting = &is->redirecting;
	struct leg_number calling = setup.setup.calling, from = setup.setup.redirecting.from.number;
	bool keys = to_network && variants[row].variant != VARIANT_QSIG;

	calling.screening = variants[row].screening;
	check_number(&is->called, &setup.setup.called);
	check_number(&is->calling, &calling);
	ck_assert_str_eq(is->calling_name,
			 to_network ? variants[row].name_to_network : variants[row].name_to_user);
	check_subaddress(&is->called_subaddress, &setup.setup.called_subaddress);
	check_subaddress(&is->calling_subaddress, &setup.setup.calling_subaddress);
	check_number(&redirecting->from.number, &from);
	ck_assert_str_eq(redirecting->from.name, variants[row].diverter);
	ck_assert_str_eq(redirecting->original.digits, variants[row].original ? "6666" : "");
	ck_assert_uint_eq(redirecting->reason, variants[row].reason);
	ck_assert_uint_eq(redirecting->original_reason, variants[row].variant == VARIANT_QSIG
								? LEG_DIVERTED_BUSY
								: LEG_DIVERTED_UNKNOWN);
	ck_assert_uint_eq(redirecting->count, variants[row].count);
	ck_assert_str_eq(is->keypad, keys ? "*21#" : "");
}

static void check_variant(size_t row, bool to_network)
{
	struct side *from = to_network ? &w.a : &w.b, *to = to_network ? &w.b : &w.a;

	world_open_as(variants[row].variant);
	says_whole(from, &setup);
	check_setup(&told(to, LEG_SETUP)->setup, row, to_network);
	says_whole(to, &answered);
	check_number(&told(from, LEG_CONNECT)->party.number, &answered.party.number);
	check_subaddress(&told(from, LEG_CONNECT)->party.subaddress, &answered.party.subaddress);
	says(from, LEG_RELEASE, 16, false);
	world_close();
}

START_TEST(setup_and_connect_cross_in_every_variant)
{
	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		check_variant(i, true);
		check_variant(i, false);
	}
}
END_TEST

/* Presentation of calling and connected number (Q.951-3, -5): rows are the number, and what arrives. */
START_TEST(presentation_crosses)
{
	static const struct leg_number rows[][2] = {
		{ { "4711", 2, 1, LEG_PRES_ALLOWED, 3 }, { "4711", 2, 1, LEG_PRES_ALLOWED, 3 } },
		{ { "4711", 3, 9, LEG_PRES_RESTRICTED, 0 },
		  { "4711", 3, 9, LEG_PRES_RESTRICTED, 0 } },
		{ { "4711", 6, 1, LEG_PRES_RESTRICTED, 2 },
		  { "4711", 6, 1, LEG_PRES_RESTRICTED, 2 } },
		{ { "", 0, 0, LEG_PRES_RESTRICTED, 0 }, { "", 0, 0, LEG_PRES_RESTRICTED, 0 } },
		{ { "", 0, 0, LEG_PRES_UNAVAILABLE, 0 }, { "", 0, 0, LEG_PRES_UNAVAILABLE, 0 } },
		{ { "", 0, 0, LEG_PRES_ALLOWED, 0 }, { "", 0, 0, LEG_PRES_UNAVAILABLE, 0 } },
		{ { "4711", 0, 0, 77, 0 }, { "4711", 0, 0, LEG_PRES_UNAVAILABLE, 3 } },
		/* libpri would cut it */
		{ { "12345678901234567890123456789012", 0, 0, LEG_PRES_ALLOWED, 0 },
		  { "", 0, 0, LEG_PRES_UNAVAILABLE, 0 } },
	};

	world_open();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_msg call = setup, answer = { .verb = LEG_CONNECT };

		call.setup.calling = rows[i][0];
		call.setup.calling_name[0] = '\0';
		answer.party.number = rows[i][0];
		says_whole(&w.b, &call);
		check_number(&told(&w.a, LEG_SETUP)->setup.calling, &rows[i][1]);
		says_whole(&w.a, &answer);
		check_number(&told(&w.b, LEG_CONNECT)->party.number, &rows[i][1]);
		says(&w.b, LEG_RELEASE, 16, false);
		run_ms(200);
	}
	world_close();
}
END_TEST

/* The name of a secret number is so too, and shows where both are told in confidence; a name beside no number
 * comes alone. */
START_TEST(secret_name_is_not_displayed)
{
	static const struct {
		enum trunk_variant variant;
		struct leg_number calling;
		const char *name;
	} rows[] = {
		{ VARIANT_EUROISDN, { "4711", 2, 1, LEG_PRES_RESTRICTED, 0 }, "" },
		{ VARIANT_NI2, { "4711", 2, 1, LEG_PRES_RESTRICTED, 0 }, "" },
		{ VARIANT_QSIG, { "4711", 2, 1, LEG_PRES_RESTRICTED, 0 }, "Jürgen Ł" },
		{ VARIANT_EUROISDN, { .presentation = LEG_PRES_ALLOWED }, "Jurgen L" },
		{ VARIANT_QSIG, { .presentation = LEG_PRES_ALLOWED }, "Jürgen Ł" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_msg call = setup;

		call.setup.calling = rows[i].calling;
		world_open_as(rows[i].variant);
		says_whole(&w.b, &call);
		ck_assert_msg(!strcmp(told(&w.a, LEG_SETUP)->setup.calling_name, rows[i].name),
			      "row %zu: %s", i, told(&w.a, LEG_SETUP)->setup.calling_name);
		says(&w.b, LEG_RELEASE, 16, false);
		world_close();
	}
}
END_TEST

/* As exchanges say it: redirecting number (Q.952), each reason. */
START_TEST(redirecting_number_of_a_switch_is_heard)
{
	static const struct {
		int line;
		uint8_t reason;
	} rows[] = {
		{ 0, LEG_DIVERTED_UNKNOWN },        { 1, LEG_DIVERTED_BUSY },
		{ 2, LEG_DIVERTED_NO_REPLY },       { 3, LEG_DIVERTED_DEFLECTED },
		{ 4, LEG_DIVERTED_DEFLECTED },      { 5, LEG_DIVERTED_DEFLECTED },
		{ 9, LEG_DIVERTED_UNKNOWN },        { 10, LEG_DIVERTED_UNKNOWN },
		{ 15, LEG_DIVERTED_UNCONDITIONAL },
	};

	peer_world(TRUNK_USER);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pri_sr *sr = pri_sr_new();
		q931_call *call = pri_new_call(peer.pri);

		pri_sr_set_channel(sr, 5, 1, 0);
		pri_sr_set_bearer(sr, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
		pri_sr_set_called(sr, "200", PRI_UNKNOWN, 1);
		pri_sr_set_redirecting(sr, "5555", PRI_NATIONAL_ISDN,
				       PRES_PROHIB_USER_NUMBER_NOT_SCREENED, rows[i].line);
		ck_assert_int_eq(pri_setup(peer.pri, call, sr), 0);
		pri_sr_free(sr);
		peer_run(100);
		const struct leg_redirecting *redirecting =
			&told(&w.a, LEG_SETUP)->setup.redirecting;
		ck_assert_uint_eq(redirecting->reason, rows[i].reason);
		ck_assert_uint_eq(redirecting->count, 1);
		ck_assert_str_eq(redirecting->from.number.digits, "5555");
		ck_assert_uint_eq(redirecting->from.number.presentation, LEG_PRES_RESTRICTED);
		peer_clears(call, 16);
	}
	peer_close();
}
END_TEST

static size_t longest_frame;

static void measure(void *data, unsigned timeslot, const uint8_t *frame, size_t len)
{
	if (len > longest_frame)
		longest_frame = len;
	peer_frame(data, timeslot, frame, len);
}

/* All that there can be is more than a message holds (Q.921 5.9.3: 260 octets behind 4 of header): the call comes, and
 * the data link lives. */
START_TEST(longest_setup_is_cut_to_fit)
{
	static const struct tdm_listener listener = { .on_frame = measure };
	static const struct {
		enum trunk_variant variant;
		int switch_type;
	} kinds[] = { { VARIANT_EUROISDN, PRI_SWITCH_EUROISDN_E1 },
		      { VARIANT_QSIG, PRI_SWITCH_QSIG },
		      { VARIANT_NI2, PRI_SWITCH_NI2 },
		      { VARIANT_DMS100, PRI_SWITCH_DMS100 } };
	static const char digits[] = "1234567890123456789012345678901";
	struct leg_msg msg = setup;
	struct leg_setup *whole = &msg.setup;

	strcpy(whole->called.digits, digits);
	strcpy(whole->calling.digits, digits);
	strcpy(whole->redirecting.from.number.digits, digits);
	strcpy(whole->redirecting.original.digits, digits);
	strcpy(whole->keypad, digits);
	memset(whole->calling_name, 'n', LEG_NAME_MAX - 1);
	memset(whole->redirecting.from.name, 'n', LEG_NAME_MAX - 1);
	whole->called_subaddress.len = LEG_SUBADDRESS_MAX;
	whole->calling_subaddress.len = LEG_SUBADDRESS_MAX;
	msg.uui = (struct leg_uui){ LEG_UUI_MAX, { 4 } };
	for (size_t i = 0; i < 2 * ARRAY_SIZE(kinds); i++) {
		peer_switch_type = kinds[i / 2].switch_type;
		world_prepare();
		w.trunk[0].variant = kinds[i / 2].variant;
		w.trunk[0].side = i % 2 ? TRUNK_NETWORK : TRUNK_USER;
		peer_open(i % 2 ? PRI_CPE : PRI_NETWORK);
		tdm_listen(w.e2, &listener, NULL);
		ck_assert_int_eq(world_apply(1), 0);
		peer_run(1500);
		longest_frame = 0;
		says_whole(&w.a, &msg);
		peer_run(200);
		ck_assert_msg(peer.seen[PRI_EVENT_RING] == 1, "row %zu", i);
		ck_assert_str_eq(peer.last[PRI_EVENT_RING].ring.callednum, digits);
		ck_assert_msg(longest_frame > 150 && longest_frame <= 264, "row %zu: %zu", i,
			      longest_frame);
		pri_proceeding(peer.pri, peer.last[PRI_EVENT_RING].ring.call, 1, 0);
		peer_clears(peer.last[PRI_EVENT_RING].ring.call, 16);
		peer_close();
	}
}
END_TEST

/* In place of what SETUP carries: 20 digits and a called number */
static uint8_t hostile[60];
static size_t hostile_len;

static void make_hostile(uint8_t *frame, size_t *len)
{
	if (*len < 9 || frame[2] & 1 || frame[8] != 0x05)
		return;
	memcpy(frame + *len, hostile, hostile_len);
	*len += hostile_len;
}

/* Elements of the line that libpri does not measure: the call comes, without what cannot be right. */
START_TEST(hostile_elements_do_no_harm)
{
	static const struct {
		uint8_t octets[8];
		size_t len;
	} rows[] = {
		{ { 0x6d, 50, 0x80, 1, 2, 3 }, 52 }, /* calling party subaddress of 49 octets */
		{ { 0x71, 58, 0xa0 }, 60 },          /* called party subaddress of 57 */
		{ { 0x6c, 4, 0x21, 0x01, '4', '7' }, 6 }, /* octet 3a goes on for ever */
		{ { 0x74, 5, 0x21, 0x01, 0x01, '4', '7' }, 7 },
		{ { 0x6c, 40, 0x21, 0x80, '4', 1, 27, 7 }, 42 },
		{ { 0x28, 20, 'x', 1, 27, '[', 7, 0 }, 22 }, /* display */
		{ { 0x7e, 57, 4 }, 59 },
		{ { 0x2c, 40, '1' }, 42 }, /* keypad facility with zeros */
	};

	peer_world(TRUNK_USER);
	peer.edit = make_hostile;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(hostile, 0, sizeof(hostile));
		memcpy(hostile, rows[i].octets, sizeof(rows[i].octets));
		hostile_len = rows[i].len;
		q931_call *call = peer_calls("200", 9, true, PRI_TRANS_CAP_SPEECH);
		const struct leg_setup *heard = &told(&w.a, LEG_SETUP)->setup;
		ck_assert_str_eq(heard->called.digits, "200");
		ck_assert_uint_eq(heard->called_subaddress.len, 0);
		ck_assert_uint_eq(heard->calling_subaddress.len, 0);
		ck_assert_str_eq(heard->calling.digits, "");
		ck_assert_uint_eq(heard->calling.presentation, LEG_PRES_UNAVAILABLE);
		for (const char *c = heard->calling_name; *c; c++)
			ck_assert((unsigned char)*c >= 0x20);
		hostile_len = 0;
		peer_clears(call, 16);
	}
	peer_close();
}
END_TEST

/* What a switch makes of our SETUP, and we of its CONNECT. */
START_TEST(switch_hears_who_calls_and_says_who_answers)
{
	const struct pri_party_connected_line
		answer = { .id = {
				   .name = { 1, PRI_PRES_ALLOWED, PRI_CHAR_SET_ISO8859_1,
					     "Zo\xeb" },
				   .number = { 1, PRES_ALLOWED_USER_NUMBER_PASSED_SCREEN,
					       PRI_NATIONAL_ISDN, "777" },
				   .subaddress = { 1, 2, 1, 2, { 0x12, 0x30 } },
			   } };

	peer_world(TRUNK_USER);
	says_whole(&w.a, &setup);
	peer_run(100);
	const pri_event_ring *ring = &peer.last[PRI_EVENT_RING].ring;
	ck_assert_int_eq(ring->calledplan, PRI_INTERNATIONAL_ISDN);
	ck_assert_int_eq(ring->callingplan, PRI_NATIONAL_ISDN);
	ck_assert_int_eq(ring->calling.number.presentation, PRES_ALLOWED_USER_NUMBER_PASSED_SCREEN);
	ck_assert_str_eq(ring->callingnum, "4711");
	ck_assert_str_eq(ring->redirectingnum, "5555");
	ck_assert_int_eq(ring->redirectingreason, PRI_REDIR_DEFLECTION);
	ck_assert_str_eq(ring->origcallednum, "6666");
	ck_assert_str_eq(ring->keypad_digits, "*21#");
	ck_assert_int_eq(ring->called_subaddress.length, 3);
	ck_assert_mem_eq(ring->called_subaddress.data,
			 "\x50"
			 "a\0",
			 3);
	ck_assert_int_eq(ring->calling.subaddress.odd_even_indicator, 1);
	q931_call *call = ring->call;
	pri_connected_line_update(peer.pri, call, &answer);
	pri_answer(peer.pri, call, ring->channel, 0);
	peer_run(100);
	const struct leg_party *party = &told(&w.a, LEG_CONNECT)->party;
	ck_assert_str_eq(party->number.digits, "777");
	ck_assert_uint_eq(party->number.type, LEG_TON_NATIONAL);
	ck_assert_uint_eq(party->number.screening, 1);
	ck_assert_str_eq(party->name, "Zoë");
	ck_assert_uint_eq(party->subaddress.type, 2);
	ck_assert(party->subaddress.odd);
	peer_clears(call, 16);
	peer_close();
}
END_TEST

/* One octet of each message, behind the call reference, is another one. */
static void mutate(uint8_t *frame, size_t *len)
{
	static uint32_t random = 1;

	random = random * 1664525 + 1013904223;
	if (*len > 9 && !(frame[2] & 1))
		frame[9 + (random >> 8) % (*len - 9)] = (uint8_t)(random >> 24);
}

START_TEST(mutated_messages_do_no_harm)
{
	static const int kinds[][2] = { { VARIANT_EUROISDN, PRI_SWITCH_EUROISDN_E1 },
					{ VARIANT_QSIG, PRI_SWITCH_QSIG } };
	const struct pri_party_redirecting redirecting = {
		.from = { .name = { 1, 0, 1, "Diverter" }, .number = { 1, 0, 0x21, "5555" } },
		.orig_called = { .name = { 1, 0, 1, "First" }, .number = { 1, 0, 0x21, "6666" } },
		.count = 2,
	};
	const struct pri_party_id caller = { .name = { 1, 0, 1, "Caller" },
					     .number = { 1, 0, 0x21, "4711" },
					     .subaddress = { 1, 0, 0, 3, "abc" } };

	for (size_t v = 0; v < ARRAY_SIZE(kinds); v++) {
		peer_switch_type = kinds[v][1];
		world_prepare();
		w.trunk[0].variant = (enum trunk_variant)kinds[v][0];
		peer_open(PRI_NETWORK);
		pri_facility_enable(peer.pri);
		ck_assert_int_eq(world_apply(1), 0);
		peer_run(1500);
		peer.edit = mutate;
		for (unsigned i = 0; i < 300; i++) {
			q931_call *call = pri_new_call(peer.pri);
			struct pri_sr *sr = pri_sr_new();

			pri_sr_set_channel(sr, 5, 0, 0);
			pri_sr_set_bearer(sr, PRI_TRANS_CAP_SPEECH, PRI_LAYER_1_ALAW);
			pri_sr_set_called(sr, "200", PRI_UNKNOWN, 1);
			pri_sr_set_caller_party(sr, &caller);
			pri_sr_set_called_subaddress(sr, &caller.subaddress);
			pri_sr_set_redirecting_parties(sr, &redirecting);
			pri_sr_set_useruser(sr, "user");
			ck_assert_int_eq(pri_setup(peer.pri, call, sr), 0);
			pri_sr_free(sr);
			peer_run(40);
			pri_hangup(peer.pri, call, 16);
			peer_run(40);
		}
		peer.edit = NULL;
		pri_reset(peer.pri, 5);
		peer_run(40000);
		ck_assert_str_eq(trunk_status("user").layer2, "up");
		ck_assert_uint_gt(trunk_status("user").calls_in, 150);
		ck_assert_int_eq(world_apply(0), 0);
		peer_close();
	}
}
END_TEST

UNIT_MAIN("parties", switch_hears_who_calls_and_says_who_answers, mutated_messages_do_no_harm,
	  setup_and_connect_cross_in_every_variant, presentation_crosses,
	  secret_name_is_not_displayed, redirecting_number_of_a_switch_is_heard,
	  longest_setup_is_cut_to_fit, hostile_elements_do_no_harm)
