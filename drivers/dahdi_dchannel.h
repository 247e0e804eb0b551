/* One D channel of a DAHDI span: the kernel (or the card) does HDLC, we read and write whole frames.
 * Control thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dahdi_dchannel;

struct dahdi_dchannel_user {
	void (*on_frame)(void *data, unsigned timeslot, const uint8_t *frame, size_t len);
	void (*on_spoilt)(void *data); /* a frame was aborted, too long or had a wrong FCS */
	void (*on_line)(void *data);   /* an alarm has come or gone */
	void (*on_gone)(void *data, unsigned timeslot); /* the card is: close it, later or now */
};

/* fd is of the channel and becomes the D channel's. NULL without memory; then fd is closed. */
struct dahdi_dchannel *dahdi_dchannel_new(void *talloc_ctx, int fd, unsigned timeslot,
					  const struct dahdi_dchannel_user *user, void *data);
void dahdi_dchannel_free(struct dahdi_dchannel *dchannel);
/* 0, -EAGAIN (no room) or another -errno. */
int dahdi_dchannel_send(struct dahdi_dchannel *dchannel, const uint8_t *frame, size_t len);
