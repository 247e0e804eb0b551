/* `cause test` over a configuration with rules at every level. */
#include <jansson.h>

#include "tests/unit/manage/session.h"

static struct gateway gateway;

static int no_apply(struct gateway *g, const struct config *to, struct config_report *report)
{
	(void)g, (void)to, (void)report;
	return 0;
}

static const char rules[] =
	"span a\n driver virtual\n far-end b\n"
	"span b\n driver virtual\n far-end a\n"
	"trunk pstn\n protocol isdn\n span a\n d-channel 16\n channels 1-15\n"
	" cause-map from-line 17 34\n cause-map to-line 47 41\n"
	"trunk plain\n protocol isdn\n span b\n d-channel 16\n channels 1-15\n"
	"sip\n cause-map to-sip 47 500\n cause-map to-isdn 21 433\n"
	"peer pbx\n address 127.0.0.2\n cause-map to-sip 47 480\n cause-map to-isdn 34 503\n";

static void start(void)
{
	char text[sizeof(rules) + 64];

	session_init();
	gateway = (struct gateway){ .owner = talloc_new(NULL), .apply = no_apply };
	snprintf(text, sizeof(text), "cli\n listen 127.0.0.1 %u\n%s", ports_free(1), rules);
	gateway.running = session_config(gateway.owner, text);
	ck_assert_int_eq(manage_start(&gateway), 0);
}

static void stop(void)
{
	manage_stop();
	talloc_free(gateway.owner);
}

/* "from the line/any trunk=47 (as it is); ..." */
static char *rows_of(struct session_end *end, const char *line)
{
	const char *heard = session_type(end, line) + strlen(line);
	json_t *rows = json_loads(heard, JSON_DISABLE_EOF_CHECK, NULL), *row;
	char *text = talloc_strdup(gateway.owner, "");
	size_t i;

	ck_assert_msg(rows, "typed \"%s\", heard \"%s\"", line, heard);
	json_array_foreach(rows, i, row) text = talloc_asprintf_append(
		text, "%s/%s=%d (%s)\n", json_string_value(json_object_get(row, "what")),
		json_string_value(json_object_get(row, "whom")),
		(int)json_integer_value(json_object_get(row, "becomes")),
		json_string_value(json_object_get(row, "by")));
	json_decref(rows);
	return text;
}

START_TEST(a_cause_is_followed_everywhere)
{
	struct session_end end;

	start();
	end = session_open();
	ck_assert_str_eq(rows_of(&end, "cause test 47 json"),
			 "from the line/any trunk=47 (as it is)\n"
			 "in the gateway/routes=47 (what a route does by itself)\n"
			 "to the line/any trunk=47 (as it is)\n"
			 "to the line/pstn=41 (its cause-map to-line)\n"
			 "to SIP/any peer=500 (cause-map of sip)\n"
			 "to SIP/pbx=480 (its cause-map)\n");
	ck_assert_str_eq(rows_of(&end, "cause test 17 json"),
			 "from the line/any trunk=17 (as it is)\n"
			 "from the line/pstn=34 (its cause-map from-line)\n"
			 "in the gateway/routes=17 (what a route does by itself)\n"
			 "to the line/any trunk=17 (as it is)\n"
			 "to SIP/any peer=486 (RFC 3398 7.2.4.1)\n");
	CHECK_SAYS(&end, "cause test 47", "the next target is tried");
	CHECK_SAYS(&end, "cause test 17", "the call ends");
	CHECK_SAYS(&end, "cause test 128", "Unknown command");
	session_close(&end);
	stop();
}
END_TEST

START_TEST(a_status_is_followed_too)
{
	struct session_end end;

	start();
	end = session_open();
	ck_assert_str_eq(rows_of(&end, "cause test sip 503 json"),
			 "from SIP/any peer=41 (RFC 3398 8.2.6.1)\n"
			 "from SIP/pbx=34 (its cause-map)\n"
			 "in the gateway/routes=41 (what a route does by itself)\n");
	ck_assert_str_eq(rows_of(&end, "cause test sip 433 json"),
			 "from SIP/any peer=21 (cause-map of sip)\n"
			 "in the gateway/routes=21 (what a route does by itself)\n");
	session_close(&end);
	stop();
}
END_TEST

UNIT_MAIN("cause test", a_cause_is_followed_everywhere, a_status_is_followed_too)
