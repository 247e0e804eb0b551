/* Faults in calls of every stage, from each side and each layer: whatever happens, both ends of the line are idle
 * afterwards and nothing is left of the call. Timers are short, that no test waits for their defaults. */
#include "tests/unit/unit.h"

#include "call/cause.h"
#include "pstn/isdn/dchannel.h"
#include "pstn/isdn/isdn_leg.h"
#include "tests/mock/mock_leg.c"
#include "tests/unit/pstn/isdn/world.c"

/* Both ends of one call: who placed it, and who is called. */
enum stage {
	STAGE_NULL,  /* no call */
	STAGE_SETUP, /* call initiated, and null: SETUP is under way */
	STAGE_PRESENT, /* call initiated, and call present or incoming proceeding: its answer is under way */
	STAGE_OVERLAP,      /* overlap sending, overlap receiving */
	STAGE_PROCEEDING,   /* outgoing and incoming call proceeding */
	STAGE_ALERTING,     /* call delivered, call received */
	STAGE_ACTIVE,       /* active */
	STAGE_HELD,         /* the same, held by one end: the other has no channel */
	STAGE_ANNOUNCEMENT, /* disconnect indication, disconnect request */
	STAGE_CLEARING,     /* release request, and what was before: DISCONNECT is under way */
};

static struct isdn_leg *leg_of(const char *trunk)
{
	struct isdn *isdn = target_find(w.hub, TARGET_TRUNK, trunk)->data;

	return llist_first_entry_or_null(&isdn->legs, struct isdn_leg, entry);
}

/* Who places the call: the user's side, or the exchange's. */
static struct side *caller, *called;

static struct isdn_leg *callers_leg(void)
{
	return leg_of(caller == &w.a ? "user" : "net");
}

static struct isdn_leg *called_leg(void)
{
	return leg_of(caller == &w.a ? "net" : "user");
}

static void release(struct side *side)
{
	if (side->leg.leg && side->leg.leg->call)
		mock_leg_say(&side->leg, LEG_RELEASE, 16, false);
}

static void caller_releases(void)
{
	release(caller);
}

static void called_releases(void)
{
	release(called);
}

static void both_release(void)
{
	release(&w.a);
	release(&w.b);
}

static void cable_is_out_for_long(void)
{
	w.e1->driver->inject(w.e1, TDM_FAULT_CUT);
	run_ms(8000);
	w.e1->driver->inject(w.e1, TDM_FAULT_NONE);
}

static void cable_is_out_for_a_moment(void)
{
	w.e1->driver->inject(w.e1, TDM_FAULT_CUT);
	run_ms(100);
	w.e1->driver->inject(w.e1, TDM_FAULT_NONE);
	run_ms(5000);
	both_release();
}

static void caller_releases_into_a_dead_line(void)
{
	w.e1->driver->inject(w.e1, TDM_FAULT_CUT);
	release(caller);
	run_ms(8000);
	w.e1->driver->inject(w.e1, TDM_FAULT_NONE);
}

static void far_trunk_goes_away(void)
{
	ck_assert_int_eq(world_apply(1), 0);
	run_ms(8000);
	ck_assert_int_eq(world_apply(2), 0);
}

static void our_trunk_goes_away(void)
{
	const struct trunks_config config = { .trunks = &w.trunk[1], .n = 1 };

	ck_assert_int_eq(trunks_apply(w.trunks, &config), 0);
	run_ms(8000);
	ck_assert_int_eq(world_apply(2), 0);
}

static void far_span_is_destroyed(void)
{
	const struct span_config again = { .name = "e1-2",
					   .driver = "virtual",
					   .far_end = "e1-1",
					   .type = w.e2->type,
					   .law = w.e2->law };

	ck_assert_int_eq(world_apply(1), 0);
	tdm_close(w.e2);
	run_ms(8000);
	w.e2 = tdm_open(w.root, &again);
	ck_assert_ptr_nonnull(w.e2);
	ck_assert_int_eq(world_apply(2), 0);
}

/* A D channel that loses every frame, both ways, while the spans are well */
static int lose(struct tdm_span *span, unsigned timeslot, const uint8_t *frame, size_t len)
{
	(void)span, (void)timeslot, (void)frame, (void)len;
	return 0;
}

