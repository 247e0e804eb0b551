/* The registry of targets. */
#include "call/target.h"

#include <stdio.h>

#include "tests/mock/mock_leg.c"
#include "tests/mock/mock_mg.c"
#include "tests/unit/unit.h"

static struct mg *mg;
static struct call_hub *hub;

static void start(void)
{
	mg = mock_mg_new();
	hub = call_hub_new(NULL, mg);
}

static void stop(void)
{
	call_hub_free(hub);
	mock_mg_free(mg);
}

START_TEST(found_by_kind_and_name)
{
	struct mock_target trunk, peer;

	start();
	mock_target_open(&trunk, hub, TARGET_TRUNK, "pstn", NULL);
	mock_target_open(&peer, hub, TARGET_PEER, "pstn", NULL);
	ck_assert_ptr_eq(target_find(hub, TARGET_TRUNK, "pstn"), &trunk.target);
	ck_assert_ptr_eq(target_find(hub, TARGET_PEER, "pstn"), &peer.target);
	ck_assert_ptr_null(target_find(hub, TARGET_LINE, "pstn"));
	ck_assert_ptr_null(target_find(hub, TARGET_TRUNK, "pst"));
	target_unregister(&trunk.target);
	ck_assert_ptr_null(target_find(hub, TARGET_TRUNK, "pstn"));
	ck_assert_ptr_eq(target_find(hub, TARGET_PEER, "pstn"), &peer.target);
	stop();
}
END_TEST

START_TEST(outlives_the_hub_and_leaves_twice)
{
	struct mock_target trunk;

	start();
	mock_target_open(&trunk, hub, TARGET_TRUNK, "pstn", NULL);
	stop();
	target_unregister(&trunk.target);
	target_unregister(&trunk.target);
}
END_TEST

START_TEST(is_told_in_the_words_of_a_route)
{
	char text[TARGET_TEXT_MAX];

	ck_assert_str_eq(target_text(TARGET_TRUNK, "pstn", text), "trunk pstn");
	ck_assert_str_eq(target_text(TARGET_USER, "anna", text), "user anna");
	ck_assert_str_eq(target_text(TARGET_USER, "", text), "registrar");
}
END_TEST

START_TEST(two_thousand_are_told_apart)
{
	static struct mock_target targets[2000];
	char name[TARGET_NAME_MAX];

	start();
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "peer-%u", i);
		mock_target_open(&targets[i], hub, TARGET_PEER, name, NULL);
	}
	for (unsigned i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "peer-%u", i);
		ck_assert_ptr_eq(target_find(hub, TARGET_PEER, name), &targets[i].target);
	}
	stop();
}
END_TEST

START_TEST(kinds_have_names)
{
	ck_assert_str_eq(target_kind_name(TARGET_TRUNK), "trunk");
	ck_assert_str_eq(target_kind_name(TARGET_PEER), "peer");
	ck_assert_str_eq(target_kind_name(TARGET_LINE), "line");
	ck_assert_str_eq(target_kind_name(TARGET_KINDS), "unknown");
}
END_TEST

UNIT_MAIN("target", found_by_kind_and_name, is_told_in_the_words_of_a_route,
	  outlives_the_hub_and_leaves_twice, two_thousand_are_told_apart, kinds_have_names)
