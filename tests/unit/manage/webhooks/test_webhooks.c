/* Webhooks: the signature, the bound of the queue, and what is told to whom. Nothing is sent: the loop does not run. */
#include "manage/webhooks/webhooks.h"

#include <string.h>

#include "base/alarm.h"
#include "base/fetch.h"
#include "manage/webhooks/webhook_config.h"
#include "tests/unit/unit.h"

/* The example of Standard Webhooks' own libraries. */
START_TEST(signature_is_that_of_the_standard)
{
	char out[WEBHOOK_SIGNATURE_MAX];

	ck_assert_int_eq(webhook_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
				      "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
				      "{\"test\": 2432232314}", out),
			 0);
	ck_assert_str_eq(out, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}
END_TEST

START_TEST(keys_are_text_or_base64)
{
	char longest[WEBHOOK_SECRET_MAX + 1];

	memset(longest, 'a', WEBHOOK_SECRET_MAX);
	longest[WEBHOOK_SECRET_MAX] = '\0';
	ck_assert(!webhook_is_key(longest));
	ck_assert(webhook_is_key(longest + 1));
	ck_assert(webhook_is_key("a"));
	ck_assert(webhook_is_key("whsec_YQ=="));
	ck_assert(!webhook_is_key(""));
	ck_assert(!webhook_is_key("whsec_"));
	ck_assert(!webhook_is_key("whsec_YQ="));
	ck_assert(!webhook_is_key("whsec_!!!!"));
	ck_assert(!webhook_is_key("whsec_===="));
}
END_TEST

static struct webhook_config make(const char *name, enum alarm_severity severity, unsigned queue)
{
	struct webhook_config config = { .severity = severity,
					 .cleared = true,
					 .timeout_s = 1,
					 .queue = queue,
					 .url = "http://127.0.0.1:9/" };

	strcpy(config.name, name);
	return config;
}

static void note(void *data, const struct webhook_status *status)
{
	struct webhook_status **next = data;

	*(*next)++ = *status;
}

START_TEST(each_is_told_what_it_wants_within_its_bound)
{
	struct webhook_config list[] = {
		make("all", ALARM_WARNING, 100),
		make("worst", ALARM_CRITICAL, 100),
		make("small", ALARM_WARNING, 2),
	};
	const struct webhooks_config config = { .webhooks = list, .n_webhooks = 3 };
	struct webhook_status got[3], *end = got;

	list[2].cleared = false;
	alarms_reset();
	alarm_raise(ALARM_SPAN_RED, "e1-1", "", "stands before");
	ck_assert_int_eq(webhooks_apply(&config), 0);
	alarm_raise(ALARM_PEER_DOWN, "p", "", "");
	alarm_raise(ALARM_PEER_DOWN, "p", "", "again, and no news");
	alarm_clear(ALARM_PEER_DOWN, "p");
	alarm_raise(ALARM_WEBHOOK, "all", "", "its own is not told to itself");
	ck_assert_int_eq(webhooks_apply(&config), 0);
	webhooks_each(note, &end);
	ck_assert_uint_eq(got[0].queued, 3);
	ck_assert_uint_eq(got[0].dropped, 0);
	ck_assert_uint_eq(got[1].queued, 1);
	ck_assert_uint_eq(got[2].queued, 2);
	ck_assert_uint_eq(got[2].dropped, 1);
	webhooks_stop();
	alarm_clear(ALARM_SPAN_RED, "e1-1");
	end = got;
	webhooks_each(note, &end);
	ck_assert_ptr_eq(end, got);
	fetch_stop();
	alarms_reset();
}
END_TEST

START_TEST(webhook_that_is_taken_away_is_gone)
{
	struct webhook_config list[] = { make("a", ALARM_WARNING, 9), make("b", ALARM_WARNING, 9) };
	struct webhooks_config config = { .webhooks = list, .n_webhooks = 2 };
	struct webhook_status got[2], *end = got;

	alarms_reset();
	ck_assert_int_eq(webhooks_apply(&config), 0);
	alarm_raise(ALARM_WEBHOOK, "b", "", "");
	config.n_webhooks = 1;
	ck_assert_int_eq(webhooks_apply(&config), 0);
	webhooks_each(note, &end);
	ck_assert_ptr_eq(end, got + 1);
	ck_assert_str_eq(got[0].config->name, "a");
	ck_assert_uint_eq(alarms_count(ALARM_WARNING), 0);
	webhooks_stop();
	fetch_stop();
	alarms_reset();
}
END_TEST

UNIT_MAIN("webhooks", signature_is_that_of_the_standard, keys_are_text_or_base64,
	  each_is_told_what_it_wants_within_its_bound, webhook_that_is_taken_away_is_gone)