static void lose_frames_for(unsigned ms)
{
	const struct tdm_driver *driver = w.e1->driver;
	struct tdm_driver lossy = *driver;

	lossy.hdlc_send = lose;
	w.e1->driver = w.e2->driver = &lossy;
	run_ms(ms);
	w.e1->driver = w.e2->driver = driver;
}

static void frames_are_lost_for_a_moment(void)
{
	lose_frames_for(3000);
	run_ms(5000);
	both_release();
}

static void frames_are_lost_for_long(void)
{
	lose_frames_for(40000);
}

static void both_release_into_silence(void)
{
	both_release();
	lose_frames_for(40000);
}

static void operator_locks_the_far_end(void)
{
	ck_assert_int_eq(trunks_lock(w.trunks, "net", LOCK_NOW, 0), 0);
	run_ms(1000);
	ck_assert_int_eq(trunks_lock(w.trunks, "net", LOCK_NOT, 0), 0);
}

static void operator_locks_our_end(void)
{
	ck_assert_int_eq(trunks_lock(w.trunks, "user", LOCK_NOW, 0), 0);
	run_ms(1000);
	ck_assert_int_eq(trunks_lock(w.trunks, "user", LOCK_NOT, 0), 0);
}

static void operator_locks_the_far_channel(void)
{
	const struct isdn_leg *leg = called_leg();
	char name[sizeof(leg->leg.channel)];

	snprintf(name, sizeof(name), "%s", leg && leg->channel ? leg->leg.channel : "e1-2/1");
	ck_assert_int_eq(trunks_lock(w.trunks, name, LOCK_GRACEFUL, 1), 0);
	run_ms(3000);
	ck_assert_int_eq(trunks_lock(w.trunks, name, LOCK_NOT, 0), 0);
	both_release();
}

static void far_end_restarts_the_channel(void)
{
	struct isdn_leg *leg = called_leg();

	if (leg && leg->channel) {
		pri_reset(isdn_leg_pri(leg), isdn_leg_pri_channel(leg));
		dchannel_kick(leg->isdn->dchannel);
	}
	run_ms(1000);
	both_release();
}

static void termination_is_lost(void)
{
	struct isdn_leg *leg = callers_leg();

	if (leg && leg->term)
		mg_forget(w.mg, leg->term);
	run_ms(1000);
	both_release();
}

static void libpri_loses_the_call(void)
{
	struct isdn_leg *leg = callers_leg();

	if (leg && leg->q931)
		pri_destroycall(isdn_leg_pri(leg), leg->q931);
	run_ms(15000);
	both_release();
}

enum cure { BY_ITSELF, BY_AUDIT };

static const struct {
	const char *name;
	void (*happen)(void);
	enum cure cure;
} faults[] = {
	{ "caller releases", caller_releases, BY_ITSELF },
	{ "called one releases", called_releases, BY_ITSELF },
	{ "both release", both_release, BY_ITSELF },
	{ "cable out for long", cable_is_out_for_long, BY_ITSELF },
	{ "cable out for a moment", cable_is_out_for_a_moment, BY_ITSELF },
	{ "release into a dead line", caller_releases_into_a_dead_line, BY_ITSELF },
	{ "D channel silent for a moment", frames_are_lost_for_a_moment, BY_ITSELF },
	{ "D channel silent for long", frames_are_lost_for_long, BY_ITSELF },
	{ "release into a silent D channel", both_release_into_silence, BY_ITSELF },
	{ "far span destroyed", far_span_is_destroyed, BY_ITSELF },
	{ "far trunk removed", far_trunk_goes_away, BY_ITSELF },
	{ "our trunk removed", our_trunk_goes_away, BY_ITSELF },
	{ "our end locked", operator_locks_our_end, BY_ITSELF },
	{ "far end locked", operator_locks_the_far_end, BY_ITSELF },
	{ "far channel locked", operator_locks_the_far_channel, BY_ITSELF },
	{ "RESTART", far_end_restarts_the_channel, BY_ITSELF },
	{ "termination lost", termination_is_lost, BY_AUDIT },
	{ "call lost in libpri", libpri_loses_the_call, BY_AUDIT },
};

static uint64_t repairs(void)
{
	struct audit_status status;

	trunks_audit_status(w.trunks, &status);
	return status.legs + status.calls + status.terminations + status.inside;
}

