/* Editing: one editor, nothing runs before commit, commit is all or nothing, back again, the
 * file. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include <osmocom/core/timer.h>

#include "base/clock.h"
#include "manage/store.h"
#include "tests/unit/manage/session.h"

static struct {
	struct gateway gateway;
	unsigned applied;
	bool refuse;
} fake;

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
	snprintf(text, sizeof(text), "cli\n listen 127.0.0.1 %u\nline l\n echo\n",
		 session_free_port());
	fake.gateway.running = session_config(fake.gateway.owner, text);
	ck_assert_int_eq(manage_start(&fake.gateway), 0);
}

static void stop(void)
{
	manage_stop();
	talloc_free(fake.gateway.owner);
}

static bool running_has(const char *line)
{
	return config_has(fake.gateway.running, "line", line);
}

START_TEST(nothing_runs_before_commit)
{
	struct session_end end;

	start();
	end = session_open();
	CHECK_SAYS(&end, "configure terminal", "(config)# ");
	CHECK_SAYS(&end, "line m", "(config-line)# ");
	session_type(&end, "quiet");
	ck_assert(!running_has("m"));
	CHECK_SAYS(&end, "show diff", "+line m\r\n+ quiet\r\n");
	CHECK_SAYS(&end, "show candidate", "line m\r\n quiet\r\n");
	ck_assert_ptr_null(strstr(session_type(&end, "show running-config"), "line m\r\n"));
	CHECK_SAYS(&end, "commit", "Committed");
	ck_assert(running_has("m"));
	ck_assert_uint_eq(fake.applied, 1);
	CHECK_SAYS(&end, "show diff", "No changes.");
	CHECK_SAYS(&end, "commit", "No changes.");
	ck_assert_uint_eq(fake.applied, 1);
	CHECK_SAYS(&end, "end", "crosspoint# ");
	session_close(&end);
	stop();
}
END_TEST

START_TEST(faults_refuse_the_whole_commit)
{
	struct session_end end;

	start();
	end = session_open();
	session_type(&end, "configure terminal");
	session_type(&end, "line m");
	session_type(&end, "exit");
	session_type(&end, "route r");
	CHECK_SAYS(&end, "commit", "% line m does nothing; it needs one of");
	ck_assert_ptr_nonnull(strstr(end.heard, "% route r goes nowhere"));
	ck_assert_ptr_nonnull(strstr(end.heard, "not committed"));
	ck_assert_uint_eq(fake.applied, 0);
	ck_assert(!running_has("m"));
	session_close(&end);
	stop();
}
END_TEST

START_TEST(a_commit_that_cannot_be_applied_changes_nothing)
{
	struct session_end end;
	const struct config *before;

	start();
	before = fake.gateway.running;
	end = session_open();
	session_type(&end, "configure terminal");
	session_type(&end, "no line l");
	fake.refuse = true;
	CHECK_SAYS(&end, "commit", "% the card is on fire\r\n% not committed");
	ck_assert_ptr_eq(fake.gateway.running, before);
	CHECK_SAYS(&end, "show diff", "-line l");
	fake.refuse = false;
	CHECK_SAYS(&end, "commit", "Committed");
	ck_assert(!running_has("l"));
	session_close(&end);
	stop();
}
END_TEST

START_TEST(there_is_one_editor_and_the_second_is_told_who)
{
	struct session_end one, two;
	char who[64];

	start();
	one = session_open();
	two = session_open();
	session_type(&one, "configure terminal");
	snprintf(who, sizeof(who), "session vty[%d] of `who` edits the configuration", one.vty->fd);
	CHECK_SAYS(&two, "configure terminal", who);
	ck_assert_ptr_null(strstr(two.heard, "(config)"));
	snprintf(who, sizeof(who), "*vty[%d]", one.vty->fd);
	CHECK_SAYS(&two, "who", who);
	session_close(&one);
	CHECK_SAYS(&two, "configure terminal", "(config)# ");
	session_close(&two);
	stop();
}
END_TEST

START_TEST(uncommitted_changes_are_not_left_by_accident)
{
	struct session_end end;

	start();
	end = session_open();
	session_type(&end, "configure terminal");
	session_type(&end, "no line l");
	CHECK_SAYS(&end, "end", "uncommitted changes");
	CHECK_SAYS(&end, "exit", "uncommitted changes");
	CHECK_SAYS(&end, "abort", "crosspoint# ");
	CHECK_SAYS(&end, "configure terminal", "(config)# ");
	CHECK_SAYS(&end, "show diff", "No changes.");
	session_type(&end, "no line l");
	session_send(&end, "\x1a", 1); /* ^Z: libosmovty leaves by itself */
	ck_assert_ptr_nonnull(strstr(end.heard, "uncommitted changes dropped"));
	CHECK_SAYS(&end, "configure terminal", "(config)# ");
	CHECK_SAYS(&end, "exit", "crosspoint# ");
	ck_assert(running_has("l"));
	session_close(&end);
	stop();
}
END_TEST

