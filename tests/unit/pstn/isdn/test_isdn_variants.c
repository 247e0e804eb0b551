/* Each variant, on each kind of span that has it, carries calls both ways; and the channel that they ask for. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

static const struct {
	enum trunk_variant variant;
	enum span_type type;
	const char *name;
} lines[] = {
	{ VARIANT_DEFAULT, SPAN_E1, "euroisdn" },  { VARIANT_DEFAULT, SPAN_T1, "ni2" },
	{ VARIANT_DEFAULT, SPAN_BRI, "euroisdn" }, { VARIANT_EUROISDN, SPAN_E1, "euroisdn" },
	{ VARIANT_EUROISDN, SPAN_T1, "euroisdn" }, { VARIANT_NI2, SPAN_E1, "ni2" },
	{ VARIANT_NI2, SPAN_T1, "ni2" },           { VARIANT_NI1, SPAN_T1, "ni1" },
	{ VARIANT_NI1, SPAN_BRI, "ni1" },          { VARIANT_DMS100, SPAN_T1, "dms100" },
	{ VARIANT_4ESS, SPAN_T1, "4ess" },         { VARIANT_5ESS, SPAN_T1, "5ess" },
	{ VARIANT_QSIG, SPAN_E1, "qsig" },         { VARIANT_QSIG, SPAN_T1, "qsig" },
	{ VARIANT_QSIG, SPAN_BRI, "qsig" },
};

static void open_line(size_t i)
{
	world_prepare_on(lines[i].type);
	w.trunk[0].variant = w.trunk[1].variant = lines[i].variant;
	world_start();
	ck_assert_str_eq(trunk_status("user").variant, lines[i].name);
	ck_assert_str_eq(trunk_status("user").layer2, "up");
	ck_assert_str_eq(trunk_status("net").layer2, "up");
}

/* One call, cleared by who placed it or by the other. */
static void one_call(struct side *from, struct side *to, bool caller_clears)
{
	if (from == &w.a)
		a_calls("200");
	else
		b_calls("300");
	ck_assert(was_told(to, LEG_SETUP));
	says(to, LEG_ALERTING, 0, false);
	ck_assert(was_told(from, LEG_ALERTING));
	says(to, LEG_CONNECT, 0, false);
	ck_assert(was_told(from, LEG_CONNECT));
	ck_assert_uint_eq(busy_channels(), 2); /* seen from both ends */
	says(caller_clears ? from : to, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert_uint_eq(told_cause(caller_clears ? to : from, LEG_RELEASE), CAUSE_NORMAL);
	run_ms(200);
	ck_assert_uint_eq(busy_channels(), 0);
}

START_TEST(each_variant_carries_calls_both_ways)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		open_line(i);
		one_call(&w.a, &w.b, true);
		one_call(&w.a, &w.b, false);
		one_call(&w.b, &w.a, true);
		one_call(&w.b, &w.a, false);
		world_close();
	}
}
END_TEST

START_TEST(each_variant_outlives_a_short_cut)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		open_line(i);
		a_calls("200");
		says(&w.b, LEG_CONNECT, 0, false);
		w.e1->driver->inject(w.e1, TDM_FAULT_CUT);
		run_ms(400);
		ck_assert_str_eq(trunk_status("user").layer2, "down"); /* at once */
		ck_assert_str_eq(trunk_status("net").layer2, "down");
		w.e1->driver->inject(w.e1, TDM_FAULT_NONE);
		run_ms(5000);
		ck_assert_str_eq(trunk_status("user").layer2, "up");
		ck_assert(!was_told(&w.a, LEG_RELEASE));
		says(&w.a, LEG_RELEASE, CAUSE_NORMAL, false);
		ck_assert_uint_eq(told_cause(&w.b, LEG_RELEASE), CAUSE_NORMAL);
		world_close();
	}
}
END_TEST

/* Who may be given another channel than the one asked for, by what the trunk says. 5 is taken already at
 * the far end, which hunts upwards. */
static const struct {
	enum trunk_side side; /* of the caller */
	enum trunk_negotiation negotiation;
	bool another; /* is right too */
} wishes[] = {
	{ TRUNK_USER, CHANNEL_BY_SIDE, true },      { TRUNK_USER, CHANNEL_PREFERRED, true },
	{ TRUNK_USER, CHANNEL_EXCLUSIVE, false },   { TRUNK_NETWORK, CHANNEL_BY_SIDE, false },
	{ TRUNK_NETWORK, CHANNEL_PREFERRED, true }, { TRUNK_NETWORK, CHANNEL_EXCLUSIVE, false },
};

START_TEST(channel_is_a_wish_or_a_condition_as_configured)
{
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		bool network = wishes[i].side == TRUNK_NETWORK;

		world_prepare();
		w.trunk[network].spans[0].channels = 1 << 5; /* the caller's */
		w.trunk[network].negotiation = wishes[i].negotiation;
		w.trunk[!network].spans[0].channels = 1 << 6;
		world_start();
		if (network)
			b_calls("300");
		else
			a_calls("200");
		/* No channel is both sides'; what the far end does with a wish it cannot grant tells. */
		ck_assert_int_eq(was_told(network ? &w.a : &w.b, LEG_SETUP), wishes[i].another);
		run_ms(500);
		ck_assert(was_told(network ? &w.b : &w.a, LEG_RELEASE));
		if (!wishes[i].another)
			ck_assert_uint_eq(told_cause(network ? &w.b : &w.a, LEG_RELEASE),
					  CAUSE_NO_SUCH_CHANNEL);
		world_close();
	}
}
END_TEST

UNIT_MAIN("isdn_variants", each_variant_carries_calls_both_ways, each_variant_outlives_a_short_cut,
	  channel_is_a_wish_or_a_condition_as_configured)
