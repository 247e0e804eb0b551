/* Editing: one editor, nothing runs before commit, commit is all or nothing, back again, the
 * file. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include <osmocom/core/timer.h>

#include "base/alarm.h"
#include "base/clock.h"
#include "manage/config/commit.h"
#include "manage/config/store.h"
#include "tests/unit/manage/session.h"

static struct {
	struct gateway gateway;
	unsigned applied;
	bool refuse;
} fake;
static struct session_end person; /* at the CLI from start to stop */

#define FINE NULL /* no complaint */

/* What is typed, and what is heard then. */
struct step {
	const char *type, *hear;
};

static void talk(const struct step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CHECK_SAYS(&person, steps[i].type, steps[i].hear ? steps[i].hear : "# ");
		ck_assert_msg(steps[i].hear || !strstr(person.heard, "% "), "%s", person.heard);
	}
}

#define TALK(...)                                                                                  \
	do {                                                                                       \
		static const struct step steps_[] = { __VA_ARGS__ };                               \
		talk(steps_, sizeof(steps_) / sizeof(steps_[0]));                                  \
	} while (0)

static int on_apply(struct gateway *gateway, const struct config *to, struct config_report *report)
{
	(void)gateway, (void)to;
	fake.applied++;
	if (!fake.refuse)
		return 0;
	config_fault(report, 0, "the card is on fire");
	return -EIO;
}

static void start(void)
{
	char text[64];

	session_init();
	clock_use_virtual(1000000);
	memset(&fake, 0, sizeof(fake));
	fake.gateway.owner = talloc_new(NULL);
	fake.gateway.config_file = "/nowhere/test.cfg";
	fake.gateway.apply = on_apply;
	snprintf(text, sizeof(text), "cli\n listen 127.0.0.1 %u\nline l\n echo\n", ports_free(1));
	fake.gateway.running = session_config(fake.gateway.owner, text);
	ck_assert_int_eq(manage_start(&fake.gateway), 0);
	person = session_open();
}

static void stop(void)
{
	session_close(&person);
	manage_stop();
	talloc_free(fake.gateway.owner);
}

static bool running_has(const char *line)
{
	return config_has(fake.gateway.running, "line", line);
}

START_TEST(nothing_runs_before_commit)
{
	start();
	TALK({ "configure terminal", "(config)# " }, { "line m", "(config-line)# " },
	     { "quiet", FINE });
	ck_assert(!running_has("m"));
	TALK({ "show diff", "+line m\r\n+ quiet\r\n" },
	     { "show candidate", "line m\r\n quiet\r\n" });
	ck_assert_ptr_null(strstr(session_type(&person, "show running-config"), "line m\r\n"));
	CHECK_SAYS(&person, "commit", "Committed");
	ck_assert(running_has("m"));
	ck_assert_uint_eq(fake.applied, 1);
	TALK({ "show diff", "No changes." }, { "commit", "No changes." });
	ck_assert_uint_eq(fake.applied, 1);
	CHECK_SAYS(&person, "end", "crosspoint# ");
	stop();
}
END_TEST

/* Words may be cut short at the terminal; what is written has them whole. */
START_TEST(number_rules_of_a_route_come_and_go)
{
	start();
	TALK({ "configure terminal", FINE }, { "route r", FINE }, { "to line l", FINE },
	     { "calling 030", FINE }, { "called-type nat", FINE }, { "called-plan e", FINE },
	     { "calling-type sub", FINE }, { "calling-plan nat", FINE },
	     { "calling-presentation r", FINE }, { "calling-screening f", FINE },
	     { "show diff", "+ calling 030\r\n+ called-type national\r\n+ called-plan e164\r\n"
			    "+ calling-type subscriber\r\n+ calling-plan national\r\n"
			    "+ calling-presentation restricted\r\n+ calling-screening failed\r\n"
			    "+ to line l\r\n" },
	     { "no calling", FINE }, { "no called-type", FINE }, { "no called-plan", FINE },
	     { "no calling-type", FINE }, { "no calling-plan", FINE },
	     { "no calling-presentation", FINE }, { "no calling-screening", FINE },
	     { "show diff", "+route r\r\n+ to line l\r\n" });
	stop();
}
END_TEST

