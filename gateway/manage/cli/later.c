/* libosmovty prompts when a command returns, and runs what else it has read. So all that is written to the session after
 * a question is kept apart, in a buffer in the place of the session's own, until the answer is there; nothing more is
 * read so long. */
#include "manage/cli/later.h"

#include <poll.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/vty/buffer.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/telnet_interface.h>
#include <osmocom/vty/vty.h>

#include "base/task.h"

enum { ORPHANS_MAX = 8 };

struct question {
	struct llist_head entry; /* of its session's, or of those that nobody waits for */
	const struct later *how;
	void *data;
	struct waiter *waiter; /* NULL: its session has ended */
	struct buffer *behind; /* what was written after it */
	struct task *task;     /* NULL: it is not asked yet */
};

/* A session with questions. */
struct waiter {
	struct llist_head entry;
	struct vty *vty;
	struct buffer *own;
	int (*before)(struct osmo_fd *fd, unsigned what); /* the session's own callback */
	struct llist_head questions;                      /* the first one is asked */
};

static LLIST_HEAD(waiters);
static LLIST_HEAD(orphans);

static struct waiter *waiter_of(const struct vty *vty)
{
	struct waiter *waiter;

	llist_for_each_entry (waiter, &waiters, entry)
		if (waiter->vty == vty)
			return waiter;
	return NULL;
}

bool later_is_asked(const struct vty *vty)
{
	return waiter_of(vty);
}

static struct osmo_fd *fd_of(const struct waiter *waiter)
{
	struct telnet_connection *connection = waiter->vty->priv;

	return &connection->fd;
}

static void give_back(struct waiter *waiter)
{
	waiter->vty->obuf = waiter->own;
	fd_of(waiter)->cb = waiter->before;
	llist_del(&waiter->entry);
	talloc_free(waiter);
}

static void free_question(struct question *question)
{
	question->how->free(question->data);
	talloc_free(question);
}

static bool is_gone(int fd)
{
	struct pollfd look = { .fd = fd };

	return poll(&look, 1, 0) > 0 && look.revents & (POLLHUP | POLLERR);
}

static int on_session(struct osmo_fd *fd, unsigned what)
{
	struct telnet_connection *connection = fd->data;
	struct waiter *waiter = waiter_of(connection->vty);

	if (what & OSMO_FD_READ && is_gone(fd->fd)) {
		int (*before)(struct osmo_fd *, unsigned) = waiter->before;

		later_forget(waiter->vty);
		return before(fd, OSMO_FD_READ); /* libosmovty closes it */
	}
	if (what & OSMO_FD_READ)
		fd->when &= ~OSMO_FD_READ;
	if (what & OSMO_FD_WRITE && buffer_flush_all(waiter->own, fd->fd) == BUFFER_EMPTY)
		fd->when &= ~OSMO_FD_WRITE;
	return 0;
}

static struct waiter *waiter_new(struct vty *vty)
{
	struct waiter *waiter = talloc_zero(NULL, struct waiter);

	if (!waiter)
		return NULL;
	waiter->vty = vty;
	waiter->own = vty->obuf;
	waiter->before = fd_of(waiter)->cb;
	fd_of(waiter)->cb = on_session;
	INIT_LLIST_HEAD(&waiter->questions);
	llist_add_tail(&waiter->entry, &waiters);
	return waiter;
}

/* What is written from now on comes behind the last question. */
static void put_apart(struct waiter *waiter)
{
	const struct question *last = llist_last_entry(&waiter->questions, struct question, entry);

	waiter->vty->obuf = last->behind;
}

static void ask(void *data)
{
	struct question *question = data;

	question->how->ask(question->data);
}

static void write_behind(struct vty *vty, struct buffer *behind)
{
	char *text = buffer_getstr(behind);

	if (text)
		vty_out(vty, "%s", text);
	talloc_free(text);
	buffer_free(behind);
}

static void on_asked(void *data);

/* The first question; what cannot be asked is answered so, and the next one is the first. */
static void ask_first(struct waiter *waiter)
{
	struct vty *vty = waiter->vty;
	struct question *question, *next;

	llist_for_each_entry_safe (question, next, &waiter->questions, entry) {
		question->task = task_start(ask, on_asked, question);
		if (question->task) {
			put_apart(waiter);
			return;
		}
		llist_del(&question->entry);
		vty->obuf = waiter->own;
		vty_out(vty, "%% there is no memory for it now; ask again%s", VTY_NEWLINE);
		write_behind(vty, question->behind);
		free_question(question);
	}
	fd_of(waiter)->when |= OSMO_FD_READ;
	give_back(waiter);
}

static void on_asked(void *data)
{
	struct question *question = data;
	struct waiter *waiter = question->waiter;
	struct vty *vty = waiter ? waiter->vty : NULL;

	llist_del(&question->entry);
	if (waiter) {
		vty->obuf = waiter->own;
		question->how->tell(question->data, vty);
		write_behind(vty, question->behind);
		/* Who has no more to say, and reads on, is closed as soon as we read that. */
		buffer_flush_all(vty->obuf, vty->fd);
		ask_first(waiter);
	}
	free_question(question);
}

int later_ask(struct vty *vty, const struct later *how, void *data)
{
	struct waiter *waiter = waiter_of(vty);
	const bool first = !waiter, room = llist_count(&orphans) < ORPHANS_MAX;
	struct question *question = room ? talloc_zero(NULL, struct question) : NULL;

	if (question && first)
		waiter = waiter_new(vty);
	if (!question || !waiter) {
		vty_out(vty, "%% %s; ask again in some seconds%s",
			room ? "there is no memory for it now"
			     : "too many sessions have ended before their answer",
			VTY_NEWLINE);
		talloc_free(question);
		how->free(data);
		return CMD_WARNING;
	}
	question->how = how;
	question->data = data;
	question->waiter = waiter;
	question->behind = buffer_new(vty, 0);
	llist_add_tail(&question->entry, &waiter->questions);
	if (first)
		ask_first(waiter);
	else
		put_apart(waiter);
	return CMD_SUCCESS;
}

void later_forget(const struct vty *vty)
{
	struct waiter *waiter = waiter_of(vty);
	struct question *question, *next;

	if (!waiter)
		return;
	llist_for_each_entry_safe (question, next, &waiter->questions, entry) {
		llist_del(&question->entry);
		buffer_free(question->behind);
		question->waiter = NULL;
		if (question->task)
			llist_add_tail(&question->entry, &orphans);
		else
			free_question(question);
	}
	give_back(waiter);
}

void later_stop(void)
{
	struct question *question, *next;

	llist_for_each_entry_safe (question, next, &orphans, entry)
		task_end(question->task);
}
