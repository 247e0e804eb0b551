/* Configuration as a value: defaults, copies, reading, writing, the order of faults, what is no
 * text. */
#include "base/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>

#include "base/config_vty.h"
#include "tests/unit/manage/grammar.h"
#include "tests/unit/unit.h"

/* Files come in pieces here, as those of /proc may. */
ssize_t read(int fd, void *to, size_t n)
{
	return syscall(SYS_read, fd, to, n < 1000 ? n : 1000);
}

static struct config *read_text(void *ctx, const char *text, struct config_report **report)
{
	grammar_init();
	*report = config_report_new(ctx, "f");
	return config_read_text(ctx, text, strlen(text), *report);
}

/* All faults, a line each. */
static char *faults(void *ctx, const struct config_report *report)
{
	char *out = talloc_strdup(ctx, "");

	for (size_t i = 0; i < config_report_count(report); i++)
		out = talloc_asprintf_append(out, "%s\n", config_report_get(report, i));
	return out;
}

static void check_faults(const char *text, const char *expected)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	struct config *config = read_text(ctx, text, &report);

	ck_assert_str_eq(faults(ctx, report), expected);
	ck_assert(!config == (config_report_count(report) > 0));
	talloc_free(ctx);
}

static char *text_of_file(void *ctx, const char *file)
{
	struct config_report *report = config_report_new(ctx, file);
	struct config *config;

	grammar_init();
	config = config_read(ctx, file, report);
	ck_assert_msg(config, "%s", config_report_get(report, 0));
	return config_text(ctx, config);
}

START_TEST(an_empty_file_gives_the_defaults)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	const struct config *config = read_text(ctx, "", &report);
	const struct manage_config *cli = config_get(config, &manage_section);
	const struct mg_config *media = config_get(config, &media_section);
	const struct sip_config *sip = config_get(config, &sip_section);

	ck_assert_str_eq(cli->cli_address, "127.0.0.1");
	ck_assert_uint_eq(cli->cli_port, 4262);
	ck_assert_uint_eq(media->port_first, 20000);
	ck_assert_uint_eq(media->port_last, 29999);
	ck_assert_str_eq(media->address, "");
	ck_assert_uint_eq(media->dscp, 46);
	ck_assert(media->jitter.adaptive);
	ck_assert_uint_eq(media->jitter.min_ms, 20);
	ck_assert_uint_eq(media->jitter.max_ms, 200);
	ck_assert_uint_eq(media->jitter.initial_ms, 40);
	ck_assert_uint_eq(media->jitter.clock_rate, 8000);
	ck_assert_str_eq(sip->address, "127.0.0.1");
	ck_assert_uint_eq(sip->port, 5060);
	ck_assert_uint_eq(sip->timer_b_ms, 32000);
	ck_assert_uint_eq(sip->no_answer_s, 180);
	ck_assert_uint_eq(sip->n_peers, 0);
	talloc_free(ctx);
}
END_TEST

