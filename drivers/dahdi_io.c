/* Calls into the kernel's DAHDI, and advice on its errors (/usr/include/dahdi/user.h). */
#include "drivers/dahdi_io.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dahdi/user.h>

#include <osmocom/core/utils.h>

static int outcome(int rc)
{
	return rc < 0 ? -errno : rc;
}

int dahdi_io_open(const char *node)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/dahdi/%s", node);
	return outcome(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

void dahdi_io_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

int dahdi_io_ctl(int fd, unsigned long request, void *argument)
{
	return outcome(ioctl(fd, request, argument));
}

ssize_t dahdi_io_read(int fd, void *to, size_t len)
{
	ssize_t n = read(fd, to, len);

	return n < 0 ? -errno : n;
}

ssize_t dahdi_io_write(int fd, const void *from, size_t len)
{
	ssize_t n = write(fd, from, len);

	return n < 0 ? -errno : n;
}

bool dahdi_io_wait(int fd, unsigned timeout_ms)
{
	struct pollfd at = { .fd = fd, .events = POLLPRI };

	return poll(&at, 1, (int)timeout_ms) > 0 && (at.revents & POLLPRI);
}

int dahdi_io_channel(int channel)
{
	int fd = dahdi_io_open("channel");
	int rc;

	if (fd < 0)
		return fd;
	rc = dahdi_io_ctl(fd, DAHDI_SPECIFY, &channel);
	if (rc == 0)
		return fd;
	dahdi_io_close(fd);
	return rc;
}

const char *dahdi_io_advice(int error)
{
	static const struct {
		int error;
		const char *advice;
	} table[] = {
		{ ENOENT,
		  "DAHDI is not loaded; as root: modprobe dahdi auto_assign_spans=1, and the "
		  "module of the card" },
		{ EACCES, "the devices belong to the group dahdi; add this user to it, as root: "
			  "adduser USER dahdi" },
		{ EPERM, "this needs root, or the group dahdi on /dev/dahdi" },
		{ EBUSY, "another program holds it; fuser -v /dev/dahdi/chan/*/* names who" },
		{ ENXIO, "it is not configured, or its span has not been started" },
		{ EINVAL, "there is no such span or channel, or the card knows no such setting" },
		{ ENODATA, "no tone zone is loaded; `tone-zone` names one" },
		{ ENOTTY, "the card or this version of DAHDI cannot do it" },
		{ ENOSYS, "the card or this version of DAHDI cannot do it" },
		{ ENODEV, "the card is gone; it is taken up again when it comes back" },
		{ EEXIST, "it exists already, but is no span; echo auto into the device's "
			  "auto_assign file under /sys/bus/dahdi_devices" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].error == error)
			return table[i].advice;
	return "dmesg may say more";
}
