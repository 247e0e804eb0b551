/* What a call's end means, from what was said: the advice fits the fact that says most. */
#include <string.h>

#include "call/timeline.h"
#include "call/why.h"
#include "call/why_advice.h"
#include "tests/unit/call/rig.h"
#include "tests/unit/unit.h"

static struct why why;

static bool says(const char *text)
{
	for (unsigned i = 0; i < why.n_steps; i++)
		if (strstr(why.steps[i], text))
			return true;
	return false;
}

/* A message of b's, as its protocol would tell. */
static void message(enum message_kind kind, bool sent, const char *text)
{
	struct timelines *all = call_timelines(hub);
	uint64_t key = timeline_key(all, "test", "b");
	const struct message m = {
		.kind = (uint8_t)kind,
		.sent = sent,
		.octets = (const uint8_t *)text,
		.len = strlen(text),
		.whole = strlen(text),
	};

	if (b.leg)
		call_names_messages(b.leg, key);
	timeline_message(all, key, &m, text);
}

START_TEST(final_response_says_more_than_its_cause)
{
	uint32_t id;

	start();
	dial("700");
	id = call_id(a.leg->call);
	message(MESSAGE_SIP, true, "INVITE sip:x to y");
	message(MESSAGE_SIP, false, "488 Not Acceptable Here");
	mock_leg_say(&b, LEG_RELEASE, CAUSE_NORMAL_UNSPECIFIED, false);
	ck_assert(call_why(hub, id, &why));
	ck_assert(says("trunk b said: 488 Not Acceptable Here"));
	ck_assert(says("with cause 31"));
	ck_assert_ptr_nonnull(strstr(why.meaning, "no codec in common"));
	stop();
}
END_TEST

START_TEST(silence_is_told_from_an_answer)
{
	for (int heard = 0; heard < 2; heard++) {
		uint32_t id;

		start();
		dial("700");
		id = call_id(a.leg->call);
		message(MESSAGE_SIP, true, "INVITE sip:x to y");
		message(MESSAGE_SIP, true, "INVITE sip:x to y");
		if (heard)
			message(MESSAGE_SIP, false, "100 Trying");
		mock_leg_say(&b, LEG_RELEASE, CAUSE_DESTINATION_OUT_OF_ORDER, false);
		ck_assert(call_why(hub, id, &why));
		ck_assert_int_eq(strcmp(why.meaning, why_silence.meaning) != 0, heard);
		ck_assert_int_eq(says("From trunk b nothing came, though it was asked 2 times"),
				 !heard);
		stop();
	}
}
END_TEST

START_TEST(line_says_its_first_word)
{
	uint32_t id;

	start();
	dial("700");
	id = call_id(a.leg->call);
	message(MESSAGE_ISDN, true, "SETUP");
	message(MESSAGE_ISDN, false, "DISCONNECT cause 17 user busy (user)");
	message(MESSAGE_ISDN, false, "RELEASE COMPLETE");
	mock_leg_say(&b, LEG_RELEASE, CAUSE_USER_BUSY, false);
	ck_assert(call_why(hub, id, &why));
	ck_assert(says("trunk b said: DISCONNECT cause 17 user busy (user)."));
	ck_assert(!says("RELEASE COMPLETE"));
	stop();
}
END_TEST

START_TEST(call_that_is_up_has_no_end)
{
	start();
	bring_to("active");
	ck_assert(call_why(hub, call_id(a.leg->call), &why));
	ck_assert(says("It is up: active."));
	ck_assert_str_eq(why.meaning, "");
	mock_leg_say(&a, LEG_RELEASE, CAUSE_NORMAL, false);
	ck_assert(!call_why(hub, 4000000, &why));
	stop();
}
END_TEST

START_TEST(words_of_the_gateway_say_more_than_its_cause)
{
	uint32_t id;

	start();
	to_b.cause = CAUSE_NO_CIRCUIT;
	mock_leg_open(&a, hub, TARGET_PEER, "phones");
	clock_advance(1);
	mock_leg_setup(&a, "100", "700");
	for (id = 1; !call_why(hub, id, &why); id++)
		ck_assert_uint_lt(id, 10);
	ck_assert(says("It could not go there: trunk b: mock refuses."));
	ck_assert_ptr_nonnull(strstr(why.meaning, "No channel was free")); /* no words for that */
	ck_assert_ptr_nonnull(why_advice_of_words("trunk b: no free channel"));
	ck_assert_ptr_null(why_advice_of_words("mock refuses"));
	stop();
}
END_TEST

START_TEST(normal_clearing_depends_on_the_answer)
{
	ck_assert_ptr_ne(why_advice_of_cause(16, true), why_advice_of_cause(16, false));
	ck_assert_ptr_null(why_advice_of_cause(126, true));
	ck_assert_ptr_null(why_advice_of_status(299));
}
END_TEST

UNIT_MAIN("why", final_response_says_more_than_its_cause, silence_is_told_from_an_answer,
	  line_says_its_first_word, call_that_is_up_has_no_end,
	  words_of_the_gateway_say_more_than_its_cause, normal_clearing_depends_on_the_answer)
