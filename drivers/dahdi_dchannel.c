/* HDLC frames to and from a D channel. Lengths in the kernel include the two octets of the FCS, which it fills in
 * on the way out and leaves at the end on the way in. The first frame after opening may be lost without a word. */
#include "drivers/dahdi_dchannel.h"

#include <errno.h>
#include <string.h>

#include <dahdi/user.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>

#include "drivers/dahdi_io.h"
#include "drivers/tdm.h"

enum {
	FCS = 2,
	BUFFERS = 32,
	BUFFER_OCTETS = 1024,
	READS_MAX = BUFFERS, /* at one go, so that a noisy channel stops nobody */
};

struct dahdi_dchannel {
	struct osmo_fd fd;
	unsigned timeslot;
	const struct dahdi_dchannel_user *user;
	void *data;
};

/* False when the card is gone. */
static bool get_event(struct dahdi_dchannel *dchannel)
{
	int event = DAHDI_EVENT_NONE;

	if (dahdi_io_ctl(dchannel->fd.fd, DAHDI_GETEVENT, &event) < 0)
		return false;
	switch (event) {
	case DAHDI_EVENT_ABORT:
	case DAHDI_EVENT_OVERRUN:
	case DAHDI_EVENT_BADFCS:
		dchannel->user->on_spoilt(dchannel->data);
		break;
	case DAHDI_EVENT_ALARM:
	case DAHDI_EVENT_NOALARM:
		dchannel->user->on_line(dchannel->data);
		break;
	case DAHDI_EVENT_REMOVED:
		return false;
	}
	return true;
}

/* on_frame may free the D channel only from a timer or the like; nothing here is touched after on_gone. */
static int on_ready(struct osmo_fd *fd, unsigned what)
{
	struct dahdi_dchannel *dchannel = fd->data;
	uint8_t frame[BUFFER_OCTETS];
	bool there = true;

	(void)what;
	for (unsigned i = 0; there && i < READS_MAX; i++) {
		ssize_t n = dahdi_io_read(fd->fd, frame, sizeof(frame));

		if (n == -EAGAIN)
			return 0;
		if (n == -ELAST)
			there = get_event(dchannel);
		else if (n < 0)
			there = false;
		else if (n <= FCS || n > TDM_MAX_FRAME + FCS)
			dchannel->user->on_spoilt(dchannel->data);
		else
			dchannel->user->on_frame(dchannel->data, dchannel->timeslot, frame,
						 (size_t)n - FCS);
	}
	if (!there)
		dchannel->user->on_gone(dchannel->data, dchannel->timeslot);
	return 0;
}

struct dahdi_dchannel *dahdi_dchannel_new(void *talloc_ctx, int fd, unsigned timeslot,
					  const struct dahdi_dchannel_user *user, void *data)
{
	struct dahdi_bufferinfo buffers = { .txbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
					    .numbufs = BUFFERS,
					    .bufsize = BUFFER_OCTETS };
	struct dahdi_dchannel *dchannel = talloc_zero(talloc_ctx, struct dahdi_dchannel);

	if (!dchannel || dahdi_io_ctl(fd, DAHDI_SET_BUFINFO, &buffers) < 0)
		goto out;
	dchannel->timeslot = timeslot;
	dchannel->user = user;
	dchannel->data = data;
	osmo_fd_setup(&dchannel->fd, fd, OSMO_FD_READ | OSMO_FD_EXCEPT, on_ready, dchannel, 0);
	if (osmo_fd_register(&dchannel->fd) == 0)
		return dchannel;
out:
	dahdi_io_close(fd);
	talloc_free(dchannel);
	return NULL;
}

void dahdi_dchannel_free(struct dahdi_dchannel *dchannel)
{
	if (!dchannel)
		return;
	osmo_fd_unregister(&dchannel->fd);
	dahdi_io_close(dchannel->fd.fd);
	talloc_free(dchannel);
}

int dahdi_dchannel_send(struct dahdi_dchannel *dchannel, const uint8_t *frame, size_t len)
{
	uint8_t octets[TDM_MAX_FRAME + FCS] = { 0 };
	ssize_t n;

	if (!len || len > TDM_MAX_FRAME)
		return -EMSGSIZE;
	memcpy(octets, frame, len);
	n = dahdi_io_write(dchannel->fd.fd, octets, len + FCS);
	for (unsigned i = 0; n == -ELAST && i < BUFFERS; i++) {
		if (!get_event(dchannel))
			return -ENODEV;
		n = dahdi_io_write(dchannel->fd.fd, octets, len + FCS);
	}
	return n < 0 ? (int)n : 0;
}
