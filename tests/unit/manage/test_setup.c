/* The wizard: answers as people give them, right, wrong and not at all; whatever is written passes the gateway's own
 * check, for every line that there can be. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "manage/setup/setup_model.h"
#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

static const struct dahdi_line cards[] = {
	{ 1, "e1", 16, "1-15,17-31", "T4XXP (PCI) Card 0 Span 1" },
	{ 2, "t1", 24, "1-23", "bad \033[2J name" },
	{ 5, "bri", 3, "1-2", "B4XXP" },
};

static char said[65536];
static struct setup_answers answers;
static bool replacing;

/* What setup_ask returns for these lines; said is what it printed. */
static int answer(const char *lines, size_t n_cards)
{
	FILE *in = fmemopen((void *)lines, strlen(lines), "r");
	FILE *out = fmemopen(said, sizeof(said), "w");
	struct setup_found found = { .lines = cards, .n_lines = n_cards, .replace = replacing };
	int rc = setup_ask(in, out, &found, &answers);

	fclose(in);
	fclose(out);
	return rc;
}

static void expect_said(const char *text)
{
	ck_assert_msg(strstr(said, text), "\"%s\" is not in\n%s", text, said);
}

/* The configuration, which is good; until the next one. */
static const char *written(void)
{
	static char *text;
	struct config_report *report;

	grammar_init();
	talloc_free(text);
	text = setup_config(NULL, &answers);
	ck_assert_ptr_nonnull(text);
	report = config_report_new(text, "written");
	ck_assert_msg(config_read_text(text, text, strlen(text), report), "%s\n%s", text,
		      config_report_get(report, 0));
	return text;
}

static void expect_written(const char *text)
{
	const char *all = written();

	ck_assert_msg(strstr(all, text), "\"%s\" is not in\n%s", text, all);
}

START_TEST(defaults_make_a_virtual_line)
{
	ck_assert_int_eq(answer("\n127.0.0.1:5090\n\n\n\n", 0), 0);
	ck_assert_ptr_null(answers.card);
	ck_assert_str_eq(answers.own.host, "127.0.0.1");
	ck_assert_uint_ne(answers.own.port, 5090);
	ck_assert_uint_eq(answers.n_numbers, 1);
	ck_assert_str_eq(answers.numbers[0], "2");
	ck_assert_str_eq(answers.prefix, "0");
	expect_written("peer pbx\n address 127.0.0.1\n port 5090\n");
	expect_written("route to-the-line\n from peer pbx\n called 0\n strip 1\n to trunk pstn\n");
	expect_written("route to-the-pbx-1\n from trunk pstn\n called 2\n to peer pbx\n");
	expect_written("trunk exchange\n");
	ck_assert_ptr_null(strstr(said, "     !"));
}
END_TEST

/* Answer, what is asked again for, at which question (of a machine with three cards). */
static const struct wrong {
	unsigned question;
	const char *answer, *complaint;
} wrong[] = {
	{ 1, "8", "\"8\" is none of them; a number from 1 to 7 is right." },
	{ 1, "0", "\"0\" is none of them" },
	{ 1, "-1", "\"-1\" is none of them" },
	{ 1, "e1", "\"e1\" is none of them" },
	{ 1, "2 3", "\"2 3\" is none of them" },
	{ 1, "99999999999999999999", "is none of them" },
	{ 1, "\xc3\xa9", "beyond ASCII" },
	{ 2, "", "nothing to take by default" },
	{ 2, "no name", "\"no name\" is no address; 192.0.2.10" },
	{ 2, "300.1.1.1", "is no address" },
	{ 2, "1.2.3", "is no address" },
	{ 2, "-pbx.example.com", "is no address" },
	{ 2, "[::1", "is no address" },
	{ 2, "[127.0.0.1]", "is no address" },
	{ 2, "::1::2", "is no address" },
	{ 2, "127.0.0.1:0", "has no good port; 1 to 65535" },
	{ 2, "127.0.0.1:65536", "has no good port" },
	{ 2, "127.0.0.1:sip", "has no good port" },
	{ 2, "127.0.0.1:", "has no good port" },
	{ 2, "[::1]:5x", "has no good port" },
	{ 2, "0.0.0.0", "stands for every address" },
	{ 3, "localhost", "is a name; an address in figures is right here" },
	{ 3, "::1", "is an IPv6 address, and the PBX has an IPv4 one" },
	{ 3, "127.0.0.1:5090", "is the PBX's own address and port" },
	{ 3, "192.0.2.77", "is no address of this machine; `ip address` lists those" },
	{ 4, "x", "\"x\" is no number; digits" },
	{ 4, "2, 3a", "\"3a\" is no number" },
	{ 4, "+4930", "\"+4930\" is no number" },
	{ 4, "2 2", "2 stands there twice" },
	{ 4, ", ,", "No number is there" },
	{ 4, "123456789012345678901234567890123",
	  "is no number; digits (with * and #, at most 32)" },
	{ 4, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21",
	  "These are too many; at most 20" },
	{ 5, "nine", "\"nine\" is not dialled; digits" },
	{ 5, "0 9", "\"0 9\" is not dialled" },
};

