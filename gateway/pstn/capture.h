/* Signalling frames into a pcap file or a FIFO. Link type LINUX_LAPD: LAPD with a pseudo-header that says which side
 * sent a frame; Wireshark opens it as it is, a FIFO live (`wireshark -k -i FIFO`). Control thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pstn/trunk.h"

struct capture;

/* Truncates the file; a FIFO must have its reader. 0 and *out, or -errno with the reason logged: -ENXIO, a FIFO that
 * nobody reads. */
int capture_open(void *talloc_ctx, const struct trunks_capture *what, struct capture **out);
void capture_close(struct capture *capture);

/* Are frames of that trunk wanted? And digits dialled after answer, which are hidden else? NULL: nothing is. */
bool capture_wants(const struct capture *capture, const char *trunk);
bool capture_wants_digits(const struct capture *capture);
/* One frame without FCS, from its address octets on. network: this end is the network side. What a slow reader has
 * no room for is left out. */
void capture_frame(struct capture *capture, bool network, bool sent, const uint8_t *frame,
		   size_t len);
