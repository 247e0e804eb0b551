/* Lines with fields, as the journal is given them. Its socket and libsystemd's sender are this file's. */
#include "base/log_journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <osmocom/core/talloc.h>

#include "base/alarm.h"
#include "base/log.h"
#include "tests/unit/unit.h"

static char sent[8192]; /* a field a line, an empty line behind each message */
static bool there;      /* the journal's socket */
static int answer;      /* of the sender */
static FILE *caught;
static void *ctx;

int access(const char *path, int mode)
{
	ck_assert_str_eq(path, "/run/systemd/journal/socket");
	ck_assert_int_eq(mode, W_OK);
	return there ? 0 : -1;
}

int sd_journal_sendv(const struct iovec *iov, int n)
{
	size_t len = strlen(sent);

	for (int i = 0; i < n; i++)
		len += (size_t)snprintf(sent + len, sizeof(sent) - len, "%.*s\n",
					(int)iov[i].iov_len, (const char *)iov[i].iov_base);
	snprintf(sent + len, sizeof(sent) - len, "\n");
	return answer;
}

/* stderr is a file, and JOURNAL_STREAM says that this very file is the journal's, or its neighbour. */
static void begin(bool ours)
{
	char stream[64];
	struct stat is;

	caught = tmpfile();
	ck_assert_ptr_nonnull(caught);
	ck_assert_int_ge(dup2(fileno(caught), STDERR_FILENO), 0);
	ck_assert_int_eq(fstat(STDERR_FILENO, &is), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)is.st_dev,
		 (uintmax_t)is.st_ino + (ours ? 0 : 1));
	setenv("JOURNAL_STREAM", stream, 1);
	there = true;
	answer = 0;
	*sent = '\0';
	ctx = talloc_new(NULL);
	log_setup(ctx);
}

static const char *finish(void)
{
	static char text[8192];

	rewind(caught);
	text[fread(text, 1, sizeof(text) - 1, caught)] = '\0';
	fclose(caught);
	log_fini();
	talloc_free(ctx);
	return text;
}

static bool has_field(const char *field)
{
	char line[256];

	snprintf(line, sizeof(line), "\n%s\n", field);
	return strstr(sent, line) || !strncmp(sent, line + 1, strlen(line) - 1);
}

START_TEST(line_has_what_it_is_about_in_fields)
{
	begin(true);
	LOGABOUT(DCALL, LOGL_ERROR,
		 LOG_ABOUT(.call = 7, .record = "abc", .peer = { "phones" },
			   .trunk = { NULL, "pstn" }, .channel = { "", "e1-1/17" }),
		 "call %u: it is\r\nso\n", 7);
	ck_assert_str_eq(finish(), "");
	ck_assert(has_field("MESSAGE=call: call 7: it is??so"));
	ck_assert(has_field("PRIORITY=3"));
	ck_assert(has_field("SYSLOG_IDENTIFIER=crosspoint"));
	ck_assert(has_field("CATEGORY=call"));
	ck_assert(has_field("CODE_FILE=tests/unit/base/test_log_journal.c"));
	ck_assert(has_field("CALL_ID=7"));
	ck_assert(has_field("RECORD_ID=abc"));
	ck_assert(has_field("PEER=phones"));
	ck_assert(has_field("TRUNK=pstn"));
	ck_assert(has_field("CHANNEL=e1-1/17"));
	ck_assert_ptr_null(strstr(sent, "CHANNEL=\n"));
	ck_assert_ptr_null(strstr(sent, "ALARM="));
}
END_TEST

START_TEST(next_line_is_about_nothing)
{
	begin(true);
	LOGABOUT(DCALL, LOGL_NOTICE, LOG_ABOUT(.call = 7), "one\n");
	LOGABOUT(DCALL, LOGL_DEBUG, LOG_ABOUT(.call = 8), "not shown\n");
	LOGP(DSIP, LOGL_NOTICE, "two\n");
	finish();
	char *second = strstr(sent, "\n\n");
	ck_assert_ptr_nonnull(second);
	ck_assert_ptr_nonnull(strstr(second, "MESSAGE=sip: two\n"));
	ck_assert_ptr_null(strstr(second, "CALL_ID"));
}
END_TEST

START_TEST(alarms_are_found_by_kind_and_object)
{
	begin(true);
	alarm_raise(ALARM_PEER_DOWN, "phones", "", "no answer");
	alarm_clear(ALARM_PEER_DOWN, "phones");
	alarms_reset();
	finish();
	ck_assert(has_field("ALARM=peer-down"));
	ck_assert(has_field("ALARM_STATE=raised"));
	ck_assert(has_field("ALARM_STATE=cleared"));
	ck_assert(has_field("OBJECT=phones"));
}
END_TEST

START_TEST(file_in_place_of_the_journal_gets_lines)
{
	begin(false);
	LOGP(DCALL, LOGL_NOTICE, "one\n");
	ck_assert_ptr_nonnull(strstr(finish(), " NOTICE call: one\n"));
	ck_assert_str_eq(sent, "");
}
END_TEST

/* sd-daemon(3): the priority in front. */
START_TEST(without_the_journals_socket_lines_go_to_stderr)
{
	begin(true);
	log_fini();
	there = false;
	log_setup(ctx);
	LOGP(DCALL, LOGL_NOTICE, "one\n");
	ck_assert_str_eq(finish(), "<5>call: one\n");
	ck_assert_str_eq(sent, "");
}
END_TEST

START_TEST(what_the_journal_refuses_goes_to_stderr)
{
	begin(true);
	answer = -ENOBUFS;
	LOGP(DSIP, LOGL_ERROR, "two\n");
	ck_assert_str_eq(finish(), "<3>sip: two\n");
}
END_TEST

UNIT_MAIN("log_journal", line_has_what_it_is_about_in_fields, next_line_is_about_nothing,
	  alarms_are_found_by_kind_and_object, file_in_place_of_the_journal_gets_lines,
	  without_the_journals_socket_lines_go_to_stderr, what_the_journal_refuses_goes_to_stderr)
