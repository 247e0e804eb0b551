/* HDLC on one timeslot (ISO/IEC 13239; Q.921 2): frames to octets of the line and back, by libosmocore's
 * isdnhdlc. The first bit of a frame is the most significant of a timeslot's octet, as on the line (G.704).
 * Flags fill the time between frames. The state is the caller's memory; any one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <osmocom/core/isdnhdlc.h>

#include "drivers/tdm.h"

enum {
	HDLC_FCS = 2,
	/* At most two octets end while one octet of the line is decoded: what is too long is still seen whole. */
	HDLC_RX_ROOM = TDM_MAX_FRAME + HDLC_FCS + 2,
};

struct hdlc_frame {
	uint16_t len; /* 1..TDM_MAX_FRAME, without FCS */
	uint8_t octets[TDM_MAX_FRAME];
};

struct hdlc_rx {
	struct osmo_isdnhdlc_vars vars;
	bool discard; /* what comes before the next flag is no frame */
	uint8_t frame[HDLC_RX_ROOM];
};

typedef void (*hdlc_on_frame)(void *data, const uint8_t *octets, size_t len);

void hdlc_rx_init(struct hdlc_rx *rx);
/* Decodes n octets of the line; every good frame goes to on_frame. Returns how many frames were spoilt: bad FCS,
 * aborted, too short or too long. */
unsigned hdlc_rx_feed(struct hdlc_rx *rx, const uint8_t *line, size_t n, hdlc_on_frame on_frame,
		      void *data);

struct hdlc_tx {
	struct osmo_isdnhdlc_vars vars;
	struct hdlc_frame frame;
	size_t sent; /* octets of the frame that the encoder has taken */
};

/* The next frame to send into *frame; false when there is none, and then *frame is unchanged. */
typedef bool (*hdlc_next_frame)(void *data, struct hdlc_frame *frame);

void hdlc_tx_init(struct hdlc_tx *tx);
/* Encodes exactly n octets for the line. */
void hdlc_tx_fill(struct hdlc_tx *tx, uint8_t *line, size_t n, hdlc_next_frame next, void *data);