static void open_short(enum trunk_variant variant)
{
	static const struct trunk_timers timers = {
		.t303 = 1,
		.t304 = 4,
		.t305 = 2,
		.t306 = 5,
		.t308 = 1,
		.t309 = 3,
		.t310 = 4,
		.t313 = 1,
		.t316 = 2,
		.t322 = 2,
	};

	world_prepare();
	for (size_t i = 0; i < 2; i++) {
		w.trunk[i].timers = timers;
		w.trunk[i].variant = variant;
		w.trunk[i].overlap_sending = w.trunk[i].overlap_receiving = true;
	}
	w.a.target.target.overlap = w.b.target.target.overlap = true;
	world_start();
}

static void place_call(bool whole)
{
	mock_leg_open(&caller->leg, w.hub, TARGET_PEER, caller == &w.a ? "a" : "b");
	if (whole)
		mock_leg_setup(&caller->leg, "4711", "200");
	else
		mock_leg_dial(&caller->leg, "20");
}

/* libpri alone can put a call on hold here: the other end gives up its channel. */
static void hold(void)
{
	struct isdn_leg *leg = callers_leg();

	pri_hold(isdn_leg_pri(leg), leg->q931);
	dchannel_kick(leg->isdn->dchannel);
	run_ms(100);
}

static void bring_to(enum stage stage)
{
	if (stage == STAGE_NULL)
		return;
	place_call(stage != STAGE_OVERLAP);
	if (stage == STAGE_SETUP)
		return;
	run_ms(stage == STAGE_PRESENT ? 2 * TICK_MS : 100);
	if (stage == STAGE_OVERLAP)
		says(called, LEG_SETUP_ACK, 0, false);
	if (stage == STAGE_ALERTING || stage == STAGE_CLEARING)
		says(called, LEG_ALERTING, 0, false);
	if (stage == STAGE_ACTIVE || stage == STAGE_HELD)
		says(called, LEG_CONNECT, 0, false);
	if (stage == STAGE_HELD)
		hold();
	if (stage == STAGE_ANNOUNCEMENT)
		says(called, LEG_DISCONNECT, 22, true);
	if (stage == STAGE_CLEARING)
		release(caller); /* what follows comes before the line has answered */
}

/* What the stages are when the user's side calls, so that none is another than its name says */
static void check_stage(enum stage stage)
{
	static const struct {
		enum isdn_state caller, called;
		bool held;
	} stages[] = {
		[STAGE_SETUP] = { ST_CALL_INITIATED, ST_NULL, false },
		[STAGE_PRESENT] = { ST_CALL_INITIATED, ST_INCOMING_PROCEEDING, false },
		[STAGE_OVERLAP] = { ST_OVERLAP_SENDING, ST_OVERLAP_RECEIVING, false },
		[STAGE_PROCEEDING] = { ST_OUTGOING_PROCEEDING, ST_INCOMING_PROCEEDING, false },
		[STAGE_ALERTING] = { ST_CALL_DELIVERED, ST_CALL_RECEIVED, false },
		[STAGE_ACTIVE] = { ST_ACTIVE, ST_ACTIVE, false },
		[STAGE_HELD] = { ST_ACTIVE, ST_ACTIVE, true },
		[STAGE_ANNOUNCEMENT] = { ST_DISCONNECT_INDICATION, ST_DISCONNECT_REQUEST, false },
		[STAGE_CLEARING] = { ST_RELEASE_REQUEST, ST_CALL_RECEIVED, false },
	};
	const struct isdn_leg *from = callers_leg(), *to = called_leg();

	ck_assert_msg(from && isdn_leg_state(from) == stages[stage].caller, "stage %d", stage);
	ck_assert_msg((to ? isdn_leg_state(to) : ST_NULL) == stages[stage].called, "stage %d",
		      stage);
	ck_assert_msg((to && to->held) == stages[stage].held, "stage %d", stage);
}

static void go_to(enum stage stage)
{
	bring_to(stage);
	if (stage != STAGE_NULL && caller == &w.a)
		check_stage(stage);
}

/* A test call after every fault, to see that the line works */
static void check_after(const char *fault)
{
	ck_assert_msg(busy_channels() == 0, "%s: a channel is stuck", fault);
	ck_assert_msg(call_figures().active == 0, "%s: a call is stuck", fault);
	ck_assert_msg(trunk_status("user").idle == 30 && trunk_status("net").idle == 30,
		      "%s: channels do not come back", fault);
	a_calls("600");
	ck_assert_msg(was_told(&w.a, LEG_CONNECT), "%s: no call goes through", fault);
	says(&w.a, LEG_RELEASE, 16, false);
}