START_TEST(items_go_and_options_come_back)
{
	struct session_end end;

	start();
	end = session_open();
	session_type(&end, "configure terminal");
	CHECK_SAYS(&end, "no peer p", "% there is no peer p");
	session_type(&end, "peer p");
	CHECK_SAYS(&end, "address nonsense", "% address \"nonsense\" is no address");
	session_type(&end, "address 192.0.2.1");
	session_type(&end, "trusted");
	session_type(&end, "options 30");
	session_type(&end, "no trusted");
	session_type(&end, "no options");
	session_type(&end, "route r");
	CHECK_SAYS(&end, "exit", "(config)# ");
	session_type(&end, "route r");
	session_type(&end, "to peer p");
	session_type(&end, "to line l");
	session_type(&end, "no to peer p");
	CHECK_SAYS(&end, "no to trunk t", "% route r does not go to trunk t");
	CHECK_SAYS(&end, "show diff",
		   "+ address 192.0.2.1\r\n+ port 5060\r\n+ codecs pcma pcmu\r\n");
	ck_assert_ptr_null(strstr(end.heard, "to peer p"));
	CHECK_SAYS(&end, "commit", "Committed");
	session_close(&end);
	stop();
}
END_TEST

START_TEST(rollback_loads_what_was_committed_before)
{
	struct session_end end;

	start();
	end = session_open();
	session_type(&end, "configure terminal");
	CHECK_SAYS(&end, "rollback 1", "there is no configuration 1 commits back; at most 0");
	session_type(&end, "line m");
	session_type(&end, "quiet");
	session_type(&end, "commit");
	session_type(&end, "exit");
	session_type(&end, "no line l");
	session_type(&end, "commit");
	session_type(&end, "line m");
	CHECK_SAYS(&end, "rollback 2",
		   "(config)# "); /* out of the item, which is of the old candidate */
	CHECK_SAYS(&end, "show diff", "-line m");
	ck_assert(running_has("m"));
	session_type(&end, "rollback 0");
	CHECK_SAYS(&end, "show diff", "No changes.");
	session_type(&end, "rollback 2");
	session_type(&end, "commit");
	ck_assert(running_has("l") && !running_has("m"));
	session_close(&end);
	stop();
}
END_TEST

START_TEST(an_unconfirmed_commit_goes_back)
{
	struct session_end end;

	start();
	end = session_open();
	session_type(&end, "configure terminal");
	session_type(&end, "line m");
	session_type(&end, "quiet");
	CHECK_SAYS(&end, "commit confirmed 2", "goes back in 2 min");
	ck_assert(running_has("m"));
	session_type(&end, "line n");
	session_type(&end, "exit");
	session_type(&end, "line n");
	session_type(&end, "ring");
	CHECK_SAYS(&end, "commit confirmed 3", "goes back in 3 min");
	clock_advance(179 * 1000000ull);
	ck_assert(running_has("m") && running_has("n"));
	clock_advance(2 * 1000000ull);
	ck_assert(!running_has("m") && !running_has("n") && running_has("l"));
	session_hear(&end);
	ck_assert_ptr_nonnull(strstr(end.heard, "not confirmed in time"));
	CHECK_SAYS(&end, "commit", "taken back");
	ck_assert(!running_has("m"));
	CHECK_SAYS(&end, "commit", "Committed");
	ck_assert(running_has("m"));
	session_close(&end);
	stop();
}
END_TEST

START_TEST(commit_confirms)
{
	struct session_end end;

	start();
	end = session_open();
	session_type(&end, "configure terminal");
	session_type(&end, "line m");
	session_type(&end, "quiet");
	session_type(&end, "commit confirmed 1");
	CHECK_SAYS(&end, "commit", "Confirmed");
	clock_advance(120 * 1000000ull);
	ck_assert(running_has("m"));
	session_close(&end);
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
	struct session_end end;

	start();
	close(mkstemp(path));
	fake.gateway.config_file = path;
	snprintf(kept, sizeof(kept), "%s.1", path);
	end = session_open();
	CHECK_SAYS(&end, "write", "Written to ");
	ck_assert_ptr_nonnull(strstr(end.heard, kept));
	report = config_report_new(fake.gateway.owner, path);
	ck_assert_ptr_nonnull(config_read(fake.gateway.owner, path, report));
	fake.gateway.config_file = "/nowhere/x.cfg";
	CHECK_SAYS(&end, "write", "% cannot write /nowhere/x.cfg: No such file or directory");
	session_close(&end);
	unlink(path);
	unlink(kept);
	stop();
}
END_TEST

START_TEST(hostile_sessions_end_themselves_alone)
{
	static char octets[20000];
	struct session_end end, other;
	unsigned seed = 1;

	start();
	other = session_open();
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
	CHECK_SAYS(&other, "show running-config", "line l");
	session_close(&other);
	stop();
}
END_TEST

START_TEST(sessions_are_bounded)
{
	struct session_end ends[101];

	start();
	for (int i = 0; i < 101; i++)
		ends[i] = session_open();
	ck_assert_int_lt(vty_read(ends[100].vty), 0); /* it was shut */
	ends[100].vty = NULL;
	CHECK_SAYS(&ends[99], "show running-config", "line l");
	for (int i = 0; i < 101; i++)
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

UNIT_MAIN("candidate", nothing_runs_before_commit, faults_refuse_the_whole_commit,
	  a_commit_that_cannot_be_applied_changes_nothing,
	  there_is_one_editor_and_the_second_is_told_who,
	  uncommitted_changes_are_not_left_by_accident, items_go_and_options_come_back,
	  rollback_loads_what_was_committed_before, an_unconfirmed_commit_goes_back,
	  commit_confirms, the_file_is_replaced_whole_and_the_last_five_are_kept,
	  write_says_where_the_previous_one_is, hostile_sessions_end_themselves_alone,
	  sessions_are_bounded, a_port_in_use_is_told)
