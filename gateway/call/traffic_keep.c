#include "call/traffic_keep.h"

#include <errno.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/task.h"
#include "call/traffic_store.h"

struct traffic_keep {
	const struct call_hub *hub;
	const char *path;
	struct osmo_timer_list timer;
	struct task *task; /* NULL: nothing is being written */
	struct traffic_copy *copy;
	int err;  /* of that writing */
	int told; /* the one that was logged last; 0: none, or it went right since */
};

static void tell(struct traffic_keep *keep, int err)
{
	if (err == -ENOENT) /* there is no state directory: nothing is to be kept */
		return;
	if (err && err != keep->told)
		LOGP(DCALL, LOGL_NOTICE,
		     "%s cannot be written: %s; what trunks and peers carried is lost at the next "
		     "start unless it can be by then\n",
		     keep->path, strerror(-err));
	if (!err && keep->told)
		LOGP(DCALL, LOGL_NOTICE, "%s can be written again\n", keep->path);
	keep->told = err;
}

/* Beside the control thread. */
static void write_copy(void *data)
{
	struct traffic_keep *keep = data;

	keep->err = traffic_write(keep->copy, keep->path);
}

static void on_written(void *data)
{
	struct traffic_keep *keep = data;

	keep->task = NULL;
	TALLOC_FREE(keep->copy);
	tell(keep, keep->err);
	osmo_timer_schedule(&keep->timer, TRAFFIC_KEEP_S, 0);
}

/* Without memory it is tried again later. */
static void on_timer(void *data)
{
	struct traffic_keep *keep = data;

	keep->copy = traffic_copy(keep, keep->hub, TRAFFIC_QUARTERS);
	keep->task = keep->copy ? task_start(write_copy, on_written, keep) : NULL;
	if (keep->task)
		return;
	TALLOC_FREE(keep->copy);
	osmo_timer_schedule(&keep->timer, TRAFFIC_KEEP_S, 0);
}

struct traffic_keep *traffic_keep_start(void *talloc_ctx, const struct call_hub *hub,
					const char *path)
{
	struct traffic_keep *keep = talloc_zero(talloc_ctx, struct traffic_keep);

	if (!keep)
		return NULL;
	keep->hub = hub;
	keep->path = talloc_strdup(keep, path);
	if (!keep->path) {
		talloc_free(keep);
		return NULL;
	}
	traffic_restore(hub, path, clock_wall().tv_sec);
	osmo_timer_setup(&keep->timer, on_timer, keep);
	osmo_timer_schedule(&keep->timer, TRAFFIC_KEEP_S, 0);
	return keep;
}

void traffic_keep_end(struct traffic_keep *keep)
{
	if (!keep)
		return;
	task_end(keep->task);
	osmo_timer_del(&keep->timer);
	tell(keep, traffic_save(keep->hub, keep->path));
	talloc_free(keep);
}
