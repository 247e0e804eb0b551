/* `show quality`: how well calls go from and to each trunk, peer, line and user. */
#include <math.h>
#include <stdio.h>

#include <jansson.h>

#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "call/cause.h"
#include "call/quality.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"

json_t *view_share(uint64_t part, uint64_t of, double unit)
{
	return of ? json_real(round((double)part * unit * 10 / (double)of) / 10) : json_null();
}

static json_t *causes(const struct quality_counts *counts)
{
	json_t *object = json_object();
	char number[8];

	for (unsigned cause = 0; cause < QUALITY_CAUSES; cause++) {
		if (!counts->causes[cause])
			continue;
		snprintf(number, sizeof(number), "%u", cause);
		json_object_set_new(object, number,
				    json_integer((json_int_t)counts->causes[cause]));
	}
	return object;
}

/* E.425: shares of all seizures, both ways. */
static bool add_place(void *data, enum target_kind kind, const char *name,
		      const struct quality_counts *counts)
{
	uint64_t seizures = 0, answers = 0, effective = 0, talk_ms = 0;

	for (unsigned way = 0; way < QUALITY_DIRECTIONS; way++) {
		seizures += counts->way[way].seizures;
		answers += counts->way[way].answers;
		effective += counts->way[way].effective;
		talk_ms += counts->way[way].talk_ms;
	}
	json_array_append_new(
		data,
		json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
			  target_kind_name(kind), "name", name, "in",
			  (json_int_t)counts->way[QUALITY_IN].seizures, "out",
			  (json_int_t)counts->way[QUALITY_OUT].seizures, "answered",
			  (json_int_t)answers, "asr_percent", view_share(answers, seizures, 100),
			  "ner_percent", view_share(effective, seizures, 100), "acd_s",
			  view_share(talk_ms, answers, 1e-3), "pdd_s",
			  view_share(counts->delay_ms, counts->delays, 1e-3), "lost_percent",
			  view_share(counts->lost, counts->packets + counts->lost, 100), "causes",
			  causes(counts)));
	return true;
}

json_t *view_quality(struct gateway *gateway)
{
	json_t *rows = json_array();

	quality_each(gateway->hub, add_place, rows);
	return rows;
}

static const struct table_column columns[] = {
	{ "kind", "OF" },
	{ "name", "NAME" },
	{ "in", "IN" },
	{ "out", "OUT" },
	{ "answered", "ANSWERED" },
	{ "asr_percent", "ASR %" },
	{ "ner_percent", "NER %" },
	{ "acd_s", "ACD S" },
	{ "pdd_s", "PDD S" },
	{ "lost_percent", "RTP LOST %" },
};

DEFUN(show_quality, show_quality_cmd, "show quality [json]",
      SHOW_STR "Calls that ended, by where they came from and went to: shares answered (ASR) and "
	       "not failed by the network (NER), mean time of talk (ACD), until it rang (PDD)\n"
	       "As JSON, for programs, with the causes\n")
{
	json_t *rows;

	if (!cli_gateway())
		return CMD_WARNING;
	rows = view_quality(cli_gateway());
	if (argc > 0)
		json_out(vty, rows);
	else
		table_out(vty, rows, columns, ARRAY_SIZE(columns), "No call has ended yet.");
	json_decref(rows);
	return CMD_SUCCESS;
}

void show_quality_install(void)
{
	cli_install(&show_quality_cmd);
}
