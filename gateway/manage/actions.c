/* Commands that do something: place and clear calls, cut and restore a span, capture D channels. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/talloc.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "call/call.h"
#include "drivers/tdm.h"
#include "manage/cli.h"
#include "manage/manage.h"
#include "pstn/trunk.h"

/* A session that watches the calls it placed. */
struct watch {
	struct llist_head entry;
	struct vty *vty;
	unsigned calls;
};

static LLIST_HEAD(watches);

static struct watch *watch_of(struct vty *vty)
{
	struct watch *watch;

	llist_for_each_entry (watch, &watches, entry)
		if (watch->vty == vty)
			return watch;
	watch = talloc_zero(vty, struct watch);
	watch->vty = vty;
	llist_add_tail(&watch->entry, &watches);
	return watch;
}

static void watch_free(struct watch *watch)
{
	llist_del(&watch->entry);
	talloc_free(watch);
}

static void on_progress(void *data, uint32_t id, const char *text, bool ended)
{
	struct watch *watch = data;
	struct vty *vty = watch->vty;

	cli_notice(vty, "call %u: %s", id, text);
	if (ended && --watch->calls == 0)
		watch_free(watch);
}

void actions_forget(struct vty *vty)
{
	struct watch *watch, *next;

	llist_for_each_entry_safe (watch, next, &watches, entry)
		if (watch->vty == vty) {
			call_unwatch(cli_gateway()->hub, on_progress, watch);
			watch_free(watch);
		}
}

static int set_originate_option(struct vty *vty, struct originate *what, const char *word,
				const char *value)
{
	char *end;

	if (strcmp(word, "caller") == 0) {
		if (!leg_is_number(value))
			return config_reject(vty, "caller \"%s\" is no number", value);
		return config_set_text(vty, word, value, what->calling, sizeof(what->calling));
	}
	if (strcmp(word, "line") == 0)
		return config_set_name(vty, word, value, what->line, sizeof(what->line));
	if (strcmp(word, "hold") == 0) {
		unsigned long seconds = strtoul(value, &end, 10);

		if (*end || seconds < 1 || seconds > 86400)
			return config_reject(vty, "hold \"%s\" is wrong; 1 to 86400 seconds",
					     value);
		what->hold_ms = seconds * 1000;
		return CMD_SUCCESS;
	}
	return config_reject(vty, "\"%s\" is unknown here; caller, line and hold are right", word);
}

/* argv: kind, name, number, then pairs of a word and its value. */
static int parse_originate(struct vty *vty, struct originate *what, int argc, const char **argv)
{
	what->kind = strcmp(argv[0], "trunk") == 0 ? TARGET_TRUNK : TARGET_PEER;
	if (config_set_name(vty, argv[0], argv[1], what->through, sizeof(what->through)))
		return CMD_WARNING;
	if (!leg_is_number(argv[2]))
		return config_reject(vty, "number \"%s\" is no number", argv[2]);
	if (config_set_text(vty, "number", argv[2], what->called, sizeof(what->called)))
		return CMD_WARNING;
	for (int i = 3; i < argc; i += 2) {
		if (i + 1 == argc)
			return config_reject(vty, "\"%s\" is incomplete; it needs a value",
					     argv[i]);
		if (set_originate_option(vty, what, argv[i], argv[i + 1]) != CMD_SUCCESS)
			return CMD_WARNING;
	}
	return CMD_SUCCESS;
}

static int place(struct vty *vty, const struct originate *what)
{
	struct watch *watch = watch_of(vty);
	const char *why = "";
	uint32_t id;

	watch->calls++;
	id = call_originate(cli_gateway()->hub, what, on_progress, watch, &why);
	if (!id) {
		if (--watch->calls == 0)
			watch_free(watch);
		return config_reject(vty, "no call: %s", why);
	}
	vty_out(vty, "call %u: to %s through %s %s%s", id, what->called,
		target_kind_name(what->kind), what->through, VTY_NEWLINE);
	return CMD_SUCCESS;
}

#define ORIGINATE_STR                                                                              \
	"Place a call\n"                                                                           \
	"Through a trunk\n"                                                                        \
	"To a peer\n"                                                                              \
	"Its name\n"                                                                               \
	"The number to call\n"

DEFUN(originate, originate_cmd, "originate (trunk|peer) NAME NUMBER", ORIGINATE_STR)
{
	struct originate what = { 0 };

	if (!cli_gateway() || parse_originate(vty, &what, argc, argv) != CMD_SUCCESS)
		return CMD_WARNING;
	return place(vty, &what);
}

ALIAS(originate, originate_options_cmd, "originate (trunk|peer) NAME NUMBER .OPTIONS",
      ORIGINATE_STR
      "caller NUMBER: who calls; line NAME: the line that speaks, else quiet; hold SECONDS: "
      "cleared so long after answer\n")

DEFUN(clear_call, clear_call_cmd, "clear call <1-4294967295>",
      CLEAR_STR "Clear a call, with cause 16\nIts number, as in `show calls`\n")
{
	if (!cli_gateway() || !call_clear(cli_gateway()->hub, strtoul(argv[0], NULL, 10)))
		return config_reject(vty, "there is no call %s; `show calls` lists them", argv[0]);
	vty_out(vty, "Call %s is being cleared.%s", argv[0], VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(test_span, test_span_cmd, "test span NAME (cut|restore)",
      "Make a fault on purpose\n"
      "On a span\n"
      "Its name\n"
      "Take the cable out: calls on it end\n"
      "Put the cable back\n")
{
	struct tdm_span *span = tdm_find(argv[0]);
	bool cut = strcmp(argv[1], "cut") == 0;
	int rc;

	if (!span)
		return config_reject(vty, "there is no span %s; `show spans` lists them", argv[0]);
	if (!span->driver->inject)
		return config_reject(vty, "span %s: its driver cannot make faults", argv[0]);
	rc = span->driver->inject(span, cut ? TDM_FAULT_CUT : TDM_FAULT_NONE);
	if (rc < 0)
		return config_reject(vty, "span %s: %s", argv[0], strerror(-rc));
	vty_out(vty, "Span %s is %s.%s", argv[0], cut ? "cut" : "restored", VTY_NEWLINE);
	return CMD_SUCCESS;
}

#define CAPTURE_STR "Capture traffic\nSignalling of every D channel\n"

DEFUN(capture_off, capture_off_cmd, "capture dchannel off", CAPTURE_STR "Stop\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	trunks_capture(cli_gateway()->trunks, NULL);
	vty_out(vty, "Capture stopped.%s", VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(capture, capture_cmd, "capture dchannel FILE",
      CAPTURE_STR "A pcap file, written as frames come; Wireshark decodes it\n")
{
	int rc;

	if (!cli_gateway())
		return CMD_WARNING;
	rc = trunks_capture(cli_gateway()->trunks, argv[0]);
	if (rc < 0)
		return config_reject(vty, "cannot capture to %s: %s", argv[0], strerror(-rc));
	vty_out(vty, "Capturing to %s; `capture dchannel off` ends it.%s", argv[0], VTY_NEWLINE);
	return CMD_SUCCESS;
}

void actions_install(void)
{
	cli_install(&originate_cmd);
	cli_install(&originate_options_cmd);
	cli_install(&clear_call_cmd);
	cli_install(&test_span_cmd);
	cli_install(&capture_cmd);
	cli_install(&capture_off_cmd);
}
