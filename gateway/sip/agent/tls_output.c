/* A BIO with memory behind a socket. */
#include "sip/agent/tls_output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <osmocom/core/select.h>

struct output {
	struct osmo_fd fd; /* registered while something waits */
	char *waiting;
	size_t len, size;
	bool failed;
};

static void unwatch(struct output *out)
{
	if (osmo_fd_is_registered(&out->fd))
		osmo_fd_unregister(&out->fd);
}

static int on_writable(struct osmo_fd *fd, unsigned what)
{
	struct output *out = fd->data;
	ssize_t n = send(fd->fd, out->waiting, out->len, MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)what;
	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		out->failed = true;
		out->len = 0;
	} else if (n > 0) {
		out->len -= (size_t)n;
		memmove(out->waiting, out->waiting + n, out->len);
	}
	if (!out->len)
		unwatch(out);
	return 0;
}

static bool keep(struct output *out, const char *data, size_t len)
{
	if (len > TLS_OUTPUT_MAX - out->len)
		return false;
	if (out->len + len > out->size) {
		char *more = realloc(out->waiting, out->len + len);

		if (!more)
			return false;
		out->waiting = more;
		out->size = out->len + len;
	}
	if (!out->len && osmo_fd_register(&out->fd) < 0)
		return false;
	memcpy(out->waiting + out->len, data, len);
	out->len += len;
	return true;
}

static int output_write(BIO *bio, const char *data, int len)
{
	struct output *out = BIO_get_data(bio);
	ssize_t n = 0;

	BIO_clear_retry_flags(bio);
	if (out->failed || len <= 0)
		return -1;
	if (!out->len)
		n = send(out->fd.fd, data, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (n < 0)
		n = 0;
	if (n < len && !keep(out, data + n, (size_t)(len - n))) {
		out->failed = true;
		errno = ENOBUFS;
		return -1;
	}
	return len;
}

static long output_ctrl(BIO *bio, int command, long number, void *data)
{
	(void)bio;
	(void)number;
	(void)data;
	return command == BIO_CTRL_FLUSH;
}

static int output_destroy(BIO *bio)
{
	struct output *out = BIO_get_data(bio);

	if (!out)
		return 1;
	unwatch(out);
	free(out->waiting);
	free(out);
	BIO_set_data(bio, NULL);
	return 1;
}

/* Once, for the life of the process. */
static BIO_METHOD *method(void)
{
	static BIO_METHOD *m;

	if (m)
		return m;
	m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tls output");
	if (!m)
		return NULL;
	BIO_meth_set_write(m, output_write);
	BIO_meth_set_ctrl(m, output_ctrl);
	BIO_meth_set_destroy(m, output_destroy);
	return m;
}

BIO *tls_output_new(int fd)
{
	struct output *out = calloc(1, sizeof(*out));
	BIO *bio = method() ? BIO_new(method()) : NULL;

	if (!out || !bio) {
		free(out);
		BIO_free(bio);
		return NULL;
	}
	osmo_fd_setup(&out->fd, fd, OSMO_FD_WRITE, on_writable, out, 0);
	BIO_set_data(bio, out);
	BIO_set_init(bio, 1);
	return bio;
}