static const char *const good[] = { "1", "127.0.0.1:5090", "127.0.0.1:5092", "2 3", "9" };

static void check_a_wrong_answer_is_told_and_asked_again(size_t i)
{
	const struct wrong *w = &wrong[i];
	char lines[1024] = "";

	for (unsigned q = 1; q <= 5; q++) {
		if (q == w->question)
			strcat(strcat(lines, w->answer), "\n");
		strcat(strcat(lines, good[q - 1]), "\n");
	}
	ck_assert_int_eq(answer(lines, 3), 0);
	expect_said(w->complaint);
	ck_assert_ptr_null(answers.card);
	ck_assert_str_eq(answers.pbx.host, "127.0.0.1");
	ck_assert_uint_eq(answers.own.port, 5092);
	ck_assert_uint_eq(answers.n_numbers, 2);
	ck_assert_str_eq(answers.prefix, "9");
	written();
}

START_TEST(a_wrong_answer_is_told_and_asked_again)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		check_a_wrong_answer_is_told_and_asked_again(i);
}
END_TEST

static void check_the_end_of_input_ends_it_at_every_question(size_t i)
{
	char lines[256] = "";

	for (size_t q = 0; q < i; q++)
		strcat(strcat(lines, good[q]), "\n");
	if (!i)
		strcpy(lines, "nothing\n");
	ck_assert_int_eq(answer(lines, 0), -ECANCELED);
}

START_TEST(the_end_of_input_ends_it_at_every_question)
{
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_the_end_of_input_ends_it_at_every_question(i);
}
END_TEST

/* The last line may end without its end. */
START_TEST(a_last_line_needs_no_end)
{
	ck_assert_int_eq(answer("1\n127.0.0.1:5090\n\n2\n7", 0), 0);
	ck_assert_str_eq(answers.prefix, "7");
}
END_TEST

START_TEST(an_answer_that_is_too_long_is_skipped_whole)
{
	char lines[4096];

	snprintf(lines, sizeof(lines), "%01500d\n1\n127.0.0.1:5090\n\n\n\n", 1);
	ck_assert_int_eq(answer(lines, 0), 0);
	expect_said("The answer is too long; at most 510 characters are right.");
}
END_TEST

START_TEST(a_taken_port_is_told_unless_it_may_be_our_own)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	char lines[256];

	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
	getsockname(fd, (struct sockaddr *)&at, &len);
	snprintf(lines, sizeof(lines), "1\n127.0.0.1:5090\n127.0.0.1:%u\n\n\n\n",
		 ntohs(at.sin_port));
	ck_assert_int_eq(answer(lines, 0), 0);
	expect_said("has a port that another program holds");
	ck_assert_uint_ne(answers.own.port, ntohs(at.sin_port));
	replacing = true; /* the one that holds it may be ours */
	ck_assert_int_eq(answer(lines, 0), 0);
	ck_assert_uint_eq(answers.own.port, ntohs(at.sin_port));
	ck_assert_uint_eq(answers.cli_port, 4262);
	replacing = false;
	close(fd);
}
END_TEST

