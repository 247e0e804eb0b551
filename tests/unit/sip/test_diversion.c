/* Who diverted a call: Diversion and History-Info to and from Q.952, by the tables and examples of RFC 5806, RFC 7044,
 * RFC 4244 and RFC 7544. */
#include <stdio.h>
#include <string.h>

#include <osmocom/core/utils.h>

#include "sip/text/history.h"
#include "tests/mock/message.h"
#include "tests/unit/unit.h"

#define FROM "From: <sip:100@gw>;tag=x\r\n"
enum { SHOWN = LEG_PRES_ALLOWED, HIDDEN = LEG_PRES_RESTRICTED, NOT_THERE = LEG_PRES_UNAVAILABLE };
enum {
	UNKNOWN = LEG_DIVERTED_UNKNOWN,
	BUSY = LEG_DIVERTED_BUSY,
	NO_REPLY = LEG_DIVERTED_NO_REPLY,
	DEFLECTED = LEG_DIVERTED_DEFLECTED,
	ALWAYS = LEG_DIVERTED_UNCONDITIONAL
};

typedef bool reader(const sip_t *sip, struct leg_redirecting *out);

struct row {
	const char *lines;
	const char *from, *name, *original; /* from NULL: no diversion */
	unsigned presentation, reason, count;
};

static void check_rows(const struct row *rows, size_t n, reader *read_lines)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *row = &rows[i];
		struct leg_redirecting r = { .count = 99 };
		msg_t *msg = message_make(row->lines, strlen(row->lines));
		bool found = read_lines(sip_object(msg), &r);

		msg_destroy(msg);
		ck_assert_msg(found == !!row->from, "%s", row->lines);
		if (!found) {
			ck_assert_uint_eq(r.count, 99);
			continue;
		}
		ck_assert_msg(!strcmp(r.from.number.digits, row->from), "%s", row->lines);
		ck_assert_str_eq(r.from.name, row->name);
		ck_assert_msg(!strcmp(r.original.digits, row->original), "%s", row->lines);
		ck_assert_msg(r.from.number.presentation == row->presentation, "%s", row->lines);
		ck_assert_msg(r.reason == row->reason, "%s: %u", row->lines, r.reason);
		ck_assert_msg(r.count == row->count, "%s: %u", row->lines, r.count);
	}
}

/* clang-format off */
static const struct row diversions[] = {
	{ FROM, NULL, "", "", 0, 0, 0 },
	{ FROM "Diversion: \"B\" <sip:+49301@gw>;reason=user-busy\r\n", "49301", "B", "49301", SHOWN, BUSY, 1 },
	{ FROM "Diversion: <tel:+49301>;reason=no-answer;counter=3\r\n", "49301", "", "49301", SHOWN, NO_REPLY, 3 },
	/* RFC 5806 6.2: the last one stands first */
	{ FROM "Diversion: <sip:3@gw>;reason=unconditional\r\nDiversion: <sip:2@gw>;reason=user-busy\r\n", "3", "", "2", SHOWN, ALWAYS, 2 },
	{ FROM "Diversion: <sip:4@gw>;reason=deflection;counter=2, <sip:3@gw>, <sip:2@gw>;counter=1\r\n", "4", "", "2", SHOWN, DEFLECTED, 4 },
	{ FROM "Diversion: \"B\" <sip:1@gw>;privacy=full;reason=\"time-of-day\"\r\n", "1", "", "1", HIDDEN, ALWAYS, 1 },
	{ FROM "Diversion: \"B\" <sip:1@gw>;privacy=\"off\";reason=do-not-disturb;screen=yes\r\n", "1", "B", "1", SHOWN, BUSY, 1 },
	{ FROM "Diversion: <sip:1@gw>;reason=away;counter=0\r\n", "1", "", "1", SHOWN, UNKNOWN, 1 },
	{ FROM "Diversion: <sip:1@gw>;counter=99999999999999999999\r\n", "1", "", "1", SHOWN, UNKNOWN, 255 },
	{ FROM "Diversion: <sip:1@gw>;counter=200, <sip:2@gw>;counter=200\r\n", "1", "", "2", SHOWN, UNKNOWN, 255 },
	{ FROM "Diversion: <sip:bob@gw>;reason=user-busy\r\n", "", "", "", NOT_THERE, BUSY, 1 },
	{ FROM "Diversion: sip:1@gw;reason=user-busy\r\n", "1", "", "1", SHOWN, BUSY, 1 },
	{ FROM "Diversion: rubbish<<;;\r\n", NULL, "", "", 0, 0, 0 },
	{ FROM "Diversion:\r\n", NULL, "", "", 0, 0, 0 },
};

