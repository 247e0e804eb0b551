/* Thousands of calls between two trunks, from both ends, of every outcome, while faults come at random: in the end
 * nothing is stuck. The same seed, the same run. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/isdn_leg.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer) ||                           \
	__has_feature(undefined_behavior_sanitizer) || __has_feature(thread_sanitizer)
enum { CALLS = 4000 };
#else
enum { CALLS = 10000 };
#endif

enum {
	CALLERS = 48,
	HOLD_TICKS = 200,  /* the longest call */
	FAULT_EVERY = 100, /* calls, on average */
};

/* Half of them calls from either side. */
static struct caller {
	struct mock_leg leg;
	unsigned until; /* tick of its end, as planned */
} callers[CALLERS];

static unsigned now, placed, mended; /* ticks; calls; faults that the auditor mends */

static unsigned dice(unsigned sides)
{
	return (unsigned)random() % sides;
}

static void set_routes(void)
{
	static struct line_config lines[] = {
		{ .name = "echo", .kind = LINE_ECHO },
		{ .name = "busy", .kind = LINE_REJECT, .tone = TONE_BUSY, .cause = 17 },
		{ .name = "none", .kind = LINE_REJECT, .cause = 34 },
		{ .name = "ring", .kind = LINE_RING },
		{ .name = "sit",
		  .kind = LINE_REJECT,
		  .tone = TONE_SIT,
		  .cause = 1,
		  .clear_ms = 500 },
	};
	static const char *const sides[] = { "user", "net" };
	struct route_config routes[2 + 2 * ARRAY_SIZE(lines)];
	const struct routes_config config = { .routes = routes,
					      .n_routes = ARRAY_SIZE(routes),
					      .lines = lines,
					      .n_lines = ARRAY_SIZE(lines) };
	size_t n = 0;

	set_route(&routes[n++], TARGET_PEER, "a", "", TARGET_TRUNK, "user");
	set_route(&routes[n++], TARGET_PEER, "b", "", TARGET_TRUNK, "net");
	for (size_t i = 0; i < 2 * ARRAY_SIZE(lines); i++, n++) {
		const char called[] = { (char)('1' + i / 2), '\0' };

		set_route(&routes[n], TARGET_TRUNK, sides[i % 2], called, TARGET_LINE,
			  lines[i / 2].name);
	}
	ck_assert_int_eq(call_hub_apply(w.hub, &config), 0);
}

/* Callers */

/* Every second one goes to the echo. */
static void place(struct caller *caller, const char *peer)
{
	const char called[] = { dice(2) ? '1' : (char)('1' + dice(5)), '\0' };

	mock_leg_open(&caller->leg, w.hub, TARGET_PEER, peer);
	mock_leg_setup(&caller->leg, "4711", called);
	caller->until = now + 1 + dice(HOLD_TICKS);
	placed++;
}

static void move_callers(void)
{
	for (size_t i = 0; i < CALLERS; i++) {
		struct caller *caller = &callers[i];
		struct leg *leg = caller->leg.leg;

		/* who was refused waits as long as the call would have lasted */
		if (!leg && placed < CALLS && now >= caller->until && !dice(20))
			place(caller, i % 2 ? "b" : "a");
		else if (leg && leg->call && now >= caller->until)
			mock_leg_say(&caller->leg, LEG_RELEASE, 16, false);
	}
}

static void go_on(unsigned ticks)
{
	while (ticks--) {
		now++;
		move_callers();
		tick();
	}
}

/* Faults */

static struct isdn *trunk_of(const char *name)
{
	return target_find(w.hub, TARGET_TRUNK, name)->data;
}

static struct isdn_leg *any_leg(void)
{
	struct isdn *isdn = trunk_of(dice(2) ? "user" : "net");
	unsigned n = llist_count(&isdn->legs);
	struct isdn_leg *leg;

	n = n ? dice(n) : 0;
	llist_for_each_entry (leg, &isdn->legs, entry) {
		if (!n--)
			return leg;
	}
	return NULL;
}

static void cut(unsigned ticks)
{
	w.e1->driver->inject(w.e1, TDM_FAULT_CUT);
	go_on(ticks);
	w.e1->driver->inject(w.e1, TDM_FAULT_NONE);
}

static int lose(struct tdm_span *span, unsigned timeslot, const uint8_t *frame, size_t len)
{
	(void)span, (void)timeslot, (void)frame, (void)len;
	return 0;
}

