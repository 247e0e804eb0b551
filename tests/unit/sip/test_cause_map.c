/* RFC 3398's two tables, row by row, and what the gateway does where it leaves a row out. */
#include <string.h>

#include <osmocom/core/utils.h>

#include "call/cause.h"
#include "sip/text/cause_map.h"
#include "tests/unit/unit.h"

/* clang-format off */
static const struct { unsigned cause; int status; } rfc3398_7_2_4_1[] = {
	{ 1, 404 }, { 2, 404 }, { 3, 404 }, { 17, 486 }, { 18, 408 }, { 19, 480 }, { 20, 480 },
	{ 21, 403 }, { 22, 410 }, { 23, 410 }, { 26, 404 }, { 27, 502 }, { 28, 484 }, { 29, 501 },
	{ 31, 480 }, { 34, 503 }, { 38, 503 }, { 41, 503 }, { 42, 503 }, { 47, 503 }, { 55, 403 },
	{ 57, 403 }, { 58, 503 }, { 65, 488 }, { 70, 488 }, { 79, 501 }, { 87, 403 }, { 88, 503 },
	{ 102, 504 }, { 111, 500 }, { 127, 500 },
};

static const struct { int status; unsigned cause; } rfc3398_8_2_6_1[] = {
	{ 400, 41 }, { 401, 21 }, { 402, 21 }, { 403, 21 }, { 404, 1 }, { 405, 63 }, { 406, 79 },
	{ 407, 21 }, { 408, 102 }, { 410, 22 }, { 413, 127 }, { 414, 127 }, { 415, 79 }, { 416, 127 },
	{ 420, 127 }, { 421, 127 }, { 423, 127 }, { 480, 18 }, { 481, 41 }, { 482, 25 }, { 483, 25 },
	{ 484, 28 }, { 485, 1 }, { 486, 17 }, { 500, 41 }, { 501, 79 }, { 502, 38 }, { 503, 41 },
	{ 504, 102 }, { 505, 127 }, { 513, 127 }, { 600, 17 }, { 603, 21 }, { 604, 1 },
};
/* clang-format on */

START_TEST(each_cause_of_rfc3398_has_its_status)
{
	for (size_t i = 0; i < ARRAY_SIZE(rfc3398_7_2_4_1); i++)
		ck_assert_int_eq(cause_map_status(rfc3398_7_2_4_1[i].cause, LOC_PUBLIC_REMOTE),
				 rfc3398_7_2_4_1[i].status);
}
END_TEST

START_TEST(normal_clearing_before_answer_is_unavailable)
{
	ck_assert_int_eq(cause_map_status(CAUSE_NORMAL, LOC_USER), 480);
}
END_TEST

/* RFC 3398 7.2.4.1, note (+) */
START_TEST(rejection_by_the_user_is_decline)
{
	ck_assert_int_eq(cause_map_status(CAUSE_REJECTED, LOC_USER), 603);
	ck_assert_int_eq(cause_map_status(CAUSE_REJECTED, LOC_TRANSIT), 403);
	ck_assert_int_eq(cause_map_status(CAUSE_USER_BUSY, LOC_USER), 486);
}
END_TEST

