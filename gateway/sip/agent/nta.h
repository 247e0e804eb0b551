/* Sofia-SIP's transaction layer as we use it. The one place that sets how its opaque callback arguments are typed:
 * include it before any of Sofia's own headers. */
#pragma once

#define NTA_AGENT_MAGIC_T void
#define NTA_LEG_MAGIC_T void
#define NTA_INCOMING_MAGIC_T void
#define NTA_OUTGOING_MAGIC_T void
#define NTA_RELIABLE_MAGIC_T void
#include <sofia-sip/nta.h>
#include <sofia-sip/sip_extra.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_status.h>
#include <sofia-sip/sip_tag.h>

#define AGENT_NAME "Crosspoint" /* of Server and User-Agent */