static void lose_frames(unsigned ticks)
{
	const struct tdm_driver *driver = w.e1->driver;
	struct tdm_driver lossy = *driver;

	lossy.hdlc_send = lose;
	w.e1->driver = w.e2->driver = &lossy;
	go_on(ticks);
	w.e1->driver = w.e2->driver = driver;
}

static void lock(const char *what, enum trunks_lock how)
{
	ck_assert_int_eq(trunks_lock(w.trunks, what, how, 1), 0);
	go_on(200);
	ck_assert_int_eq(trunks_lock(w.trunks, what, LOCK_NOT, 0), 0);
}

static void lock_a_channel(void)
{
	char name[TDM_NAME_MAX + 4];

	snprintf(name, sizeof(name), "e1-%u/%u", 1 + dice(2), 1 + dice(15));
	lock(name, dice(2) ? LOCK_NOW : LOCK_GRACEFUL);
}

static void restart_a_channel(void)
{
	const struct isdn_leg *leg = any_leg();

	if (!leg || !leg->channel)
		return;
	pri_reset(isdn_leg_pri(leg), isdn_leg_pri_channel(leg));
	dchannel_kick(leg->isdn->dchannel);
}

static void rebuild_a_trunk(void)
{
	const struct trunks_config config = { .trunks = &w.trunk[dice(2)], .n = 1 };

	ck_assert_int_eq(trunks_apply(w.trunks, &config), 0);
	go_on(50);
	ck_assert_int_eq(world_apply(2), 0);
	go_on(400);
}

static void lose_a_termination(void)
{
	const struct isdn_leg *leg = any_leg();

	if (!leg || !leg->term)
		return;
	mg_forget(w.mg, leg->term);
	mended++;
}

static void lose_a_call_of_libpri(void)
{
	const struct isdn_leg *leg = any_leg();

	if (!leg || !leg->q931)
		return;
	pri_destroycall(isdn_leg_pri(leg), leg->q931);
	mended++;
}

static void have_a_fault(void)
{
	switch (dice(10)) {
	case 0:
		cut(5 + dice(20));
		break;
	case 1:
		cut(100 + dice(500));
		break;
	case 2:
		lose_frames(dice(300));
		break;
	case 3:
		lose_frames(1000 + dice(2000));
		break;
	case 4:
		lock(dice(2) ? "user" : "net", dice(2) ? LOCK_NOW : LOCK_GRACEFUL);
		break;
	case 5:
		lock_a_channel();
		break;
	case 6:
		restart_a_channel();
		break;
	case 7:
		rebuild_a_trunk();
		break;
	case 8:
		lose_a_termination();
		break;
	default:
		lose_a_call_of_libpri();
	}
}

static uint64_t repairs(void)
{
	struct audit_status status;

	trunks_audit_status(w.trunks, &status);
	return status.legs + status.calls + status.terminations + status.inside;
}

static void end_calls(void)
{
	go_on(HOLD_TICKS);
	run_ms(90000);
	for (size_t i = 0; i < CALLERS; i++)
		ck_assert_msg(!callers[i].leg.leg, "caller %zu is stuck", i);
	ck_assert_uint_eq(busy_channels(), 0);
	ck_assert_uint_eq(trunk_status("user").idle, 30);
	ck_assert_uint_eq(trunk_status("net").idle, 30);
}

static void many_calls(enum trunk_variant variant)
{
	unsigned next_fault = FAULT_EVERY;

	srandom(1);
	world_prepare();
	w.trunk[0].variant = w.trunk[1].variant = variant;
	w.trunk[0].timers.t309 = w.trunk[1].timers.t309 = 6;
	world_start();
	set_routes();
	while (placed < CALLS) {
		go_on(1);
		if (placed < next_fault)
			continue;
		have_a_fault();
		next_fault = placed + dice(2 * FAULT_EVERY);
	}
	end_calls();
	ck_assert_uint_gt(call_figures().answered, CALLS / 8);
	/* Both ends of a call may need it, and a termination that it leaves. */
	ck_assert_uint_le(repairs(), 3 * mended);
	uint64_t before = repairs();
	run_ms(30000);
	ck_assert_uint_eq(repairs(), before);
	world_close();
}

START_TEST(nothing_is_stuck_in_euroisdn)
{
	many_calls(VARIANT_EUROISDN);
}
END_TEST

START_TEST(nothing_is_stuck_in_ni2)
{
	many_calls(VARIANT_NI2);
}
END_TEST

UNIT_MAIN("many_calls", nothing_is_stuck_in_euroisdn, nothing_is_stuck_in_ni2)
