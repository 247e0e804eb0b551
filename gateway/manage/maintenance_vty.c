/* Commands that take trunks and channels out of service and back, whatever their protocol, and what the auditor
 * did. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <osmocom/vty/command.h>
#include <osmocom/vty/vty.h>

#include "base/config_vty.h"
#include "manage/cli/cli.h"
#include "manage/manage.h"
#include "manage/cli/table.h"
#include "manage/show/views.h"
#include "pstn/trunk.h"

/* A trunk or a channel, as it is now. */
struct object {
	const char *kind, *name; /* "trunk" or "channel" */
	bool found;
	const char *administrative;
	const char *trunk, *trunk_administrative; /* of a channel: its trunk's */
	unsigned calls;
};

static bool look_at_trunk(void *data, const struct trunk_status *trunk)
{
	struct object *object = data;

	if (strcmp(trunk->name, object->trunk ? object->trunk : object->name) != 0)
		return true;
	object->trunk_administrative = trunk->administrative;
	if (!object->trunk) {
		object->found = true;
		object->administrative = trunk->administrative;
		object->calls = trunk->busy;
	}
	return false;
}

static bool look_at_channel(void *data, const struct channel_status *channel)
{
	struct object *object = data;

	if (strcmp(channel->name, object->name) != 0)
		return true;
	object->found = true;
	object->administrative = channel->administrative;
	object->calls = strcmp(channel->usage, "busy") == 0;
	object->trunk = channel->trunk;
	return false;
}

static bool look(struct object *object)
{
	struct trunks *trunks = cli_gateway()->trunks;

	bool is_trunk = strcmp(object->kind, "trunk") == 0;

	object->found = false;
	if (!is_trunk)
		channels_each(trunks, look_at_channel, object);
	if (is_trunk || object->found)
		trunks_each(trunks, look_at_trunk, object);
	return object->found;
}

static int fault(struct vty *vty, const struct object *object, int err)
{
	if (!object->found)
		return config_reject(vty, "there is no %s %s; `show %ss` lists them", object->kind,
				     object->name, object->kind);
	if (err == -ENOMEM)
		return config_reject(vty, "%s %s: out of memory; it is as it was", object->kind,
				     object->name);
	vty_out(vty,
		"It holds as long as the gateway runs, but could not be written down (%s): it will "
		"not be so after a restart.%s",
		err == -ENOTDIR ? "the state directory is not there" : strerror(-err), VTY_NEWLINE);
	return CMD_WARNING;
}

/* What happens now. */
static void tell(struct vty *vty, const struct object *object, unsigned calls,
		 enum trunks_lock lock, unsigned grace_s)
{
	bool through_trunk = object->trunk && lock == LOCK_NOT &&
			     strcmp(object->administrative, "unlocked") != 0;

	vty_out(vty, "%s %s is %s", object->trunk ? "Channel" : "Trunk", object->name,
		through_trunk ? "unlocked" : object->administrative);
	if (through_trunk)
		vty_out(vty, ", but its trunk is %s: `unlock trunk %s` puts both into service",
			object->trunk_administrative, object->trunk);
	if (lock == LOCK_NOW && calls)
		vty_out(vty, "; %u %s being cleared (cause 41)", calls,
			calls == 1 ? "call is" : "calls are");
	if (lock == LOCK_GRACEFUL && calls)
		vty_out(vty, ": no new calls; locked once %u %s ended", calls,
			calls == 1 ? "call has" : "calls have");
	if (lock == LOCK_GRACEFUL && calls && grace_s)
		vty_out(vty, ", or in %u s, when what is left is cleared (cause 41)", grace_s);
	vty_out(vty, ".%s", VTY_NEWLINE);
}

static int set(struct vty *vty, const char **argv, enum trunks_lock lock, unsigned grace_s)
{
	struct object object = { .kind = argv[0], .name = argv[1] };
	unsigned calls;
	int err;

	if (!cli_gateway())
		return CMD_WARNING;
	if (!look(&object))
		return fault(vty, &object, -ENOENT);
	calls = object.calls;
	err = trunks_lock(cli_gateway()->trunks, object.name, lock, grace_s);
	channel_test_check();
	look(&object);
	if (err != -ENOMEM)
		tell(vty, &object, calls, lock, grace_s);
	return err ? fault(vty, &object, err) : CMD_SUCCESS;
}

#define OBJECT_STR                                                                                 \
	"A trunk: all its channels\n"                                                              \
	"One channel\n"                                                                            \
	"Its name, \"pstn\" or \"e1-1/17\"\n"
#define LOCK_STR "Take out of service; kept over a restart\n" OBJECT_STR
#define GRACEFUL_STR "No new calls; those there are go on\n"

DEFUN(lock_graceful, lock_graceful_cmd, "lock (trunk|channel) NAME graceful <1-86400>",
      LOCK_STR GRACEFUL_STR "For so many seconds, then they are cleared\n")
{
	return set(vty, argv, LOCK_GRACEFUL, (unsigned)atoi(argv[2]));
}

DEFUN(lock_forever, lock_forever_cmd, "lock (trunk|channel) NAME graceful forever",
      LOCK_STR GRACEFUL_STR "However long they last\n")
{
	return set(vty, argv, LOCK_GRACEFUL, 0);
}

DEFUN(lock_now, lock_now_cmd, "lock (trunk|channel) NAME no-graceful",
      LOCK_STR "At once: calls are cleared, cause 41\n")
{
	return set(vty, argv, LOCK_NOW, 0);
}

DEFUN(unlock, unlock_cmd, "unlock (trunk|channel) NAME", "Put back into service\n" OBJECT_STR)
{
	return set(vty, argv, LOCK_NOT, 0);
}

json_t *view_audit(struct gateway *gateway)
{
	struct audit_status status;

	trunks_audit_status(gateway->trunks, &status);
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "audits", (json_int_t)status.audits,
			 "channels_in_use_for_no_call", (json_int_t)status.legs,
			 "calls_on_idle_channels", (json_int_t)status.calls,
			 "terminations_left_over", (json_int_t)status.terminations,
			 "channels_open_for_nobody", (json_int_t)status.open,
			 "repairs_in_signalling", (json_int_t)status.inside);
}

DEFUN(show_audit, show_audit_cmd, "show audit [json]",
      SHOW_STR "What the auditor of channels found and repaired\n"
	       "As JSON, for programs\n")
{
	json_t *record;

	if (!cli_gateway())
		return CMD_WARNING;
	record = view_audit(cli_gateway());
	if (argc > 0)
		json_out(vty, record);
	else
		record_out(vty, record);
	json_decref(record);
	return CMD_SUCCESS;
}

void maintenance_vty_install(void)
{
	cli_install_action(&lock_graceful_cmd);
	cli_install_action(&lock_forever_cmd);
	cli_install_action(&lock_now_cmd);
	cli_install_action(&unlock_cmd);
	cli_install(&show_audit_cmd);
}
