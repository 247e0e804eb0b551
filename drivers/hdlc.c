/* HDLC by libosmocore's isdnhdlc, which needs some care.
 *
 * Receiving: after an abort or a frame too long for its buffer it goes on collecting, and hands out what
 * comes before the next flag as a frame of its own; and it forgets to report a frame too long when its
 * input ends there. So it is fed octet by octet with room to spare, the length is judged here, and after an
 * error everything is discarded to the next flag. Sending: a frame of one octet is lost when it is given
 * before the last frame was closed, and turns for ever when that one closed at the end of an octet. So a
 * frame is begun only after the last one, and the closing is declared done. */
#include "drivers/hdlc.h"

void hdlc_rx_init(struct hdlc_rx *rx)
{
	osmo_isdnhdlc_rcv_init(&rx->vars, OSMO_HDLC_F_BITREVERSE);
	/* As if inside a frame whose beginning was missed. */
	rx->vars.data_received = 1;
	rx->discard = true;
}

/* Whether what follows is no frame. A report of the decoder (len) comes at a flag, which leaves no ones
 * counted, or at an abort, which leaves seven. */
static bool discards(const struct hdlc_rx *rx, int len, bool spoilt)
{
	if (len)
		return rx->vars.hdlc_bits1;
	if (!rx->vars.data_received)
		return false; /* a flag, and nothing after it yet */
	return rx->discard || spoilt;
}

unsigned hdlc_rx_feed(struct hdlc_rx *rx, const uint8_t *line, size_t n, hdlc_on_frame on_frame,
		      void *data)
{
	const uint8_t *end = line + n;
	unsigned errors = 0;

	while (line < end) {
		int taken; /* 0 when an earlier octet's last bits gave the report */
		int len = osmo_isdnhdlc_decode(&rx->vars, line, 1, &taken, rx->frame,
					       sizeof(rx->frame));
		bool spoilt = len < 0 || len > TDM_MAX_FRAME ||
			      rx->vars.dstpos > TDM_MAX_FRAME + HDLC_FCS;
		if (!rx->discard && spoilt)
			errors++;
		else if (!rx->discard && len)
			on_frame(data, rx->frame, (size_t)len);
		rx->discard = discards(rx, len, spoilt);
		if (rx->discard)
			rx->vars.dstpos = 0; /* and so never enough for a frame */
		line += taken;
	}
	return errors;
}

void hdlc_tx_init(struct hdlc_tx *tx)
{
	osmo_isdnhdlc_out_init(&tx->vars, OSMO_HDLC_F_BITREVERSE);
	tx->frame.len = 0;
	tx->sent = 0;
}

static void begin_frame(struct hdlc_tx *tx, hdlc_next_frame next, void *data)
{
	bool busy = tx->vars.data_received || tx->sent < tx->frame.len;

	if (busy || !next(data, &tx->frame))
		return;
	tx->sent = 0;
	tx->vars.do_closing = 0;
}

void hdlc_tx_fill(struct hdlc_tx *tx, uint8_t *line, size_t n, hdlc_next_frame next, void *data)
{
	size_t done = 0;

	while (done < n) {
		int taken;
		begin_frame(tx, next, data);
		int made = osmo_isdnhdlc_encode(&tx->vars, tx->frame.octets + tx->sent,
						(uint16_t)(tx->frame.len - tx->sent), &taken,
						line + done, (int)(n - done));
		done += (size_t)made;
		tx->sent += (size_t)taken;
	}
}