START_TEST(faults_refuse_the_whole_commit)
{
	start();
	TALK({ "configure terminal", FINE }, { "line m", FINE }, { "exit", FINE },
	     { "route r", FINE }, { "commit", "% line m does nothing; it needs one of" });
	ck_assert_ptr_nonnull(strstr(person.heard, "% route r goes nowhere"));
	ck_assert_ptr_nonnull(strstr(person.heard, "not committed"));
	ck_assert_uint_eq(fake.applied, 0);
	ck_assert(!running_has("m"));
	stop();
}
END_TEST

START_TEST(a_commit_that_cannot_be_applied_changes_nothing)
{
	const struct config *before;

	start();
	before = fake.gateway.running;
	TALK({ "configure terminal", FINE }, { "no line l", FINE });
	fake.refuse = true;
	CHECK_SAYS(&person, "commit", "% the card is on fire\r\n% not committed");
	ck_assert_ptr_eq(fake.gateway.running, before);
	CHECK_SAYS(&person, "show diff", "-line l");
	fake.refuse = false;
	CHECK_SAYS(&person, "commit", "Committed");
	ck_assert(!running_has("l"));
	stop();
}
END_TEST

START_TEST(there_is_one_editor_and_the_second_is_told_who)
{
	struct session_end editor;
	char who[64];

	start();
	editor = session_open();
	session_type(&editor, "configure terminal");
	snprintf(who, sizeof(who), "session vty[%d] of `who` edits the configuration",
		 editor.vty->fd);
	CHECK_SAYS(&person, "configure terminal", who);
	ck_assert_ptr_null(strstr(person.heard, "(config)"));
	snprintf(who, sizeof(who), "*vty[%d]", editor.vty->fd);
	CHECK_SAYS(&person, "who", who);
	session_close(&editor);
	CHECK_SAYS(&person, "configure terminal", "(config)# ");
	stop();
}
END_TEST

START_TEST(uncommitted_changes_are_not_left_by_accident)
{
	start();
	TALK({ "configure terminal", FINE }, { "no line l", FINE },
	     { "end", "uncommitted changes" }, { "exit", "uncommitted changes" },
	     { "abort", "crosspoint# " }, { "configure terminal", "(config)# " },
	     { "show diff", "No changes." }, { "no line l", FINE });
	session_send(&person, "\x1a", 1); /* ^Z: libosmovty leaves by itself */
	ck_assert_ptr_nonnull(strstr(person.heard, "uncommitted changes dropped"));
	TALK({ "configure terminal", "(config)# " }, { "exit", "crosspoint# " });
	ck_assert(running_has("l"));
	stop();
}
END_TEST

START_TEST(items_go_and_options_come_back)
{
	start();
	TALK({ "configure terminal", FINE }, { "no peer p", "% there is no peer p" },
	     { "peer p", FINE }, { "address non_sense", "% address \"non_sense\" is no host name" },
	     { "address 192.0.2.1", FINE }, { "trusted", FINE }, { "options 30", FINE },
	     { "no trusted", FINE }, { "no options", FINE }, { "route r", "% Unknown command" },
	     { "exit", "(config)# " }, { "route r", FINE }, { "to peer p", FINE },
	     { "to line l", FINE }, { "no to peer p", FINE },
	     { "no to trunk t", "% route r does not go to trunk t" },
	     { "show diff", "+ address 192.0.2.1\r\n+ codecs pcma pcmu\r\n" });
	ck_assert_ptr_null(strstr(person.heard, "to peer p"));
	CHECK_SAYS(&person, "commit", "Committed");
	stop();
}
END_TEST

START_TEST(rollback_loads_what_was_committed_before)
{
	start();
	TALK({ "configure terminal", FINE },
	     { "rollback 1", "there is no configuration 1 commits back; at most 0" },
	     { "line m", FINE }, { "quiet", FINE }, { "commit", FINE }, { "exit", FINE },
	     { "no line l", FINE }, { "commit", FINE }, { "line m", FINE },
	     /* out of the item, which is of the old candidate */
	     { "rollback 2", "(config)# " }, { "show diff", "-line m" });
	ck_assert(running_has("m"));
	TALK({ "rollback 0", FINE }, { "show diff", "No changes." }, { "rollback 2", FINE },
	     { "commit", FINE });
	ck_assert(running_has("l") && !running_has("m"));
	stop();
}
END_TEST

