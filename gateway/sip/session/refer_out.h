/* REFER that we send (RFC 3515): the peer's user is asked to call a number itself, and says by NOTIFY how that goes.
 * Control thread; the session owns it, NULL where nothing was asked.
 *
 *   state   heard                                 to    done
 *   ASKED   401, 407                              same  REFER with credentials
 *   ASKED   2xx                                   TOLD  -
 *   ASKED   3xx to 6xx                            -     LEG_TRANSFER: LEG_RELEASE, cause 29
 *   ASKED   408, 481, no answer                   -     LEG_TRANSFER: LEG_RELEASE, cause 102
 *   both    NOTIFY: 180 to 183                    same  LEG_TRANSFER: LEG_ALERTING
 *   both    NOTIFY: 2xx                           -     LEG_TRANSFER: LEG_CONNECT
 *   both    NOTIFY: 3xx to 6xx                    -     LEG_TRANSFER: LEG_RELEASE and its cause
 *   both    NOTIFY: the end, without an outcome   -     LEG_TRANSFER: LEG_RELEASE, cause 41
 *   both    nothing for 180 s                     -     LEG_TRANSFER: LEG_RELEASE, cause 102
 *   both    the session ends                      -     - */
#pragma once

#include "sip/session/session.h"

/* struct leg_ops.reroute; with: whose dialog it is to replace (RFC 5589 7), of the same peer. -ENOTSUP: the peer is not
 * asked, or says that it does not do that; -EAGAIN: not now. */
int refer_out_ask(struct leg *leg, const char *number, const struct leg *with);
/* A NOTIFY within the session. The status that it is answered with, or has been. */
int refer_out_notified(struct session *s, nta_incoming_t *irq, const sip_t *sip);
void refer_out_stop(struct session *s);