START_TEST(items_begin_with_their_defaults)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	const struct config *config = read_text(
		ctx,
		"span a\n driver virtual\n far-end b\n type t1\nspan b\n driver virtual\n far-end "
		"a\n type t1\n"
		"trunk t\n protocol isdn\n span a\n d-channel 24\n channels 1-23\n"
		"peer p\n address 192.0.2.1\nsip\n listen 192.0.2.2\nroute r\n to trunk t\n",
		&report);
	const struct peer_config *peer;
	const struct trunk_config *trunk;
	const struct route_config *route;

	ck_assert_msg(config, "%s", faults(ctx, report));
	peer = ((const struct sip_config *)config_get(config, &sip_section))->peers;
	trunk = ((const struct trunks_config *)config_get(config, &trunks_section))->trunks;
	route = ((const struct routes_config *)config_get(config, &routes_section))->routes;
	ck_assert_uint_eq(peer->port, 0);
	ck_assert(peer->any_port && !peer->trusted && peer->media.telephone_event);
	ck_assert_uint_eq(peer->media.n_codecs, 2);
	ck_assert_int_eq(peer->media.codecs[0], CODEC_PCMA);
	ck_assert_int_eq(peer->media.codecs[1], CODEC_PCMU);
	ck_assert_uint_eq(peer->media.ptime_ms, 20);
	ck_assert_uint_eq(peer->options_s, 0);
	ck_assert_int_eq(trunk->side, TRUNK_USER);
	ck_assert_int_eq(trunk->hunt, HUNT_ASCENDING);
	ck_assert_int_eq(trunk->inband, INBAND_ANNOUNCEMENTS);
	ck_assert_uint_eq(trunk->timers.t301, 0);
	ck_assert_uint_eq(trunk->n_spans, 1);
	ck_assert_uint_eq(trunk->spans[0].channels, 0x00fffffe);
	ck_assert(route->from_any && !route->called[0] && !route->called_exact);
	ck_assert(!route->calling[0] && !route->called_type && !route->calling_presentation);
	talloc_free(ctx);
}
END_TEST

START_TEST(a_span_speaks_the_law_of_its_type_unless_told)
{
	static const struct {
		const char *options;
		enum law law;
	} cases[] = {
		{ "", LAW_ALAW },
		{ " type t1\n", LAW_MULAW },
		{ " law alaw\n type t1\n", LAW_ALAW },
		{ " type t1\n law alaw\n", LAW_ALAW },
		{ " law mulaw\n type e1\n", LAW_MULAW },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		void *ctx = talloc_new(NULL);
		struct config_report *report;
		char *text = talloc_asprintf(ctx,
					     "span a\n driver virtual\n far-end b\n%s"
					     "span b\n driver virtual\n far-end a\n%s",
					     cases[i].options, cases[i].options);
		const struct config *config = read_text(ctx, text, &report);
		const struct spans_config *spans;

		ck_assert_msg(config, "%s", faults(ctx, report));
		spans = config_get(config, &spans_section);
		ck_assert_int_eq(spans_config_find(spans, "a")->law, cases[i].law);
		talloc_free(ctx);
	}
}
END_TEST

/* Every option at a value that is not its default: a seed of the fuzzer as well. */
static const char *everything(void)
{
	static char text[1 << 16];
	FILE *file = fopen("tests/data/fuzz/config/everything", "re");

	ck_assert_ptr_nonnull(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

START_TEST(everything_written_reads_back_the_same)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	struct config *config = read_text(ctx, everything(), &report);
	char *first, *second;
	const char *p = everything();

	ck_assert_msg(config, "%s", faults(ctx, report));
	first = config_text(ctx, config);
	config = read_text(ctx, first, &report);
	ck_assert_msg(config, "%s", faults(ctx, report));
	second = config_text(ctx, config);
	ck_assert_str_eq(first, second);
	while (*p) { /* and it says all that was said */
		char *line = talloc_strndup(ctx, p, strcspn(p, "\n") + 1);

		ck_assert_msg(strstr(first, line), "not written: %s", line);
		p += strlen(line);
	}
	talloc_free(ctx);
}
END_TEST

static bool begins(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) == 0 && strchr(" \n", line[len]);
}

/* Whether everything has that option, or its "no", in a section of that kind. */
static bool everything_says(const char *kind, const char *option)
{
	bool inside = false;

	for (const char *line = everything(); *line; line = strchr(line, '\n') + 1) {
		if (*line != ' ')
			inside = begins(line, kind);
		else if (inside && begins(line + (strncmp(line, " no ", 4) ? 1 : 4), option))
			return true;
	}
	return false;
}

