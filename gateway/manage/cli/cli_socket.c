/* The CLI on a Unix socket. libosmovty has sessions on TCP alone, but asks of a session's descriptor only that it is
 * that of a struct telnet_connection. */
#include "manage/cli/cli_socket.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <osmocom/core/linuxlist.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>
#include <osmocom/vty/buffer.h>
#include <osmocom/vty/telnet_interface.h>
#include <osmocom/vty/vty.h>

#include "base/log.h"

enum { BACKLOG = 16 };

static LLIST_HEAD(connections); /* libosmovty takes out what it closes */
static struct osmo_fd listener = { .fd = -1 };
static struct sockaddr_un at;

/* As libosmovty serves its own, but for the order: it writes last, and so what a command has kept apart (later.h). The
 * connection may be gone once it was read from. */
static int on_session(struct osmo_fd *fd, unsigned what)
{
	struct telnet_connection *connection = fd->data;

	if (what & OSMO_FD_WRITE && buffer_flush_all(connection->vty->obuf, fd->fd) == BUFFER_EMPTY)
		fd->when &= ~OSMO_FD_WRITE;
	if (!(what & OSMO_FD_READ))
		return 0;
	fd->when &= ~OSMO_FD_READ;
	return vty_read(connection->vty);
}

void cli_socket_serve(struct vty *vty)
{
	struct telnet_connection *connection = vty->priv;

	if (connection)
		connection->fd.cb = on_session;
}

static int on_connect(struct osmo_fd *fd, unsigned what)
{
	struct telnet_connection *connection;
	int sock = accept4(fd->fd, NULL, NULL, SOCK_CLOEXEC);

	(void)what;
	if (sock < 0)
		return 0;
	connection = talloc_zero(fd->data, struct telnet_connection);
	if (!connection) {
		close(sock);
		return 0;
	}
	osmo_fd_setup(&connection->fd, sock, OSMO_FD_READ, on_session, connection, 0);
	if (osmo_fd_register(&connection->fd) < 0) {
		close(sock);
		talloc_free(connection);
		return 0;
	}
	llist_add_tail(&connection->entry, &connections);
	connection->vty = vty_create(sock, connection);
	return 0;
}

static int refuse(const char *why, int err)
{
	LOGP(DMANAGE, LOGL_FATAL, "CLI cannot listen on %s: %s\n", at.sun_path, why);
	return err;
}

/* What a process that is gone has left. 0: nothing is in the way any more. */
static int clear_the_way(void)
{
	struct stat there;
	int probe, rc;

	if (lstat(at.sun_path, &there))
		return 0;
	if (!S_ISSOCK(there.st_mode))
		return refuse("a file is there that is no socket; `cli` / `socket` takes another "
			      "path",
			      -EEXIST);
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = probe < 0 ? -1 : connect(probe, (struct sockaddr *)&at, sizeof(at));
	if (probe >= 0)
		close(probe);
	if (rc == 0)
		return refuse("somebody listens there; `cli` / `socket` takes another path",
			      -EADDRINUSE);
	return unlink(at.sun_path) ? refuse(strerror(errno), -errno) : 0;
}

/* 0 or -errno: the file is there then, for us, root and the group alone. */
static int bind_for(int fd, const char *group)
{
	const struct group *members = *group ? getgrnam(group) : NULL;
	mode_t before;
	int rc;

	if (*group && !members)
		return refuse("there is no such group; `getent group` lists them", -ENOENT);
	before = umask(0117);
	rc = bind(fd, (struct sockaddr *)&at, sizeof(at)) ? -errno : 0;
	umask(before);
	if (rc == 0 && members && chown(at.sun_path, (uid_t)-1, members->gr_gid)) {
		rc = -errno;
		unlink(at.sun_path);
	}
	if (rc == 0 && listen(fd, BACKLOG))
		rc = -errno;
	return rc ? refuse(strerror(-rc), rc) : 0;
}

int cli_socket_open(void *talloc_ctx, const char *path, const char *group)
{
	int fd, rc;

	at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	osmo_strlcpy(at.sun_path, path, sizeof(at.sun_path));
	rc = clear_the_way();
	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return refuse(strerror(errno), -errno);
	rc = bind_for(fd, group);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	osmo_fd_setup(&listener, fd, OSMO_FD_READ, on_connect, talloc_ctx, 0);
	return osmo_fd_register(&listener);
}

void cli_socket_close(void)
{
	if (listener.fd < 0)
		return;
	osmo_fd_unregister(&listener);
	close(listener.fd);
	listener.fd = -1;
	unlink(at.sun_path);
}

void cli_socket_close_once(struct vty *vty)
{
	struct telnet_connection *connection = vty->priv;

	if (connection)
		connection->fd.fd = -1;
}
