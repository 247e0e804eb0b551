/* What becomes of the sound in a rig's call, and what the line says and hears of hold. */
#pragma once

#include "tests/unit/sip/rig_dialog.h"

static inline const struct mg_rtp *rtp(void)
{
	struct mock_term *term = mock_mg_find(rig.mg, rig.mg->last_context, MG_RTP);

	ck_assert_ptr_nonnull(term);
	return &term->what.rtp;
}

static inline unsigned rtp_port(void)
{
	return netaddr_port(&rtp()->remote);
}

static inline bool heard_sdp(void)
{
	return strstr(rig.heard, "m=audio");
}

static inline unsigned line_told(uint8_t notification)
{
	unsigned n = 0;

	for (unsigned i = 0; i < rig.line.n_told; i++)
		n += rig.line.told[i].verb == LEG_NOTIFY &&
		     rig.line.told[i].notification == notification;
	return n;
}

static inline void line_holds(bool hold)
{
	const struct leg_msg msg = {
		.verb = LEG_NOTIFY,
		.notification = hold ? LEG_REMOTE_HOLD : LEG_REMOTE_RETRIEVAL,
	};

	mock_leg_says(&rig.line, &msg);
	rig_settle(&rig);
}