START_TEST(everything_has_every_option)
{
	unsigned n = 0;

	grammar_init();
	for (int id = NODE_CLI; id < NODES_END; id++) {
		const struct cmd_node *node = vector_lookup(cmdvec, id);

		for (unsigned i = 0; i < vector_active(node->cmd_vector); i++) {
			const struct cmd_element *element = vector_slot(node->cmd_vector, i);
			const char *words = element->string;
			char option[32];

			if (element->attr & CONFIG_TERMINAL_ONLY)
				continue;
			words += strncmp(words, "no ", 3) ? 0 : 3;
			snprintf(option, sizeof(option), "%.*s", (int)strcspn(words, " "), words);
			ck_assert_msg(everything_says(node->name, option), "%s of %s", option,
				      node->name);
			n++;
		}
	}
	ck_assert_uint_gt(n, 40);
}
END_TEST

/* What commit and its diff go by. */
START_TEST(each_option_makes_a_difference_in_the_text)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	char *whole = config_text(ctx, read_text(ctx, everything(), &report));
	unsigned n = 0;

	const char *all = everything();
	for (const char *line = all, *next; *line; line = next) {
		struct config *config;
		char *without;

		next = strchr(line, '\n') + 1;
		if (*line != ' ')
			continue;
		without = talloc_asprintf(ctx, "%.*s%s", (int)(line - all), all, next);
		config = read_text(ctx, without, &report);
		if (!config)
			continue; /* it was needed */
		n++;
		ck_assert_msg(strcmp(config_text(ctx, config), whole) != 0, "%.*s",
			      (int)(next - line), line);
	}
	ck_assert_uint_gt(n, 30);
	talloc_free(ctx);
}
END_TEST

START_TEST(the_files_that_we_ship_read_back_the_same)
{
	static const char *const files[] = { "conf/demo.cfg", "conf/crosspoint.cfg" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		void *ctx = talloc_new(NULL);
		char *first = text_of_file(ctx, files[i]);
		struct config_report *report;
		struct config *config = read_text(ctx, first, &report);

		ck_assert_msg(config, "%s", faults(ctx, report));
		ck_assert_str_eq(first, config_text(ctx, config));
		talloc_free(ctx);
	}
}
END_TEST

START_TEST(a_copy_is_deep)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	struct config *config = read_text(ctx, everything(), &report);
	struct config *copy = config_copy(ctx, config);
	char *before = config_text(ctx, config);
	const struct sip_config *from = config_get(config, &sip_section);
	const struct sip_config *to = config_get(copy, &sip_section);

	ck_assert_str_eq(before, config_text(ctx, copy));
	ck_assert_ptr_ne(from->peers, to->peers);
	talloc_free(config);
	ck_assert_str_eq(before, config_text(ctx, copy));
	talloc_free(ctx);
}
END_TEST

START_TEST(every_fault_is_told_in_line_order)
{
	check_faults(
		"media\n ports 20001 20003\n colour red\n"
		"span a\n driver virtual\n"
		"sip\n timer-b 5\n"
		"span b\n driver virtual\n far-end c\n",
		"f:2: media ports begin at 20001, which is odd; RTP takes even ports: 20000\n"
		"f:3: \"colour\" is unknown here; known are: ports, address, no, dscp, jitter\n"
		"f:4: span a has no far-end; a virtual span needs `far-end` and the name of "
		"another\n"
		"f:7: \"5\" is wrong after \"timer-b\"; right would be: a number from 500 to "
		"64000\n"
		"f:10: span b: far-end c does not exist; spans are: a, b\n");
}
END_TEST

START_TEST(an_option_that_cannot_be_read_is_not_missed_too)
{
	check_faults(
		"span a\n driver virtual\n far-end b/2\n"
		"line l\n tone blue\n",
		"f:3: far-end \"b/2\" is no name; letters, digits, _ - and . are, after a letter "
		"or digit\n"
		"f:5: tone \"blue\" is unknown; tones are: dial, ringback, busy, congestion, sit, "
		"milliwatt\n");
}
END_TEST