/* Q.850 2.2.5 */
START_TEST(unlisted_cause_takes_its_class_default)
{
	/* clang-format off */
	static const struct { unsigned cause; int status; } rows[] = {
		{ 4, 480 }, { 8, 480 }, { 24, 480 }, { 25, 480 }, { 30, 480 }, /* as 31 */
		{ 32, 503 }, { 43, 503 }, { 44, 503 }, { 46, 503 },            /* as 47 */
		{ 50, 500 }, { 63, 500 },                                      /* 63 is not listed itself */
		{ 66, 501 }, { 69, 501 }, { 78, 501 },                         /* as 79 */
		{ 81, 500 }, { 95, 500 },
		{ 96, 500 }, { 100, 500 }, { 110, 500 },                       /* as 111 */
		{ 120, 500 },                                                  /* as 127 */
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_int_eq(cause_map_status(rows[i].cause, LOC_PUBLIC_REMOTE),
				 rows[i].status);
}
END_TEST

START_TEST(every_cause_there_can_be_has_a_final_failure)
{
	for (unsigned cause = 0; cause < 256; cause++) {
		int status = cause_map_status(cause, LOC_USER);

		ck_assert_int_ge(status, 400);
		ck_assert_int_lt(status, 700);
		ck_assert_str_ne(cause_map_phrase(status), "Failure");
	}
}
END_TEST

START_TEST(each_status_of_rfc3398_has_its_cause)
{
	for (size_t i = 0; i < ARRAY_SIZE(rfc3398_8_2_6_1); i++)
		ck_assert_uint_eq(cause_map_cause(rfc3398_8_2_6_1[i].status, 0).cause,
				  rfc3398_8_2_6_1[i].cause);
}
END_TEST

/* RFC 3398 8.2.6.1: "not listed below ... 31" */
START_TEST(unlisted_status_is_normal_unspecified)
{
	static const int statuses[] = {
		300, 302, 380, 409, 422, 433, 487, 491, 580, 599, 608, 699
	};

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
		ck_assert_uint_eq(cause_map_cause(statuses[i], 0).cause, CAUSE_NORMAL_UNSPECIFIED);
}
END_TEST

/* RFC 3398 8.2.6.1: "by Warning header" */
START_TEST(unacceptable_media_goes_by_the_warning)
{
	static const struct {
		int status;
		unsigned warning, cause;
	} rows[] = {
		{ 488, 0, 31 },   { 488, 304, 65 }, { 488, 305, 65 }, { 488, 370, 58 },
		{ 488, 399, 31 }, { 606, 301, 65 }, { 606, 0, 31 },   { 486, 305, 17 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_uint_eq(cause_map_cause(rows[i].status, rows[i].warning).cause,
				  rows[i].cause);
}
END_TEST

/* RFC 3398 8.2.6.1: 6xx "user", 4xx and 5xx "network" */
START_TEST(location_is_the_user_for_6xx_alone)
{
	ck_assert_uint_eq(cause_map_cause(486, 0).location, LOC_BEYOND_INTERWORKING);
	ck_assert_uint_eq(cause_map_cause(503, 0).location, LOC_BEYOND_INTERWORKING);
	ck_assert_uint_eq(cause_map_cause(603, 0).location, LOC_USER);
	ck_assert_int_eq(cause_map_status(cause_map_cause(603, 0).cause, LOC_USER), 603);
}
END_TEST

START_TEST(rules_go_before_the_tables)
{
	struct cause_rules rules = { 0 };

	ck_assert_ptr_null(cause_rules_find(&rules, true, 17));
	ck_assert(cause_rules_set(&rules, true, 17, 600));
	ck_assert(cause_rules_set(&rules, true, 17, 486)); /* takes its place */
	ck_assert(cause_rules_set(&rules, false, 24, 433));
	ck_assert_uint_eq(rules.n, 2);
	ck_assert_uint_eq(cause_rules_find(&rules, true, 17)->status, 486);
	ck_assert_uint_eq(cause_rules_find(&rules, false, 433)->cause, 24);
	ck_assert_ptr_null(cause_rules_find(&rules, true, 24));
	ck_assert(!cause_rules_remove(&rules, true, 17, 600));
	ck_assert(cause_rules_remove(&rules, true, 17, 486));
	ck_assert_uint_eq(rules.n, 1);
	for (unsigned cause = 1; rules.n < CAUSE_RULES_MAX; cause++)
		ck_assert(cause_rules_set(&rules, true, cause, 500));
	ck_assert(!cause_rules_set(&rules, true, 127, 500));
	ck_assert(cause_rules_set(&rules, false, 31, 433));
}
END_TEST

UNIT_MAIN("cause_map", rules_go_before_the_tables, each_cause_of_rfc3398_has_its_status,
	  normal_clearing_before_answer_is_unavailable, rejection_by_the_user_is_decline,
	  unlisted_cause_takes_its_class_default, every_cause_there_can_be_has_a_final_failure,
	  each_status_of_rfc3398_has_its_cause, unlisted_status_is_normal_unspecified,
	  unacceptable_media_goes_by_the_warning, location_is_the_user_for_6xx_alone)
