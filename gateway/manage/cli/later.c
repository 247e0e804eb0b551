/* libosmovty prompts when a command returns, and runs what else it has read. So all that is written to the session after
 * a question is kept apart, in a buffer in the place of the session's own, until the answer is there; nothing more is
 * read so long. */
#include "manage/cli/later.h"

#include <arpa/telnet.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>
#include <osmocom/vty/buffer.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/telnet_interface.h>
#include <osmocom/vty/vty.h>

#include "base/task.h"

enum {
	WAITING_MAX = 8, /* questions of a session */
	RUNNING_MAX = 4, /* of all sessions, also of those that have ended */
	LOOK_S = 1,
};

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
	struct llist_head questions; /* the first one is asked, or waits for its turn */
};

static LLIST_HEAD(waiters); /* whose turn is next comes first */
static LLIST_HEAD(orphans);
static unsigned running;            /* questions that are asked */
static struct osmo_timer_list look; /* runs while there are waiters */

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
	fd_of(waiter)->when |= OSMO_FD_READ;
	llist_del(&waiter->entry);
	talloc_free(waiter);
}

static void free_question(struct question *question)
{
	question->how->free(question->data);
	talloc_free(question);
}

/* TCP tells who has closed from who only says no more when something is sent: telnet's NOP (RFC 854), that nobody sees. */
static void sound(const struct waiter *waiter)
{
	static const unsigned char nop[] = { IAC, NOP };
	int domain = AF_UNIX;
	socklen_t len = sizeof(domain);

	getsockopt(waiter->vty->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	if (domain != AF_UNIX && buffer_empty(waiter->own))
		send(waiter->vty->fd, nop, sizeof(nop), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool is_gone(const struct waiter *waiter)
{
	struct pollfd seen = { .fd = waiter->vty->fd, .events = POLLRDHUP };

	if (poll(&seen, 1, 0) <= 0)
		return false;
	if (seen.revents & (POLLHUP | POLLERR))
		return true;
	if (seen.revents & POLLRDHUP)
		sound(waiter);
	return false;
}

/* Its client is gone: what it has typed ahead is not done. */
static void close_session(struct waiter *waiter)
{
	struct vty *vty = waiter->vty;

	later_forget(vty);
	buffer_reset(vty->obuf);
	vty_close(vty);
}

static void close_gone(void)
{
	struct waiter *waiter, *next;

	llist_for_each_entry_safe (waiter, next, &waiters, entry)
		if (is_gone(waiter))
			close_session(waiter);
}

/* Reading would not tell, with octets typed ahead that are to wait. */
static void on_look(void *data)
{
	(void)data;
	close_gone();
	if (!llist_empty(&waiters))
		osmo_timer_schedule(&look, LOOK_S, 0);
}

static int on_session(struct osmo_fd *fd, unsigned what)
{
	struct telnet_connection *connection = fd->data;
	struct waiter *waiter = waiter_of(connection->vty);
	int flushed = BUFFER_PENDING;

	if (what & OSMO_FD_WRITE)
		flushed = buffer_flush_all(waiter->own, fd->fd);
	if (flushed == BUFFER_ERROR || (what & OSMO_FD_READ && is_gone(waiter))) {
		close_session(waiter);
		return -EBADF;
	}
	if (what & OSMO_FD_READ)
		fd->when &= ~OSMO_FD_READ;
	if (flushed == BUFFER_EMPTY)
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
	osmo_timer_setup(&look, on_look, NULL);
	if (!osmo_timer_pending(&look))
		osmo_timer_schedule(&look, LOOK_S, 0);
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
			running++;
			put_apart(waiter);
			return;
		}
		llist_del(&question->entry);
		vty->obuf = waiter->own;
		vty_out(vty, "%% there is no memory for it now; ask again%s", VTY_NEWLINE);
		write_behind(vty, question->behind);
		free_question(question);
	}
	give_back(waiter);
}

static bool is_asked(const struct waiter *waiter)
{
	return llist_first_entry(&waiter->questions, struct question, entry)->task;
}

static void ask_next(void)
{
	struct waiter *waiter, *next;

	llist_for_each_entry_safe (waiter, next, &waiters, entry)
		if (running < RUNNING_MAX && !is_asked(waiter))
			ask_first(waiter);
}

static void answer(struct waiter *waiter, struct question *question)
{
	struct vty *vty = waiter->vty;

	vty->obuf = waiter->own;
	question->how->tell(question->data, vty);
	write_behind(vty, question->behind);
	/* Who has no more to say, and reads on, is closed as soon as we read that. */
	buffer_flush_all(vty->obuf, vty->fd);
	if (llist_empty(&waiter->questions)) {
		give_back(waiter);
		return;
	}
	put_apart(waiter);
	llist_del(&waiter->entry);
	llist_add_tail(&waiter->entry, &waiters);
}

static void on_asked(void *data)
{
	struct question *question = data;
	struct waiter *waiter = question->waiter;

	running--;
	llist_del(&question->entry);
	if (waiter)
		answer(waiter, question);
	free_question(question);
	close_gone();
	ask_next();
}

static int refuse(struct vty *vty, const char *why)
{
	vty_out(vty, "%% %s%s", why, VTY_NEWLINE);
	return CMD_WARNING;
}

int later_ask(struct vty *vty, const struct later *how, void *data)
{
	struct waiter *waiter = waiter_of(vty);
	struct question *question;

	if (waiter && llist_count(&waiter->questions) >= WAITING_MAX) {
		how->free(data);
		return refuse(vty, "8 questions of this session wait; ask again after them");
	}
	question = talloc_zero(NULL, struct question);
	if (question && !waiter)
		waiter = waiter_new(vty);
	if (!question || !waiter) {
		talloc_free(question);
		how->free(data);
		return refuse(vty, "there is no memory for it now; ask again in some seconds");
	}
	question->how = how;
	question->data = data;
	question->waiter = waiter;
	question->behind = buffer_new(vty, 0);
	llist_add_tail(&question->entry, &waiter->questions);
	put_apart(waiter);
	ask_next();
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
	osmo_timer_del(&look);
}