START_TEST(indentation_decides_where_a_line_belongs)
{
	check_faults("media\n  dscp 1\n  dscp 2\ncli\n\tlisten 127.0.0.1\n\n\t! remark\n\tlisten "
		     "127.0.0.1\n",
		     "");
	check_faults("media\ncli\n listen 127.0.0.1\n", "");
	check_faults(" media\n", "f:1: indented, but no section is open; begin with one\n");
	check_faults("media\n dscp 1\n  dscp 2\n  dscp 3\n dscp 4\n",
		     "f:3: indented deeper than line 2, which opens no section; indent it like its "
		     "neighbours\n");
	check_faults(
		"media\n  dscp 1\n dscp 2\n",
		"f:3: indentation fits no section that is open; indent it like the lines above\n");
	check_faults(
		"media\n dscp 1\n\tdscp 2\n",
		"f:3: indentation fits no section that is open; indent it like the lines above\n");
	check_faults("dscp 1\n",
		     "f:1: \"dscp\" begins no section; it belongs inside \"media\", indented\n");
	check_faults(
		"media\n sip\n",
		"f:2: \"sip\" is no option of \"media\"; it begins a section: do not indent it\n");
}
END_TEST

START_TEST(lines_of_a_section_that_failed_are_not_told)
{
	check_faults(
		"spam a\n driver virtual\n  deeper\n far-end b\nmedia\n dscp 64\n",
		"f:1: \"spam\" is unknown here; did you mean \"span\"?\n"
		"f:6: \"64\" is wrong after \"dscp\"; right would be: a number from 0 to 63\n");
}
END_TEST

START_TEST(line_ends_of_other_systems_and_foreign_comments_are_fine)
{
	check_faults("media\r\n dscp 1\r\n! Größe \xc3\xa9\r\n# remark\r\n dscp 2", "");
}
END_TEST

START_TEST(what_is_no_text_is_refused)
{
	static char longline[700];
	void *ctx = talloc_new(NULL);
	struct config_report *report = config_report_new(ctx, "f");

	check_faults("media\n dscp\x01 1\n", "f:2: a control character; plain text is right\n");
	check_faults("\xef\xbb\xbf"
		     "cli\n",
		     "f:1: a character beyond ASCII outside a comment; plain text is right\n");
	check_faults("m\xc3\xa9"
		     "dia\n",
		     "f:1: a character beyond ASCII outside a comment; plain text is right\n");
	memset(longline, 'x', sizeof(longline) - 1);
	check_faults(longline, "f:1: 699 characters long; at most 500 are right\n");
	grammar_init();
	ck_assert_ptr_null(config_read_text(ctx, "cli\n\0cli", 8, report));
	ck_assert_str_eq(faults(ctx, report),
			 "f: holds octets 0, so it is no configuration; plain text is right\n");
	talloc_free(ctx);
}
END_TEST

static void check_file_fault(const char *file, const char *expected)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report = config_report_new(ctx, file);

	grammar_init();
	ck_assert_ptr_null(config_read(ctx, file, report));
	ck_assert_str_eq(faults(ctx, report), talloc_asprintf(ctx, "%s%s", file, expected));
	talloc_free(ctx);
}

#define IS_NO_FILE ": is no file but a device, pipe or socket; name a configuration file\n"

START_TEST(what_is_no_file_is_refused)
{
	char dir[] = "/tmp/crosspoint-test-XXXXXX", pipe[64];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(pipe, sizeof(pipe), "%s/pipe", dir);
	ck_assert_int_eq(mkfifo(pipe, 0600), 0);
	check_file_fault("/nowhere/x.cfg", ": cannot be opened: No such file or directory\n");
	check_file_fault(dir, ": is no file but a directory; name a configuration file\n");
	check_file_fault("/dev/zero", IS_NO_FILE);
	check_file_fault(pipe, IS_NO_FILE);
	unlink(pipe);
	rmdir(dir);
}
END_TEST