/* Choice, what is written of the line. */
static const struct {
	const char *choice, *written;
} lines_of_cards[] = {
	{ "", "span e1-1\n driver dahdi\n dahdi span 1\n type e1\n" },
	{ "2", " channels 1-15,17-31\n side user\n ! variant: what the far end speaks, by default "
	       "euroisdn" },
	{ "3", "trunk pstn\n protocol isdn\n span e1-1\n d-channel 16\n channels 1-15,17-31\n side "
	       "network\n" },
	{ "4",
	  "trunk pstn\n protocol isdn\n span t1-2\n d-channel 24\n channels 1-23\n side user\n" },
	{ "5", " codecs pcmu pcma\n" },
	{ "6", "span bri-5\n driver dahdi\n dahdi span 5\n type bri\n" },
	{ "7", " d-channel 3\n channels 1-2\n side network\n" },
	{ "2", "route to-the-pbx\n from trunk pstn\n to peer pbx\n" },
};

static void check_lines_of_cards_are_offered_on_both_sides(size_t i)
{
	char lines[256];

	snprintf(lines, sizeof(lines), "%s\n127.0.0.1:5090\n\n\nnone\n", lines_of_cards[i].choice);
	ck_assert_int_eq(answer(lines, 3), 0);
	expect_said("  2  e1, span 1, \"T4XXP (PCI) Card 0 Span 1\": a line of an operator");
	expect_said("  4  t1, span 2: a line of an operator");
	ck_assert_ptr_null(strchr(said, '\033'));
	expect_written(lines_of_cards[i].written);
	expect_written("route to-the-line\n from peer pbx\n to trunk pstn\n");
	ck_assert_ptr_null(strstr(written(), "exchange\n"));
}

START_TEST(lines_of_cards_are_offered_on_both_sides)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines_of_cards); i++)
		check_lines_of_cards_are_offered_on_both_sides(i);
}
END_TEST

START_TEST(ipv6_and_names_are_written_as_they_are)
{
	ck_assert_int_eq(answer("1\n[::1]:5090\n[::1]:5092\n2\n0\n", 0), 0);
	expect_written("sip\n listen ::1 5092\n");
	expect_written("peer pbx\n address ::1\n port 5090\n");
	ck_assert_int_eq(answer("virtual\nlocalhost\n127.0.0.1:5092\n2\n0\n", 0), 0);
	expect_written("peer pbx\n address localhost\n ! Its causes");
}
END_TEST

START_TEST(the_port_of_sip_is_none_of_sound)
{
	ck_assert_int_eq(answer("1\n127.0.0.1:5090\n127.0.0.1:5092\n2\n0\n", 0), 0);
	expect_written("media\n ports 20000 29999\n");
	ck_assert_int_eq(answer("1\n127.0.0.1:5090\n127.0.0.1:29998\n2\n0\n", 0), 0);
	expect_written("media\n ports 10000 19999\n");
}
END_TEST

/* Every line of the snippet is a comment, a section, or "key = value" ("key => value" in dialplans). */
static void expect_ini(const char *text)
{
	while (*text) {
		char line[256];
		size_t len = strcspn(text, "\n");

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		text += len + 1;
		if (!*line || *line == ';' || !strncmp(line, "====", 4))
			continue;
		if (*line == '[')
			ck_assert_msg(strspn(line + 1, "abcdefghijklmnopqrstuvwxyz-") > 0 &&
					      strchr(line, ']'),
				      "%s", line);
		else
			ck_assert_msg(strstr(line, " = ") || strstr(line, " => "), "%s", line);
	}
}

static const char *half(const char *kind)
{
	static char text[16384];
	FILE *out = fmemopen(text, sizeof(text), "w");

	setup_pbx_print(out, &answers, kind);
	fclose(out);
	return text;
}

