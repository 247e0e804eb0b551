/* An eventfd in the libosmocore loop: kicks that come before the loop looks are one wake. */
#include "base/wake.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

struct wake {
	struct osmo_fd fd;
	void (*on_wake)(void *data);
	void *data;
};

static int on_readable(struct osmo_fd *fd, unsigned int what)
{
	struct wake *wake = fd->data;
	uint64_t kicks;

	/* The count is cleared before the work, so that a kick during the work is not lost. */
	if ((what & OSMO_FD_READ) && read(fd->fd, &kicks, sizeof(kicks)) == sizeof(kicks))
		wake->on_wake(wake->data); /* may free the wake */
	return 0;
}

struct wake *wake_new(void *talloc_ctx, void (*on_wake)(void *data), void *data)
{
	struct wake *wake = talloc_zero(talloc_ctx, struct wake);
	if (!wake)
		return NULL;
	wake->on_wake = on_wake;
	wake->data = data;
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0)
		goto out;
	osmo_fd_setup(&wake->fd, fd, OSMO_FD_READ, on_readable, wake, 0);
	if (osmo_fd_register(&wake->fd) < 0)
		goto out_fd;
	return wake;
out_fd:
	close(fd);
out:
	talloc_free(wake);
	return NULL;
}

void wake_free(struct wake *wake)
{
	if (!wake)
		return;
	osmo_fd_unregister(&wake->fd);
	close(wake->fd.fd);
	talloc_free(wake);
}

void wake_kick(struct wake *wake)
{
	const uint64_t one = 1;

	/* Fails only when the counter is full, and then the wake is pending anyway. */
	if (write(wake->fd.fd, &one, sizeof(one)) < 0)
		return;
}
