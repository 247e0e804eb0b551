/* `show span NAME performance`: quarters of an hour by G.826, the present one first, and the day. */
#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "drivers/performance.h"
#include "drivers/tdm.h"
#include "manage/cli/cli.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"

enum { SHOWN = 8 }; /* intervals, to people: the last two hours */

static json_t *row(const char *when, const struct g826_counts *counts)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			 "when", when, "seconds", (json_int_t)counts->seconds, "es",
			 (json_int_t)counts->es, "ses", (json_int_t)counts->ses, "uas",
			 (json_int_t)counts->uas, "bes", (json_int_t)counts->bes, "sefs",
			 (json_int_t)counts->sefs, "les", (json_int_t)counts->les, "css",
			 (json_int_t)counts->css, "far_es", (json_int_t)counts->far_es,
			 "path_violations", (json_int_t)counts->path, "line_violations",
			 (json_int_t)counts->line, "slips", (json_int_t)counts->slips);
}

static json_t *gather(const struct g826 *g826, unsigned intervals)
{
	json_t *rows = json_array();
	struct g826_counts day;
	char when[24];

	for (unsigned ago = 0; ago <= intervals; ago++) {
		const struct g826_counts *counts = g826_interval(g826, ago);

		snprintf(when, sizeof(when), "%u min ago", ago * G826_INTERVAL_S / 60);
		if (counts)
			json_array_append_new(rows, row(ago ? when : "now", counts));
	}
	g826_day(g826, &day);
	json_array_append_new(rows, row("24 h", &day));
	return rows;
}

json_t *view_performance(const char *span)
{
	const struct g826 *g826 = performance_of(span);

	return g826 ? gather(g826, G826_INTERVALS) : NULL;
}

static const struct table_column columns[] = {
	{ "when", "INTERVAL" },
	{ "seconds", "SECONDS" },
	{ "es", "ES" },
	{ "ses", "SES" },
	{ "uas", "UAS" },
	{ "bes", "BES" },
	{ "sefs", "SEFS" },
	{ "les", "LES" },
	{ "css", "CSS" },
	{ "far_es", "FAR ES" },
	{ "slips", "SLIPS" },
	{ "path_violations", "PCV" },
	{ "line_violations", "LCV" },
};

DEFUN(show_performance, show_performance_cmd, "show span NAME performance [json]",
      SHOW_STR "One span\nIts name\n"
	       "Seconds errored (ES), severely (SES), unavailable (UAS) ... by G.826 and RFC 4805\n"
	       "As JSON, for programs, with all of the last day\n")
{
	const struct g826 *g826 = performance_of(argv[0]);
	json_t *rows;

	if (!g826 && tdm_find(argv[0]))
		return config_reject(vty, "span %s has been there for less than a second", argv[0]);
	if (!g826)
		return config_reject(vty, "there is no span %s; `show spans` lists them", argv[0]);
	rows = gather(g826, argc > 1 ? G826_INTERVALS : SHOWN);
	if (argc > 1) {
		json_out(vty, rows);
	} else {
		vty_out(vty, "Span %s is %s.%s", argv[0],
			g826->unavailable ? "unavailable" : "available", VTY_NEWLINE);
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "");
	}
	json_decref(rows);
	return CMD_SUCCESS;
}

void show_performance_install(void)
{
	cli_install(&show_performance_cmd);
}
