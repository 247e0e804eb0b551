/* Requests that belong to no dialog: who may send them, and what becomes of them. */
#pragma once

#include "sip/session/session.h"

/* nta_request_f; data: struct sip. */
int request_on_new(void *data, nta_leg_t *leg, nta_incoming_t *irq, const sip_t *sip);
