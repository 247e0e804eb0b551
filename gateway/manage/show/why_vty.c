/* `why CALL`: what happened to a call and where it ended, in plain words. */
#include <stdlib.h>

#include <jansson.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/why.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

json_t *view_why(struct gateway *gateway, uint32_t id)
{
	static struct why why; /* large; of the control thread */
	json_t *steps;

	if (!call_why(gateway->hub, id, &why))
		return NULL;
	steps = json_array();
	for (unsigned i = 0; i < why.n_steps; i++)
		json_array_append_new(steps, wire_text(why.steps[i]));
	return json_pack("{s:I, s:o, s:o, s:o}", "call", (json_int_t)id, "steps", steps, "meaning",
			 text_or_null(why.meaning), "advice", text_or_null(why.advice));
}

static void write_line(struct vty *vty, const json_t *why, const char *key, const char *title)
{
	const char *text = json_string_value(json_object_get(why, key));

	if (text)
		vty_out(vty, "%s%s%s", title, text, VTY_NEWLINE);
}

static void write_why(struct vty *vty, const json_t *why)
{
	const json_t *steps = json_object_get(why, "steps");

	for (size_t i = 0; i < json_array_size(steps); i++)
		vty_out(vty, "%s%s", json_string_value(json_array_get(steps, i)), VTY_NEWLINE);
	write_line(vty, why, "meaning", "That means: ");
	write_line(vty, why, "advice", "What helps: ");
}

DEFUN(why_call, why_call_cmd, "why <1-4294967295> [json]",
      "Why a call ended, or where it is, in plain words\n"
      "Its number, as in `show calls` or `show calls recent`\n"
      "As JSON, for programs\n")
{
	json_t *why;

	if (!cli_gateway())
		return CMD_WARNING;
	why = view_why(cli_gateway(), strtoul(argv[0], NULL, 10));
	if (!why)
		return config_reject(vty,
				     "there is no call %s, nor is it among the last ones; `show "
				     "calls` and `show calls recent` list them",
				     argv[0]);
	if (argc > 1)
		json_out(vty, why);
	else
		write_why(vty, why);
	json_decref(why);
	return CMD_SUCCESS;
}

void why_vty_install(void)
{
	cli_install(&why_call_cmd);
}
