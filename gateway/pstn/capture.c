/* The format of libpcap's files (draft-ietf-opsawg-pcap): each frame behind a pseudo-header of LINUX_LAPD. A record is
 * one write, which a pipe takes whole or not at all: a capture is looked at while calls go on, and nobody waits for
 * who looks. */
#include "pstn/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>
#include <osmocom/core/utils.h>

#include "base/clock.h"
#include "base/log.h"
#include "call/pcapng.h"
#include "drivers/tdm.h"

struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t reserved[2], snap_len, link_type;
};

struct record {
	uint32_t seconds, microseconds, captured_len, len;
	uint8_t packet[LAPD_HEADER_LEN + TDM_MAX_FRAME];
};

_Static_assert(sizeof(struct record) < PIPE_BUF, "a pipe takes a record whole");

enum { USUAL_MAX = 256 << 20 };

struct capture {
	int fd;
	char *path;                 /* of a file that may not grow without end; NULL: it is none */
	uint64_t len, half;         /* octets that it has, and may have */
	char trunk[TRUNK_NAME_MAX]; /* "": all */
	bool digits;
	bool broken; /* its end is logged */
};

/* 0 or -errno. */
static int put_all(int fd, const void *data, size_t len)
{
	ssize_t n = write(fd, data, len);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -ENOSPC;
}

static int open_file(const char *path)
{
	const struct file_header header = {
		.magic = 0xa1b2c3d4,
		.major = 2,
		.minor = 4,
		.snap_len = LAPD_HEADER_LEN + TDM_MAX_FRAME,
		.link_type = LINKTYPE_LAPD,
	};
	int err, fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	err = put_all(fd, &header, sizeof(header));
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* False without memory. */
static bool set_bounds(struct capture *capture, const struct trunks_capture *what)
{
	struct stat is;

	if (fstat(capture->fd, &is) || !S_ISREG(is.st_mode))
		return true;
	capture->path = talloc_strdup(capture, what->path);
	capture->len = sizeof(struct file_header);
	capture->half = (what->max_octets ? what->max_octets : USUAL_MAX) / 2;
	return capture->path;
}

int capture_open(void *talloc_ctx, const struct trunks_capture *what, struct capture **out)
{
	int fd = open_file(what->path);
	struct capture *capture = fd < 0 ? NULL : talloc_zero(talloc_ctx, struct capture);

	if (fd < 0) {
		LOGP(DISDN, LOGL_ERROR, "no capture of signalling: %s: %s\n", what->path,
		     fd == -ENXIO ? "a FIFO that nobody reads" : strerror(-fd));
		return fd;
	}
	if (!capture) {
		close(fd);
		return -ENOMEM;
	}
	capture->fd = fd;
	if (!set_bounds(capture, what)) {
		capture_close(capture);
		return -ENOMEM;
	}
	capture->digits = what->digits;
	osmo_strlcpy(capture->trunk, what->trunk, sizeof(capture->trunk));
	*out = capture;
	return 0;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	close(capture->fd);
	talloc_free(capture);
}

bool capture_wants(const struct capture *capture, const char *trunk)
{
	return capture && !capture->broken &&
	       (!*capture->trunk || strcmp(capture->trunk, trunk) == 0);
}

bool capture_wants_digits(const struct capture *capture)
{
	return capture && capture->digits;
}

/* The newest part is kept: what is wrong has just happened when somebody looks. 0 or -errno. */
static int begin_anew(struct capture *capture)
{
	char *before = talloc_asprintf(capture, "%s.1", capture->path);
	int fd;

	if (!before)
		return -ENOMEM;
	fd = rename(capture->path, before) == 0 ? open_file(capture->path) : -errno;
	talloc_free(before);
	if (fd < 0)
		return fd;
	close(capture->fd);
	capture->fd = fd;
	capture->len = sizeof(struct file_header);
	return 0;
}

/* A reader that is slow misses something; one that is gone, or a full disk, ends it. */
static void put(struct capture *capture, const struct record *record, size_t len)
{
	int err = capture->path && capture->len + len > capture->half ? begin_anew(capture) : 0;

	if (!err)
		err = put_all(capture->fd, record, len);
	capture->len += len;
	if (!err || err == -EAGAIN)
		return;
	LOGP(DISDN, LOGL_NOTICE, "the capture of signalling ends: %s\n", strerror(-err));
	capture->broken = true;
}

void capture_frame(struct capture *capture, bool network, bool sent, const uint8_t *frame,
		   size_t len)
{
	struct timespec now = clock_wall();
	struct record record = {
		.seconds = (uint32_t)now.tv_sec,
		.microseconds = (uint32_t)now.tv_nsec / 1000,
		.captured_len = (uint32_t)(LAPD_HEADER_LEN + len),
		.len = (uint32_t)(LAPD_HEADER_LEN + len),
	};
	uint8_t *packet = record.packet;

	if (len > TDM_MAX_FRAME)
		return;
	pcapng_lapd_header(network, sent, packet);
	memcpy(packet + LAPD_HEADER_LEN, frame, len);
	put(capture, &record, offsetof(struct record, packet) + LAPD_HEADER_LEN + len);
}