START_TEST(the_pbxs_half_has_its_values)
{
	ck_assert_int_eq(answer("1\n[::1]:5090\n[::1]:5092\n20,4930123\n*9\n", 0), 0);
	expect_ini(half("asterisk"));
	ck_assert_ptr_nonnull(strstr(half("asterisk"), "\nbind = [::]:5090\n"));
	ck_assert_ptr_nonnull(strstr(half("asterisk"), "\ncontact = sip:[::1]:5092\n"));
	ck_assert_ptr_nonnull(strstr(half("asterisk"), "\nmatch = ::1\n"));
	ck_assert_ptr_nonnull(
		strstr(half("asterisk"), "\nexten => _*9.,1,Dial(PJSIP/${EXTEN}@crosspoint)\n"));
	ck_assert_ptr_nonnull(
		strstr(half("asterisk"), "\nexten => _4930123!,1,Dial(PJSIP/${EXTEN})\n"));
	ck_assert_ptr_nonnull(strstr(half("freepbx"), "SIP Server Port        5092\n"));
	ck_assert_ptr_nonnull(strstr(half("freepbx"), "match pattern *9.,"));
	ck_assert_ptr_nonnull(strstr(half("generic"), "Requests come from         [::1]:5092\n"));
	ck_assert_ptr_nonnull(strstr(half("generic"), "numbers that begin with 20, 4930123\n"));
	ck_assert_ptr_nonnull(strstr(half(NULL), "for FreePBX"));
	ck_assert_ptr_null(strstr(half("generic"), "for FreePBX"));
	ck_assert(setup_pbx_known("freepbx") && !setup_pbx_known("3cx"));
}
END_TEST

START_TEST(all_numbers_and_no_prefix)
{
	ck_assert_int_eq(answer("4\n127.0.0.1:5090\n\nall\nnone\n", 3), 0);
	expect_ini(half("asterisk"));
	ck_assert_ptr_nonnull(strstr(half("asterisk"), "\nallow = ulaw,alaw\n"));
	ck_assert_ptr_nonnull(
		strstr(half("asterisk"), "\nexten => _X!,1,Dial(PJSIP/${EXTEN}@crosspoint)\n"));
	ck_assert_ptr_nonnull(strstr(half("asterisk"), "\nexten => _X!,1,Dial(PJSIP/${EXTEN})\n"));
	ck_assert_ptr_nonnull(strstr(half("freepbx"), "any (leave it empty)"));
}
END_TEST

/* Numbers, one to try. */
static const char *const examples[][2] = {
	{ "2", "201" }, { "30", "301" }, { "498912", "498912" }, { "all", "100" }
};

static void check_a_number_to_try_is_one_of_the_pbxs(size_t i)
{
	char lines[256], number[SETUP_DIGITS];

	snprintf(lines, sizeof(lines), "1\n127.0.0.1:5090\n\n%s\n\n", examples[i][0]);
	ck_assert_int_eq(answer(lines, 0), 0);
	setup_example(&answers, number);
	ck_assert_str_eq(number, examples[i][1]);
}

START_TEST(a_number_to_try_is_one_of_the_pbxs)
{
	for (size_t i = 0; i < ARRAY_SIZE(examples); i++)
		check_a_number_to_try_is_one_of_the_pbxs(i);
}
END_TEST

UNIT_MAIN("setup", defaults_make_a_virtual_line, a_wrong_answer_is_told_and_asked_again,
	  the_end_of_input_ends_it_at_every_question, a_last_line_needs_no_end,
	  an_answer_that_is_too_long_is_skipped_whole,
	  a_taken_port_is_told_unless_it_may_be_our_own, lines_of_cards_are_offered_on_both_sides,
	  ipv6_and_names_are_written_as_they_are, the_port_of_sip_is_none_of_sound,
	  the_pbxs_half_has_its_values, all_numbers_and_no_prefix,
	  a_number_to_try_is_one_of_the_pbxs)