START_TEST(an_unconfirmed_commit_goes_back)
{
	start();
	TALK({ "configure terminal", FINE }, { "line m", FINE }, { "quiet", FINE },
	     { "commit confirmed 2", "goes back in 2 min" });
	ck_assert(running_has("m"));
	TALK({ "line n", "% Unknown command" }, { "exit", FINE }, { "line n", FINE },
	     { "ring", FINE }, { "commit confirmed 3", "goes back in 3 min" });
	clock_advance(179 * 1000000ull);
	ck_assert(running_has("m") && running_has("n"));
	clock_advance(2 * 1000000ull);
	ck_assert(!running_has("m") && !running_has("n") && running_has("l"));
	session_hear(&person);
	ck_assert_ptr_nonnull(strstr(person.heard, "not confirmed in time"));
	CHECK_SAYS(&person, "commit", "another configuration runs");
	ck_assert(!running_has("m"));
	CHECK_SAYS(&person, "commit", "Committed");
	ck_assert(running_has("m"));
	stop();
}
END_TEST

static unsigned return_alarms(void)
{
	return alarms_count(ALARM_MAJOR);
}

/* What cannot run again is not given up: the commit stays unconfirmed, and an alarm says so. */
START_TEST(a_return_that_fails_is_tried_again)
{
	start();
	alarms_reset();
	TALK({ "configure terminal", FINE }, { "line m", FINE }, { "quiet", FINE },
	     { "commit confirmed 1", FINE });
	fake.refuse = true;
	clock_advance(61 * 1000000ull);
	ck_assert(running_has("m") && commit_is_unconfirmed());
	ck_assert_uint_eq(return_alarms(), 1);
	CHECK_SAYS(&person, "do show alarms", "the card is on fire");
	ck_assert_ptr_null(strstr(person.heard, "not confirmed in time"));
	fake.refuse = false;
	clock_advance(60 * 1000000ull);
	ck_assert(!running_has("m") && !commit_is_unconfirmed());
	ck_assert_uint_eq(return_alarms(), 0);
	session_hear(&person);
	ck_assert_ptr_nonnull(strstr(person.heard, "not confirmed in time"));
	stop();
}
END_TEST

START_TEST(a_return_that_failed_can_be_confirmed)
{
	start();
	alarms_reset();
	TALK({ "configure terminal", FINE }, { "line m", FINE }, { "quiet", FINE },
	     { "commit confirmed 1", FINE });
	fake.refuse = true;
	clock_advance(61 * 1000000ull);
	TALK({ "commit", "Confirmed" });
	ck_assert_uint_eq(return_alarms(), 0);
	fake.refuse = false;
	clock_advance(120 * 1000000ull);
	ck_assert(running_has("m"));
	stop();
}
END_TEST

START_TEST(commit_confirms)
{
	start();
	TALK({ "configure terminal", FINE }, { "line m", FINE }, { "quiet", FINE },
	     { "commit confirmed 1", FINE }, { "commit", "Confirmed" });
	clock_advance(120 * 1000000ull);
	ck_assert(running_has("m"));
	stop();
}
END_TEST

static void check_content(const char *path, const char *expected)
{
	char text[256] = "";
	FILE *file = fopen(path, "r");

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	ck_assert_str_eq(text, expected);
}

START_TEST(the_file_is_replaced_whole_and_the_last_five_are_kept)
{
	char dir[] = "/tmp/crosspoint-test-XXXXXX", path[64], kept[80], text[12];
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.cfg", dir);
	ck_assert_int_eq(store_write(path, "0"), 0);
	ck_assert_int_eq(chmod(path, 0604), 0);
	for (int i = 1; i <= 7; i++) {
		snprintf(text, sizeof(text), "%d", i);
		ck_assert_int_eq(store_write(path, text), 0);
	}
	check_content(path, "7");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0604);
	for (int i = 1; i <= 5; i++) {
		snprintf(kept, sizeof(kept), "%s.%d", path, i);
		snprintf(text, sizeof(text), "%d", 7 - i);
		check_content(kept, text);
		unlink(kept);
	}
	unlink(path);
	ck_assert_int_eq(rmdir(dir), 0); /* nothing else was left */
	ck_assert_int_lt(store_write("/nowhere/x.cfg", "x"), 0);
}
END_TEST

