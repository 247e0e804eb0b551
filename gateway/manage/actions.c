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
#include "call/transfer.h"
#include "drivers/tdm.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "pstn/trunk.h"

/* A session that watches the calls it placed, and those it has somebody put through in. */
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
	what->kind = strcmp(argv[0], "trunk") == 0 ? TARGET_TRUNK
		     : argv[0][0] == 't'           ? TARGET_TRUNK_GROUP
						   : TARGET_PEER;
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
	"Through a trunk of a trunk group\n"                                                       \
	"To a peer\n"                                                                              \
	"Its name\n"                                                                               \
	"The number to call\n"

DEFUN(originate, originate_cmd, "originate (trunk|trunk-group|peer) NAME NUMBER", ORIGINATE_STR)
{
	struct originate what = { 0 };

	if (!cli_gateway() || parse_originate(vty, &what, argc, argv) != CMD_SUCCESS)
		return CMD_WARNING;
	return place(vty, &what);
}

ALIAS(originate, originate_options_cmd, "originate (trunk|trunk-group|peer) NAME NUMBER .OPTIONS",
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

static const char *why_not(int rc)
{
	switch (rc) {
	case -ENOENT:
		return "there is no such call; `show calls` lists them";
	case -ENOTCONN:
		return "it is not answered";
	case -EBUSY:
		return "it is being transferred already";
	case -EINVAL:
		return "it is one call";
	case -ESHUTDOWN:
		return "the gateway is stopping";
	default:
		return strerror(-rc);
	}
}

/* The outcome is told to this session, unless somebody else hears what becomes of the call already. */
static void watch_transfer(struct vty *vty, uint32_t id)
{
	struct watch *watch = watch_of(vty);

	if (call_watch(cli_gateway()->hub, id, on_progress, watch))
		watch->calls++;
	else if (!watch->calls)
		watch_free(watch);
}

#define TRANSFER_STR "Put a party through\nOf a call\nIts number, as in `show calls`\n"

DEFUN(transfer_call, transfer_call_cmd, "transfer call <1-4294967295> (caller|called) to NUMBER",
      TRANSFER_STR "Who called; the other one is let go of\n"
		   "Who was called; the other one is let go of\n"
		   "To whom\nA number, by the routes of the one that is let go of\n")
{
	const bool caller = strcmp(argv[1], "caller") == 0;
	int rc;

	if (!cli_gateway())
		return CMD_WARNING;
	if (!*argv[2] || strlen(argv[2]) > LEG_DIGITS_MAX || !leg_is_number(argv[2]))
		return config_reject(vty, "\"%s\" is no number; up to %d of %s are right", argv[2],
				     LEG_DIGITS_MAX, LEG_DIGITS);
	rc = call_put_through(cli_gateway()->hub, strtoul(argv[0], NULL, 10), caller, argv[2]);
	if (rc)
		return config_reject(vty, "call %s: %s", argv[0], why_not(rc));
	watch_transfer(vty, strtoul(argv[0], NULL, 10));
	vty_out(vty, "Call %s: who %s is being put through to %s.%s", argv[0],
		caller ? "called" : "was called", argv[2], VTY_NEWLINE);
	return CMD_SUCCESS;
}

static int put_together(struct vty *vty, const struct call_party *one,
			const struct call_party *other)
{
	int rc = call_put_together(cli_gateway()->hub, one, other);

	if (rc < 0)
		return config_reject(vty, "calls %u and %u: %s", one->id, other->id, why_not(rc));
	if (rc) {
		watch_transfer(vty, one->id);
		vty_out(vty, "Who %s in call %u is asked to take the place of call %u itself.%s",
			one->caller ? "called" : "was called", one->id, other->id, VTY_NEWLINE);
		return CMD_SUCCESS;
	}
	vty_out(vty, "Who %s in call %u and who %s in call %u talk to each other.%s",
		one->caller ? "called" : "was called", one->id,
		other->caller ? "called" : "was called", other->id, VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(transfer_to_call, transfer_to_call_cmd, "transfer call <1-4294967295> to call <1-4294967295>",
      TRANSFER_STR "To whom: who is in both calls is let go of\n"
		   "Another call\nIts number\n")
{
	struct call_party ends[2];
	int rc;

	if (!cli_gateway())
		return CMD_WARNING;
	rc = call_far_ends(cli_gateway()->hub, strtoul(argv[0], NULL, 10),
			   strtoul(argv[1], NULL, 10), ends);
	if (rc == -ESRCH)
		return config_reject(vty,
				     "nobody alone is in call %s and in call %s; `transfer call %s "
				     "caller to call %s called` says whom to put together",
				     argv[0], argv[1], argv[0], argv[1]);
	if (rc)
		return config_reject(vty, "calls %s and %s: %s", argv[0], argv[1], why_not(rc));
	return put_together(vty, &ends[0], &ends[1]);
}

DEFUN(transfer_to_party, transfer_to_party_cmd,
      "transfer call <1-4294967295> (caller|called) to call <1-4294967295> (caller|called)",
      TRANSFER_STR "Who called; the other one is let go of\n"
		   "Who was called; the other one is let go of\n"
		   "To whom\nSomebody in another call\nIts number\n"
		   "Who called there; the other one is let go of\n"
		   "Who was called there; the other one is let go of\n")
{
	const struct call_party one = { strtoul(argv[0], NULL, 10),
					strcmp(argv[1], "caller") == 0 };
	const struct call_party other = { strtoul(argv[2], NULL, 10),
					  strcmp(argv[3], "caller") == 0 };

	return cli_gateway() ? put_together(vty, &one, &other) : CMD_WARNING;
}

DEFUN(test_span, test_span_cmd, "test span NAME (cut|restore)",
      TEST_STR "A span\n"
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

enum { CAPTURE_MIB_MIN = 1, CAPTURE_MIB_MAX = 65536 };

#define CAPTURE_STR "Capture traffic\nSignalling of D channels\n"

DEFUN(capture_off, capture_off_cmd, "capture dchannel off", CAPTURE_STR "Stop\n")
{
	if (!cli_gateway())
		return CMD_WARNING;
	trunks_capture(cli_gateway()->trunks, NULL);
	vty_out(vty, "Capture stopped.%s", VTY_NEWLINE);
	return CMD_SUCCESS;
}

/* Of an option with a value: false after a complaint. */
static bool set_capture_option(struct vty *vty, struct trunks_capture *what, const char *option,
			       const char *value)
{
	char *end;
	unsigned long mib;

	if (strcmp(option, "trunk") == 0)
		return !config_set_name(vty, "trunk", value, what->trunk, sizeof(what->trunk));
	mib = strtoul(value, &end, 10);
	if (*end || mib < CAPTURE_MIB_MIN || mib > CAPTURE_MIB_MAX) {
		config_reject(vty, "megabytes %s is no size of a capture; %u to %u is right", value,
			      CAPTURE_MIB_MIN, CAPTURE_MIB_MAX);
		return false;
	}
	what->max_octets = (uint64_t)mib << 20;
	return true;
}

/* Behind the file: [trunk NAME] [megabytes N] [digits] */
static int parse_capture(struct vty *vty, struct trunks_capture *what, int argc, const char **argv)
{
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "digits") == 0)
			what->digits = true;
		else if (strcmp(argv[i], "trunk") != 0 && strcmp(argv[i], "megabytes") != 0)
			return config_reject(
				vty,
				"\"%s\" is unknown here; trunk, megabytes and digits are right",
				argv[i]);
		else if (++i == argc)
			return config_reject(vty, "\"%s\" is incomplete; it needs a %s",
					     argv[i - 1], *argv[i - 1] == 't' ? "name" : "number");
		else if (!set_capture_option(vty, what, argv[i - 1], argv[i]))
			return CMD_WARNING;
	}
	return CMD_SUCCESS;
}

static int start_capture(struct vty *vty, const struct trunks_capture *what)
{
	int rc = trunks_capture(cli_gateway()->trunks, what);

	if (rc == -ENOENT && *what->trunk)
		return config_reject(vty, "there is no trunk %s; `show trunks` lists them",
				     what->trunk);
	if (rc == -ENXIO)
		return config_reject(vty,
				     "nobody reads the FIFO %s; start `wireshark -k -i %s` first",
				     what->path, what->path);
	if (rc < 0)
		return config_reject(vty, "cannot capture to %s: %s", what->path, strerror(-rc));
	vty_out(vty, "Capturing to %s; `capture dchannel off` ends it.%s", what->path, VTY_NEWLINE);
	return CMD_SUCCESS;
}

#define CAPTURE_FILE_STR                                                                           \
	CAPTURE_STR "A pcap file, written as frames come, or a FIFO that Wireshark reads live\n"

DEFUN(capture, capture_cmd, "capture dchannel FILE", CAPTURE_FILE_STR)
{
	struct trunks_capture what = { .path = argv[0] };

	if (!cli_gateway() || parse_capture(vty, &what, argc - 1, argv + 1) != CMD_SUCCESS)
		return CMD_WARNING;
	return start_capture(vty, &what);
}

ALIAS(capture, capture_options_cmd, "capture dchannel FILE .OPTIONS",
      CAPTURE_FILE_STR "trunk NAME: that trunk alone; megabytes N: of a file and the one before it "
		       "(FILE.1) together, 256 by default; digits: with digits dialled after "
		       "answer\n")

#define DEBUG_LOG_STR "Write what happens into the log (`logging enable` shows it here)\n"
#define DEBUG_ISDN_STR                                                                             \
	"Messages on a D channel\n"                                                                \
	"Layer 2\n"                                                                                \
	"Layer 3, decoded; digits dialled after answer are hidden\n"

static int set_debug(struct vty *vty, const char *trunk, const struct trunks_debug *what)
{
	if (!cli_gateway())
		return CMD_WARNING;
	if (trunks_debug(cli_gateway()->trunks, trunk, what) < 0)
		return config_reject(vty, "there is no trunk %s; `show trunks` lists them", trunk);
	vty_out(vty, "Debugging of %s is %s.%s", trunk,
		what->layer2 || what->layer3 ? "on; `no debug isdn` ends it" : "off", VTY_NEWLINE);
	return CMD_SUCCESS;
}

DEFUN(debug_isdn, debug_isdn_cmd, "debug isdn (q921|q931) NAME",
      DEBUG_LOG_STR DEBUG_ISDN_STR "The trunk\n")
{
	const struct trunks_debug what = {
		.layer2 = strcmp(argv[0], "q921") == 0,
		.layer3 = strcmp(argv[0], "q931") == 0,
		.digits = argc > 2,
	};

	return set_debug(vty, argv[1], &what);
}

ALIAS(debug_isdn, debug_isdn_digits_cmd, "debug isdn (q921|q931) NAME (digits)",
      DEBUG_LOG_STR DEBUG_ISDN_STR "The trunk\nWith digits dialled after answer\n")

DEFUN(no_debug_isdn, no_debug_isdn_cmd, "no debug isdn NAME",
      NO_STR DEBUG_LOG_STR "Messages on a D channel\nThe trunk\n")
{
	const struct trunks_debug what = { 0 };

	return set_debug(vty, argv[0], &what);
}

void actions_install(void)
{
	cli_install_action(&originate_cmd);
	cli_install_action(&originate_options_cmd);
	cli_install_action(&clear_call_cmd);
	cli_install_action(&transfer_call_cmd);
	cli_install_action(&transfer_to_call_cmd);
	cli_install_action(&transfer_to_party_cmd);
	cli_install_action(&test_span_cmd);
	cli_install_action(&capture_cmd);
	cli_install_action(&capture_options_cmd);
	cli_install_action(&capture_off_cmd);
	cli_install_action(&debug_isdn_cmd);
	cli_install_action(&debug_isdn_digits_cmd);
	cli_install_action(&no_debug_isdn_cmd);
}