static void every_fault_in(enum stage stage)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		uint64_t before = repairs();

		go_to(stage);
		faults[i].happen();
		run_ms(45000);
		ck_assert_msg(faults[i].cure == BY_AUDIT || repairs() == before,
			      "%s: the auditor was needed", faults[i].name);
		check_after(faults[i].name);
	}
}

#ifndef __has_feature
#define __has_feature(feature) 0
#endif

/* Under the thread sanitizer each step costs fifty times as much, and there is one thread. */
static const enum trunk_variant variants[] = {
	VARIANT_EUROISDN,
#if !defined(__SANITIZE_THREAD__) && !__has_feature(thread_sanitizer)
	VARIANT_NI2,
#endif
};

/* Every variant, and both ends as the one that calls */
static void every_fault_at(enum stage stage)
{

	for (size_t v = 0; v < ARRAY_SIZE(variants); v++) {
		open_short(variants[v]);
		caller = &w.a, called = &w.b;
		every_fault_in(stage);
		caller = &w.b, called = &w.a;
		every_fault_in(stage);
		world_close();
	}
}

START_TEST(faults_without_a_call)
{
	every_fault_at(STAGE_NULL);
}
END_TEST

START_TEST(faults_before_setup_arrives)
{
	every_fault_at(STAGE_SETUP);
}
END_TEST

START_TEST(faults_before_setup_is_answered)
{
	every_fault_at(STAGE_PRESENT);
}
END_TEST

START_TEST(faults_while_digits_are_dialled)
{
	every_fault_at(STAGE_OVERLAP);
}
END_TEST

START_TEST(faults_before_the_call_rings)
{
	every_fault_at(STAGE_PROCEEDING);
}
END_TEST

START_TEST(faults_while_it_rings)
{
	every_fault_at(STAGE_ALERTING);
}
END_TEST

START_TEST(faults_in_conversation)
{
	every_fault_at(STAGE_ACTIVE);
}
END_TEST

START_TEST(faults_on_hold)
{
	every_fault_at(STAGE_HELD);
}
END_TEST

START_TEST(faults_in_an_announcement)
{
	every_fault_at(STAGE_ANNOUNCEMENT);
}
END_TEST

START_TEST(faults_while_it_clears)
{
	every_fault_at(STAGE_CLEARING);
}
END_TEST

/* The media gateway has no place for the call: its timeslot is taken. */
START_TEST(call_without_media_leaves_nothing)
{
	const struct mg_term other = { .kind = MG_TDM, .tdm = { .span = 0, .timeslot = 1 } };

	for (unsigned from_net = 0; from_net < 2; from_net++) {
		open_short(VARIANT_EUROISDN);
		/* the exchange hunts downward */
		w.trunk[0].spans[0].channels = w.trunk[1].spans[0].channels = 1 << 1;
		ck_assert_int_eq(world_apply(2), 0);
		run_ms(4000);
		struct mg_term term = other;
		term.tdm.span = w.e1->index;
		int64_t taken = mg_add(w.mg, mg_context(w.mg), &term, NULL, NULL);
		ck_assert_int_gt(taken, 0);
		caller = from_net ? &w.b : &w.a;
		called = from_net ? &w.a : &w.b;
		place_call(true);
		run_ms(1000);
		ck_assert_uint_eq(told_cause(caller, LEG_RELEASE), CAUSE_RESOURCE_UNAVAILABLE);
		run_ms(5000);
		ck_assert_uint_eq(busy_channels(), 0);
		ck_assert_uint_eq(repairs(), 0);
		mg_forget(w.mg, (uint32_t)taken);
		run_ms(100);
		place_call(true);
		run_ms(1000);
		ck_assert(!was_told(caller, LEG_RELEASE));
		release(caller);
		run_ms(1000);
		world_close();
	}
}
END_TEST

UNIT_MAIN("isdn_faults", faults_without_a_call, faults_before_setup_arrives,
	  faults_before_setup_is_answered, faults_while_digits_are_dialled,
	  faults_before_the_call_rings, faults_while_it_rings, faults_in_conversation,
	  faults_on_hold, faults_in_an_announcement, faults_while_it_clears,
	  call_without_media_leaves_nothing)