START_TEST(write_says_where_the_previous_one_is)
{
	char path[] = "/tmp/crosspoint-test-XXXXXX", kept[64];
	struct config_report *report;

	start();
	close(mkstemp(path));
	fake.gateway.config_file = path;
	snprintf(kept, sizeof(kept), "%s.1", path);
	CHECK_SAYS(&person, "write", "Written to ");
	ck_assert_ptr_nonnull(strstr(person.heard, kept));
	report = config_report_new(fake.gateway.owner, path);
	ck_assert_ptr_nonnull(config_read(fake.gateway.owner, path, report));
	fake.gateway.config_file = "/nowhere/x.cfg";
	CHECK_SAYS(&person, "write", "% cannot write /nowhere/x.cfg: No such file or directory");
	unlink(path);
	unlink(kept);
	stop();
}
END_TEST

START_TEST(hostile_sessions_end_themselves_alone)
{
	static char octets[20000];
	struct session_end end;
	unsigned seed = 1;

	start();
	end = session_open();
	memset(octets, 'x', sizeof(octets));
	session_send(&end, octets, sizeof(octets));
	ck_assert_ptr_null(end.vty);
	session_close(&end);
	end = session_open();
	memset(octets, ' ', 4000);
	memcpy(octets + 4000, "s\ts\tsh\t", 7); /* completion at the end of a long line */
	session_send(&end, octets, 4007);
	session_close(&end);
	for (int i = 0; i < 50; i++) {
		end = session_open();
		for (size_t j = 0; j < sizeof(octets); j++)
			octets[j] = (char)rand_r(&seed);
		session_send(&end, octets, sizeof(octets));
		session_close(&end);
	}
	CHECK_SAYS(&person, "show running-config", "line l");
	stop();
}
END_TEST

START_TEST(sessions_are_bounded)
{
	struct session_end ends[100]; /* and the person's */

	start();
	for (int i = 0; i < 100; i++)
		ends[i] = session_open();
	ck_assert_int_lt(vty_read(ends[99].vty), 0); /* it was shut */
	ends[99].vty = NULL;
	CHECK_SAYS(&ends[98], "show running-config", "line l");
	for (int i = 0; i < 100; i++)
		session_close(&ends[i]);
	stop();
}
END_TEST

START_TEST(a_port_in_use_is_told)
{
	struct gateway second;

	start();
	second = fake.gateway;
	ck_assert_int_eq(manage_start(&second), -EADDRINUSE);
	stop();
}
END_TEST

/* The lines behind `span` are of that span; alone, it is meant without a word. */
START_TEST(spans_of_a_trunk_come_and_go)
{
	start();
	TALK({ "configure terminal", FINE }, { "trunk t", FINE },
	     { "channels 1-3", "channels is of a span, and none is named yet" }, { "span a", FINE },
	     { "d-channel 16", FINE }, { "channels 1", FINE }, { "exit", FINE },
	     { "trunk t", FINE }, { "channels 1-3", FINE }, { "span b", FINE },
	     { "channels 4-5", FINE }, { "interface 7", FINE }, { "span a", FINE },
	     { "channels 1-2", FINE },
	     { "show candidate", " span a\r\n interface 0\r\n d-channel 16\r\n channels 1-2\r\n"
				 " span b\r\n interface 7\r\n channels 4-5\r\n" },
	     { "exit", FINE }, { "trunk t", FINE },
	     { "channels 1-3", "channels is of a span, and none is named yet" },
	     { "no span c", "there is no span c in trunk t" }, { "no span a", FINE },
	     { "show candidate", " span b\r\n interface 7\r\n channels 4-5\r\n" }, { "exit", FINE },
	     { "no trunk t", FINE }, { "end", FINE });
	stop();
}
END_TEST

UNIT_MAIN("candidate", spans_of_a_trunk_come_and_go, nothing_runs_before_commit,
	  number_rules_of_a_route_come_and_go, faults_refuse_the_whole_commit,
	  a_commit_that_cannot_be_applied_changes_nothing,
	  there_is_one_editor_and_the_second_is_told_who,
	  uncommitted_changes_are_not_left_by_accident, items_go_and_options_come_back,
	  rollback_loads_what_was_committed_before, an_unconfirmed_commit_goes_back,
	  a_return_that_fails_is_tried_again, a_return_that_failed_can_be_confirmed,
	  commit_confirms, the_file_is_replaced_whole_and_the_last_five_are_kept,
	  write_says_where_the_previous_one_is, hostile_sessions_end_themselves_alone,
	  sessions_are_bounded, a_port_in_use_is_told)