static const struct row histories[] = {
	{ FROM, NULL, "", "", 0, 0, 0 },
	/* one target, never diverted */
	{ FROM "History-Info: <sip:200@gw>;index=1\r\n", NULL, "", "", 0, 0, 0 },
	{ FROM "History-Info: <sip:200@gw>;index=1, <sip:200@phone>;index=1.1;rc=1\r\n", NULL, "", "", 0, 0, 0 },
	/* RFC 7544 4.1 with RFC 4458's cause */
	{ FROM "History-Info: \"B\" <sip:200@gw>;index=1, <sip:300@gw;cause=486>;index=1.1;mp=1\r\n", "200", "B", "200", SHOWN, BUSY, 1 },
	{ FROM "History-Info: <sip:200@gw>;index=1\r\nHistory-Info: <sip:300@gw;cause=302>;index=1.1;mp=1\r\n"
	  "History-Info: <sip:400@gw;cause=408>;index=1.1.1;mp=1.1\r\n", "300", "", "200", SHOWN, NO_REPLY, 2 },
	{ FROM "History-Info: <sip:2@gw?Privacy=history>;index=1,<sip:3@gw;cause=487>;index=1.1\r\n", "2", "", "2", HIDDEN, DEFLECTED, 1 },
	{ FROM "History-Info: <tel:+49301>;index=1,<sip:3@gw;user=phone;cause=404>;index=1.1\r\n", "49301", "", "49301", SHOWN, UNKNOWN, 1 },
	{ FROM "History-Info: <sip:2@gw>;index=1,<sip:3@gw;cause=480>;index=1.1\r\n", "2", "", "2", SHOWN, DEFLECTED, 1 },
	{ FROM "History-Info: <sip:2@gw>;index=1,<sip:3@gw;cause=503>;index=1.1\r\n", "2", "", "2", SHOWN, UNKNOWN, 1 },
	/* RFC 4244 4.5: the answer that led on */
	{ FROM "History-Info: <sip:2@gw?Reason=SIP%3Bcause%3D302%3Btext%3D%22Moved%22>;index=1,<sip:3@gw>;index=1.1\r\n", "2", "", "2", SHOWN, ALWAYS, 1 },
	{ FROM "History-Info: <sip:2@gw?Privacy=history&Reason=SIP%3Bcause%3D486>;index=1, <sip:3@gw>;index=2\r\n", "2", "", "2", HIDDEN, BUSY, 1 },
	{ FROM "History-Info: <sip:2@gw?Reason=SIP%3Bcause%3D404>;index=1, <sip:3@gw>;index=2\r\n", NULL, "", "", 0, 0, 0 },
	{ FROM "History-Info: <sip:2@gw?Reason=Q.850%3Bcause%3D17>;index=1, <sip:3@gw>;index=2\r\n", NULL, "", "", 0, 0, 0 },
	{ FROM "History-Info: ;;;<\r\n", NULL, "", "", 0, 0, 0 },
};
/* clang-format on */

START_TEST(diversion_header_is_read)
{
	check_rows(diversions, ARRAY_SIZE(diversions), diversion_read);
}
END_TEST

