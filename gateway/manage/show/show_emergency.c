/* `show emergency`: the numbers, the ways that a call to one would have now, who is calling, and who may be called
 * back. */
#include <string.h>

#include <jansson.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/clock.h"
#include "call/call.h"
#include "call/emergency.h"
#include "call/emergency_config.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "pstn/trunk.h"
#include "sip/sip.h"

#define EMERGENCY_STR "Emergency calls: numbers, ways, calls now, who may be called back\n"
#define JSON_STR "As JSON, for programs\n"

static json_t *target_json(enum target_kind kind, const char *name)
{
	char text[TARGET_TEXT_MAX];

	return json_string(target_text(kind, name, text));
}

/* Could it take an emergency call now? */
static const char *readiness(const struct gateway *gateway, const struct route_target *way)
{
	const char *now = "ready";

	if (way->kind == TARGET_TRUNK)
		now = trunks_emergency(gateway->trunks, way->name);
	else if (way->kind == TARGET_PEER)
		now = sip_peer_alive(gateway->sip, way->name) ? "ready" : "unreachable";
	return now ? now : "does not exist";
}

static json_t *ways_now(const struct gateway *gateway, const struct emergency_status *status)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < status->n_ways; i++) {
		const struct route_target *way = &status->ways[i];

		json_array_append_new(rows, json_pack("{s:i, s:o, s:s}", "turn", (int)i + 1, "way",
						      target_json(way->kind, way->name), "now",
						      readiness(gateway, way)));
	}
	return rows;
}

static bool add_call(void *data, const struct call_status *call)
{
	const bool has_way = *call->leg[1].via;

	if (call->precedence == LEG_ROUTINE)
		return true;
	json_array_append_new(
		data,
		json_pack("{s:i, s:s, s:s, s:o, s:s, s:s, s:o}", "call", (int)call->id, "kind",
			  call->precedence == LEG_EMERGENCY ? "emergency" : "call back", "state",
			  call->state, "from", target_json(call->leg[0].kind, call->leg[0].via),
			  "calling", call->calling, "called", call->called, "to",
			  has_way ? target_json(call->leg[1].kind, call->leg[1].via)
				  : json_null()));
	return true;
}

static bool add_call_back(void *data, const struct call_back_status *back)
{
	json_array_append_new(data,
			      json_pack("{s:o, s:s, s:s, s:i}", "caller",
					target_json(back->kind, back->name), "number", back->number,
					"shown", back->shown, "left_s", (int)back->left_s));
	return true;
}

static json_t *numbers_of(const struct emergency_status *status)
{
	json_t *numbers = json_array();

	for (size_t i = 0; i < status->config->n_numbers; i++)
		json_array_append_new(numbers, json_string(status->config->numbers[i].dialled));
	return numbers;
}

static void ways_out(struct vty *vty, const json_t *ways)
{
	static const struct table_column columns[] = {
		{ "turn", "Turn" },
		{ "way", "Way" },
		{ "now", "Now" },
	};

	table_out(vty, ways, columns, ARRAY_SIZE(columns), "Emergency calls have no way.");
}

static void numbers_out(struct vty *vty, const struct emergency_status *status)
{
	vty_out(vty, "Emergency numbers:");
	for (size_t i = 0; i < status->config->n_numbers; i++)
		vty_out(vty, " %s", status->config->numbers[i].dialled);
	vty_out(vty, "%s%s",
		status->config->n_numbers ? "" : " none; `emergency` / `number` names them",
		VTY_NEWLINE);
}

static void emergency_out(struct vty *vty, const json_t *tree)
{
	static const struct table_column call_columns[] = {
		{ "call", "Call" }, { "kind", "Kind" },       { "state", "State" },
		{ "from", "From" }, { "calling", "Calling" }, { "called", "Called" },
		{ "to", "To" },
	};
	static const struct table_column back_columns[] = {
		{ "caller", "Caller" },
		{ "number", "Number" },
		{ "shown", "Shown as" },
		{ "left_s", "Seconds left" },
	};

	ways_out(vty, json_object_get(tree, "ways"));
	table_out(vty, json_object_get(tree, "calls"), call_columns, ARRAY_SIZE(call_columns),
		  "No emergency call is up.");
	table_out(vty, json_object_get(tree, "call_backs"), back_columns, ARRAY_SIZE(back_columns),
		  "Nobody may be called back.");
}

DEFUN(show_emergency, show_emergency_cmd, "show emergency [json]", SHOW_STR EMERGENCY_STR JSON_STR)
{
	const struct gateway *gateway = cli_gateway();
	struct emergency_status status;
	json_t *tree, *calls = json_array(), *call_backs = json_array();

	if (!gateway)
		return CMD_WARNING;
	call_emergency_status(gateway->hub, &status);
	calls_each(gateway->hub, add_call, calls);
	call_backs_each(gateway->hub, add_call_back, call_backs);
	tree = json_pack("{s:o, s:o, s:o, s:o}", "numbers", numbers_of(&status), "ways",
			 ways_now(gateway, &status), "calls", calls, "call_backs", call_backs);
	if (argc > 0) {
		json_out(vty, tree);
	} else {
		numbers_out(vty, &status);
		emergency_out(vty, tree);
	}
	json_decref(tree);
	return CMD_SUCCESS;
}

/* What a call would do now, without one. */
DEFUN(show_emergency_way, show_emergency_way_cmd, "show emergency way NUMBER [json]",
      SHOW_STR EMERGENCY_STR "The ways that a call to the number would try, in turn\n"
			     "The number\n" JSON_STR)
{
	const struct gateway *gateway = cli_gateway();
	struct emergency_status status;
	json_t *ways;

	if (!gateway)
		return CMD_WARNING;
	call_emergency_status(gateway->hub, &status);
	if (!call_is_emergency(gateway->hub, argv[0])) {
		vty_out(vty, "%% %s is no emergency number%s", argv[0], VTY_NEWLINE);
		numbers_out(vty, &status);
		return CMD_WARNING;
	}
	ways = ways_now(gateway, &status);
	if (argc > 1)
		json_out(vty, ways);
	else
		ways_out(vty, ways);
	json_decref(ways);
	return CMD_SUCCESS;
}

void show_emergency_install(void)
{
	cli_install(&show_emergency_cmd);
	cli_install(&show_emergency_way_cmd);
}
