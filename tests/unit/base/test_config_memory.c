/* Configurations when memory is out: there is a fault or nothing, and nothing is left behind. What
 * libosmovty allocates to run a command is not ours, and it does not outlive the want of it: so the
 * lines that are read are comments, or only what comes after the command is tried. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>

#include "base/config_grammar.h"
#include "base/config_report.h"
#include "base/config_vty.h"
#include "tests/unit/manage/grammar.h"
#include "tests/unit/oom.h"
#include "tests/unit/unit.h"

static struct config *some_config(void *ctx)
{
	static const char text[] =
		"span a\n driver virtual\n far-end b\nspan b\n driver virtual\n far-end a\n"
		"trunk t\n protocol isdn\n span a\n d-channel 16\n channels 1-15\n"
		"peer p\n address 192.0.2.1\nline l\n echo\n"
		"route r1\n from peer p\n to trunk t\n to line l\nroute r2\n to peer p\n";
	struct config_report *report = config_report_new(ctx, "f");
	struct config *config;

	grammar_init();
	config = config_read_text(ctx, text, strlen(text), report);
	ck_assert_msg(config, "%s", config_report_get(report, 0));
	return config;
}

/* All faults, a line each. */
static char *faults(void *ctx, const struct config_report *report)
{
	char *out = talloc_strdup(ctx, "");

	for (size_t i = 0; i < config_report_count(report); i++)
		out = talloc_asprintf_append(out, "%s\n", config_report_get(report, i));
	return out;
}

static void check_nothing_left(const void *ctx)
{
	ck_assert_uint_eq(talloc_total_blocks(ctx), 1);
}

START_TEST(reading_without_memory_tells_a_fault)
{
	static const char *const texts[] = { "! remark\n\n# remark\n", "\x01\n" };

	grammar_init();
	for (size_t i = 0; i < 2; i++) {
		void *ctx = talloc_new(NULL);

		OOM_EACH(done)
		{
			struct config_report *report = config_report_new(ctx, "f");
			struct config *config =
				config_read_text(ctx, texts[i], strlen(texts[i]), report);

			oom_off();
			ck_assert(!config || config_report_count(report) == 0);
			ck_assert(config || !report || config_report_count(report) == 1);
			done = config || (report && strstr(config_report_get(report, 0), "plain"));
			talloc_free(config);
			talloc_free(report);
			check_nothing_left(ctx);
		}
		talloc_free(ctx);
	}
}
END_TEST

START_TEST(a_file_without_memory_tells_a_fault)
{
	char file[] = "/tmp/crosspoint-test-XXXXXX";
	void *ctx = talloc_new(NULL);

	grammar_init();
	close(mkstemp(file));
	OOM_EACH(done)
	{
		struct config_report *report = config_report_new(ctx, file);
		struct config *config = config_read(ctx, file, report);

		oom_off();
		ck_assert(config || !report || config_report_count(report) == 1);
		done = config;
		talloc_free(config);
		talloc_free(report);
		check_nothing_left(ctx);
	}
	unlink(file);
	talloc_free(ctx);
}
END_TEST

START_TEST(a_copy_without_memory_is_none)
{
	void *ctx = talloc_new(NULL), *to = talloc_new(NULL);
	struct config *config = some_config(ctx);
	const char *text = config_text(ctx, config);

	OOM_EACH(done)
	{
		struct config *copy = config_copy(to, config);

		oom_off();
		done = copy;
		if (copy)
			ck_assert_str_eq(config_text(copy, copy), text);
		talloc_free(copy);
		check_nothing_left(to);
	}
	talloc_free(ctx);
	talloc_free(to);
}
END_TEST

START_TEST(texts_without_memory_are_none)
{
	void *ctx = talloc_new(NULL), *to = talloc_new(NULL);
	struct config *config = some_config(ctx);

	OOM_EACH(done)
	{
		char *summary = config_summary(to, config);
		char *names = config_names(to, config, "route");

		oom_off();
		done = summary && names;
		ck_assert(!summary || strstr(summary, "2 routes"));
		ck_assert(!names || strcmp(names, "r1, r2") == 0);
		talloc_free(summary);
		talloc_free(names);
		check_nothing_left(to);
	}
	talloc_free(ctx);
	talloc_free(to);
}
END_TEST

START_TEST(faults_without_memory_are_faults)
{
	void *ctx = talloc_new(NULL);
	struct config_report *report = config_report_new(ctx, NULL);
	struct config *config = some_config(ctx);

	config_set_candidate(config); /* nothing that routes and trunks name is there any more */
	((struct routes_config *)config_candidate(&routes_section))->n_lines = 0;
	((struct spans_config *)config_candidate(&spans_section))->n = 0;
	((struct sip_config *)config_candidate(&sip_section))->n_peers = 0;
	config_set_candidate(NULL);
	config_validate(config, report);
	ck_assert_uint_eq(config_report_count(report), 4);
	OOM_EACH(done)
	{
		struct config_report *again = config_report_new(NULL, NULL);

		config_validate(config, again);
		oom_off();
		ck_assert_uint_eq(config_report_count(again), again ? 4 : 0);
		done = again && strcmp(faults(ctx, again), faults(ctx, report)) == 0;
		talloc_free(again);
	}
	talloc_free(ctx);
}
END_TEST

START_TEST(explanations_without_memory_are_faults)
{
	static const char *const lines[] = { "banana", "trunk t x", "trunk", "line l", "span" };

	grammar_init();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		vector words = cmd_make_strvec(lines[i]);

		OOM_EACH(done)
		{
			struct config_report *report = config_report_new(NULL, "f");

			config_grammar_explain(report, 1, CONFIG_NODE, words);
			oom_off();
			ck_assert(!report || config_report_count(report) == 1);
			done = report && !strstr(config_report_get(report, 0), "memory");
			talloc_free(report);
		}
		cmd_free_strvec(words);
	}
}
END_TEST

struct thing {
	char name[8];
	int line;
};

struct things {
	struct thing *things;
	size_t n;
};

START_TEST(an_item_without_memory_is_refused)
{
	static const struct config_list list = {
		.kind = "thing",
		.items_at = offsetof(struct things, things),
		.n_at = offsetof(struct things, n),
		.item_size = sizeof(struct thing),
		.name_size = sizeof(((struct thing *)0)->name),
		.line_at = offsetof(struct thing, line),
	};

	OOM_EACH(done)
	{
		struct things *value;
		struct config_report *report;
		struct vty vty = { 0 };
		int rc = CMD_SUCCESS;

		oom_off();
		value = talloc_zero(NULL, struct things);
		report = config_report_new(value, NULL);
		config_set_report(report);
		oom_allow(oom_n);
		for (char name[] = "a"; *name <= 'e' && rc == CMD_SUCCESS; ++*name) /* it grows */
			rc = config_list_enter(&vty, &list, value, name);
		oom_off();
		config_set_report(NULL);
		done = rc == CMD_SUCCESS;
		ck_assert_uint_eq(config_report_count(report), done ? 0 : 1);
		ck_assert(!done || value->n == 5);
		talloc_free(value);
	}
}
END_TEST

UNIT_MAIN("config_memory", reading_without_memory_tells_a_fault,
	  a_file_without_memory_tells_a_fault, a_copy_without_memory_is_none,
	  texts_without_memory_are_none, faults_without_memory_are_faults,
	  explanations_without_memory_are_faults, an_item_without_memory_is_refused)