START_TEST(reason_of_several_diversions_is_that_of_the_last)
{
	static const struct {
		const char *lines;
		unsigned reason, original_reason;
	} rows[] = {
		{ FROM "Diversion: <sip:2@gw>;reason=no-answer\r\n", NO_REPLY, NO_REPLY },
		{ FROM "Diversion: <sip:2@gw>;reason=no-answer;counter=3\r\n", NO_REPLY, UNKNOWN },
		{ FROM "Diversion: <sip:3@gw>;reason=no-answer;counter=2, "
		       "<sip:2@gw>;reason=user-busy\r\n",
		  NO_REPLY, BUSY },
		{ FROM "Diversion: <sip:3@gw>;reason=no-answer, "
		       "<sip:2@gw>;reason=user-busy;counter=2\r\n",
		  NO_REPLY, UNKNOWN },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct leg_redirecting r = { 0 };
		msg_t *msg = message_make(rows[i].lines, strlen(rows[i].lines));

		ck_assert(diversion_read(sip_object(msg), &r));
		msg_destroy(msg);
		ck_assert_msg(r.reason == rows[i].reason, "%s", rows[i].lines);
		ck_assert_msg(r.original_reason == rows[i].original_reason, "%s", rows[i].lines);
	}
}
END_TEST

START_TEST(history_is_read)
{
	check_rows(histories, ARRAY_SIZE(histories), history_read);
}
END_TEST

static const struct diversion_to open_host = { .host = "gw",
					       .called = "sip:900@peer",
					       .secrets = true };
static const struct diversion_to closed = { .host = "gw", .called = "sip:900@peer" };

/* clang-format off */
static const struct {
	struct leg_redirecting r;
	const struct diversion_to *to;
	const char *diversion, *history;
} written[] = {
	{ { .count = 0 }, &open_host, "", "" },
	{ { .from = { .number = { .digits = "200" }, .name = "B" }, .original = { .digits = "200" }, .reason = BUSY, .count = 1 }, &closed,
	  "Diversion: \"B\" <sip:200@gw;user=phone>;reason=user-busy;counter=1\r\n",
	  "History-Info: \"B\" <sip:200@gw;user=phone>;index=1\r\n"
	  "History-Info: <sip:900@peer;cause=486>;index=1.1;mp=1\r\n" },
	{ { .from = { .number = { .digits = "49300", .type = LEG_TON_INTERNATIONAL } }, .original = { .digits = "200" },
	    .reason = ALWAYS, .original_reason = BUSY, .count = 2 }, &open_host,
	  "Diversion: <sip:+49300@gw;user=phone>;reason=unconditional;counter=1\r\n"
	  "Diversion: <sip:200@gw;user=phone>;reason=user-busy;counter=1\r\n",
	  "History-Info: <sip:200@gw;user=phone>;index=1\r\n"
	  "History-Info: <sip:+49300@gw;user=phone;cause=486>;index=1.1;mp=1\r\n"
	  "History-Info: <sip:900@peer;cause=302>;index=1.1.1;mp=1.1\r\n" },
	/* RFC 7544 4.3: more than two */
	{ { .from = { .number = { .digits = "300" } }, .original = { .digits = "200" }, .reason = NO_REPLY, .count = 3 }, &closed,
	  "Diversion: <sip:300@gw;user=phone>;reason=no-answer;counter=2\r\n"
	  "Diversion: <sip:200@gw;user=phone>;reason=unknown;counter=1\r\n",
	  "History-Info: <sip:200@gw;user=phone>;index=1\r\n"
	  "History-Info: <sip:unknown@unknown.invalid;cause=404>;index=1.1;mp=1\r\n"
	  "History-Info: <sip:300@gw;user=phone;cause=404>;index=1.1.1;mp=1.1\r\n"
	  "History-Info: <sip:900@peer;cause=408>;index=1.1.1.1;mp=1.1.1\r\n" },
	/* who wants to be nobody is told to who may know, and marked; to others not */
	{ { .from = { .number = { .digits = "200", .presentation = HIDDEN }, .name = "B" }, .reason = DEFLECTED, .count = 1 }, &open_host,
	  "Diversion: \"B\" <sip:200@gw;user=phone>;reason=deflection;counter=1;privacy=full\r\n",
	  "History-Info: \"B\" <sip:200@gw;user=phone?Privacy=history>;index=1\r\n"
	  "History-Info: <sip:900@peer;cause=480>;index=1.1;mp=1\r\n" },
	{ { .from = { .number = { .digits = "200", .presentation = HIDDEN }, .name = "B" }, .reason = DEFLECTED, .count = 1 }, &closed,
	  "Diversion: <sip:anonymous@anonymous.invalid>;reason=deflection;counter=1;privacy=full\r\n",
	  "History-Info: <sip:anonymous@anonymous.invalid?Privacy=history>;index=1\r\n"
	  "History-Info: <sip:900@peer;cause=480>;index=1.1;mp=1\r\n" },
	{ { .from = { .number = { .presentation = NOT_THERE } }, .count = 1 }, &closed,
	  "Diversion: <sip:anonymous@anonymous.invalid>;reason=unknown;counter=1\r\n",
	  "History-Info: <sip:anonymous@anonymous.invalid>;index=1\r\n"
	  "History-Info: <sip:900@peer;cause=404>;index=1.1;mp=1\r\n" },
};
/* clang-format on */