START_TEST(a_file_is_read_to_its_end_whatever_its_size)
{
	enum { MOST = 4 << 20 };
	char file[] = "/tmp/crosspoint-test-XXXXXX";
	int fd = mkstemp(file);

	check_file_fault(
		"/proc/version", /* of size 0 */
		":1: \"Linux\" is unknown here; known are: cli, media, span, trunk, sip, "
		"peer, registrar, user, line, translation, time-range, lookup, trunk-group, route, "
		"emergency, fraud, "
		"records, http, webhook, snmp, history\n");
	ck_assert_int_eq(ftruncate(fd, MOST), 0);
	check_file_fault(file,
			 ": holds octets 0, so it is no configuration; plain text is right\n");
	ck_assert_int_eq(ftruncate(fd, MOST + 1), 0);
	check_file_fault(file, ": is too long; at most 4194304 octets are right\n");
	close(fd);
	unlink(file);
}
END_TEST

START_TEST(faults_beyond_a_hundred_are_counted)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	char text[2 * 103 + 1];

	for (int i = 0; i < 103; i++)
		memcpy(text + 2 * i, "x\n", 3);
	ck_assert_ptr_null(read_text(ctx, text, &report));
	ck_assert_uint_eq(config_report_count(report), 101);
	ck_assert_ptr_eq(strstr(config_report_get(report, 99), "f:100: "),
			 config_report_get(report, 99));
	ck_assert_str_eq(config_report_get(report, 100), "3 more; mend these first");
	ck_assert_ptr_null(config_report_get(report, 101));
	talloc_free(ctx);
}
END_TEST

START_TEST(a_report_without_a_file_tells_no_lines)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report = config_report_new(ctx, NULL);

	config_fault(report, 7, "seven");
	config_fault(report, 3, "three");
	config_fault(report, 7, "seven again");
	config_fault(report, 0, "the whole");
	ck_assert_str_eq(faults(ctx, report), "the whole\nthree\nseven\nseven again\n");
	ck_assert_ptr_null(config_report_get(report, 4));
	talloc_free(ctx);
}
END_TEST

START_TEST(a_summary_counts_what_there_is)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	struct config *config = read_text(ctx, everything(), &report);

	ck_assert_str_eq(
		config_summary(ctx, config),
		"4 spans, 2 trunks, 2 peers, 2 users, 9 lines, 1 translation, 1 time-range, "
		"3 look-ups, 1 trunk-group, 7 routes, 1 fraud rule, 1 webhook");
	ck_assert(config_has(config, "trunk", "t") && !config_has(config, "trunk", "p"));
	ck_assert(!config_has(config, "nonsense", "t"));
	ck_assert_str_eq(config_names(ctx, config, "span"), "a, b, c, d");
	talloc_free(ctx);
}
END_TEST

START_TEST(many_names_are_told_in_part)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report;
	char *text = talloc_strdup(ctx, "");
	struct config *config;

	for (int i = 0; i < 20; i++)
		text = talloc_asprintf_append(text, "line l%d\n echo\n", i);
	config = read_text(ctx, text, &report);
	ck_assert_str_eq(config_names(ctx, config, "line"),
			 "l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, l10, l11 ... (20)");
	ck_assert_str_eq(config_names(ctx, config, "trunk"), "none");
	talloc_free(ctx);
}
END_TEST

UNIT_MAIN("config", an_empty_file_gives_the_defaults, items_begin_with_their_defaults,
	  a_span_speaks_the_law_of_its_type_unless_told, everything_written_reads_back_the_same,
	  everything_has_every_option, each_option_makes_a_difference_in_the_text,
	  the_files_that_we_ship_read_back_the_same, a_copy_is_deep,
	  every_fault_is_told_in_line_order, an_option_that_cannot_be_read_is_not_missed_too,
	  indentation_decides_where_a_line_belongs, lines_of_a_section_that_failed_are_not_told,
	  line_ends_of_other_systems_and_foreign_comments_are_fine, what_is_no_text_is_refused,
	  what_is_no_file_is_refused, a_file_is_read_to_its_end_whatever_its_size,
	  faults_beyond_a_hundred_are_counted, a_report_without_a_file_tells_no_lines,
	  a_summary_counts_what_there_is, many_names_are_told_in_part)
