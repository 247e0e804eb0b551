/* Which calls are emergency calls. */
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "tests/unit/call/rig.h"

static const struct emergency_config emergency = {
	.numbers = { "112", "110", "0112" },
	.n_numbers = 3,
	.services[SERVICE_POLICE] = "110",
	.ways = { { TARGET_TRUNK, "b" }, { TARGET_TRUNK, "c" } },
	.n_ways = 2,
	.exceptions = { { TARGET_TRUNK, "exchange" } },
	.n_exceptions = 1,
	.call_back_min = 30,
};

static void begin(void)
{
	start();
	call_hub_emergency(hub, &emergency, NULL, 0);
}

START_TEST(emergency_numbers_are_whole_and_several)
{
	start();
	ck_assert(!call_is_emergency(hub, "112"));
	ck_assert_ptr_null(call_emergency_number(hub, ""));
	call_hub_emergency(hub, &emergency, NULL, 0);
	ck_assert(call_is_emergency(hub, "112"));
	ck_assert(call_is_emergency(hub, "0112"));
	ck_assert(!call_is_emergency(hub, "11"));
	ck_assert(!call_is_emergency(hub, "1123"));
	ck_assert(!call_is_emergency(hub, "00112"));
	ck_assert(!call_is_emergency(hub, ""));
	stop();
}
END_TEST

START_TEST(rfc_5031_services_have_numbers)
{
	begin();
	ck_assert_str_eq(call_emergency_number(hub, ""), "112");
	ck_assert_str_eq(call_emergency_number(hub, ".police"), "110");
	ck_assert_str_eq(call_emergency_number(hub, ".POLICE.municipal"), "110");
	ck_assert_str_eq(call_emergency_number(hub, ".policeman"), "112");
	ck_assert_str_eq(call_emergency_number(hub, ".fire"), "112");
	stop();
}
END_TEST

/* Whoever calls from the public network dials numbers of ours, of which 112 may be one. */
START_TEST(calls_from_a_way_or_an_exception_are_ordinary)
{
	begin();
	ck_assert_uint_eq(call_precedence(hub, TARGET_PEER, "phones", "112"), LEG_EMERGENCY);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "pbx", "112"), LEG_EMERGENCY);
	ck_assert_uint_eq(call_precedence(hub, TARGET_PEER, "b", "112"), LEG_EMERGENCY);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "b", "112"), LEG_ROUTINE);
	ck_assert_uint_eq(call_precedence(hub, TARGET_TRUNK, "exchange", "112"), LEG_ROUTINE);
	ck_assert_uint_eq(call_precedence(hub, TARGET_PEER, "phones", "113"), LEG_ROUTINE);
	stop();
}
END_TEST

UNIT_MAIN("emergency", emergency_numbers_are_whole_and_several, rfc_5031_services_have_numbers,
	  calls_from_a_way_or_an_exception_are_ordinary)