START_TEST(diversions_are_written)
{
	char text[DIVERSION_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(written); i++) {
		diversion_write(&written[i].r, written[i].to, text);
		ck_assert_str_eq(text, written[i].diversion);
		history_write(&written[i].r, written[i].to, text);
		ck_assert_str_eq(text, written[i].history);
	}
}
END_TEST

/* What we write we read as it was: reason, both ends, and (of Diversion) how many */
START_TEST(diversions_read_back)
{
	static const uint8_t reasons[] = { UNKNOWN, BUSY, NO_REPLY, DEFLECTED, ALWAYS };

	for (unsigned i = 0; i < 2 * ARRAY_SIZE(reasons) * 4; i++) {
		struct leg_redirecting r = {
			.from = { .number = { .digits = "300" } },
			.reason = reasons[i % 5],
			.original_reason = reasons[i / 10 ? i / 2 % 5 : i % 5],
			.count = (uint8_t)(1 + i / 10),
		};
		struct leg_redirecting back;
		char text[DIVERSION_TEXT_MAX];

		strcpy(r.original.digits, i / 10 ? "200" : "300");
		if (i % 2)
			history_write(&r, &open_host, text);
		else
			diversion_write(&r, &open_host, text);
		msg_t *msg = message_make(text, strlen(text));
		bool found = (i % 2 ? history_read : diversion_read)(sip_object(msg), &back);
		msg_destroy(msg);
		ck_assert_msg(found, "%s", text);
		ck_assert_str_eq(back.from.number.digits, "300");
		ck_assert_str_eq(back.original.digits, r.original.digits);
		ck_assert_uint_eq(back.reason, r.reason);
		ck_assert_uint_eq(back.original_reason, r.original_reason);
		ck_assert_uint_eq(back.count, r.count);
	}
}
END_TEST

/* The longest of each fit */
START_TEST(longest_diversions_are_whole)
{
	struct leg_redirecting r = { .count = 255 };
	char text[DIVERSION_TEXT_MAX], called[400];
	struct diversion_to to = { .host = "[2001:db8:1111:2222:3333:4444:5555:6666]:65535",
				   .called = called,
				   .secrets = true };

	memset(r.from.number.digits, '#', LEG_DIGITS_MAX);
	memset(r.original.digits, '#', LEG_DIGITS_MAX);
	memset(r.from.name, '"', LEG_NAME_MAX - 1);
	r.from.number.presentation = r.original.presentation = HIDDEN;
	memset(called, '9', sizeof(called) - 1);
	called[sizeof(called) - 1] = '\0';
	diversion_write(&r, &to, text);
	ck_assert_str_eq(text + strlen(text) - 2, "\r\n");
	history_write(&r, &to, text);
	ck_assert_str_eq(text + strlen(text) - 2, "\r\n");
}
END_TEST

UNIT_MAIN("diversion", diversion_header_is_read, reason_of_several_diversions_is_that_of_the_last,
	  history_is_read, diversions_are_written, diversions_read_back,
	  longest_diversions_are_whole)
