/* Times of states in milliseconds. */
#include "base/fsm.h"

#include "base/clock.h"
#include "tests/unit/unit.h"

enum { ST_IDLE, ST_WAITING, T_WAIT = 7 };

static unsigned expiries;
static int expired_T;

static int on_expiry(struct osmo_fsm_inst *fi)
{
	expiries++;
	expired_T = fi->T;
	return 0;
}

static const struct osmo_fsm_state states[] = {
	[ST_IDLE] = { .name = "IDLE", .out_state_mask = 1 << ST_WAITING },
	[ST_WAITING] = { .name = "WAITING", .out_state_mask = 1 << ST_IDLE | 1 << ST_WAITING },
};

static const struct value_string events[] = { { 0, NULL } };

static struct osmo_fsm fsm = {
	.name = "test",
	.states = states,
	.num_states = ARRAY_SIZE(states),
	.timer_cb = on_expiry,
	.event_names = events,
};

static struct osmo_fsm_inst *begin(void)
{
	clock_use_virtual(1000000);
	expiries = 0;
	ck_assert_int_eq(osmo_fsm_register(&fsm), 0);
	return osmo_fsm_inst_alloc(&fsm, NULL, NULL, LOGL_DEBUG, NULL);
}

static void end(struct osmo_fsm_inst *fi)
{
	osmo_fsm_inst_free(fi);
	osmo_fsm_unregister(&fsm);
}

START_TEST(a_state_lasts_its_milliseconds)
{
	static const unsigned ms[] = { 1, 50, 999, 1000, 1001, 2500 };

	for (size_t i = 0; i < ARRAY_SIZE(ms); i++) {
		struct osmo_fsm_inst *fi = begin();
		fsm_change_ms(fi, ST_WAITING, ms[i], T_WAIT);
		clock_advance(ms[i] * 1000 - 1);
		ck_assert_uint_eq(expiries, 0);
		clock_advance(1);
		ck_assert_uint_eq(expiries, 1);
		ck_assert_int_eq(expired_T, T_WAIT);
		end(fi);
	}
}
END_TEST

START_TEST(a_change_ends_the_timer_of_the_state_before)
{
	struct osmo_fsm_inst *fi = begin();

	fsm_change_ms(fi, ST_WAITING, 50, T_WAIT);
	fsm_change_ms(fi, ST_IDLE, 0, 0);
	clock_advance(100000);
	ck_assert_uint_eq(expiries, 0);
	end(fi);
}
END_TEST

UNIT_MAIN("fsm", a_state_lasts_its_milliseconds, a_change_ends_the_timer_of_the_state_before)
